//! From a frame to a stream's callbacks.

use std::collections::VecDeque;
use std::ffi::{CString, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{mem, ptr};

use polars::prelude::CompatLevel;
use polars_arrow::array::StructArray;
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::ffi;

use super::interface::{ArrowArray, ArrowArrayStream, ArrowSchema};
use super::node::readable;
use crate::error::{Error, ErrorKind, Result};
use crate::table::fork::refuse_in_child;
use crate::table::{Array, Table};

/// What a callback returns when all is well.
const OK: c_int = 0;

/// `EIO`: the export failed; there is a message.
pub(super) const EIO: c_int = 5;

/// `EINVAL`: an argument is null, or the stream is released.
pub(super) const EINVAL: c_int = 22;

/// The table as a stream.
pub(super) fn stream(table: Table) -> ArrowArrayStream {
    let source = Box::new(Source { table, batches: None, message: None });
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release),
        private_data: Box::into_raw(source).cast::<c_void>(),
    }
}

/// What a stream has in `private_data`.
pub(super) struct Source {
    table: Table,
    batches: Option<Batches>,
    message: Option<CString>,
}

impl Source {
    fn schema(&mut self) -> Result<ArrowSchema> {
        refuse_in_child()?;
        let fields = fields(&self.table);
        check_names(&fields)?;
        let schema = ffi::export_field_to_c(&Field::new("".into(), ArrowDataType::Struct(fields), false));
        // SAFETY: both are laid out as the C interface says, and so is the callback's pointer.
        Ok(unsafe { mem::transmute::<ffi::ArrowSchema, ArrowSchema>(schema) })
    }

    fn next(&mut self) -> Result<ArrowArray> {
        refuse_in_child()?;
        let table = &self.table;
        let Some(batch) = self.batches.get_or_insert_with(|| Batches::new(table)).next()? else {
            return Ok(ArrowArray::released());
        };
        let batch = ffi::export_array_to_c(batch.boxed());
        // SAFETY: both are laid out as the C interface says, and so is the callback's pointer.
        Ok(unsafe { mem::transmute::<ffi::ArrowArray, ArrowArray>(batch) })
    }
}

/// What is left of a table, column by column.
struct Batches {
    fields: Vec<Field>,
    columns: Vec<VecDeque<Array>>,
    rows: usize,
}

impl Batches {
    fn new(table: &Table) -> Self {
        let column = |index| table.arrays(index).into_iter().filter(|array: &Array| !array.is_empty()).collect();
        let columns = (0..table.fields().len()).map(column).collect();
        Self { fields: fields(table), columns, rows: table.frame().height() }
    }

    /// As many rows as come before the end of some column's chunk.
    fn next(&mut self) -> Result<Option<StructArray>> {
        if self.rows == 0 {
            return Ok(None);
        }
        let unexpected =
            || Error::new(ErrorKind::Internal, "the table's columns do not fit together; please report it");
        let fronts = self.columns.iter().map(|chunks| chunks.front().map_or(0, |chunk| chunk.len()));
        let length = fronts.min().unwrap_or(self.rows);
        self.rows = self.rows.checked_sub(length).filter(|_| length > 0).ok_or_else(unexpected)?;
        let take = |chunks: &mut VecDeque<Array>| {
            let chunk = chunks.pop_front()?;
            if chunk.len() == length {
                return Some(chunk);
            }
            let front = chunk.sliced(0, length);
            chunks.push_front(chunk.sliced(length, chunk.len() - length));
            Some(front)
        };
        let arrays = self.columns.iter_mut().map(take).collect::<Option<_>>().ok_or_else(unexpected)?;
        let batch = StructArray::try_new(ArrowDataType::Struct(self.fields.clone()), length, arrays, None);
        batch.map(Some).map_err(|_| unexpected())
    }
}

fn fields(table: &Table) -> Vec<Field> {
    let columns = table.frame().columns().iter();
    columns.map(|column| column.dtype().to_arrow_field(column.name().clone(), CompatLevel::newest())).collect()
}

fn check_names(fields: &[Field]) -> Result<()> {
    for field in fields {
        if field.name.contains('\0') {
            let name = field.name.escape_debug();
            let message =
                format!("the name of column `{name}` holds a NUL, which Arrow's C interface can't carry; rename it");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        match &field.dtype {
            ArrowDataType::Struct(fields) => check_names(fields)?,
            ArrowDataType::LargeList(item) | ArrowDataType::FixedSizeList(item, _) => {
                check_names(std::slice::from_ref(item))?
            }
            _ => {}
        }
    }
    Ok(())
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours and a place to write to, or null.
    unsafe { answer(stream, out, Source::schema) }
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours and a place to write to, or null.
    unsafe { answer(stream, out, Source::next) }
}

unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours, or null.
    let source = unsafe { source(stream) };
    source.and_then(|source| source.message.as_ref()).map_or(ptr::null(), |message| message.as_ptr())
}

unsafe extern "C" fn release(stream: *mut ArrowArrayStream) {
    // SAFETY: this is a callback of ours, which its caller gives a stream of ours, or null.
    let Some(source) = (unsafe { source(stream) }) else { return };
    // SAFETY: `stream` boxed it, and the stream forgets it below.
    let source = unsafe { Box::from_raw(ptr::from_mut(source)) };
    // SAFETY: `source` saw that the pointer is neither null nor misaligned.
    let stream = unsafe { &mut *stream };
    stream.release = None;
    stream.private_data = ptr::null_mut();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(source))) {
        // To drop what was thrown could throw again.
        mem::forget(panic);
    }
}

/// What makes the answers of a stream; `None` where it is null or released.
///
/// # Safety
/// The stream is one of ours that nobody else uses, or null.
unsafe fn source<'a>(stream: *mut ArrowArrayStream) -> Option<&'a mut Source> {
    if !readable(stream) {
        return None;
    }
    // SAFETY: it is neither null nor misaligned, and the caller vouches for the rest.
    let stream = unsafe { &mut *stream };
    if stream.is_released() {
        return None;
    }
    // SAFETY: a stream of ours that is not released has it.
    unsafe { stream.private_data.cast::<Source>().as_mut() }
}

/// Writes what is asked for to its place, or says why there is none.
///
/// # Safety
/// The stream is one of ours that nobody else uses, or null; `out` may be written to, or is null.
pub(super) unsafe fn answer<T>(
    stream: *mut ArrowArrayStream,
    out: *mut T,
    make: impl FnOnce(&mut Source) -> Result<T>,
) -> c_int {
    // SAFETY: the caller vouches for the stream.
    let source = unsafe { source(stream) };
    let (Some(source), true) = (source, readable(out)) else { return EINVAL };
    source.message = None;
    let failure = match catch_unwind(AssertUnwindSafe(|| make(source))) {
        Ok(Ok(made)) => {
            // SAFETY: it is neither null nor misaligned, and the caller vouches that it may be written to.
            unsafe { out.write(made) };
            return OK;
        }
        Ok(Err(error)) => error.to_string(),
        Err(panic) => {
            // To drop what was thrown could throw again.
            mem::forget(panic);
            "csvq failed at the export; please report it".to_owned()
        }
    };
    source.message = CString::new(failure.replace('\0', "\u{fffd}")).ok();
    EIO
}
