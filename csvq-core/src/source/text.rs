//! Delimited text as columns, for comparisons with what is no text. Cells are held in memory, as many columns at once as
//! the budget allows.

use csvq_text::{Ragged, Table, TextColumn};
use parking_lot::Mutex;
use polars_arrow::array::Utf8Array;
use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::offset::OffsetsBuffer;

use super::columns::ColumnReader;
use super::guard::in_input;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::table::Array;
use crate::types::{DataType, Field};

/// A text table's columns.
pub(crate) struct TextReader {
    table: Table,
    ragged: Ragged,
    memory: u64,
    fields: Vec<Field>,
    rows: u64,
    /// The columns that are read, by index, in the order in which they will be asked for.
    wanted: Vec<usize>,
    held: Mutex<Vec<(usize, Array)>>,
}

impl TextReader {
    /// Reads the first of the columns that will be asked for.
    pub(crate) fn new(
        table: Table,
        names: &[String],
        wanted: Vec<usize>,
        ragged: Ragged,
        memory: u64,
        control: &Control,
    ) -> Result<Self> {
        let field = |name: &String| Field { name: name.clone(), data_type: DataType::Text, nullable: false };
        let mut reader = Self {
            table,
            ragged,
            memory,
            fields: names.iter().map(field).collect(),
            rows: 0,
            wanted,
            held: Mutex::default(),
        };
        let first = reader.wanted.first().copied().unwrap_or(0);
        reader.rows = reader.take(first, control)?.len() as u64;
        Ok(reader)
    }

    /// A column, which is read with those that follow it unless it is there.
    fn take(&self, index: usize, control: &Control) -> Result<Array> {
        let mut held = self.held.lock();
        if let Some((_, array)) = held.iter().find(|(known, _)| *known == index) {
            return Ok(array.clone());
        }
        let each = self.column_bytes(index).max(1);
        let many = usize::try_from(self.memory / 4 / each).unwrap_or(usize::MAX).max(1);
        let from = self.wanted.iter().position(|wanted| *wanted == index);
        let group: Vec<usize> = match from {
            Some(from) => self.wanted[from..].iter().copied().take(many).collect(),
            None => vec![index],
        };
        held.clear();
        let columns = csvq_text::read_columns(&self.table, &group, u64::MAX, self.ragged, control)?;
        for (index, column) in group.into_iter().zip(columns) {
            held.push((index, self.array(column)?));
        }
        Ok(held[0].1.clone())
    }

    fn array(&self, TextColumn { bytes, ends }: TextColumn) -> Result<Array> {
        let offsets: Vec<i64> = std::iter::once(0).chain(ends.into_iter().map(|end| end as i64)).collect();
        let wrong = |error: &dyn std::fmt::Display| {
            Error::new(ErrorKind::Internal, error.to_string()).with_context(in_input(self.table.input().name()))
        };
        let offsets = OffsetsBuffer::try_from(offsets).map_err(|error| wrong(&error))?;
        let array = Utf8Array::<i64>::try_new(ArrowDataType::LargeUtf8, offsets, bytes.into(), None);
        Ok(array.map_err(|error| wrong(&error))?.boxed())
    }
}

impl ColumnReader for TextReader {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn column_bytes(&self, _: usize) -> u64 {
        // Its share of the text, and an offset and a view for each row.
        self.table.input().len() / self.fields.len().max(1) as u64 + self.rows * 24
    }

    fn read(&self, index: usize, _: usize, control: &Control) -> Result<Vec<Array>> {
        Ok(vec![self.take(index, control)?])
    }

    fn check_unchanged(&self) -> Result<()> {
        Ok(self.table.input().check_unchanged()?)
    }
}
