//! Writing a table as Parquet.

use std::io::Write;

use polars::prelude::CompatLevel;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field as ArrowField};
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions,
};

use super::Table;
use crate::error::{Context, Error, ErrorKind, Result};

impl Table {
    /// Writes the table as a Parquet file, compressed by Zstandard.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where it can't be written; [`Unsupported`](ErrorKind::Unsupported) where Parquet has no such
    /// type.
    ///
    /// ```
    /// use csvq_core::table::Table;
    /// use polars::prelude::{Column, DataFrame};
    ///
    /// let frame = DataFrame::new_infer_height(vec![Column::new("id".into(), [1_i64, 2])])?;
    /// let mut file = Vec::new();
    /// Table::new("ids", frame)?.write_parquet(&mut file)?;
    /// assert!(file.starts_with(b"PAR1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_parquet(&self, out: impl Write) -> Result<()> {
        let options = WriteOptions {
            statistics: StatisticsOptions::default(),
            version: Version::V1,
            compression: CompressionOptions::Zstd(None),
            data_page_size: None,
        };
        let fields: Vec<ArrowField> = self
            .frame
            .columns()
            .iter()
            .map(|column| column.dtype().to_arrow_field(column.name().clone(), CompatLevel::newest()))
            .collect();
        let encodings: Vec<Vec<Encoding>> = fields.iter().map(|field| encodings(&field.dtype)).collect();
        let schema: ArrowSchema = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
        let mut frame = self.frame.clone();
        frame.rechunk_mut();
        let batches: Vec<_> = frame.iter_chunks(CompatLevel::newest(), false).map(Ok).collect();
        let failed = |error: &dyn std::fmt::Display| {
            let context = Context { input: Some(self.name.clone()), ..Context::default() };
            Error::new(ErrorKind::Io, format!("can't write Parquet: {error}")).with_context(context)
        };
        let unsupported = |error: &dyn std::fmt::Display| {
            Error::new(ErrorKind::Unsupported, format!("Parquet can't hold this table: {error}"))
        };
        let groups = RowGroupIterator::try_new(batches.into_iter(), &schema, options, encodings.into())
            .map_err(|error| unsupported(&error))?;
        let mut writer = FileWriter::try_new(out, schema, options).map_err(|error| unsupported(&error))?;
        for group in groups {
            let group = group.map_err(|error| failed(&error))?;
            writer.write(frame.height() as u64, group).map_err(|error| failed(&error))?;
        }
        writer.end(None).map_err(|error| failed(&error))?;
        Ok(())
    }
}

/// The encodings of a column: a list or a struct is stored as several columns, each with its own.
fn encodings(data_type: &ArrowDataType) -> Vec<Encoding> {
    match data_type {
        ArrowDataType::Dictionary(..) => vec![Encoding::RleDictionary],
        ArrowDataType::List(item)
        | ArrowDataType::LargeList(item)
        | ArrowDataType::FixedSizeList(item, _)
        | ArrowDataType::Map(item, _) => encodings(&item.dtype),
        ArrowDataType::Struct(fields) => fields.iter().flat_map(|field| encodings(&field.dtype)).collect(),
        _ => vec![Encoding::Plain],
    }
}
