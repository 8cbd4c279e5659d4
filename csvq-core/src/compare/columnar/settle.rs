//! The spec made into the engine's plan: for each pair of columns the type as which they are compared, and its rule.

use csvq_text::Rule;

use super::evaluate::Compared;
use super::{Plan, judge};
use crate::compare::columns::Columns;
use crate::compare::{rules, text, typed};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::report::TypeChange;
use crate::spec::{By, CompareSpec};
use crate::types::{ColumnType, DataType, Field};

/// The plan for these columns, the key columns first, with what text on both sides is taken for.
pub(in crate::compare) fn plan(
    spec: &CompareSpec,
    columns: &Columns,
    fields: [&[Field]; 2],
    inferred: &[ColumnType],
    memory: u64,
) -> Result<Plan> {
    rules::check_columns(spec, columns)?;
    let (key_types, types) = inferred.split_at(columns.key.len());
    let compared = |pairs: &[(usize, usize)], inferred: &[ColumnType], is_key: bool| -> Vec<Compared> {
        let settle = |(&(left, right), inferred): (&(usize, usize), &ColumnType)| {
            let types = [&fields[0][left].data_type, &fields[1][right].data_type];
            Compared { left, right, rule: rule(spec, &columns.names[0][left], types, *inferred, is_key) }
        };
        pairs.iter().zip(inferred).map(settle).collect()
    };
    if spec.by == By::Key {
        for &(left, right) in &columns.key {
            check_key(&fields[0][left], &columns.names[0][left])?;
            check_key(&fields[1][right], &columns.names[1][right])?;
        }
    }
    let limit = usize::try_from(text::limit(spec)).unwrap_or(usize::MAX);
    Ok(Plan {
        by: spec.by,
        key: compared(&columns.key, key_types, true),
        columns: compared(&columns.compared, types, spec.by == By::Content),
        duplicates: spec.duplicates,
        show: limit,
        locate_duplicates: limit,
        stop_after: spec.stop_after,
        max_rows: None,
        threads: spec.threads.unwrap_or_else(typed::default_threads),
        memory,
        statistics: false,
    })
}

/// Columns that have types on both sides, which are not the same.
pub(in crate::compare) fn type_changes(columns: &Columns, fields: [&[Field]; 2], typed: [bool; 2]) -> Vec<TypeChange> {
    if typed.contains(&false) {
        return Vec::new();
    }
    let pairs = columns.key.iter().chain(&columns.compared);
    let change = |&(left, right): &(usize, usize)| {
        let (left, right) = (&fields[0][left], &fields[1][right]);
        Some(TypeChange {
            column: left.name.clone(),
            left: left.data_type.to_string(),
            right: right.data_type.to_string(),
            change: right.data_type.relation_to(&left.data_type)?,
        })
    };
    pairs.filter_map(change).collect()
}

/// The rule of a pair of columns.
fn rule(spec: &CompareSpec, name: &str, types: [&DataType; 2], inferred: ColumnType, is_key: bool) -> Rule {
    let [left, right] = types;
    // Text against a typed column is read as that column's type, and what can't be read as it is told.
    let (column_type, is_read) = match (left.is_text(), right.is_text()) {
        (true, false) => (right.column_type(), true),
        (false, true) => (left.column_type(), true),
        (true, true) => (inferred, false),
        (false, false) => (common(left, right), false),
    };
    let settled = if is_key { rules::key_rule(spec, name, column_type) } else { rules::rule(spec, name, column_type) };
    let declared = settled.declared || (is_read && column_type != ColumnType::Text);
    Rule { declared, ..settled }
}

/// The type that two typed columns are compared as, as far as text can be read as it.
fn common(left: &DataType, right: &DataType) -> ColumnType {
    let family = judge::natural(left, right).unwrap_or("text");
    family.parse().unwrap_or(ColumnType::Text)
}

fn check_key(field: &Field, name: &str) -> Result<()> {
    if field.data_type.can_be_key() {
        return Ok(());
    }
    let what = if field.data_type.is_nested() {
        "a nested column"
    } else {
        "a floating-point column, whose equality depends on how numbers were rounded"
    };
    let message =
        format!("`{name}` is {what}: it can't be a key; name another column, or compare by position or content");
    let context = Context { field: Some("key".to_owned()), column: Some(name.to_owned()), ..Context::default() };
    Err(Error::new(ErrorKind::Key, message).with_context(context))
}
