//! Tables as record batches of arrow-rs, which share the memory of whoever made them.
//!
//! The versions of the two crates that the types are of are here too: an author needs no line for them in `Cargo.toml`.

use std::sync::Arc;

pub use arrow_array;
pub use arrow_schema;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::{Array as _, RecordBatch, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, DataType, Field, Schema as ArrowSchema, SchemaRef};

use crate::error::{Error, Result};
use crate::job::Input;
use crate::outcome::Outcome;
use crate::stream::{Array, Batches, Schema, Stream};

/// Reads a stream as record batches. No value is copied: the memory is released with the last batch that needs it,
/// which may be after the call.
///
/// ```
/// use csvq_plugin_api::{Input, Result};
///
/// fn rows(input: Input) -> Result<usize> {
///     let mut rows = 0;
///     for batch in input.batches()? {
///         rows += batch?.num_rows();
///     }
///     Ok(rows)
/// }
/// ```
#[derive(Debug)]
pub struct RecordBatches {
    stream: Stream,
    schema: SchemaRef,
}

impl RecordBatches {
    /// Reads the schema of a stream.
    ///
    /// # Errors
    /// What the stream says, and where its schema is none of a table.
    pub fn new(mut stream: Stream) -> Result<Self> {
        let mut schema = stream.schema()?.into_raw();
        // SAFETY: both types are Arrow's `struct ArrowSchema`; it is moved, once.
        let schema = unsafe { FFI_ArrowSchema::from_raw((&raw mut schema).cast()) };
        let field = Field::try_from(&schema)?;
        let DataType::Struct(fields) = field.data_type() else {
            return Err(Error::failed("a table is no struct of columns"));
        };
        let schema = ArrowSchema::new(fields.clone()).with_metadata(field.metadata().clone());
        Ok(Self { stream, schema: Arc::new(schema) })
    }

    fn read(&mut self) -> Result<Option<RecordBatch>> {
        let Some(array) = self.stream.next_batch()? else { return Ok(None) };
        if array.as_raw().null_count > 0 {
            return Err(Error::unsupported("a table has rows that are null as a whole"));
        }
        let mut array = array.into_raw();
        // SAFETY: both types are Arrow's `struct ArrowArray`; it is moved, once.
        let array = unsafe { FFI_ArrowArray::from_raw((&raw mut array).cast()) };
        let data_type = DataType::Struct(self.schema.fields().clone());
        // SAFETY: it comes from a stream that says that its batches are of this type, and keeps the interface's rules.
        let data = unsafe { from_ffi_and_data_type(array, data_type) }?;
        let batch = RecordBatch::from(StructArray::from(data));
        Ok(Some(batch.with_schema(Arc::clone(&self.schema))?))
    }
}

impl Iterator for RecordBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().map_err(|error| ArrowError::ExternalError(Box::new(error))).transpose()
    }
}

impl RecordBatchReader for RecordBatches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

impl Input {
    /// The table as record batches.
    ///
    /// # Errors
    /// What the stream says, and where its schema is none of a table.
    pub fn batches(self) -> Result<RecordBatches> {
        RecordBatches::new(self.stream)
    }
}

impl Stream {
    /// A stream of record batches, which shares their memory.
    #[must_use]
    pub fn of_batches(batches: impl RecordBatchReader + Send + 'static) -> Self {
        Self::new(Reader { batches })
    }
}

impl Outcome {
    /// Tells the differences by record batches of the plugin's own; see [`Outcome::stream`].
    #[must_use]
    pub fn batches(self, batches: impl RecordBatchReader + Send + 'static) -> Self {
        self.stream(Stream::of_batches(batches))
    }
}

/// Record batches as a stream makes them.
struct Reader<R> {
    batches: R,
}

impl<R: RecordBatchReader + Send> Batches for Reader<R> {
    fn schema(&mut self) -> Result<Schema> {
        let schema = FFI_ArrowSchema::try_from(self.batches.schema().as_ref())?;
        let schema = Box::into_raw(Box::new(schema));
        // SAFETY: both types are Arrow's `struct ArrowSchema`.
        let schema = unsafe { Box::from_raw(schema.cast::<csvq_plugin_abi::ArrowSchema>()) };
        // SAFETY: it keeps the interface's rules, and is released nowhere else.
        Ok(unsafe { Schema::from_raw(*schema) })
    }

    fn next_batch(&mut self) -> Result<Option<Array>> {
        let Some(batch) = self.batches.next() else { return Ok(None) };
        let array = FFI_ArrowArray::new(&StructArray::from(batch?).to_data());
        let array = Box::into_raw(Box::new(array));
        // SAFETY: both types are Arrow's `struct ArrowArray`.
        let array = unsafe { Box::from_raw(array.cast::<csvq_plugin_abi::ArrowArray>()) };
        // SAFETY: it keeps the interface's rules, and is released nowhere else.
        Ok(Some(unsafe { Array::from_raw(*array) }))
    }
}
