//! Exports as Parquet: a table of rows is in memory while it is written.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::files::{Complete, io_error, temporary};
use super::{ExportFormat, Written};
use crate::error::Result;
use crate::report::findings::Findings;
use crate::report::model::DifferenceKind;
use crate::report::rows::Comparison;
use crate::report::tables;
use crate::table::Table;

/// Writes the added, removed and changed rows.
pub(super) fn rows(comparison: &Comparison, dir: &Path) -> Result<Vec<Written>> {
    [DifferenceKind::Added, DifferenceKind::Removed, DifferenceKind::Changed]
        .into_iter()
        .map(|kind| write(dir, kind.as_str(), &comparison.table(kind)?))
        .collect()
}

/// Writes a table of findings.
pub(super) fn findings(findings: &Findings, dir: &Path) -> Result<Written> {
    write(dir, findings.name, &tables::of_findings(findings)?)
}

fn write(dir: &Path, name: &'static str, table: &Table) -> Result<Written> {
    let target = dir.join(ExportFormat::Parquet.file(name));
    let failed = |error: &std::io::Error| io_error(&target, "can't write", error);
    let mut out = BufWriter::new(temporary(dir).map_err(|error| failed(&error))?);
    table.write_parquet(&mut out)?;
    out.flush().map_err(|error| failed(&error))?;
    let file = out.into_inner().map_err(|error| failed(&error.into_error()))?;
    Ok(Written { name, records: table.rows(), file: Complete::new(file, target)? })
}
