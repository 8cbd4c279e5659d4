//! Tables in memory: a polars frame as container, its columns as Arrow arrays, and their types under csvq's names.

mod columns;
mod fault;
mod fork;
#[cfg(feature = "plugins")]
mod ipc;
mod parquet;
mod schema;
mod stream;
mod values;
mod zone;

use polars::frame::DataFrame;
use polars::prelude::{Column, CompatLevel};

#[cfg(feature = "plugins")]
use crate::error::ErrorKind;
use crate::error::{Context, Error, Result};
use crate::types::Field;

pub use columns::ColumnValues;
pub(crate) use fork::refuse_in_child;
pub(crate) use schema::field;
pub use stream::{ArrowArray, ArrowArrayStream, ArrowSchema};
pub use values::{Value, Values};
pub(crate) use zone::with_known_zone;

/// The most rows that a frame can have.
const MOST_ROWS: usize = u32::MAX as usize - 1;

/// An Arrow array, whatever it holds.
pub(crate) type Array = Box<dyn polars_arrow::array::Array>;

/// A table in memory: columns of one length, each with a name and a type.
///
/// It shares the frame's memory. What is in it is compared as it is: a polars frame of text against one of numbers, or
/// against a file.
///
/// ```
/// use csvq_core::table::Table;
/// use polars::prelude::{Column, DataFrame};
///
/// let frame = DataFrame::new_infer_height(vec![Column::new("id".into(), [1_i64, 2]), Column::new("v".into(), ["a", "b"])])?;
/// let table = Table::new("prices", frame)?;
/// assert_eq!((table.rows(), table.fields()[1].data_type.to_string()), (2, "text".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    name: String,
    frame: DataFrame,
    fields: Vec<Field>,
    /// How many rows there are in each chunk, where all columns are cut in the same places; none where they are not.
    chunks: Vec<u64>,
}

impl Table {
    /// A table of a frame, with a name for messages and reports.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a column's type can't be compared, by name;
    /// [`Forked`](crate::ErrorKind::Forked) in a child process.
    pub fn new(name: impl Into<String>, frame: DataFrame) -> Result<Self> {
        refuse_in_child()?;
        let name = name.into();
        let fields = frame
            .columns()
            .iter()
            .map(|column| {
                let arrow = column.dtype().to_arrow_field(column.name().clone(), CompatLevel::newest());
                field(&arrow).map_err(|error| in_column(error, &name, column.name()))
            })
            .collect::<Result<_>>()?;
        let chunks = chunks(&frame);
        Ok(Self { name, frame, fields, chunks })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.frame.height() as u64
    }

    /// Its columns: their names and types.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The frame.
    #[must_use]
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The frame alone.
    #[must_use]
    pub fn into_frame(self) -> DataFrame {
        self.frame
    }

    /// How many rows there are in each of its pieces: chunks, or all rows where columns are cut in different places.
    pub(crate) fn pieces(&self) -> Vec<u64> {
        if self.chunks.is_empty() { vec![self.rows()] } else { self.chunks.clone() }
    }

    /// The arrays of a piece of a column.
    pub(crate) fn piece(&self, index: usize, piece: usize) -> Vec<Array> {
        if self.chunks.is_empty() {
            return self.arrays(index);
        }
        vec![self.frame.columns()[index].as_materialized_series().to_arrow(piece, CompatLevel::newest())]
    }

    /// The arrays of a column, one after another.
    pub(crate) fn arrays(&self, index: usize) -> Vec<Array> {
        let series = self.frame.columns()[index].as_materialized_series();
        (0..series.n_chunks()).map(|chunk| series.to_arrow(chunk, CompatLevel::newest())).collect()
    }

    /// Some of its columns, by name.
    #[cfg(feature = "plugins")]
    pub(crate) fn select(&self, columns: &[String]) -> Result<Self> {
        let frame = self.frame.select(columns.iter().map(String::as_str));
        let frame = frame.map_err(|_| Error::new(ErrorKind::Internal, "a table lost a column"))?;
        Self::new(self.name.clone(), frame)
    }

    /// What its columns take in memory, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.frame.estimated_size() as u64
    }
}

/// The rows of each chunk, if there are several, and all columns have the same.
fn chunks(frame: &DataFrame) -> Vec<u64> {
    let Some(first) = frame.columns().first().filter(|first| first.n_chunks() > 1) else { return Vec::new() };
    let lengths = |column: &Column| -> Vec<u64> {
        column.as_materialized_series().chunk_lengths().map(|rows| rows as u64).collect()
    };
    let chunks = lengths(first);
    let is_same = |column: &Column| column.n_chunks() == chunks.len() && lengths(column) == chunks;
    if frame.columns().iter().all(is_same) { chunks } else { Vec::new() }
}

fn in_column(error: Error, input: &str, column: &str) -> Error {
    let context = Context { input: Some(input.to_owned()), column: Some(column.to_owned()), ..error.context().clone() };
    error.with_context(context)
}
