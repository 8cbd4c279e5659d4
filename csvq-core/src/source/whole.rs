//! A source read whole: a table in memory, for those who do not take a column at a time.

use std::fs::File;
use std::sync::Arc;

use polars::frame::DataFrame;
use polars::prelude::{Column, IntoColumn, PlSmallStr, Series};

use super::backing::Backing;
use super::columns::ColumnReader;
use super::guard::in_input;
use super::ipc;
use crate::control::{Control, Phase};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::table::{Array, Table, refuse_in_child, with_known_zone};

/// Reads all columns of a source, under these names, which differ from each other.
pub(crate) fn whole(
    reader: &dyn ColumnReader,
    name: &str,
    columns: &[String],
    threads: usize,
    control: &Control,
) -> Result<Table> {
    let total = (0..reader.fields().len()).map(|index| reader.column_bytes(index)).fold(0, u64::saturating_add);
    control.begin(Phase::Reading, total);
    let read = |(index, column): (usize, &String)| -> Result<(String, Vec<Array>)> {
        let arrays = reader.read(index, threads, control)?;
        control.advance(reader.column_bytes(index));
        Ok((column.clone(), arrays))
    };
    let columns = columns.iter().enumerate().map(read).collect::<Result<Vec<_>>>()?;
    reader.check_unchanged()?;
    let height = usize::try_from(reader.rows())
        .map_err(|_| Error::new(ErrorKind::LimitExceeded, "there are too many rows for a table in memory"))?;
    table_of(name, height, columns)
}

/// A table of columns, each of so many values.
pub(super) fn table_of(name: &str, height: usize, columns: Vec<(String, Vec<Array>)>) -> Result<Table> {
    let column = |(column, arrays): (String, Vec<Array>)| -> Result<Column> {
        let arrays = arrays.into_iter().map(with_known_zone).collect::<Vec<_>>();
        let series = Series::try_from((PlSmallStr::from_str(&column), arrays));
        series.map(Series::into_column).map_err(|error| {
            let context = Context { column: Some(column), ..in_input(name) };
            Error::new(ErrorKind::Unsupported, format!("the column can't stand in a table: {error}"))
                .with_context(context)
        })
    };
    let columns = columns.into_iter().map(column).collect::<Result<Vec<_>>>()?;
    let frame = DataFrame::new(height, columns)
        .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()).with_context(in_input(name)))?;
    Table::new(name, frame)
}

/// Reads an Arrow file, whose maker is not trusted, whole.
///
/// # Errors
/// [`Malformed`](ErrorKind::Malformed) where it is no sound Arrow file, and those of [`whole`].
pub(crate) fn arrow_file(name: &str, file: File, control: &Control) -> Result<Table> {
    arrow(Backing::new(name, file)?, name, control)
}

/// As [`arrow_file`], of bytes in memory.
///
/// # Errors
/// Those of [`arrow_file`].
pub(crate) fn arrow_bytes(name: &str, bytes: Arc<[u8]>, control: &Control) -> Result<Table> {
    arrow(Backing::new(name, bytes)?, name, control)
}

fn arrow(backing: Backing, name: &str, control: &Control) -> Result<Table> {
    refuse_in_child()?;
    let reader = ipc::open_file(backing)?;
    let columns: Vec<String> = reader.fields().iter().map(|field| field.name.clone()).collect();
    whole(&reader, name, &columns, 1, control)
}
