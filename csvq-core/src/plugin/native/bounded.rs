//! The differences of a plugin, taken no further than they may go: a stream may have no end.

use std::ffi::{c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

use csvq_plugin_abi::{ArrowArray, ArrowArrayStream, ArrowSchema};

use super::{PluginHost, breaks};
use crate::error::{Error, ErrorKind, Result};
use crate::sandbox::result_too_large;
use crate::table::{self, Table};

const EINVAL: c_int = 22;
const EIO: c_int = 5;
/// A row takes at least so many bytes where it is written, and a batch as many as a row.
const LEAST_ROW: u64 = 16;

/// Reads the differences.
///
/// # Errors
/// [`LimitExceeded`](ErrorKind::LimitExceeded) where there are more rows than so many bytes can hold,
/// [`Cancelled`](ErrorKind::Cancelled), and those of [`Table::import_stream`], as the plugin's.
pub(super) fn import(stream: ArrowArrayStream, most_bytes: u64, host: &dyn PluginHost) -> Result<Table> {
    let rows_left = most_bytes / LEAST_ROW;
    let mut bounded = Bounded { stream, rows_left, ended: None, host };
    let mut own = ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release_nothing),
        private_data: (&raw mut bounded).cast(),
    };
    // SAFETY: the stream is this module's own, and lives until the table was read: batches stand by themselves.
    let imported = unsafe { Table::import_stream("differences", (&raw mut own).cast::<table::ArrowArrayStream>()) };
    match (bounded.ended, imported) {
        (Some(Ended::TooLarge), _) => Err(result_too_large(most_bytes)),
        (Some(Ended::Cancelled), _) => Err(Error::new(ErrorKind::Cancelled, "the comparison was cancelled")),
        (None, Err(error)) if error.kind() == ErrorKind::Malformed || error.kind() == ErrorKind::Unsupported => {
            Err(breaks(&format!("its differences can't be read: {}", error.message())))
        }
        (None, Err(error)) if error.kind() == ErrorKind::Io => {
            Err(Error::new(ErrorKind::Plugin, format!("its differences ended with an error: {}", error.message())))
        }
        (None, imported) => imported,
    }
}

/// Why a stream was ended before its end.
#[derive(Clone, Copy)]
enum Ended {
    TooLarge,
    Cancelled,
}

struct Bounded<'a> {
    stream: ArrowArrayStream,
    rows_left: u64,
    ended: Option<Ended>,
    host: &'a dyn PluginHost,
}

impl Drop for Bounded<'_> {
    fn drop(&mut self) {
        release(&mut self.stream);
    }
}

impl Bounded<'_> {
    fn next(&mut self, out: *mut ArrowArray) -> c_int {
        if self.ended.is_some() {
            return EIO;
        }
        if self.host.is_cancelled() {
            self.ended = Some(Ended::Cancelled);
            return EIO;
        }
        let Some(get_next) = self.stream.get_next else { return EINVAL };
        // SAFETY: the stream is not released, and `out` is a place for a batch.
        let code = unsafe { get_next(&raw mut self.stream, out) };
        if code != 0 {
            return code;
        }
        // SAFETY: it was filled in.
        let batch = unsafe { &mut *out };
        let Some(release) = batch.release else { return 0 };
        let rows = u64::try_from(batch.length).unwrap_or(0).max(1);
        match self.rows_left.checked_sub(rows) {
            Some(left) => self.rows_left = left,
            None => {
                // SAFETY: the batch was handed over, and is released once.
                unsafe { release(out) };
                self.ended = Some(Ended::TooLarge);
                return EIO;
            }
        }
        0
    }
}

/// What stands behind a stream of [`import`].
///
/// # Safety
/// `stream` is null or a stream of [`import`], which nobody else uses meanwhile.
unsafe fn behind<'a>(stream: *mut ArrowArrayStream) -> Option<&'a mut Bounded<'a>> {
    // SAFETY: the caller vouches for the stream.
    let stream = unsafe { stream.as_mut() }?;
    // SAFETY: what is behind it was put there by `import`, and lives as long as the stream.
    unsafe { stream.private_data.cast::<Bounded<'a>>().as_mut() }
}

/// Acts on the stream behind a pointer; nothing unwinds.
///
/// # Safety
/// `stream` is null or a stream of [`import`].
unsafe fn with(stream: *mut ArrowArrayStream, act: impl FnOnce(&mut Bounded<'_>) -> c_int) -> c_int {
    // SAFETY: the caller vouches for it.
    let Some(bounded) = (unsafe { behind(stream) }) else { return EINVAL };
    catch_unwind(AssertUnwindSafe(|| act(bounded))).unwrap_or(EIO)
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    let schema = |bounded: &mut Bounded<'_>| match bounded.stream.get_schema {
        // SAFETY: the stream is not released, and `out` is a place for a schema; both structs are Arrow's.
        Some(get_schema) => unsafe { get_schema(&raw mut bounded.stream, out) },
        None => EINVAL,
    };
    // SAFETY: the stream is that of `import`.
    unsafe { with(stream, schema) }
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: the stream is that of `import`; both structs are Arrow's.
    unsafe { with(stream, |bounded| bounded.next(out)) }
}

unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    // SAFETY: the stream is that of `import`.
    let bounded = unsafe { behind(stream) };
    let Some(bounded) = bounded.filter(|bounded| bounded.ended.is_none()) else { return std::ptr::null() };
    match bounded.stream.get_last_error {
        // SAFETY: the stream is not released.
        Some(get_last_error) => unsafe { get_last_error(&raw mut bounded.stream) },
        None => std::ptr::null(),
    }
}

/// What is behind it is released when [`Bounded`] is dropped.
unsafe extern "C" fn release_nothing(stream: *mut ArrowArrayStream) {
    // SAFETY: it is called with the stream that it belongs to.
    if let Some(stream) = unsafe { stream.as_mut() } {
        stream.release = None;
    }
}

/// A stream of csvq's under the name that it has in the plugin interface. Both are Arrow's struct.
pub(super) fn to_abi(stream: table::ArrowArrayStream) -> ArrowArrayStream {
    const _: () = assert!(size_of::<table::ArrowArrayStream>() == size_of::<ArrowArrayStream>());
    let stream = std::mem::ManuallyDrop::new(stream);
    // SAFETY: both structs are laid out as Arrow says, and the first one is not dropped.
    unsafe { std::ptr::from_ref(&*stream).cast::<ArrowArrayStream>().read() }
}

/// Releases a stream, unless it is.
pub(super) fn release(stream: &mut ArrowArrayStream) {
    if let Some(release) = stream.release {
        let pointer: *mut ArrowArrayStream = stream;
        // SAFETY: it is not released yet, by its own word.
        unsafe { release(pointer) };
        stream.release = None;
    }
}
