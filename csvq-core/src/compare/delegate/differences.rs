//! The table of differences, read without trust.

use std::collections::{HashMap, HashSet};

use super::contradicts;
use crate::compare::columnar::{Compared, ToldDifference};
use crate::compare::columns::Columns;
use crate::error::{ErrorKind, Result};
use crate::report::{Counts, DifferenceKind};
use crate::table::{Table, Value, Values};

/// The differences that were told.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) differences: Vec<ToldDifference>,
    /// For each of them its place in the table, from 0.
    pub(super) places: Vec<usize>,
    changed_rows: u64,
    added: u64,
    removed: u64,
    changed_cells: u64,
}

impl Found {
    /// What they come to in tables of so many rows.
    pub(super) fn counts(&self, [left_rows, right_rows]: [u64; 2]) -> Counts {
        Counts {
            left_rows,
            right_rows,
            changed: self.changed_rows,
            added: self.added,
            removed: self.removed,
            changed_cells: self.changed_cells,
            ..Counts::default()
        }
    }
}

/// Whether a table has the columns by which it tells of rows. One that has none of them is of a plugin's own form; one that
/// has some is to have them all.
pub(super) fn tells_of_rows(table: &Table) -> bool {
    table.fields().iter().any(|field| ["kind", "left_row", "right_row"].contains(&field.name.as_str()))
}

/// Reads the differences between tables of so many rows.
pub(super) fn read(table: &Table, rows: [u64; 2], compared: &[Compared], columns: &Columns) -> Result<Found> {
    let kinds = column(table, "kind")?;
    let (left_rows, right_rows) = (column(table, "left_row")?, column(table, "right_row")?);
    let names = column(table, "column")?;
    let by_name: HashMap<&str, usize> =
        compared.iter().enumerate().map(|(at, compared)| (compared.left_name(columns), at)).collect();
    let mut found = Found::default();
    let mut partner: [HashMap<u32, Option<u32>>; 2] = Default::default();
    let mut cells: HashSet<(u32, Option<usize>)> = HashSet::new();
    let each = kinds.iter().zip(left_rows.iter().zip(right_rows.iter())).zip(names.iter());
    for (at, ((kind, (left, right)), name)) in each.enumerate() {
        let place = at + 1;
        let (kind, is_unparsable) = self::kind(&kind, place)?;
        let left = row(&left, rows[0], "left_row", place)?;
        let right = row(&right, rows[1], "right_row", place)?;
        let column = match name {
            Value::Null => None,
            Value::Text(name) => Some(
                by_name
                    .get(name)
                    .copied()
                    .ok_or_else(|| contradicts(format!("difference {place} is in a column that is not compared")))?,
            ),
            _ => return Err(contradicts("`column` holds no text")),
        };
        let (has_left, has_right) = (kind != DifferenceKind::Added, kind != DifferenceKind::Removed);
        if left.is_some() != has_left || right.is_some() != has_right {
            return Err(contradicts(format!(
                "difference {place} needs a row on each side that a {} row has, and on no other",
                kind.as_str()
            )));
        }
        let is_new = is_new(&mut partner, left, right, place)?;
        match kind {
            DifferenceKind::Changed => {
                found.changed_rows += u64::from(is_new);
                found.changed_cells += u64::from(column.is_some());
                if !cells.insert((left.unwrap_or_default(), column)) {
                    return Err(contradicts(format!("difference {place} is told of twice")));
                }
            }
            // Whoever tells the cells of such a row one by one says the same each time.
            DifferenceKind::Removed if is_new => found.removed += 1,
            DifferenceKind::Added if is_new => found.added += 1,
            DifferenceKind::Removed | DifferenceKind::Added => continue,
        }
        found.differences.push(ToldDifference { kind, left, right, column, is_unparsable });
        found.places.push(at);
    }
    Ok(found)
}

/// Whether these rows come up for the first time; each row has one partner, or none, throughout.
fn is_new(
    partner: &mut [HashMap<u32, Option<u32>>; 2],
    left: Option<u32>,
    right: Option<u32>,
    place: usize,
) -> Result<bool> {
    let mut is_new = false;
    for (side, (own, other)) in [(left, right), (right, left)].into_iter().enumerate() {
        let Some(own) = own else { continue };
        let known = *partner[side].entry(own).or_insert_with(|| {
            is_new = true;
            other
        });
        if known != other {
            let side = ["left", "right"][side];
            return Err(contradicts(format!("difference {place} pairs a {side} row that has another partner")));
        }
    }
    Ok(is_new)
}

fn column(table: &Table, name: &str) -> Result<Values> {
    let index = table
        .fields()
        .iter()
        .position(|field| field.name == name)
        .ok_or_else(|| contradicts(format!("the differences have no column `{name}`")))?;
    table.values(index).map_err(|error| match error.kind() {
        ErrorKind::Unsupported => contradicts(format!("`{name}` has a type that it can't have")),
        _ => error,
    })
}

fn kind(value: &Value<'_>, place: usize) -> Result<(DifferenceKind, bool)> {
    match value {
        Value::Text("changed") => Ok((DifferenceKind::Changed, false)),
        Value::Text("unparsable") => Ok((DifferenceKind::Changed, true)),
        Value::Text("removed") => Ok((DifferenceKind::Removed, false)),
        Value::Text("added") => Ok((DifferenceKind::Added, false)),
        _ => Err(contradicts(format!("difference {place} is neither added, removed, changed nor unparsable"))),
    }
}

/// A row's number, from 0.
fn row(value: &Value<'_>, rows: u64, name: &str, place: usize) -> Result<Option<u32>> {
    let number = match value {
        Value::Null => return Ok(None),
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::Unsigned(number) => Some(*number),
        _ => return Err(contradicts(format!("`{name}` holds no whole numbers"))),
    };
    let number = number.filter(|number| (1..=rows).contains(number)).and_then(|number| u32::try_from(number - 1).ok());
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(contradicts(format!("`{name}` of difference {place} is no row; rows count from 1 to {rows}"))),
    }
}
