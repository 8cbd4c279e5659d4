//! From what the columnar engine found to the report.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Map;

use super::evaluate::{Compared, Evaluated};
use super::outcome::Outcome;
use super::profile::Profile;
use super::rows::ColumnarRows;
use super::{Plan, Readers, concentrate, distribution, judge};
use crate::compare::columns::Columns;
use crate::compare::result::{self, Parts};
use crate::compare::{ComparatorInfo, Job};
use crate::error::Result;
use crate::report::{
    CellDifference, CellKind, ColumnReport, ColumnStatistics, Comparison, Counts, Details, DifferenceKind, Duplicates,
    InputReport, Layout, RowDifference, SchemaReport, SideStatistics,
};
use crate::spec::{By, CompareSpec};

/// What was compared, and how.
pub(in crate::compare) struct Context<'a> {
    pub(in crate::compare) info: ComparatorInfo,
    pub(in crate::compare) job: &'a Job,
    pub(in crate::compare) spec: &'a CompareSpec,
    pub(in crate::compare) inputs: [InputReport; 2],
    pub(in crate::compare) began: Instant,
}

/// Makes the report.
pub(in crate::compare) fn comparison(
    context: Context<'_>,
    columns: Columns,
    schema: SchemaReport,
    readers: Readers,
    plan: Plan,
    outcome: Outcome,
) -> Result<Comparison> {
    let layout = columns.layout();
    let counts = counts(&outcome, plan.by);
    let rows = shown(&outcome, &layout, &plan);
    let differing = outcome.changed.len() + outcome.aligned.removed.len() + outcome.aligned.added.len();
    let stopped_early = outcome.stopped_early;
    let [left, right] = outcome.duplicates.clone();
    // The first differences alone say nothing of where all are.
    let concentrations = if plan.statistics && !stopped_early {
        concentrate::concentrations(&readers, &plan, &columns, &outcome, &context.job.control)?
    } else {
        Vec::new()
    };
    let details = Details {
        counts,
        columns: column_reports(&outcome, &layout, &readers, &plan, counts.matched),
        schema,
        duplicates: Duplicates { left, right },
        truncated: rows.len() < differing || stopped_early,
        rows,
        concentrations,
        ..Details::default()
    };
    let Context { info, job, spec, inputs, began } = context;
    let rows = ColumnarRows::new(layout, readers, plan, outcome, job.control.clone());
    let is_equal = result::rows_are_equal(&details);
    let parts = Parts { info, job, spec, is_equal, details, inputs, engine: "columnar", stopped_early, began };
    result::assemble(parts, Some(Arc::new(rows)))
}

fn counts(outcome: &Outcome, by: By) -> Counts {
    let changed = outcome.changed.len() as u64;
    let matched = outcome.aligned.pairs.len() as u64 + outcome.unlisted;
    let changed_cells = outcome.evaluated.iter().map(|column| column.changes.len() as u64).sum();
    let [left_duplicate_keys, right_duplicate_keys] = if by == By::Key { outcome.duplicate_keys } else { [0; 2] };
    Counts {
        left_rows: outcome.rows[0],
        right_rows: outcome.rows[1],
        matched,
        unchanged: matched - changed,
        changed,
        added: outcome.aligned.added.len() as u64,
        removed: outcome.aligned.removed.len() as u64,
        changed_cells,
        left_duplicate_keys,
        right_duplicate_keys,
    }
}

fn column_reports(
    outcome: &Outcome,
    layout: &Layout,
    readers: &Readers,
    plan: &Plan,
    matched: u64,
) -> Vec<ColumnReport> {
    let none = Evaluated::default();
    let report = |(index, compared): (usize, &Compared)| {
        let found = outcome.evaluated.get(index).unwrap_or(&none);
        let changed = found.changes.len() as u64;
        let [left, right] = [&readers[0].fields()[compared.left], &readers[1].fields()[compared.right]];
        // Types that text can't be read as have names of their own.
        let natural = judge::natural(&left.data_type, &right.data_type);
        let is_own = natural.is_some_and(|name| name.parse::<crate::types::ColumnType>().is_err());
        let own = natural.filter(|_| is_own && !compared.rule.declared);
        ColumnReport {
            name: layout.left_columns[compared.left].clone(),
            left_name: left.name.clone(),
            right_name: right.name.clone(),
            changed,
            match_rate: (matched > 0).then(|| 1.0 - changed as f64 / matched as f64),
            max_abs_diff: found.changes.iter().filter_map(|change| change.difference).map(f64::abs).reduce(f64::max),
            unparsable: found.changes.iter().filter(|change| change.is_unparsable).count() as u64,
            column_type: own.unwrap_or(compared.rule.column_type.name()).to_owned(),
            statistics: found.profiles.as_ref().map(|profiles| statistics(profiles, found)),
        }
    };
    plan.columns.iter().enumerate().map(report).collect()
}

fn statistics(profiles: &[Profile; 2], found: &Evaluated) -> ColumnStatistics {
    let [left, right] = profiles.clone().map(|Profile { nulls, distinct, min, max, mean }| SideStatistics {
        nulls,
        distinct,
        min,
        max,
        mean,
    });
    ColumnStatistics { left, right, difference: distribution::distribution(&found.changes) }
}

/// The rows that the report shows.
fn shown(outcome: &Outcome, layout: &Layout, plan: &Plan) -> Vec<RowDifference> {
    let name = |index: usize| layout.left_columns[layout.columns[index].0].clone();
    let [changed_keys, removed_keys, added_keys] = &outcome.keys;
    let mut rows = Vec::new();
    // The changes of each column come in the order of pairs, and so do the changed rows.
    let mut next = vec![0; outcome.evaluated.len()];
    for (pair, key) in outcome.changed.iter().zip(changed_keys) {
        let (left, right) = outcome.aligned.pairs.get(*pair as usize);
        let mut cells = Vec::new();
        for (index, (found, next)) in outcome.evaluated.iter().zip(&mut next).enumerate() {
            if let Some(change) = found.changes.get(*next).filter(|change| change.pair == *pair) {
                let [left, right] = found.shown.get(*next).cloned().unwrap_or_default();
                let kind = change.is_unparsable.then_some(CellKind::Unparsable);
                cells.push(CellDifference { column: name(index), left, right, kind, extra: Map::new() });
                *next += 1;
            }
        }
        rows.push(RowDifference {
            kind: DifferenceKind::Changed,
            key: key.clone(),
            left_row: Some(left as u64 + 1),
            right_row: Some(right as u64 + 1),
            cells,
            extra: Map::new(),
        });
    }
    let alone = |kind: DifferenceKind, at: usize, row: u32, key: &[Option<String>]| {
        let cells = outcome.evaluated.iter().enumerate().map(|(index, found)| {
            let text = |texts: &[Option<String>]| texts.get(at).cloned().flatten();
            let (left, right) = match kind {
                DifferenceKind::Removed => (text(&found.removed), None),
                _ => (None, text(&found.added)),
            };
            CellDifference { column: name(index), left, right, kind: None, extra: Map::new() }
        });
        let number = Some(u64::from(row) + 1);
        let is_left = kind == DifferenceKind::Removed;
        RowDifference {
            kind,
            key: key.to_vec(),
            left_row: number.filter(|_| is_left),
            right_row: number.filter(|_| !is_left),
            cells: cells.collect(),
            extra: Map::new(),
        }
    };
    let removed = outcome.aligned.removed.iter().zip(removed_keys).take(plan.show).enumerate();
    rows.extend(removed.map(|(at, (row, key))| alone(DifferenceKind::Removed, at, *row, key)));
    let added = outcome.aligned.added.iter().zip(added_keys).take(plan.show).enumerate();
    rows.extend(added.map(|(at, (row, key))| alone(DifferenceKind::Added, at, *row, key)));
    rows
}
