//! One table in a terminal: its first rows, or its columns.

use std::io::{self, Write};

use super::canvas::{Canvas, Line};
use super::grid::{Align, Grid};
use super::{BOLD, DIM, PLAIN, RIGHT};
use crate::report::cell::{show, show_name};
use crate::report::inspection::{TableHead, TableProfile};
use crate::report::number::{counted, significant, thousands};
use crate::report::render::RenderOptions;

/// How much of a cell is shown.
const CELL: usize = 30;
/// How much of the least and the greatest value is shown.
const VALUE: usize = 20;
/// Keys that are named.
const KEYS: usize = 8;

/// The first rows, as many columns as there is room for.
pub(in crate::report::render) fn head(
    head: &TableHead,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut canvas = Canvas::new(out, options.width, options.colour);
    let cell = |row: &Vec<Option<String>>, at: usize| show(row.get(at).and_then(Option::as_deref), CELL);
    let mut used = 0;
    let fit = (0..head.columns.len())
        .take_while(|at| {
            let cells = head.rows.iter().map(|row| Line::plain(&cell(row, *at)).width()).max().unwrap_or(0);
            let column = &head.columns[*at];
            let names = Line::plain(&show_name(&column.name, CELL)).width().max(column.column_type.len());
            used += cells.max(names) + 2;
            used <= options.width.saturating_sub(4) || *at == 0
        })
        .count();
    let rest = head.columns.len() - fit;
    let is_number = |column_type: &str| {
        ["int", "uint", "float", "decimal"].iter().any(|family| column_type.starts_with(family))
    };
    let align = |at: usize| if is_number(&head.columns[at].column_type) { Align::Right } else { Align::Left };
    let mut grid = Grid::new(&(0..fit).map(align).chain([Align::Left]).collect::<Vec<_>>());
    let more = || if rest > 0 { Line::styled(DIM, "…") } else { Line::default() };
    let names = head.columns.iter().take(fit).map(|column| Line::styled(BOLD, &show_name(&column.name, CELL)));
    grid.row(names.chain([more()]).collect());
    if head.format != "csv" {
        let types = head.columns.iter().take(fit).map(|column| Line::styled(DIM, &column.column_type));
        grid.row(types.collect());
    }
    for row in &head.rows {
        let cells = (0..fit).map(|at| {
            let style = if row.get(at).is_none_or(Option::is_none) { DIM } else { PLAIN };
            Line::styled(style, &cell(row, at))
        });
        grid.row(cells.chain([more()]).collect());
    }
    grid.draw("", &mut canvas)?;
    let mut notes = Vec::new();
    match head.total_rows {
        Some(total) if total > head.rows.len() as u64 => notes.push(format!("of {}", counted(total, "row"))),
        _ => {}
    }
    if rest > 0 {
        notes.push(format!("{} not shown: csvq columns lists all", counted(rest as u64, "column")));
    }
    if notes.is_empty() { Ok(()) } else { canvas.line(Line::styled(DIM, &notes.join(", "))) }
}

/// The columns, and which could be a key.
pub(in crate::report::render) fn profile(
    profile: &TableProfile,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut canvas = Canvas::new(out, options.width, options.colour);
    let title = format!("  {}, {}", counted(profile.rows, "row"), counted(profile.columns.len() as u64, "column"));
    canvas.line(Line::styled(BOLD, &show_name(&profile.name, options.width / 2)).and(DIM, &title))?;
    canvas.blank()?;
    let mut grid = Grid::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Left,
        Align::Left,
        Align::Right,
    ]);
    let heads = ["column", "type", "nulls", "distinct", "", "least", "greatest", "mean"];
    grid.row(heads.iter().map(|head| Line::styled(DIM, head)).collect());
    for column in &profile.columns {
        let values = &column.values;
        grid.row(vec![
            Line::plain(&show_name(&column.name, (options.width / 4).clamp(8, 40))),
            Line::styled(DIM, &column.column_type),
            Line::plain(&thousands(values.nulls)),
            Line::plain(&thousands(values.distinct)),
            Line::styled(RIGHT, if column.is_unique { "unique" } else { "" }),
            Line::plain(&values.min.as_deref().map(|least| show(Some(least), VALUE)).unwrap_or_default()),
            Line::plain(&values.max.as_deref().map(|greatest| show(Some(greatest), VALUE)).unwrap_or_default()),
            Line::plain(&values.mean.map(significant).unwrap_or_default()),
        ]);
    }
    grid.draw("  ", &mut canvas)?;
    canvas.blank()?;
    let keys: Vec<String> = profile.keys.iter().take(KEYS).map(|key| show_name(&key.join(","), 60)).collect();
    let more = profile.keys.len().saturating_sub(keys.len());
    let more = if more > 0 { format!(" and {} more", thousands(more as u64)) } else { String::new() };
    canvas.paragraph(if keys.is_empty() {
        Line::plain("No column or pair of columns is unique: a key needs more of them.")
    } else {
        Line::plain("Could be a key: ").and(BOLD, &keys.join(", ")).and(PLAIN, &more)
    })
}
