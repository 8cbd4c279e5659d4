//! What was answered, made into a report.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::differences::{self, Found};
use super::extras::Extras;
use super::{Delegated, contradicts};
use crate::compare::columnar::{self, Context, Readers};
use crate::compare::{ComparatorInfo, Job};
use crate::error::Result;
use crate::report::{Comparison, Counts, Report, summarise};
use crate::table::Table;

/// The longest texts that are taken: of a summary and of each error, in characters.
const LONGEST: usize = 4096;
/// The most errors that are taken.
const MOST_ERRORS: usize = 100;

/// An answer: the outcome, and the differences where there is a table of them.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// A JSON object with `is_equal`, and what else there is to say.
    pub(crate) outcome: Value,
    /// In long form: `kind`, `left_row`, `right_row`, `column`, and columns of its own.
    pub(crate) differences: Option<Table>,
}

/// The outcome as it is read. What is not known is left: a newer interface may say more.
#[derive(Debug, Deserialize)]
struct Outcome {
    is_equal: bool,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    counts: Option<ToldCounts>,
    #[serde(default)]
    columns: Vec<ToldColumn>,
    #[serde(default)]
    errors: Vec<String>,
    #[serde(default)]
    extra: Map<String, Value>,
}

/// The counts that were told, each of which may be left out.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct ToldCounts {
    left_rows: Option<u64>,
    right_rows: Option<u64>,
    matched: Option<u64>,
    unchanged: Option<u64>,
    changed: Option<u64>,
    added: Option<u64>,
    removed: Option<u64>,
    changed_cells: Option<u64>,
}

/// What was told of a compared column, by its left name.
#[derive(Debug, Deserialize)]
struct ToldColumn {
    name: String,
    #[serde(default)]
    changed: Option<u64>,
    #[serde(default)]
    match_rate: Option<f64>,
    #[serde(default)]
    max_abs_diff: Option<f64>,
}

/// Makes the report of an answer.
pub(super) fn comparison(delegated: Delegated, info: ComparatorInfo, job: &Job, answer: Answer) -> Result<Comparison> {
    let wrong = || contradicts("the outcome is not what the interface asks for: an object with `is_equal`");
    // A list would do for a reader, too, that goes by the order of fields.
    let outcome = answer.outcome.as_object().ok_or_else(wrong)?;
    // The reader's own words may quote what is in the document.
    let outcome = Outcome::deserialize(outcome).map_err(|_| wrong())?;
    let (plan, schema) = (delegated.plan()?, delegated.schema());
    let Delegated { spec, columns, inputs, tables, began, .. } = delegated;
    let rows = [tables[0].rows(), tables[1].rows()];
    // A table of another form says nothing of rows: it is passed on as it is.
    let told = answer.differences.as_ref().filter(|table| differences::tells_of_rows(table));
    let has_differences = told.is_some();
    let found = match told {
        Some(table) => differences::read(table, rows, &plan.columns, &columns)?,
        None => Found::default(),
    };
    let found_counts = found.counts(rows);
    let counts = counts(found_counts, outcome.counts.unwrap_or_default(), has_differences)?;
    if outcome.is_equal && counts.changed + counts.added + counts.removed > 0 {
        return Err(contradicts("the tables are told to be equal, with differences"));
    }
    let [left, right] = tables;
    let readers: Readers = [Arc::new(left), Arc::new(right)];
    let extras = told.map(|table| Extras::new(table, &found));
    let told = columnar::Told { differences: found.differences, unlisted: counts.unchanged };
    let told = columnar::told(&readers, &plan, told, &job.control)?;
    let context = Context { info, job, spec: &spec, inputs, began };
    let mut comparison = columnar::comparison(context, columns, schema, readers, plan, told)?;
    let report = &mut comparison.report;
    report.is_equal = outcome.is_equal;
    report.details.counts = counts;
    "plugin".clone_into(&mut report.metadata.engine);
    if let Some(extras) = extras.filter(|extras| !extras.is_empty()) {
        extras.add_to(&mut report.details)?;
    }
    amend(report, outcome, has_differences)?;
    comparison.differences = answer.differences;
    Ok(comparison)
}

/// The counts of the report: what was told, as far as it agrees with the tables and the differences.
fn counts(found: Counts, told: ToldCounts, has_differences: bool) -> Result<Counts> {
    let sure = |name: &str, told: Option<u64>, found: u64| match told {
        Some(told) if told != found => Err(contradicts(format!("`{name}` is told to be {told}, and is {found}"))),
        _ => Ok(found),
    };
    // Without a table of differences nobody can check.
    let either = |name: &str, told: Option<u64>, found: u64| {
        if has_differences { sure(name, told, found) } else { Ok(told.unwrap_or(found)) }
    };
    let left_rows = sure("left_rows", told.left_rows, found.left_rows)?;
    let right_rows = sure("right_rows", told.right_rows, found.right_rows)?;
    let changed = either("changed", told.changed, found.changed)?;
    let added = either("added", told.added, found.added)?;
    let removed = either("removed", told.removed, found.removed)?;
    let changed_cells = either("changed_cells", told.changed_cells, found.changed_cells)?;
    let most = left_rows.saturating_sub(removed).min(right_rows.saturating_sub(added));
    let matched = told.matched.or(told.unchanged.map(|unchanged| unchanged.saturating_add(changed))).unwrap_or(most);
    if matched > most || changed > matched || told.unchanged.is_some_and(|unchanged| unchanged != matched - changed) {
        return Err(contradicts("the counts do not add up to the rows that there are"));
    }
    Ok(Counts {
        left_rows,
        right_rows,
        matched,
        unchanged: matched - changed,
        changed,
        added,
        removed,
        changed_cells,
        ..Counts::default()
    })
}

/// Adds to the report what the outcome says besides counts.
fn amend(report: &mut Report, outcome: Outcome, has_differences: bool) -> Result<()> {
    for told in outcome.columns {
        let Some(column) = report.details.columns.iter_mut().find(|column| column.name == told.name) else {
            return Err(contradicts("it tells of a column that is not compared"));
        };
        if has_differences && told.changed.is_some_and(|changed| changed != column.changed) {
            let message = format!("`changed` of column `{}` is not what the differences say", told.name);
            return Err(contradicts(message));
        }
        column.changed = told.changed.unwrap_or(column.changed);
        column.match_rate = told.match_rate.filter(|rate| (0.0..=1.0).contains(rate)).or(column.match_rate);
        column.max_abs_diff = told.max_abs_diff.filter(|difference| difference.is_finite()).or(column.max_abs_diff);
    }
    report.details.errors = outcome.errors.iter().take(MOST_ERRORS).map(|error| plain(error)).collect();
    report.details.extra = outcome.extra;
    report.details.summary = match outcome.summary {
        Some(summary) if !summary.trim().is_empty() => plain(&summary),
        _ => summarise(report),
    };
    Ok(())
}

/// A text as it can stand in a paragraph: no control characters, and no end to it too far away.
fn plain(text: &str) -> String {
    let plain = text.trim().chars().map(|character| if character.is_control() { ' ' } else { character });
    plain.take(LONGEST).collect()
}
