//! The spec's rules, settled for each column: a column's wins over its type's, which wins over the one for all.

use csvq_text::Rule;

use super::columns::Columns;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::spec::{CompareSpec, Scoped, TypingDefault, suggest};
use crate::types::ColumnType;

/// The rule of a column, with its inferred type where it has no declared one.
pub(super) fn rule(spec: &CompareSpec, column: &str, inferred: ColumnType) -> Rule {
    let declared = spec.types.declared(column);
    let column_type = declared.unwrap_or(inferred);
    let is = |setting: &Scoped<bool>| setting.get(column, column_type).copied().unwrap_or(false);
    Rule {
        column_type,
        declared: declared.is_some(),
        trim: is(&spec.trim),
        ignore_case: is(&spec.ignore_case),
        empty_is_null: is(&spec.empty_is_null),
        nulls: spec
            .null
            .get(column, column_type)
            .map(|texts| texts.iter().map(|text| text.clone().into_bytes()).collect())
            .unwrap_or_default(),
        as_number: is(&spec.as_number),
        abs_tol: spec.abs_tol.get(column, column_type).copied(),
        rel_tol: spec.rel_tol.get(column, column_type).copied(),
        as_time: spec.as_time.get(column, column_type).cloned().unwrap_or_default(),
        time_tol: spec.time_tol.get(column, column_type).map(|span| span.nanoseconds()),
    }
}

/// The rule of a key column: without tolerance, under which equality would depend on the order of rows.
pub(super) fn key_rule(spec: &CompareSpec, column: &str, inferred: ColumnType) -> Rule {
    Rule { abs_tol: None, rel_tol: None, time_tol: None, ..rule(spec, column, inferred) }
}

/// Whether types are to be inferred.
pub(super) fn infers(spec: &CompareSpec) -> bool {
    spec.types.default == TypingDefault::Infer
}

/// Refuses rules for columns that the left table does not have.
pub(super) fn check_columns(spec: &CompareSpec, columns: &Columns) -> Result<()> {
    let names = &columns.names[0];
    let fields: [(&str, Vec<&String>); 10] = [
        ("abs_tol", spec.abs_tol.columns.keys().collect()),
        ("rel_tol", spec.rel_tol.columns.keys().collect()),
        ("time_tol", spec.time_tol.columns.keys().collect()),
        ("ignore_case", spec.ignore_case.columns.keys().collect()),
        ("trim", spec.trim.columns.keys().collect()),
        ("empty_is_null", spec.empty_is_null.columns.keys().collect()),
        ("null", spec.null.columns.keys().collect()),
        ("as_number", spec.as_number.columns.keys().collect()),
        ("as_time", spec.as_time.columns.keys().collect()),
        ("types", spec.types.columns.keys().collect()),
    ];
    for (field, columns) in fields {
        if let Some(column) = columns.into_iter().find(|column| !names.contains(column)) {
            return Err(unknown(field, column, names));
        }
    }
    Ok(())
}

fn unknown(field: &str, column: &str, names: &[String]) -> Error {
    let advice = match suggest(column, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "rules name columns as the left table does".to_owned(),
    };
    let context = Context { field: Some(field.to_owned()), column: Some(column.to_owned()), ..Context::default() };
    let message = format!("the left table has no column `{column}`; {advice}");
    Error::new(ErrorKind::InvalidSpec, message).with_context(context)
}
