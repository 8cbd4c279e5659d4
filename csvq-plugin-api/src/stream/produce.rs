//! From Rust code to a stream's callbacks.

use std::ffi::{CString, c_char, c_int};
use std::ptr;

use csvq_plugin_abi::{ArrowArray, ArrowArrayStream, ArrowSchema};

use super::{Array, Schema};
use crate::error::Result;
use crate::guard::guard;

/// `EIO`: it failed, and there is a message.
const EIO: c_int = 5;

/// `EINVAL`: an argument is null, or the stream is released.
const EINVAL: c_int = 22;

/// Makes the batches of a [`Stream`](super::Stream), one after the other as they are asked for.
pub trait Batches: Send {
    /// The type of all batches: a struct of the columns.
    ///
    /// # Errors
    /// What the reader of the stream is to be told.
    fn schema(&mut self) -> Result<Schema>;

    /// The next batch, which is of that type; none at the end.
    ///
    /// # Errors
    /// What the reader of the stream is to be told.
    fn next_batch(&mut self) -> Result<Option<Array>>;
}

/// What a stream has in `private_data`.
struct Source {
    batches: Box<dyn Batches>,
    message: Option<CString>,
}

/// A stream of these batches.
pub(super) fn stream(batches: Box<dyn Batches>) -> ArrowArrayStream {
    let source = Box::new(Source { batches, message: None });
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release),
        private_data: Box::into_raw(source).cast(),
    }
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours and a place to write to, or null.
    unsafe { answer(stream, out, |batches| batches.schema().map(Schema::into_raw)) }
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    let next = |batches: &mut dyn Batches| Ok(batches.next_batch()?.map_or(ArrowArray::EMPTY, Array::into_raw));
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours and a place to write to, or null.
    unsafe { answer(stream, out, next) }
}

unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours, or null.
    let source = unsafe { source(stream) };
    source.and_then(|source| source.message.as_ref()).map_or(ptr::null(), |message| message.as_ptr())
}

unsafe extern "C" fn release(stream: *mut ArrowArrayStream) {
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours, or null.
    let Some(stream) = (unsafe { stream.as_mut() }) else { return };
    let source = stream.take().private_data.cast::<Source>();
    if source.is_null() {
        return;
    }
    // SAFETY: `stream` boxed it, and it is taken once, since the stream is released now.
    let source = unsafe { Box::from_raw(source) };
    // What a destructor throws is told to nobody: there is no way to.
    let _ = guard(|| {
        drop(source);
        Ok(())
    });
}

/// What makes the batches of a stream; none where it is null or released.
///
/// # Safety
/// The stream is one of ours that nobody else uses, or null.
unsafe fn source<'a>(stream: *mut ArrowArrayStream) -> Option<&'a mut Source> {
    // SAFETY: the caller vouches for it.
    let stream = unsafe { stream.as_mut() }?;
    // SAFETY: a stream of ours has its source there, and null once it is released.
    unsafe { stream.private_data.cast::<Source>().as_mut() }
}

/// Writes what is asked for to its place, or keeps why there is none.
///
/// # Safety
/// The stream is one of ours that nobody else uses, or null; `out` may be written to, or is null.
unsafe fn answer<T>(
    stream: *mut ArrowArrayStream,
    out: *mut T,
    make: impl FnOnce(&mut dyn Batches) -> Result<T>,
) -> c_int {
    // SAFETY: the caller vouches for the stream.
    let source = unsafe { source(stream) };
    let (Some(source), false) = (source, out.is_null()) else { return EINVAL };
    source.message = None;
    match guard(|| make(&mut *source.batches)) {
        Ok(made) => {
            // SAFETY: it is not null, and the caller vouches that it may be written to.
            unsafe { out.write(made) };
            0
        }
        Err(error) => {
            source.message = CString::new(error.into_message().replace('\0', "\u{fffd}")).ok();
            EIO
        }
    }
}
