//! A table that was read whole, and its columns.

use std::borrow::Cow;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, SchemaRef};

use super::text;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::job::Input;

/// A table that was read whole: its batches, which share the host's memory.
#[derive(Clone, Debug)]
pub struct Table {
    name: String,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: usize,
}

/// A column of a table. Values are got by row, counted from 0.
#[derive(Clone, Debug)]
pub struct Column {
    data_type: DataType,
    // With the row that comes after each.
    chunks: Vec<(usize, ArrayRef)>,
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// What its stream says, and [`Error::cancelled`].
    pub fn read(input: Input, host: &Host) -> Result<Self> {
        let name = input.name.clone();
        let mut reader = input.batches()?;
        let mut table = Self { name, schema: reader.schema(), batches: Vec::new(), rows: 0 };
        for batch in &mut reader {
            host.check()?;
            let batch = batch?;
            table.rows = table.rows.checked_add(batch.num_rows()).ok_or("a table has more rows than there can be")?;
            if batch.num_rows() > 0 {
                table.batches.push(batch);
            }
        }
        Ok(table)
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names and types of its columns.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Its rows, in batches of which none is empty.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// One of its columns.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn column(&self, name: &str) -> Result<Column> {
        let missing = || Error::failed(format!("{} has no column `{name}`", self.name));
        let (index, field) = self.schema.column_with_name(name).ok_or_else(missing)?;
        let mut end = 0;
        let chunks = self.batches.iter().map(|batch| {
            end += batch.num_rows();
            batch.columns().get(index).map(|column| (end, ArrayRef::clone(column))).ok_or_else(missing)
        });
        let chunks = chunks.collect::<Result<_>>()?;
        Ok(Column { data_type: field.data_type().clone(), chunks })
    }

    /// One of its columns, whose values are wanted as text.
    ///
    /// # Errors
    /// Where there is none of that name; [`Unsupported`](crate::ErrorKind::Unsupported) where its type is one that has
    /// no text here: lists, structs and the like.
    pub fn text_column(&self, name: &str) -> Result<Column> {
        let column = self.column(name)?;
        if text::is_known(&column.data_type) {
            return Ok(column);
        }
        let Self { name: table, .. } = self;
        let what = format!("{table}: column `{name}` holds {}, which this plugin can't compare", column.data_type);
        Err(Error::unsupported(what))
    }
}

impl Column {
    /// The type of its values.
    #[must_use]
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// Whether it holds text, be it in a dictionary.
    #[must_use]
    pub fn is_text(&self) -> bool {
        let is_text =
            |data_type: &DataType| matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        match &self.data_type {
            DataType::Dictionary(_, values) => is_text(values),
            other => is_text(other),
        }
    }

    /// The text of a value; none where it is null, and where there is no such row.
    ///
    /// Text is borrowed. Values of other types are written as csvq writes them in reports: `1`, `0.5`, `true`,
    /// `2026-09-30`, `2026-09-30T08:00:00Z` (moments with a time zone in UTC).
    #[must_use]
    pub fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let (array, index) = self.place(row)?;
        text::of(array, index)
    }

    /// The array that holds a row, and where in it.
    #[must_use]
    pub fn place(&self, row: usize) -> Option<(&ArrayRef, usize)> {
        let chunk = self.chunks.partition_point(|(end, _)| *end <= row);
        let (end, array) = self.chunks.get(chunk)?;
        Some((array, (row + array.len()).checked_sub(*end)?))
    }

    /// Its values, in arrays of which none is empty.
    pub fn chunks(&self) -> impl Iterator<Item = &ArrayRef> {
        self.chunks.iter().map(|(_, array)| array)
    }
}
