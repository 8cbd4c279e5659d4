//! The way to the text engine: the spec made into its plan.

use csvq_text::{By as TextBy, Column, Duplicates, Plan, Ragged, Table};

use super::columns::Columns;
use super::rules;
use crate::control::Control;
use crate::error::Result;
use crate::spec::{By, CompareSpec, DuplicatePolicy, Limit, RaggedPolicy};
use crate::types::ColumnType;

/// Rows of each kind that a report shows where nobody says how many.
const DEFAULT_LIMIT: u64 = 100;

/// Both tables, opened.
pub(super) struct Opened {
    pub(super) left: Table,
    pub(super) right: Table,
    pub(super) memory: u64,
}

/// The engine's plan.
pub(super) fn plan(spec: &CompareSpec, columns: &Columns, opened: &Opened, control: &Control) -> Result<Plan> {
    rules::check_columns(spec, columns)?;
    let inferred = inferred(spec, columns, opened, control)?;
    let (key_types, types) = inferred.split_at(columns.key.len());
    let make = |pairs: &[(usize, usize)], types: &[ColumnType], rule: fn(&CompareSpec, &str, ColumnType) -> _| {
        let columns = pairs.iter().zip(types).map(|(&(left, right), column_type)| Column {
            left,
            right,
            rule: rule(spec, &columns.names[0][left], *column_type),
        });
        columns.collect::<Vec<_>>()
    };
    let key = make(&columns.key, key_types, rules::key_rule);
    let defaults = Plan::default();
    Ok(Plan {
        by: match spec.by {
            By::Key => TextBy::Key(key),
            By::Position => TextBy::Position,
            By::Content => TextBy::Content,
        },
        columns: make(&columns.compared, types, rules::rule),
        ragged: ragged(spec),
        duplicates: match spec.duplicates {
            DuplicatePolicy::Pair => Duplicates::Pair,
            DuplicatePolicy::First => Duplicates::First,
            DuplicatePolicy::Error => Duplicates::Error,
        },
        locate_duplicates: usize::try_from(limit(spec)).unwrap_or(usize::MAX),
        stop_after: spec.stop_after,
        max_rows: None,
        threads: spec.threads.unwrap_or(defaults.threads),
        memory: opened.memory,
        spill_dir: spec.spill_dir.clone().unwrap_or(defaults.spill_dir),
        level: defaults.level,
        block: defaults.block,
    })
}

/// The types of the key columns and then of the compared ones: text, unless types are to be inferred.
pub(super) fn inferred(
    spec: &CompareSpec,
    columns: &Columns,
    opened: &Opened,
    control: &Control,
) -> Result<Vec<ColumnType>> {
    let pairs = columns.key.iter().chain(&columns.compared);
    if !rules::infers(spec) {
        return Ok(vec![ColumnType::Text; pairs.count()]);
    }
    let sample: Vec<_> = pairs
        .map(|&(left, right)| {
            let rule = rules::key_rule(spec, &columns.names[0][left], ColumnType::Text);
            Column { left, right, rule }
        })
        .collect();
    let inferred = csvq_text::infer(&opened.left, &opened.right, &sample, ragged(spec), control)?;
    let mut inferred: Vec<ColumnType> =
        inferred.into_iter().map(|column_type| column_type.unwrap_or(ColumnType::Text)).collect();
    for (column_type, column) in inferred.iter_mut().zip(&sample) {
        // Formats of time say what the column is: digits of `%Y%m%d` are no number.
        if !column.rule.as_time.is_empty() {
            *column_type = ColumnType::Text;
        }
    }
    Ok(inferred)
}

/// What is done with ragged records.
pub(super) fn ragged(spec: &CompareSpec) -> Ragged {
    match spec.ragged {
        RaggedPolicy::Error => Ragged::Error,
        RaggedPolicy::Pad => Ragged::Pad,
        RaggedPolicy::Truncate => Ragged::Truncate,
    }
}

/// How many rows of each kind the report shows.
pub(super) fn limit(spec: &CompareSpec) -> u64 {
    match spec.limit {
        None => DEFAULT_LIMIT,
        Some(Limit::All) => u64::MAX,
        Some(Limit::Rows(rows)) => rows,
    }
}
