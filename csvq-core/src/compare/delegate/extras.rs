//! Columns of its own in a table of differences: what is said of the shown rows and cells besides.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::differences::Found;
use crate::error::Result;
use crate::report::{Details, DifferenceKind};
use crate::table::{Table, Value};

/// The columns that every table of differences has, or may have.
const KNOWN: &[&str] = &["kind", "left_row", "right_row", "column", "left", "right"];

/// The rows of a difference, and the number of the compared column.
type At = (Option<u32>, Option<u32>, Option<usize>);

/// What is said besides, by name, and of which difference.
pub(super) struct Extras<'a> {
    table: &'a Table,
    /// The names of its own columns, with their place.
    columns: Vec<(String, usize)>,
    /// Where in the table each difference stands.
    places: HashMap<At, usize>,
}

impl<'a> Extras<'a> {
    pub(super) fn new(table: &'a Table, found: &Found) -> Self {
        let own = table.fields().iter().enumerate().filter(|(_, field)| !KNOWN.contains(&field.name.as_str()));
        let columns: Vec<(String, usize)> = own.map(|(at, field)| (field.name.clone(), at)).collect();
        let places = if columns.is_empty() {
            HashMap::new()
        } else {
            let all = found.differences.iter().zip(&found.places);
            all.map(|(told, place)| ((told.left, told.right, told.column), *place)).collect()
        };
        Self { table, columns, places }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Adds to the shown rows and cells what is said of them.
    pub(super) fn add_to(&self, details: &mut Details) -> Result<()> {
        let names: HashMap<String, usize> =
            details.columns.iter().enumerate().map(|(at, column)| (column.name.clone(), at)).collect();
        // What is wanted first, so that each column is read once.
        let mut wanted: Vec<(usize, &mut Map<String, Json>)> = Vec::new();
        for row in &mut details.rows {
            let number = |row: Option<u64>| row.and_then(|row| u32::try_from(row.checked_sub(1)?).ok());
            let (left, right) = (number(row.left_row), number(row.right_row));
            if let Some(place) = self.places.get(&(left, right, None)) {
                wanted.push((*place, &mut row.extra));
            }
            if row.kind == DifferenceKind::Changed {
                for cell in &mut row.cells {
                    let column = names.get(&cell.column).copied();
                    if let Some(place) = self.places.get(&(left, right, column)).filter(|_| column.is_some()) {
                        wanted.push((*place, &mut cell.extra));
                    }
                }
            }
        }
        wanted.sort_by_key(|(place, _)| *place);
        for (name, index) in &self.columns {
            let values = self.table.values(*index)?;
            let mut values = values.iter().enumerate();
            for (place, extra) in &mut wanted {
                let Some((_, value)) = values.by_ref().find(|(at, _)| at == place) else { break };
                if let Some(value) = json(&value) {
                    extra.insert(name.clone(), value);
                }
            }
        }
        Ok(())
    }
}

/// A value as it can stand in a report; none for null, and for what JSON has no word for.
fn json(value: &Value<'_>) -> Option<Json> {
    match value {
        Value::Boolean(flag) => Some(Json::from(*flag)),
        Value::Integer(number) => Some(Json::from(*number)),
        Value::Unsigned(number) => Some(Json::from(*number)),
        Value::Float(number) => serde_json::Number::from_f64(*number).map(Json::Number),
        Value::Text(text) => Some(Json::from(*text)),
        _ => None,
    }
}
