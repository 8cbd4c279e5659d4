//! Writing a table as an Arrow file.

use std::io::Write;
use std::sync::Arc;

use polars::prelude::{CompatLevel, DataType};
use polars_arrow::datatypes::{ArrowSchema, Field as ArrowField};
use polars_arrow::io::ipc::write::{EncodedData, FileWriter, WriteOptions};

use super::Table;
use crate::error::{Context, Error, ErrorKind, Result};

/// What a batch takes besides its values, about.
const SLACK: usize = 64 << 10;

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
        let mut writer = FileWriter::try_new(out, Arc::new(schema), None, options).map_err(|error| failed(&error))?;
        // A batch is put together before it is written: all at once, instead of twice as much again and again.
        let batches = frame.first_col_n_chunks().max(1);
        let arrow_data = Vec::with_capacity(frame.estimated_size() / batches + SLACK);
        writer.set_scratches(EncodedData { ipc_message: Vec::new(), arrow_data });
        for batch in frame.iter_chunks(CompatLevel::newest(), false) {
            writer.write(&batch, None).map_err(|error| failed(&error))?;
        }
        writer.finish().map_err(|error| failed(&error))
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
