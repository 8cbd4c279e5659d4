//! The sections of `column_compare`: the columns ranked, what they hold, how far numbers moved, where differences are.

use std::cmp::Reverse;
use std::io;

use super::canvas::{Canvas, Line};
use super::grid::{Align, Grid};
use super::{BOLD, CHANGED, DIM, PLAIN};
use crate::report::cell::{show, show_name};
use crate::report::model::{ColumnReport, Details, SideStatistics};
use crate::report::number::{counted, percent, significant, thousands};
use crate::report::words::concentration;

/// How many columns are shown.
const LISTED: usize = 50;
/// How much of the least and the greatest value is shown.
const VALUE: usize = 24;

/// Everything that is told of columns.
pub(super) fn columns(details: &Details, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let mut columns: Vec<&ColumnReport> = details.columns.iter().collect();
    columns.sort_by_key(|column| Reverse(column.changed));
    let rest = columns.len().saturating_sub(LISTED);
    columns.truncate(LISTED);
    let name = |column: &ColumnReport, canvas: &Canvas<'_>| {
        let width = (canvas.width() / 4).clamp(8, 32);
        if column.left_name == column.right_name {
            show_name(&column.name, width)
        } else {
            format!("{} = {}", show_name(&column.left_name, width / 2), show_name(&column.right_name, width / 2))
        }
    };
    ranked(details, &columns, name, canvas)?;
    if rest > 0 {
        canvas.line(Line::styled(DIM, &format!("  … {} more", thousands(rest as u64))))?;
    }
    values(&columns, name, canvas)?;
    moved(&columns, name, canvas)?;
    concentrations(details, canvas)
}

fn ranked(
    details: &Details,
    columns: &[&ColumnReport],
    name: impl Fn(&ColumnReport, &Canvas<'_>) -> String,
    canvas: &mut Canvas<'_>,
) -> io::Result<()> {
    let mut grid = Grid::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ]);
    let unparsable = columns.iter().any(|column| column.unparsable > 0);
    let head = |text: &str| Line::styled(DIM, text);
    grid.row(vec![
        head("column"),
        head("type"),
        head("equal"),
        head("changed"),
        if unparsable { head("unparsable") } else { Line::default() },
        head("nulls"),
        head("distinct"),
    ]);
    let matched = details.counts.matched;
    for column in columns {
        let statistics = column.statistics.clone().unwrap_or_default();
        let style = if column.changed > 0 { CHANGED } else { PLAIN };
        let (left, right) = (&statistics.left, &statistics.right);
        grid.row(vec![
            Line::plain(&name(column, canvas)),
            Line::styled(DIM, &column.column_type),
            Line::plain(&percent(matched.saturating_sub(column.changed), matched)),
            Line::styled(style, &thousands(column.changed)),
            Line::plain(&if column.unparsable > 0 { thousands(column.unparsable) } else { String::new() }),
            both(&thousands(left.nulls), &thousands(right.nulls)),
            both(&thousands(left.distinct), &thousands(right.distinct)),
        ]);
    }
    let differing = details.columns.iter().filter(|column| column.changed > 0).count() as u64;
    let of = format!("  {} of {} differ", thousands(differing), thousands(details.columns.len() as u64));
    canvas.heading(Line::styled(BOLD, "Columns").and(DIM, &of))?;
    grid.draw("  ", canvas)
}

/// A value of both sides, once where they are the same.
fn both(left: &str, right: &str) -> Line {
    if left == right {
        return Line::plain(left);
    }
    Line::plain(left).and(DIM, " → ").and(PLAIN, right)
}

/// The least, the greatest and the mean.
fn values(
    columns: &[&ColumnReport],
    name: impl Fn(&ColumnReport, &Canvas<'_>) -> String,
    canvas: &mut Canvas<'_>,
) -> io::Result<()> {
    let known = columns.iter().filter_map(|column| Some((column, column.statistics.as_ref()?)));
    let known: Vec<_> =
        known.filter(|(_, statistics)| statistics.left.min.is_some() || statistics.right.min.is_some()).collect();
    if known.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::new(&[Align::Left, Align::Left, Align::Left, Align::Left]);
    let head = |text: &str| Line::styled(DIM, text);
    grid.row(vec![head("column"), head("least"), head("greatest"), head("mean")]);
    for (column, statistics) in known {
        let of = |value: fn(&SideStatistics) -> Option<String>| {
            let [left, right] = [&statistics.left, &statistics.right].map(|side| show(value(side).as_deref(), VALUE));
            both(&left, &right)
        };
        let mean = |side: &SideStatistics| side.mean.map(significant).unwrap_or_default();
        grid.row(vec![
            Line::plain(&name(column, canvas)),
            of(|side| side.min.clone()),
            of(|side| side.max.clone()),
            both(&mean(&statistics.left), &mean(&statistics.right)),
        ]);
    }
    canvas.heading(Line::styled(BOLD, "Values"))?;
    grid.draw("  ", canvas)
}

/// How far numbers moved.
fn moved(
    columns: &[&ColumnReport],
    name: impl Fn(&ColumnReport, &Canvas<'_>) -> String,
    canvas: &mut Canvas<'_>,
) -> io::Result<()> {
    let moved = columns.iter().filter_map(|column| Some((column, column.statistics.as_ref()?.difference?)));
    let moved: Vec<_> = moved.collect();
    if moved.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::new(&[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ]);
    let head = |text: &str| Line::styled(DIM, text);
    grid.row(vec![
        head("column"),
        head("cells"),
        head("mean Δ"),
        head("mean |Δ|"),
        head("median |Δ|"),
        head("95% |Δ|"),
        head("max |Δ|"),
    ]);
    for (column, found) in moved {
        let number = |value: f64| Line::plain(&significant(value));
        grid.row(vec![
            Line::plain(&name(column, canvas)),
            Line::plain(&thousands(found.count)),
            number(found.mean_shift),
            number(found.mean),
            number(found.median),
            number(found.p95),
            number(found.max),
        ]);
    }
    canvas.heading(Line::styled(BOLD, "How far changed numbers moved").and(DIM, "  Δ is right minus left"))?;
    grid.draw("  ", canvas)
}

fn concentrations(details: &Details, canvas: &mut Canvas<'_>) -> io::Result<()> {
    if details.concentrations.is_empty() {
        return Ok(());
    }
    let found = counted(details.concentrations.len() as u64, "finding");
    canvas.heading(Line::styled(BOLD, "Where differences concentrate").and(DIM, &format!("  {found}")))?;
    for found in &details.concentrations {
        canvas.wrapped("  ", Line::plain(&concentration(found, |name| show_name(name, 40), |value| show(value, 40))))?;
    }
    Ok(())
}
