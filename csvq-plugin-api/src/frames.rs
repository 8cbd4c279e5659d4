//! Tables as polars frames, which share the memory of whoever made them.
//!
//! The version of polars that the types are of is here too: an author needs no line for it in `Cargo.toml`.

pub use ::polars;

use ::polars::frame::DataFrame;
use ::polars::prelude::{Column, CompatLevel, IntoColumn, PlSmallStr, PolarsError, Series};
use polars_arrow::array::{Array as _, StructArray};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::ffi;

use crate::error::{Error, Result};
use crate::job::Input;
use crate::outcome::Outcome;
use crate::stream::{Array, Batches, Schema, Stream};

impl Input {
    /// The table as a frame, all of its batches. No value is copied.
    ///
    /// ```
    /// use csvq_plugin_api::{Input, Result};
    ///
    /// fn rows(input: Input) -> Result<usize> {
    ///     Ok(input.frame()?.height())
    /// }
    /// ```
    ///
    /// # Errors
    /// What the stream says, and where its schema is none of a table.
    pub fn frame(self) -> Result<DataFrame> {
        read(self.stream)
    }
}

impl Stream {
    /// A stream of a frame, which shares its memory; columns whose chunks do not lie alike are copied first.
    ///
    /// # Errors
    /// [`Error::failed`] where polars can't offer a column so.
    pub fn of_frame(mut frame: DataFrame) -> Result<Self> {
        frame.align_chunks();
        let fields = frame.columns().iter();
        let fields = fields.map(|column| column.dtype().to_arrow_field(column.name().clone(), CompatLevel::newest()));
        let data_type = ArrowDataType::Struct(fields.collect());
        let batches: Vec<_> = frame
            .iter_chunks(CompatLevel::newest(), false)
            .map(|batch| StructArray::try_new(data_type.clone(), batch.len(), batch.into_arrays(), None))
            .collect::<std::result::Result<_, PolarsError>>()?;
        let field = Field::new(PlSmallStr::EMPTY, data_type, false);
        Ok(Self::new(Frame { field, batches: batches.into_iter() }))
    }
}

impl Outcome {
    /// Tells the differences by a frame of the plugin's own; see [`Outcome::stream`].
    ///
    /// # Errors
    /// Those of [`Stream::of_frame`].
    pub fn frame(self, frame: DataFrame) -> Result<Self> {
        Ok(self.stream(Stream::of_frame(frame)?))
    }
}

fn read(mut stream: Stream) -> Result<DataFrame> {
    let mut schema = stream.schema()?.into_raw();
    // SAFETY: both types are Arrow's `struct ArrowSchema`; it is moved, once.
    let schema = unsafe { (&raw mut schema).cast::<ffi::ArrowSchema>().read() };
    // SAFETY: it comes from a stream that keeps the interface's rules.
    let field = unsafe { ffi::import_field_from_c(&schema) }?;
    let ArrowDataType::Struct(fields) = &field.dtype else {
        return Err(Error::failed("a table is no struct of columns"));
    };
    let mut chunks: Vec<Vec<Box<dyn polars_arrow::array::Array>>> = fields.iter().map(|_| Vec::new()).collect();
    let mut rows = 0;
    while let Some(batch) = stream.next_batch()? {
        let mut batch = batch.into_raw();
        // SAFETY: both types are Arrow's `struct ArrowArray`; it is moved, once.
        let batch = unsafe { (&raw mut batch).cast::<ffi::ArrowArray>().read() };
        // SAFETY: it comes from a stream that says that its batches are of this type, and keeps the interface's rules.
        let batch = unsafe { ffi::import_array_from_c(batch, field.dtype.clone()) }?;
        let batch =
            batch.as_any().downcast_ref::<StructArray>().ok_or_else(|| Error::failed("a batch is no struct"))?;
        if batch.null_count() > 0 {
            return Err(Error::unsupported("a table has rows that are null as a whole"));
        }
        rows += batch.len();
        chunks.iter_mut().zip(batch.values()).for_each(|(chunks, values)| chunks.push(values.clone()));
    }
    let column = |(field, chunks): (&Field, Vec<_>)| -> Result<Column> {
        Ok(match chunks.is_empty() {
            true => Series::try_from((field, polars_arrow::array::new_empty_array(field.dtype.clone())))?,
            false => Series::try_from((field, chunks))?,
        }
        .into_column())
    };
    let columns = fields.iter().zip(chunks).map(column).collect::<Result<Vec<_>>>()?;
    Ok(DataFrame::new(rows, columns)?)
}

/// A frame as a stream makes it.
struct Frame {
    field: Field,
    batches: std::vec::IntoIter<StructArray>,
}

impl Batches for Frame {
    fn schema(&mut self) -> Result<Schema> {
        let schema = Box::into_raw(Box::new(ffi::export_field_to_c(&self.field)));
        // SAFETY: both types are Arrow's `struct ArrowSchema`.
        let schema = unsafe { Box::from_raw(schema.cast::<csvq_plugin_abi::ArrowSchema>()) };
        // SAFETY: it keeps the interface's rules, and is released nowhere else.
        Ok(unsafe { Schema::from_raw(*schema) })
    }

    fn next_batch(&mut self) -> Result<Option<Array>> {
        let Some(batch) = self.batches.next() else { return Ok(None) };
        let array = Box::into_raw(Box::new(ffi::export_array_to_c(batch.boxed())));
        // SAFETY: both types are Arrow's `struct ArrowArray`.
        let array = unsafe { Box::from_raw(array.cast::<csvq_plugin_abi::ArrowArray>()) };
        // SAFETY: it keeps the interface's rules, and is released nowhere else.
        Ok(Some(unsafe { Array::from_raw(*array) }))
    }
}

impl From<PolarsError> for Error {
    /// Its own words may quote what is in a cell, and stay here.
    fn from(_: PolarsError) -> Self {
        Self::failed("polars can't read or make a table")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_survives_being_a_stream() {
        let columns = vec![
            Column::new("id".into(), [Some(1_i64), None, Some(3)]),
            Column::new("name".into(), [Some("short"), Some("a text that is longer than twelve bytes"), None]),
            Column::new("flag".into(), [true, false, true]),
        ];
        let mut frame = DataFrame::new(3, columns).unwrap();
        frame.vstack_mut(&frame.clone()).unwrap();
        let stream = Stream::of_frame(frame.clone()).unwrap();
        let input = Input { name: "left".to_owned(), stream };
        assert!(input.frame().unwrap().equals_missing(&frame));
        let empty = frame.head(Some(0));
        let input = Input { name: "left".to_owned(), stream: Stream::of_frame(empty.clone()).unwrap() };
        assert!(input.frame().unwrap().equals_missing(&empty));
    }

    #[test]
    fn values_are_not_copied() {
        let frame = DataFrame::new(2, vec![Column::new("id".into(), [1_i64, 2])]).unwrap();
        let address = |frame: &DataFrame| {
            let column = frame.columns()[0].as_materialized_series().i64().unwrap().cont_slice().unwrap().as_ptr();
            column as usize
        };
        let input = Input { name: "left".to_owned(), stream: Stream::of_frame(frame.clone()).unwrap() };
        assert_eq!(address(&input.frame().unwrap()), address(&frame));
    }
}
