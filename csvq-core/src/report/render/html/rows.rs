//! The rows that differ.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::markup::Markup;
use super::table::{Cell, Table};
use crate::report::model::{CellDifference, Details, DifferenceKind, RowDifference};
use crate::report::number::thousands;

/// How many columns of rows are shown.
const COLUMNS: usize = 20;

/// Changed rows: a column for each that differs in one of them.
pub(super) fn changed(details: &Details, keys: &[String], sample: usize) -> Vec<Markup> {
    let rows = shown(details, DifferenceKind::Changed, sample);
    let (columns, left_out) = differing(details, &rows);
    let caption = caption("Changed rows", rows.len(), details.counts.changed);
    let heads = keys.iter().map(|key| Cell::name(key)).chain([Cell::number("left row"), Cell::number("right row")]);
    let heads = heads.chain(columns.iter().map(|name| Cell::name(name))).chain(rest(left_out));
    let mut table = Table::new(Some(&caption), heads);
    for row in &rows {
        let mut cells: Vec<Cell> = key(keys, &row.key).chain([number(row.left_row), number(row.right_row)]).collect();
        let mut found = 0;
        for name in &columns {
            let changes: Vec<Markup> = row.cells.iter().filter(|cell| cell.column == *name).map(change).collect();
            found += changes.len();
            cells.push(if changes.is_empty() { Cell::Equal } else { Cell::Text(Markup::joined(changes, " ")) });
        }
        if left_out > 0 {
            let more = row.cells.len().saturating_sub(found);
            cells.push(if more == 0 { Cell::Equal } else { Cell::text(&format!("{} more", thousands(more as u64))) });
        }
        table.push(cells);
    }
    table.with_rest(usize::try_from(details.counts.changed).unwrap_or(usize::MAX))
}

/// Rows that stand on one side alone.
pub(super) fn alone(details: &Details, kind: DifferenceKind, keys: &[String], sample: usize) -> Vec<Markup> {
    let rows = shown(details, kind, sample);
    let is_left = kind == DifferenceKind::Removed;
    let (title, class, count) = if is_left {
        ("Removed rows", "class=\"removed\"", details.counts.removed)
    } else {
        ("Added rows", "class=\"added\"", details.counts.added)
    };
    let columns = rows.first().map_or(&[][..], |row| &row.cells);
    let left_out = columns.len().saturating_sub(COLUMNS);
    let heads = keys.iter().map(|key| Cell::name(key)).chain([Cell::number("row")]);
    let heads = heads.chain(columns.iter().take(COLUMNS).map(|cell| Cell::name(&cell.column))).chain(rest(left_out));
    let mut table = Table::new(Some(&caption(title, rows.len(), count)), heads).with(class);
    for row in &rows {
        let at = if is_left { row.left_row } else { row.right_row };
        let values = row.cells.iter().take(COLUMNS).map(|cell| if is_left { &cell.left } else { &cell.right });
        let cells = key(keys, &row.key).chain([number(at)]).chain(values.map(Cell::value));
        table.push(cells.chain((left_out > 0).then(|| Cell::text("…"))));
    }
    table.with_rest(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The cells of a key.
pub(super) fn key(keys: &[String], key: &[Option<String>]) -> impl Iterator<Item = Cell> {
    (0..keys.len()).map(|index| Cell::value(key.get(index).unwrap_or(&None)))
}

fn shown(details: &Details, kind: DifferenceKind, sample: usize) -> Vec<&RowDifference> {
    details.rows.iter().filter(|row| row.kind == kind).take(sample).collect()
}

fn caption(title: &str, shown: usize, count: u64) -> String {
    let shown = shown as u64;
    if shown < count { format!("{title} ({} of {})", thousands(shown), thousands(count)) } else { title.to_owned() }
}

/// The columns that differ in these rows, in the order of the table: of too many those that differ in most, and how
/// many are left out.
fn differing<'a>(details: &'a Details, rows: &[&'a RowDifference]) -> (Vec<&'a str>, usize) {
    let mut changes: HashMap<&str, usize> = HashMap::new();
    for cell in rows.iter().flat_map(|row| &row.cells) {
        *changes.entry(cell.column.as_str()).or_default() += 1;
    }
    let mut columns: Vec<(usize, &str, usize)> = Vec::with_capacity(changes.len());
    for (place, column) in details.columns.iter().enumerate() {
        columns.extend(changes.remove(column.name.as_str()).map(|count| (place, column.name.as_str(), count)));
    }
    columns.sort_by_key(|(_, _, count)| Reverse(*count));
    let left_out = columns.len().saturating_sub(COLUMNS) + changes.len();
    columns.truncate(COLUMNS);
    columns.sort_by_key(|(place, ..)| *place);
    (columns.into_iter().map(|(_, name, _)| name).collect(), left_out)
}

/// A head for columns that are left out.
fn rest(left_out: usize) -> Option<Cell> {
    (left_out > 0).then(|| Cell::text(&format!("… {} more", thousands(left_out as u64))))
}

fn change(cell: &CellDifference) -> Markup {
    let change = Markup::change(cell.left.as_deref(), cell.right.as_deref());
    if cell.kind.is_some() { change.and(Markup::text(" (unparsable)")) } else { change }
}

fn number(row: Option<u64>) -> Cell {
    Cell::number(&row.map(|row| row.to_string()).unwrap_or_default())
}
