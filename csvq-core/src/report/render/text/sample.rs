//! The samples: changed cells side by side, then rows that were removed and added.

use std::io;

use super::canvas::{Canvas, Line};
use super::grid::{Align, Grid};
use super::{BOLD, CHANGED, DIM, LEFT, PLAIN, RIGHT};
use crate::report::cell::{NULL, Parts, contrast, show, show_name};
use crate::report::model::{CellDifference, CellKind, Details, DifferenceKind, RowDifference};
use crate::report::number::thousands;

/// How many changed cells of one row are shown.
const CELLS: usize = 8;

/// How wide a cell of an added or removed row may be.
const SIDE_CELL: usize = 24;

/// What follows a cell that could not be read as its column's type.
const UNPARSABLE: &str = "  unparsable";

/// Draws the samples; false where something is left out.
pub(super) fn rows(details: &Details, keys: &[String], sample: usize, canvas: &mut Canvas<'_>) -> io::Result<bool> {
    let counts = &details.counts;
    let kinds = [
        (DifferenceKind::Changed, "Changed rows", CHANGED, counts.changed),
        (DifferenceKind::Removed, "Removed rows", LEFT, counts.removed),
        (DifferenceKind::Added, "Added rows", RIGHT, counts.added),
    ];
    let mut complete = true;
    for (kind, title, style, count) in kinds {
        let all = details.rows.iter().filter(|row| row.kind == kind);
        let rows: Vec<&RowDifference> = all.take(sample).collect();
        let shown = rows.len() as u64;
        complete &= shown >= count;
        if rows.is_empty() {
            continue;
        }
        let of = if shown < count { format!("  {} of {}", thousands(shown), thousands(count)) } else { String::new() };
        canvas.heading(Line::styled(style.bold(), title).and(DIM, &of))?;
        if kind == DifferenceKind::Changed {
            complete &= changed(&rows, keys, canvas)?;
        } else {
            complete &= whole(&rows, keys, canvas)?;
        }
    }
    Ok(complete)
}

/// A key as `id=17, day=…`, in at most so many columns.
pub(super) fn key_line(keys: &[String], key: &[Option<String>], width: usize) -> Line {
    let room = (width / key.len().max(1)).max(6);
    let mut line = Line::default();
    for (index, cell) in key.iter().enumerate() {
        if index > 0 {
            line = line.and(PLAIN, ", ");
        }
        if let Some(name) = keys.get(index) {
            line = line.and(DIM, &format!("{}=", show_name(name, room / 2)));
        }
        line = line.join(cell_line(cell.as_deref(), BOLD, room));
    }
    line
}

fn changed(rows: &[&RowDifference], keys: &[String], canvas: &mut Canvas<'_>) -> io::Result<bool> {
    let cells = || rows.iter().flat_map(|row| row.cells.iter().take(CELLS));
    let marked = cells().any(|cell| cell.kind == Some(CellKind::Unparsable));
    let name_limit = (canvas.width() / 4).clamp(6, 30);
    let names = cells().map(|cell| Line::plain(&show_name(&cell.column, name_limit)).width()).max().unwrap_or(0);
    // Indent, name, two gaps, the arrow, and the note where there is one: what is left is shared by both sides.
    let taken = 4 + names + 2 + 4 + if marked { UNPARSABLE.len() } else { 0 };
    let room = (canvas.width().saturating_sub(taken) / 2).max(4);

    let mut complete = true;
    let mut grid = Grid::new(&[Align::Left; 3]);
    for row in rows {
        grid.alone(title(row, keys, canvas.width()));
        for cell in row.cells.iter().take(CELLS) {
            let (left, right) = sides(cell, room);
            let mut right = Line::styled(DIM, "→ ").join(right);
            if cell.kind == Some(CellKind::Unparsable) {
                right = right.and(CHANGED, UNPARSABLE);
            }
            grid.row(vec![Line::plain(&show_name(&cell.column, name_limit)), left, right]);
        }
        if let rest @ 1.. = row.cells.len().saturating_sub(CELLS) {
            complete = false;
            grid.alone(Line::styled(DIM, &format!("    … {} more", thousands(rest as u64))));
        }
    }
    grid.draw("    ", canvas)?;
    Ok(complete)
}

fn sides(cell: &CellDifference, room: usize) -> (Line, Line) {
    let (left, right) = contrast(cell.left.as_deref(), cell.right.as_deref(), room);
    let line = |cell: Option<&str>, parts: &Parts, style| match cell {
        None => Line::styled(DIM, NULL),
        Some(_) => Line::plain(&parts.head).and(style, &parts.differing).and(PLAIN, &parts.tail),
    };
    (line(cell.left.as_deref(), &left, LEFT.bold()), line(cell.right.as_deref(), &right, RIGHT.bold()))
}

/// The key and where the row stands.
fn title(row: &RowDifference, keys: &[String], width: usize) -> Line {
    let place = match (row.left_row, row.right_row) {
        (Some(left), Some(right)) if left != right => format!("row {left} → {right}"),
        (Some(row), _) | (None, Some(row)) => format!("row {row}"),
        (None, None) => String::new(),
    };
    let key = key_line(keys, &row.key, width / 2);
    let gap = if key.is_empty() { "" } else { "  " };
    Line::plain("  ").join(key).and(PLAIN, gap).and(DIM, &place)
}

/// Rows that stand on one side: key, place, and as many cells as a line holds.
fn whole(rows: &[&RowDifference], keys: &[String], canvas: &mut Canvas<'_>) -> io::Result<bool> {
    let mut complete = true;
    let titles: Vec<Line> = rows.iter().map(|row| title(row, keys, canvas.width())).collect();
    let column = titles.iter().map(Line::width).max().unwrap_or(0);
    for (row, title) in rows.iter().zip(titles) {
        let mut line = title.padded(column, false).and(PLAIN, "  ");
        let mut used = line.width();
        for (index, cell) in row.cells.iter().enumerate() {
            let value = if row.kind == DifferenceKind::Removed { &cell.left } else { &cell.right };
            let gap = if index > 0 { ", " } else { "" };
            let entry = Line::styled(DIM, &format!("{gap}{}=", show_name(&cell.column, SIDE_CELL))).join(cell_line(
                value.as_deref(),
                PLAIN,
                SIDE_CELL,
            ));
            let last = index + 1 == row.cells.len();
            let width = entry.width();
            if used + width + if last { 0 } else { 3 } > canvas.width() {
                line = line.and(DIM, &format!("{gap}…"));
                complete = false;
                break;
            }
            used += width;
            line = line.join(entry);
        }
        canvas.line(line)?;
    }
    Ok(complete)
}

fn cell_line(cell: Option<&str>, style: anstyle::Style, width: usize) -> Line {
    match cell {
        None => Line::styled(DIM, NULL),
        Some(_) => Line::styled(style, &show(cell, width)),
    }
}
