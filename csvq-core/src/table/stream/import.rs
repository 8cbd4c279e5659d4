//! From a stream's callbacks to a frame.

use std::ffi::{c_char, c_int};
use std::{mem, ptr};

use polars::frame::DataFrame;
use polars::prelude::{Column as FrameColumn, Series};
use polars_arrow::array::new_empty_array;
use polars_arrow::datatypes::Field;

use super::build::{self, guarded};
use super::foreign::Owner;
use super::interface::{ArrowArray, ArrowArrayStream, ArrowSchema};
use super::node::{Node, Window, readable};
use super::shape::{self, Column, Shape};
use crate::error::{ErrorKind, Result};
use crate::table::fault::{Checked, Fault, unexpected};
use crate::table::{Array, MOST_ROWS};

/// The bytes of a producer's message that are shown.
const MOST_OF_MESSAGE: usize = 4096;

/// The values of the batches that are read together, about: some producers have batches too small for threads.
const MOST_TOGETHER: usize = 1 << 24;

/// For how many values a batch counts at least.
const LEAST_OF_BATCH: usize = 1 << 16;

/// All of a stream, for the input of that name. See [`Table::import_stream`](crate::table::Table::import_stream).
///
/// # Safety
/// As for [`Table::import_stream`](crate::table::Table::import_stream).
pub(super) unsafe fn frame(name: &str, stream: *mut ArrowArrayStream) -> Result<DataFrame> {
    // SAFETY: the caller vouches for the stream.
    let producer = unsafe { Producer::take(stream) };
    let mut producer = producer.map_err(|fault| fault.into_error(name, None))?;
    let schema = producer.schema();
    batches(name, schema, || producer.next())
}

/// One batch that came without a stream. See [`Table::import_array`](crate::table::Table::import_array).
///
/// # Safety
/// As for [`Table::import_array`](crate::table::Table::import_array).
pub(super) unsafe fn frame_of_array(name: &str, schema: *mut ArrowSchema, array: *mut ArrowArray) -> Result<DataFrame> {
    if !readable(schema) || !readable(array) {
        let fault = Fault::malformed("the pointer to the schema or to the array is null or not aligned");
        return Err(fault.into_error(name, None));
    }
    // SAFETY: it is neither null nor misaligned, and the caller vouches for the rest.
    let schema = mem::replace(unsafe { &mut *schema }, ArrowSchema::released());
    // SAFETY: as for the schema.
    let array = mem::replace(unsafe { &mut *array }, ArrowArray::released());
    if schema.is_released() || array.is_released() {
        let fault = Fault::malformed("the schema or the array is released already: an array can be read once");
        return Err(fault.into_error(name, None));
    }
    let mut array = Some(array);
    batches(name, Ok(schema), || Ok(array.take()))
}

/// A frame of batches, each a struct of the columns that the schema says.
fn batches(
    name: &str,
    schema: Checked<ArrowSchema>,
    mut next: impl FnMut() -> Checked<Option<ArrowArray>>,
) -> Result<DataFrame> {
    let schema = schema.and_then(|schema| guarded(|| shape::read(&schema)));
    let table = schema.map_err(|fault| fault.into_error(name, None))?;
    let Shape::Struct(columns) = &table.shape else {
        return Err(Fault::new(ErrorKind::Internal, "its schema is no struct; please report it").into_error(name, None));
    };

    let (mut rows, mut number) = (0, 0);
    let mut chunks: Vec<Vec<Array>> = columns.iter().map(|_| Vec::new()).collect();
    loop {
        let (batches, end) = gather(&mut next, columns.len());
        for batch in read(&batches, &table, columns) {
            number += 1;
            let (length, arrays) = batch.map_err(|fault| fault.into_error(name, Some(number)))?;
            rows += length;
            if rows > MOST_ROWS {
                return Err(Fault::too_long().into_error(name, Some(number)));
            }
            if length > 0 {
                chunks.iter_mut().zip(arrays).for_each(|(chunks, array)| chunks.push(array));
            }
        }
        match end {
            None => {}
            Some(Ok(())) => break,
            Some(Err(fault)) => return Err(fault.into_error(name, Some(number + 1))),
        }
    }
    guarded(|| assembled(rows, columns, chunks)).map_err(|fault| fault.into_error(name, None))
}

/// A stream that was taken over.
struct Producer {
    stream: ArrowArrayStream,
    get_schema: unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int,
    get_next: unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int,
    get_last_error: unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char,
}

impl Producer {
    /// Moves a stream out of its place.
    ///
    /// # Safety
    /// The pointer is null, or to an initialized stream that nobody else uses.
    unsafe fn take(stream: *mut ArrowArrayStream) -> Checked<Self> {
        if !readable(stream) {
            return Err(Fault::malformed("the pointer to the stream is null or not aligned"));
        }
        // SAFETY: it is neither null nor misaligned, and the caller vouches for the rest.
        let place = unsafe { &mut *stream };
        if place.is_released() {
            return Err(Fault::malformed("the stream is released already: a stream can be read once"));
        }
        let stream = mem::replace(place, ArrowArrayStream::released());
        let missing = |name: &str| Fault::malformed(format!("the stream has no `{name}`"));
        Ok(Self {
            get_schema: stream.get_schema.ok_or_else(|| missing("get_schema"))?,
            get_next: stream.get_next.ok_or_else(|| missing("get_next"))?,
            get_last_error: stream.get_last_error.ok_or_else(|| missing("get_last_error"))?,
            stream,
        })
    }

    fn schema(&mut self) -> Checked<ArrowSchema> {
        let mut schema = ArrowSchema::released();
        // SAFETY: the stream is not released, and the schema is a place to write one to.
        let code = unsafe { (self.get_schema)(ptr::from_mut(&mut self.stream), ptr::from_mut(&mut schema)) };
        if code != 0 {
            // What a producer that failed left there is nothing to release.
            mem::forget(schema);
            return Err(self.failure("get_schema", code));
        }
        Ok(schema)
    }

    /// The next batch; `None` at the end.
    fn next(&mut self) -> Checked<Option<ArrowArray>> {
        let mut batch = ArrowArray::released();
        // SAFETY: the stream is not released, and the batch is a place to write one to.
        let code = unsafe { (self.get_next)(ptr::from_mut(&mut self.stream), ptr::from_mut(&mut batch)) };
        if code != 0 {
            // What a producer that failed left there is nothing to release.
            mem::forget(batch);
            return Err(self.failure("get_next", code));
        }
        Ok((!batch.is_released()).then_some(batch))
    }

    fn failure(&mut self, call: &str, code: c_int) -> Fault {
        // SAFETY: the stream is not released, and its last call failed, which is when its error may be asked for.
        let message = unsafe { (self.get_last_error)(ptr::from_mut(&mut self.stream)) };
        let message = message_at(message);
        let colon = if message.is_empty() { "" } else { ": " };
        Fault::new(ErrorKind::Io, format!("the stream's producer failed in `{call}` (code {code}){colon}{message}"))
    }
}

/// A producer's message, as far as it is text.
fn message_at(message: *const c_char) -> String {
    let mut bytes = Vec::new();
    let mut next = message.cast::<u8>();
    while !next.is_null() && bytes.len() < MOST_OF_MESSAGE {
        // SAFETY: the message ends in NUL, for which the producer vouches, and there was none before.
        let byte = unsafe { next.read() };
        if byte == 0 {
            break;
        }
        bytes.push(byte);
        // SAFETY: after a byte that is no NUL there is another one.
        next = unsafe { next.add(1) };
    }
    let message = String::from_utf8_lossy(&bytes);
    // Line ends are kept: messages of other libraries have several lines. Nothing else may drive a terminal.
    message.trim_end().chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The next batches, as many as are read together; and how the stream ended, if it did.
fn gather(next: &mut impl FnMut() -> Checked<Option<ArrowArray>>, columns: usize) -> (Vec<Owner>, Option<Checked<()>>) {
    let (mut batches, mut values) = (Vec::new(), 0_usize);
    while values < MOST_TOGETHER {
        match next() {
            Ok(Some(batch)) => {
                let rows = usize::try_from(batch.length).unwrap_or(0);
                values = values.saturating_add(rows.saturating_mul(columns).max(LEAST_OF_BATCH));
                batches.push(Owner::new(batch));
            }
            Ok(None) => return (batches, Some(Ok(()))),
            Err(fault) => return (batches, Some(Err(fault))),
        }
    }
    (batches, None)
}

/// Each batch's rows and its columns' arrays; nothing follows a fault.
fn read(batches: &[Owner], table: &Column, columns: &[Column]) -> Vec<Checked<(usize, Vec<Array>)>> {
    let roots: Vec<Checked<(Node<'_>, Window)>> = batches.iter().map(|batch| guarded(|| root(batch, table))).collect();
    let sound: Vec<(Node<'_>, Window)> = roots.iter().map_while(|root| root.as_ref().ok().copied()).collect();
    let arrays = build::batches(&sound, columns);
    let fault = roots.into_iter().find_map(Result::err).filter(|_| arrays.len() == sound.len());
    let read = sound.iter().zip(arrays).map(|((_, window), arrays)| arrays.map(|arrays| (window.length, arrays)));
    read.chain(fault.map(Err)).collect()
}

/// A batch's struct, and all of its rows.
fn root<'a>(batch: &'a Owner, table: &Column) -> Checked<(Node<'a>, Window)> {
    let root = Node::root(batch, table.parts())?;
    let window = root.window();
    if window.length > MOST_ROWS {
        return Err(Fault::new(ErrorKind::LimitExceeded, format!("it has more than {MOST_ROWS} rows; split it")));
    }
    if root.validity(window)?.is_some() {
        return Err(Fault::unsupported("it has rows that are null as a whole, which a table can't have"));
    }
    Ok((root, window))
}

/// The frame of all batches.
fn assembled(rows: usize, columns: &[Column], chunks: Vec<Vec<Array>>) -> Checked<DataFrame> {
    let columns = columns.iter().zip(chunks).map(|(column, chunks)| {
        let series = series(column, chunks).map_err(|fault| fault.within(&column.name))?;
        Ok(FrameColumn::from(series))
    });
    DataFrame::new(rows, columns.collect::<Checked<_>>()?).map_err(unexpected)
}

fn series(column: &Column, mut chunks: Vec<Array>) -> Checked<Series> {
    if chunks.is_empty() {
        chunks.push(new_empty_array(column.data_type()));
    }
    let field = Field::new(column.name.as_str().into(), column.data_type(), true);
    if !column.holds_dictionary() {
        return Series::try_from((&field, chunks)).map_err(unexpected);
    }
    // polars joins the dictionaries of all chunks, and leaves out empty ones: within lists their codes would come to
    // stand beside the offsets of other chunks.
    let mut parts = chunks.into_iter().map(|chunk| Series::try_from((&field, chunk)).map_err(unexpected));
    let mut whole =
        parts.next().ok_or_else(|| Fault::new(ErrorKind::Internal, "it has no chunk; please report it"))??;
    for part in parts {
        whole.append_owned(part?).map_err(unexpected)?;
    }
    Ok(whole)
}
