//! Exports as CSV: rows go from the inputs to the files one by one.

use std::borrow::Cow;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::files::{Complete, io_error, temporary};
use super::{ExportOptions, Written};
use crate::error::Result;
use crate::report::findings::{Findings, cell};
use crate::report::model::DifferenceKind;
use crate::report::quote::RecordWriter;
use crate::report::rows::{Cell, Comparison, DifferenceRows, RowRecord};
use crate::report::tables::{self, Content};
use crate::spec::Side;

/// Writes the added, removed and changed rows.
pub(super) fn rows(
    comparison: &Comparison,
    rows: &dyn DifferenceRows,
    dir: &Path,
    options: &ExportOptions,
) -> Result<Vec<Written>> {
    let layout = rows.layout();
    let changed_columns = tables::changed_columns(&comparison.report, layout);
    let (header, contents) = tables::columns(&comparison.report, layout, DifferenceKind::Changed);
    let mut added = Table::create(dir, "added", options, &layout.right_columns)?;
    let mut removed = Table::create(dir, "removed", options, &layout.left_columns)?;
    let mut changed = Table::create(dir, "changed", options, &header)?;

    rows.visit(&mut |row| match row.kind {
        DifferenceKind::Added => added.write(row.right.iter().map(text)),
        DifferenceKind::Removed => removed.write(row.left.iter().map(text)),
        DifferenceKind::Changed => {
            tables::check_columns(row, &changed_columns)?;
            changed.write(contents.iter().map(|content| field(*content, row)))
        }
    })?;
    Ok(vec![added.complete()?, removed.complete()?, changed.complete()?])
}

/// Writes a table of findings.
pub(super) fn findings(findings: &Findings, dir: &Path, options: &ExportOptions) -> Result<Written> {
    let mut table = Table::create(dir, findings.name, options, &findings.names().collect::<Vec<_>>())?;
    findings.records.iter().try_for_each(|record| table.write(record.iter().map(cell)))?;
    table.complete()
}

fn field<'a>(content: Content, row: &'a RowRecord<'_>) -> Cow<'a, str> {
    let number = |row: Option<u64>| row.map(|row| row.to_string()).unwrap_or_default().into();
    match content {
        Content::Row(Side::Left) => number(row.left_row),
        Content::Row(Side::Right) => number(row.right_row),
        Content::Cells(Side::Left, index) => row.left.get(index).map(text).unwrap_or_default().into(),
        Content::Cells(Side::Right, index) => row.right.get(index).map(text).unwrap_or_default().into(),
    }
}

fn text<'a>(cell: &'a Cell<'_>) -> &'a str {
    &cell.text
}

/// A file while it is written, under a name of its own that vanishes with it.
struct Table {
    writer: RecordWriter<BufWriter<NamedTempFile>>,
    target: PathBuf,
    name: &'static str,
    records: u64,
}

impl Table {
    fn create<S: AsRef<str>>(dir: &Path, name: &'static str, options: &ExportOptions, header: &[S]) -> Result<Self> {
        let target = dir.join(options.format.file(name));
        let file = temporary(dir).map_err(|error| io_error(&target, "can't write", &error))?;
        let writer = RecordWriter::new(BufWriter::with_capacity(1 << 16, file), options.escape_formulas);
        let mut table = Self { writer, target, name, records: 0 };
        table.write_record(header.iter())?;
        Ok(table)
    }

    fn write<S: AsRef<str>>(&mut self, fields: impl Iterator<Item = S>) -> Result<()> {
        self.records += 1;
        self.write_record(fields)
    }

    fn write_record<S: AsRef<str>>(&mut self, fields: impl Iterator<Item = S>) -> Result<()> {
        self.writer.write(fields).map_err(|error| io_error(&self.target, "can't write", &error))
    }

    fn complete(self) -> Result<Written> {
        let (target, name, records) = (self.target, self.name, self.records);
        let flushed = self.writer.into_inner().into_inner().map_err(io::IntoInnerError::into_error);
        let file = flushed.map_err(|error| io_error(&target, "can't write", &error))?;
        Ok(Written { name, records, file: Complete::new(file, target)? })
    }
}
