//! No key was given: the error that says which columns could serve.

use csvq_text::Column;

use super::columns::Columns;
use super::rules;
use super::text::{self, Opened};
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::spec::CompareSpec;
use crate::types::ColumnType;

/// Columns whose pairs are tried, where no single column is unique.
const PAIRED: usize = 24;
/// Candidates that are named.
const SHOWN: usize = 8;

/// The error for a comparison by key without a key. It fails itself where the inputs can't be read.
pub(super) fn no_key(opened: &Opened, columns: &Columns, spec: &CompareSpec, control: &Control) -> Result<Error> {
    let column = |&(left, right): &(usize, usize)| Column {
        left,
        right,
        rule: rules::key_rule(spec, &columns.names[0][left], ColumnType::Text),
    };
    let shared: Vec<Column> = columns.compared.iter().map(column).collect();
    let name = |column: &Column| -> String {
        let (left, right) = (&columns.names[0][column.left], &columns.names[1][column.right]);
        if left == right { left.clone() } else { format!("{left}={right}") }
    };
    let mut sets: Vec<Vec<Column>> = shared.iter().map(|column| vec![column.clone()]).collect();
    let ragged = text::ragged(spec);
    let mut alive = csvq_text::unique(&opened.left, &opened.right, &sets, ragged, control)?;
    if !alive.contains(&true) {
        let first = &shared[..shared.len().min(PAIRED)];
        sets = first
            .iter()
            .enumerate()
            .flat_map(|(at, one)| first[at + 1..].iter().map(|other| vec![one.clone(), other.clone()]))
            .collect();
        alive = csvq_text::unique(&opened.left, &opened.right, &sets, ragged, control)?;
    }
    let found = sets.iter().zip(alive).filter(|(_, alive)| *alive);
    Ok(error(found.map(|(set, _)| set.iter().map(name).collect::<Vec<_>>().join(",")).collect()))
}

/// The error that names these keys.
pub(super) fn error(found: Vec<String>) -> Error {
    let message = if found.is_empty() {
        "no key was given, and no column or pair of columns is unique on both sides; \
         name the columns of a longer key, or compare by position or by content"
            .to_owned()
    } else {
        let shown: Vec<_> = found.iter().take(SHOWN).map(|key| format!("`{key}`")).collect();
        let more = if found.len() > SHOWN { format!(" and {} more", found.len() - SHOWN) } else { String::new() };
        format!("no key was given; unique on both sides, and so fit for a key: {}{more}", shown.join(", "))
    };
    let context = Context { field: Some("key".to_owned()), ..Context::default() };
    Error::new(ErrorKind::Key, message).with_context(context)
}
