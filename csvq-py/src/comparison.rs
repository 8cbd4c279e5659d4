//! What a comparison found.

use std::path::PathBuf;

use csvq_core::control::Control;
use csvq_core::report::export::{ExportFormat, ExportOptions, prepare};
use csvq_core::report::render::{Format, RenderError, RenderOptions, html, render};
use csvq_core::report::{Comparison as CoreComparison, DifferenceKind};
use csvq_core::{Error, ErrorKind};
use pyo3::prelude::*;

use crate::error::raised;
use crate::run::run;
use crate::table::Table;

/// A comparison that has run.
#[pyclass(frozen, module = "csvq._csvq")]
pub(crate) struct Comparison {
    found: CoreComparison,
    /// What followed it, and follows the reading of its rows.
    control: Control,
}

impl Comparison {
    pub(crate) fn new(found: CoreComparison, control: Control) -> Self {
        Self { found, control }
    }
}

#[pymethods]
impl Comparison {
    /// Whether both sides are equal under the rules.
    #[getter]
    fn is_equal(&self) -> bool {
        self.found.report.is_equal
    }

    /// Exact counts, in the order of their names in a report.
    fn counts(&self) -> Vec<u64> {
        let counts = &self.found.report.details.counts;
        vec![
            counts.left_rows,
            counts.right_rows,
            counts.matched,
            counts.unchanged,
            counts.changed,
            counts.added,
            counts.removed,
            counts.changed_cells,
            counts.left_duplicate_keys,
            counts.right_duplicate_keys,
        ]
    }

    /// A table of what was found: `changed`, `added`, `removed`, `cells`, or one of findings.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let kinds = [DifferenceKind::Changed, DifferenceKind::Added, DifferenceKind::Removed];
        let table = run(py, &self.control, None, || match kinds.into_iter().find(|kind| kind.as_str() == name) {
            Some(kind) => self.found.table(kind),
            None if name == "cells" => self.found.cells(),
            None => self.found.findings_table(name),
        })?;
        Ok(Table::new(table))
    }

    /// The comparison written down: `text`, `json`, `jsonl`, `csv`, `markdown` or `html`.
    #[pyo3(signature = (format, sample=10, width=100, colour=false))]
    fn render(&self, py: Python<'_>, format: &str, sample: usize, width: usize, colour: bool) -> PyResult<String> {
        let options = RenderOptions { sample, width, colour, flags: false, ..RenderOptions::default() };
        run(py, &self.control, None, || {
            let mut out = Vec::new();
            let written = match format {
                "html" => html(&self.found, &options, &mut out),
                _ => render(&self.found, format.parse::<Format>()?, &options, &mut out),
            };
            written.map_err(|error| match error {
                RenderError::Rows(error) => error,
                other => Error::new(ErrorKind::Io, other.to_string()),
            })?;
            String::from_utf8(out)
                .map_err(|_| Error::new(ErrorKind::Internal, "the report is not UTF-8; please report it"))
        })
    }

    /// Writes every row that differs, and findings, to files in a folder: their paths, and how many records each has.
    #[pyo3(signature = (folder, format="csv", escape_formulas=false))]
    fn export(
        &self,
        py: Python<'_>,
        folder: PathBuf,
        format: &str,
        escape_formulas: bool,
    ) -> PyResult<Vec<(PathBuf, u64)>> {
        let format: ExportFormat = format.parse().map_err(|error| raised(py, &error))?;
        run(py, &self.control, None, || {
            let files = prepare(&self.found, &folder, &ExportOptions { escape_formulas, format })?.put()?.files;
            Ok(files.into_iter().map(|file| (file.path, file.records)).collect())
        })
    }
}
