//! Writing a table as an Arrow file.

use std::io::Write;
use std::sync::Arc;

use polars::frame::DataFrame;
use polars::prelude::{CompatLevel, DataType};
use polars_arrow::array::{BinaryViewArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowSchema, Field as ArrowField};
use polars_arrow::io::ipc::write::{FileWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;

use super::{Array, Table};
use crate::error::{Context, Error, ErrorKind, Result};

/// How many bytes are written as one batch, about, and how many rows at least.
const PART: usize = 2 << 20;
const LEAST_ROWS: usize = 1 << 12;

impl Table {
    /// Writes the table as an Arrow file, not compressed.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where it can't be written.
    pub(crate) fn write_arrow_file(&self, out: impl Write) -> Result<()> {
        let failed = |error: &dyn std::fmt::Display| {
            let context = Context { input: Some(self.name.clone()), ..Context::default() };
            Error::new(ErrorKind::Io, format!("can't write the table as an Arrow file: {error}")).with_context(context)
        };
        let fields = self
            .frame
            .columns()
            .iter()
            .map(|column| column.dtype().to_arrow_field(column.name().clone(), CompatLevel::newest()));
        let schema: ArrowSchema = fields.map(|field: ArrowField| (field.name.clone(), field)).collect();
        let mut frame = self.frame.clone();
        // A file has one dictionary for each column.
        let has_dictionary = frame.columns().iter().any(|column| holds_dictionary(column.dtype()));
        if has_dictionary || frame.should_rechunk() {
            frame.rechunk_mut();
        }
        let options = WriteOptions { compression: None };
        let schema = Arc::new(schema);
        let mut writer =
            FileWriter::try_new(out, Arc::clone(&schema), None, options).map_err(|error| failed(&error))?;
        for part in parts(&frame, has_dictionary) {
            for batch in part.iter_chunks(CompatLevel::newest(), false) {
                let length = batch.len();
                let arrays = batch.into_arrays().into_iter().map(compact).collect();
                let batch =
                    RecordBatchT::try_new(length, Arc::clone(&schema), arrays).map_err(|error| failed(&error))?;
                writer.write(&batch, None).map_err(|error| failed(&error))?;
            }
        }
        writer.finish().map_err(|error| failed(&error))
    }
}

/// The rows in parts of a few megabytes. A batch is put together in memory before it is written: one that stays in the
/// processor's cache, and in pages that are there already, takes a fraction of the time.
fn parts(frame: &DataFrame, has_dictionary: bool) -> impl Iterator<Item = DataFrame> + '_ {
    let (height, bytes) = (frame.height(), frame.estimated_size());
    // Texts within lists would be written anew with each part.
    let is_flat = frame.columns().iter().all(|column| !column.dtype().is_nested());
    let rows = if is_flat && !has_dictionary { (height * PART).checked_div(bytes).unwrap_or(height) } else { height };
    let rows = rows.max(LEAST_ROWS);
    (0..height.max(1)).step_by(rows).map(move |start| frame.slice(start as i64, rows))
}

/// An array without the texts of other rows.
fn compact(array: Array) -> Array {
    let any = array.as_any();
    if let Some(texts) = any.downcast_ref::<Utf8ViewArray>() {
        return texts.clone().gc().boxed();
    }
    match any.downcast_ref::<BinaryViewArray>() {
        Some(bytes) => bytes.clone().gc().boxed(),
        None => array,
    }
}

fn holds_dictionary(data_type: &DataType) -> bool {
    match data_type {
        DataType::Categorical(..) | DataType::Enum(..) => true,
        DataType::List(inner) | DataType::Array(inner, _) => holds_dictionary(inner),
        DataType::Struct(fields) => fields.iter().any(|field| holds_dictionary(field.dtype())),
        _ => false,
    }
}
