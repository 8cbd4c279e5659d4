//! From what the text engine found to the report, and to all rows on demand.

use std::sync::Arc;
use std::time::Instant;

use csvq_text::{Differences, Kind, Outcome, Row, Table};
use serde_json::{Value, json};

use super::columns::Columns;
use super::text;
use super::{ComparatorInfo, Job};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::report::{
    Cell, ColumnReport, Comparison, Counts, Details, DifferenceKind, DifferenceRows, DuplicateKey, Duplicates,
    InputReport, Layout, Metadata, Report, RowRecord, SCHEMA_VERSION, Status, highlights, summarise,
};
use crate::source;
use crate::spec::CompareSpec;

/// Makes the report of what the text engine found.
pub(super) fn comparison(
    info: ComparatorInfo,
    job: &Job,
    spec: &CompareSpec,
    columns: Columns,
    outcome: Outcome,
    began: Instant,
) -> Result<Comparison> {
    let layout = columns.layout();
    let counts = counts(&outcome);
    let mut details = Details {
        counts,
        columns: column_reports(&outcome, &layout, counts.matched),
        schema: columns.schema,
        duplicates: duplicates(&outcome),
        ..Details::default()
    };
    let inputs = [input(outcome.differences.left()), input(outcome.differences.right())];
    let stopped_early = outcome.stopped_early;
    let total = outcome.differences.len();
    let rows = TextRows { differences: outcome.differences, layout, control: job.control.clone() };
    rows.differences.visit(text::limit(spec), &job.control, |row| {
        rows.with_record(&row, &mut |record| {
            details.rows.push(rows.layout.difference(record));
            Ok(())
        })
    })?;
    details.truncated = (details.rows.len() as u64) < total || stopped_early;
    let is_equal = rows_are_equal(&details);
    let parts = Parts { info, job, spec, is_equal, details, inputs, engine: "text", stopped_early, began };
    assemble(parts, Some(Arc::new(rows)))
}

/// What a report is made of, whichever engine found it.
pub(super) struct Parts<'a> {
    pub(super) info: ComparatorInfo,
    pub(super) job: &'a Job,
    pub(super) spec: &'a CompareSpec,
    pub(super) is_equal: bool,
    /// All but the summary.
    pub(super) details: Details,
    pub(super) inputs: [InputReport; 2],
    pub(super) engine: &'static str,
    pub(super) stopped_early: bool,
    pub(super) began: Instant,
}

/// Whether no row differs, and no column stands on one side alone.
pub(super) fn rows_are_equal(details: &Details) -> bool {
    let counts = &details.counts;
    let same_rows = counts.changed == 0 && counts.added == 0 && counts.removed == 0;
    same_rows && details.schema.only_left.is_empty() && details.schema.only_right.is_empty()
}

/// Puts the report together, with the rows that differ where the comparison knows any.
pub(super) fn assemble(parts: Parts<'_>, rows: Option<Arc<dyn DifferenceRows>>) -> Result<Comparison> {
    let Parts { info, job, spec, is_equal, details, inputs: [left, right], engine, stopped_early, began } = parts;
    let mut report = Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        is_equal,
        highlights: rows.as_ref().map_or_else(Default::default, |rows| highlights(&details.rows, rows.layout())),
        details,
        metadata: Metadata {
            plugin_name: info.name.into_owned(),
            plugin_version: info.version.into_owned(),
            status: Status::Completed,
            elapsed_ms: began.elapsed().as_secs_f64() * 1000.0,
            engine: engine.to_owned(),
            stopped_early,
            left,
            right,
            parameters: parameters(spec, job)?,
            sandbox: None,
        },
    };
    report.details.summary = summarise(&report);
    Ok(Comparison { report, rows, differences: None, profile: job.control.profile() })
}

/// Puts the report of a comparison together that matches no rows.
pub(super) fn without_rows(
    info: ComparatorInfo,
    job: &Job,
    is_equal: bool,
    details: Details,
    inputs: [InputReport; 2],
    began: Instant,
) -> Result<Comparison> {
    let spec = &job.spec;
    let parts = Parts { info, job, spec, is_equal, details, inputs, engine: "columnar", stopped_early: false, began };
    assemble(parts, None)
}

fn counts(outcome: &Outcome) -> Counts {
    Counts {
        left_rows: outcome.rows[0],
        right_rows: outcome.rows[1],
        matched: outcome.unchanged + outcome.changed,
        unchanged: outcome.unchanged,
        changed: outcome.changed,
        added: outcome.added,
        removed: outcome.removed,
        changed_cells: outcome.columns.iter().map(|column| column.changed).sum(),
        left_duplicate_keys: outcome.duplicate_keys[0],
        right_duplicate_keys: outcome.duplicate_keys[1],
    }
}

fn column_reports(outcome: &Outcome, layout: &Layout, matched: u64) -> Vec<ColumnReport> {
    let plan = outcome.differences.plan();
    let columns = plan.columns.iter().zip(&outcome.columns);
    columns
        .map(|(column, tally)| ColumnReport {
            name: layout.left_columns[column.left].clone(),
            left_name: outcome.differences.left().columns()[column.left].clone(),
            right_name: outcome.differences.right().columns()[column.right].clone(),
            changed: tally.changed,
            match_rate: (matched > 0).then(|| 1.0 - tally.changed as f64 / matched as f64),
            max_abs_diff: tally.max_abs_diff,
            unparsable: tally.unparsable,
            column_type: column.rule.column_type.name().to_owned(),
            statistics: None,
        })
        .collect()
}

fn duplicates(outcome: &Outcome) -> Duplicates {
    let side = |side: usize| {
        let keys = outcome.duplicates[side].iter();
        keys.map(|key| DuplicateKey { key: key.cells.clone(), rows: key.rows.clone(), count: key.count }).collect()
    };
    Duplicates { left: side(0), right: side(1) }
}

pub(super) fn input(table: &Table) -> InputReport {
    let (input, dialect) = (table.input(), table.dialect());
    InputReport {
        name: input.name().to_owned(),
        format: "csv".to_owned(),
        bytes: input.len(),
        encoding: input.encoding().to_owned(),
        compression: input.compression().name().to_owned(),
        delimiter: (dialect.delimiter as char).to_string(),
        header: dialect.header,
        columns: table.columns().to_vec(),
    }
}

pub(super) fn typed_input(table: &source::Columns) -> InputReport {
    InputReport {
        name: table.name.clone(),
        format: table.format.to_owned(),
        bytes: table.bytes,
        header: true,
        columns: table.reader.fields().iter().map(|field| field.name.clone()).collect(),
        ..InputReport::default()
    }
}

/// The spec as it was understood, and the comparator's own parameters beside it.
fn parameters(spec: &CompareSpec, job: &Job) -> Result<Value> {
    let mut spec = serde_json::to_value(spec).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
    if let Value::Object(fields) = &mut spec {
        fields.insert("param".to_owned(), json!(job.parameters));
    }
    Ok(spec)
}

/// Rows that differ, out of the text engine's log.
struct TextRows {
    differences: Differences,
    layout: Layout,
    control: Control,
}

impl TextRows {
    fn with_record(&self, row: &Row<'_>, visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>) -> Result<()> {
        visit(&RowRecord {
            kind: match row.kind {
                Kind::Changed => DifferenceKind::Changed,
                Kind::Removed => DifferenceKind::Removed,
                Kind::Added => DifferenceKind::Added,
            },
            left_row: row.left_row,
            right_row: row.right_row,
            left: &lend(row.left),
            right: &lend(row.right),
            changed: row.changed,
        })
    }
}

fn lend<'a>(cells: &'a [csvq_text::Cell<'_>]) -> Vec<Cell<'a>> {
    cells.iter().map(|cell| Cell { text: (&*cell.text).into(), is_null: cell.is_null }).collect()
}

impl DifferenceRows for TextRows {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn visit(&self, visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>) -> Result<()> {
        self.differences.visit(u64::MAX, &self.control, |row| self.with_record(&row, visit))
    }
}
