//! Every cell that differs as one record: `kind,KEY…,left_row,right_row,column,left,right`.
//!
//! A row that is added or removed has a record for each compared cell, with one side empty. A null and an empty cell
//! are both empty here; JSON lines tell them apart. A key column whose name is taken by another one of the header
//! gets `key.` before it.
//!
//! Of a comparison that is not of rows, what it found instead: a record for each column, digest or change of the schema.

use std::collections::HashSet;
use std::io::Write;

use super::{RenderError, RenderOptions, stream};
use crate::report::findings::{cell, findings};
use crate::report::header::key_headers;
use crate::report::quote::RecordWriter;
use crate::report::rows::Comparison;

const BEFORE_KEY: [&str; 1] = ["kind"];
const AFTER_KEY: [&str; 5] = ["left_row", "right_row", "column", "left", "right"];

pub(super) fn render(comparison: &Comparison, options: &RenderOptions, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut writer = RecordWriter::new(out, options.escape_formulas);
    if let Some(found) = findings(&comparison.report).first() {
        writer.write(found.names())?;
        return Ok(found.records.iter().try_for_each(|record| writer.write(record.iter().map(cell)))?);
    }
    let taken: HashSet<String> = BEFORE_KEY.iter().chain(&AFTER_KEY).map(|&name| name.to_owned()).collect();
    let key = key_headers(stream::key_names(comparison), &taken);
    writer.write(BEFORE_KEY.into_iter().chain(key.iter().map(String::as_str)).chain(AFTER_KEY))?;

    stream::each_row(comparison, options.limit, &mut |row| {
        let number = |row: Option<u64>| row.map(|row| row.to_string()).unwrap_or_default();
        let (left_row, right_row) = (number(row.left_row), number(row.right_row));
        let mut record = |column: &str, left: &Option<String>, right: &Option<String>| {
            let key = (0..key.len()).map(|index| text(row.key.get(index).unwrap_or(&None)));
            let rest = [left_row.as_str(), right_row.as_str(), column, text(left), text(right)];
            writer.write(std::iter::once(row.kind.as_str()).chain(key).chain(rest))
        };
        if row.cells.is_empty() {
            // All its columns are of the key; the row must not be lost.
            return record("", &None, &None);
        }
        row.cells.iter().try_for_each(|cell| record(&cell.column, &cell.left, &cell.right))
    })
}

fn text(cell: &Option<String>) -> &str {
    cell.as_deref().unwrap_or_default()
}
