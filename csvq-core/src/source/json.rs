//! NDJSON (an object a line) and JSON (an array of objects) as a table.
//!
//! A column is held as its values are written until it is asked for: only when all rows are known is it known which type
//! holds every value without losing anything. Neither the input nor the table is ever in memory as a whole.
//!
//! | all values of a column | its type |
//! |---|---|
//! | none, or null | null |
//! | `true`, `false` | boolean |
//! | integers | int64, else uint64, else decimal of 38 digits, else text |
//! | numbers, some with a fraction or exponent | float64 where it has every integer and no number is beyond its range, else text |
//! | strings | text |
//! | objects | struct of the union of their keys |
//! | arrays | list |
//! | several of these kinds | text: strings as they are, all else as compact JSON |
//!
//! Text is never read as dates or numbers here.

mod build;
mod cells;
mod names;
mod records;
mod shape;
#[cfg(test)]
mod tests;
mod walk;

use std::io::Read;

use self::build::Builder;
use self::cells::Cells;
use self::names::Names;
use self::records::{Record, Records};
use self::shape::{Shape, Type};
use self::walk::Problem;
use super::columns::ColumnReader;
use super::guard::{Watched, in_input};
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::table::{self, Array};
use crate::types::Field;

/// Rows of an array at most.
const ARRAY_ROWS: u64 = 1 << 18;

/// After this many rows it is checked whether someone wants to end it.
const CHECKED_ROWS: u64 = 1 << 12;

/// Reads a table from NDJSON or JSON. Which of the two it is, the first byte tells that is no white space.
///
/// # Errors
/// [`Malformed`](ErrorKind::Malformed) with line and byte offset, [`Io`](ErrorKind::Io), and what `control` was stopped for.
pub(crate) fn read(input: impl Read, name: &str, control: &Control) -> Result<JsonTable> {
    csvq_text::check(control)?;
    let mut records = Records::open(Watched::new(input, control), name)?;
    let mut columns = Names::<Column>::default();
    let mut rows = 0;
    while let Some(record) = records.next()? {
        add(&mut columns, rows, &record).map_err(|wrong| wrong.place(&record, name))?;
        rows += 1;
    }
    JsonTable::new(columns, rows, name)
}

/// A table that was read from JSON.
pub(crate) struct JsonTable {
    rows: u64,
    fields: Vec<Field>,
    columns: Vec<Settled>,
}

impl ColumnReader for JsonTable {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn column_bytes(&self, index: usize) -> u64 {
        self.columns[index].memory
    }

    fn read(&self, index: usize, _: usize, control: &Control) -> Result<Vec<Array>> {
        let column = &self.columns[index];
        let mut cells = column.cells.reader();
        let mut builder = Builder::new(&column.held);
        let mut arrays = Vec::new();
        for row in 0..self.rows {
            if row % CHECKED_ROWS == 0 {
                csvq_text::check(control)?;
            }
            if row % ARRAY_ROWS == 0 && row > 0 {
                arrays.push(std::mem::replace(&mut builder, Builder::new(&column.held)).finish()?);
            }
            builder.push(cells.next_row())?;
        }
        arrays.push(builder.finish()?);
        Ok(arrays)
    }

    fn check_unchanged(&self) -> Result<()> {
        Ok(())
    }
}

impl JsonTable {
    fn new(columns: Names<Column>, rows: u64, name: &str) -> Result<Self> {
        let mut table = Self { rows, fields: Vec::new(), columns: Vec::new() };
        for (column, Column { shape, cells }) in columns.into_values() {
            let held = shape.settle();
            let field = table::field(&shape::arrow_field(&column, &held)).map_err(|error| {
                let context = Context { column: Some(column.to_string()), ..in_input(name) };
                error.with_context(context)
            })?;
            let memory = shape.memory(&held, rows);
            table.fields.push(field);
            table.columns.push(Settled { held, cells, memory });
        }
        Ok(table)
    }
}

/// A column while rows are still read.
#[derive(Default)]
struct Column {
    shape: Shape,
    cells: Cells,
}

/// A column of which the type is known.
struct Settled {
    held: Type,
    cells: Cells,
    memory: u64,
}

/// What is wrong with a row.
enum Wrong {
    /// It is not UTF-8 from this byte on.
    Encoding(usize),
    /// It is no object, where this byte is its first one.
    NoObject(usize),
    /// Anything else, at a byte.
    Json(usize, String),
}

impl Wrong {
    fn of(problem: &Problem, text: &str) -> Self {
        Self::Json(problem.offset_in(text), problem.message.clone().into_owned())
    }

    fn place(self, record: &Record<'_>, name: &str) -> Error {
        let (offset, message) = match self {
            Self::Encoding(offset) => (offset, "the text is not UTF-8; write it as UTF-8".to_owned()),
            Self::NoObject(offset) => {
                (offset, "a row is no object; every row has to be one, as in {\"id\": 1}".to_owned())
            }
            Self::Json(offset, message) => (offset, message),
        };
        let lines = record.text[..offset].iter().filter(|byte| **byte == b'\n').count();
        let context = Context {
            line: Some(record.line + lines as u64),
            byte: Some(record.byte + offset as u64),
            ..in_input(name)
        };
        Error::new(ErrorKind::Malformed, message).with_context(context)
    }
}

/// Adds a row.
fn add(columns: &mut Names<Column>, row: u64, record: &Record<'_>) -> Result<(), Wrong> {
    let text = std::str::from_utf8(record.text).map_err(|error| Wrong::Encoding(error.valid_up_to()))?;
    let start = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    if !text[start..].starts_with('{') {
        return Err(Wrong::NoObject(start));
    }
    columns.begin();
    let added = walk::object(text, |key, value| {
        let column = columns.claim(&key, Column::default).ok_or_else(|| shape::twice(value))?;
        column.shape.observe(value, 2)?;
        if value != "null" {
            column.cells.set(row, value);
        }
        Ok(())
    });
    added.map_err(|problem| Wrong::of(&problem, text))
}
