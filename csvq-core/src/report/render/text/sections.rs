//! The sections above the samples: inputs, counts, columns, schema, duplicate keys.

use std::cmp::Reverse;
use std::io;

use super::canvas::{Canvas, Line};
use super::grid::{Align, Grid};
use super::sample::key_line;
use super::{BOLD, CHANGED, DIM, LEFT, PLAIN, RIGHT};
use crate::report::cell::{show_name, show_path};
use crate::report::model::{Counts, Details, DuplicateKey, InputReport, Report, SchemaReport};
use crate::report::number::{counted, percent, significant, thousands};
use crate::report::summary::has_row_differences;
use crate::report::words::renamed;

/// How many columns are ranked, and how many names a list holds, before the rest is counted.
const LISTED: usize = 20;

/// Room for the longest bar.
const BAR: usize = 20;

/// The two inputs, and of how they were read what is out of the ordinary.
pub(super) fn inputs(report: &Report, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let (left, right) = (&report.metadata.left, &report.metadata.right);
    if left.name.is_empty() && right.name.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::new(&[Align::Left; 3]);
    for (side, style, input) in [("left", LEFT, left), ("right", RIGHT, right)] {
        let path = show_path(&input.name, (canvas.width() / 2).max(12));
        grid.row(vec![Line::styled(style, side), Line::plain(&path), Line::styled(DIM, &traits(input))]);
    }
    canvas.blank()?;
    grid.draw("  ", canvas)
}

fn traits(input: &InputReport) -> String {
    let mut traits = Vec::new();
    if !input.columns.is_empty() {
        traits.push(counted(input.columns.len() as u64, "column"));
    }
    if !input.header {
        traits.push("no header".to_owned());
    }
    match input.delimiter.as_str() {
        "" | "," => {}
        "\t" => traits.push("tab-separated".to_owned()),
        delimiter => traits.push(format!("separated by {delimiter}")),
    }
    if !matches!(input.encoding.as_str(), "" | "UTF-8") {
        traits.push(input.encoding.clone());
    }
    if !matches!(input.compression.as_str(), "" | "none") {
        traits.push(input.compression.clone());
    }
    traits.join(", ")
}

/// The counts of rows by side: each side adds up.
pub(super) fn counts(counts: &Counts, canvas: &mut Canvas<'_>) -> io::Result<()> {
    if !has_row_differences(counts) {
        return Ok(());
    }
    let mut grid = Grid::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left]);
    let head = |text: &str| Line::styled(DIM, text);
    grid.row(vec![head("Rows"), head("left"), Line::default(), head("right")]);
    let number = |count: u64| Line::plain(&thousands(count));
    grid.row(vec![Line::plain("read"), number(counts.left_rows), Line::default(), number(counts.right_rows)]);
    let cells = if counts.changed_cells == 0 { String::new() } else { counted(counts.changed_cells, "cell") };
    let kinds = [
        ("unchanged", PLAIN, Some(counts.unchanged), Some(counts.unchanged), ""),
        ("changed", CHANGED, Some(counts.changed), Some(counts.changed), cells.as_str()),
        ("removed", LEFT, Some(counts.removed), None, ""),
        ("added", RIGHT, None, Some(counts.added), ""),
    ];
    for (kind, style, left, right, note) in kinds {
        let style = if left.or(right) == Some(0) { PLAIN } else { style };
        let mut row = vec![Line::styled(style, kind)];
        for (count, whole) in [(left, counts.left_rows), (right, counts.right_rows)] {
            row.push(count.map(number).unwrap_or_default());
            let share = count.filter(|count| *count > 0).map(|count| percent(count, whole));
            row.push(Line::styled(DIM, &share.unwrap_or_default()));
        }
        row.push(Line::styled(DIM, note));
        grid.row(row);
    }
    canvas.blank()?;
    grid.draw("  ", canvas)
}

/// The columns that differ, the most changed first.
pub(super) fn columns(details: &Details, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let mut columns: Vec<_> = details.columns.iter().filter(|column| column.changed > 0).collect();
    let Some(most) = columns.iter().map(|column| column.changed).max() else {
        return Ok(());
    };
    columns.sort_by_key(|column| Reverse(column.changed));
    let typed = columns.iter().any(|column| !matches!(column.column_type.as_str(), "" | "text"));
    let measured = columns.iter().any(|column| column.max_abs_diff.is_some());
    let unparsable = columns.iter().any(|column| column.unparsable > 0);

    let mut grid =
        Grid::new(&[Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left]);
    let head = |text: &str, shown: bool| if shown { Line::styled(DIM, text) } else { Line::default() };
    grid.row(vec![
        head("column", true),
        head("type", typed),
        head("changed", true),
        head("equal", true),
        head("max |Δ|", measured),
        head("unparsable", unparsable),
    ]);
    let name_width = (canvas.width() / 3).clamp(8, 40);
    // On a narrow terminal the numbers need the room.
    let room = if canvas.width() < 72 { 0 } else { BAR };
    for column in columns.iter().take(LISTED) {
        let name = if column.left_name == column.right_name || column.left_name.is_empty() {
            show_name(&column.name, name_width)
        } else {
            let half = name_width / 2;
            format!("{} = {}", show_name(&column.left_name, half), show_name(&column.right_name, half))
        };
        let matched = details.counts.matched;
        let equal = match column.match_rate {
            Some(_) if matched > 0 => percent(matched.saturating_sub(column.changed), matched),
            _ => String::new(),
        };
        grid.row(vec![
            Line::plain(&name),
            if typed { Line::styled(DIM, &column.column_type) } else { Line::default() },
            Line::plain(&thousands(column.changed)),
            Line::plain(&equal),
            Line::plain(&column.max_abs_diff.map(significant).unwrap_or_default()),
            Line::plain(&if column.unparsable > 0 { thousands(column.unparsable) } else { String::new() }),
            Line::styled(CHANGED, &bar(column.changed, most, room)),
        ]);
    }
    let of = format!("  {} of {}", thousands(columns.len() as u64), thousands(details.columns.len() as u64));
    canvas.heading(Line::styled(BOLD, "Columns that differ").and(DIM, &of))?;
    grid.draw("  ", canvas)?;
    match columns.len().saturating_sub(LISTED) {
        0 => Ok(()),
        rest => canvas.line(Line::styled(DIM, &format!("  … {} more", thousands(rest as u64)))),
    }
}

fn bar(part: u64, whole: u64, room: usize) -> String {
    let length = (u128::from(part) * room as u128).div_ceil(u128::from(whole.max(1)));
    "█".repeat(usize::try_from(length).unwrap_or(room).min(room))
}

/// Where the layouts differ.
pub(super) fn schema(schema: &SchemaReport, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let name = |name: &String| show_name(name, 40);
    let changes = schema
        .type_changes
        .iter()
        .map(|change| {
            let (column, how) = (show_name(&change.column, 40), change.change.as_str());
            format!("{column} ({} → {}, {how})", change.left, change.right)
        });
    let nullable = schema.nullability_changes.iter().map(|change| {
        let is = |nullable: bool| if nullable { "nullable" } else { "required" };
        format!("{} ({} → {})", show_name(&change.column, 40), is(change.left), is(change.right))
    });
    let moved = schema.renamed.iter().map(|found| renamed(found, |name| show_name(name, 40)));
    let findings = [
        (
            "on the left alone",
            LEFT,
            schema.only_left.iter().take(LISTED).map(name).collect::<Vec<_>>(),
            schema.only_left.len(),
        ),
        (
            "on the right alone",
            RIGHT,
            schema.only_right.iter().take(LISTED).map(name).collect(),
            schema.only_right.len(),
        ),
        ("probably renamed", CHANGED, moved.take(LISTED).collect(), schema.renamed.len()),
        ("of another type", CHANGED, changes.take(LISTED).collect(), schema.type_changes.len()),
        ("of another nullability", CHANGED, nullable.take(LISTED).collect(), schema.nullability_changes.len()),
        ("in another order", PLAIN, schema.reordered.iter().take(LISTED).map(name).collect(), schema.reordered.len()),
    ];
    if findings.iter().all(|(_, _, _, count)| *count == 0) {
        return Ok(());
    }
    canvas.heading(Line::styled(BOLD, "Layout"))?;
    for (finding, style, mut names, count) in findings {
        if count == 0 {
            continue;
        }
        if count > names.len() {
            names.push(format!("… {} more", thousands((count - names.len()) as u64)));
        }
        let what = format!("{} {finding}: ", counted(count as u64, "column"));
        canvas.wrapped("  ", Line::styled(style, &what).and(PLAIN, &names.join(", ")))?;
    }
    Ok(())
}

/// Keys that occur more than once, with the rows that have them.
pub(super) fn duplicates(details: &Details, keys: &[String], sample: usize, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let counts = &details.counts;
    let sides = [
        ("left", LEFT, &details.duplicates.left, counts.left_duplicate_keys),
        ("right", RIGHT, &details.duplicates.right, counts.right_duplicate_keys),
    ];
    if sides.iter().all(|(_, _, found, count)| found.is_empty() && *count == 0) {
        return Ok(());
    }
    canvas.heading(Line::styled(BOLD, "Keys that occur more than once"))?;
    for (side, style, found, count) in sides {
        let count = count.max(found.len() as u64);
        if count == 0 {
            continue;
        }
        let found: Vec<&DuplicateKey> = found.iter().take(sample).collect();
        canvas.line(Line::styled(style, &format!("  {side}")).and(DIM, &format!("  {}", counted(count, "key"))))?;
        let mut grid = Grid::new(&[Align::Left, Align::Left]);
        for duplicate in &found {
            grid.row(vec![key_line(keys, &duplicate.key, canvas.width() / 2), Line::styled(DIM, &places(duplicate))]);
        }
        grid.draw("    ", canvas)?;
        match count.saturating_sub(found.len() as u64) {
            0 => {}
            rest => canvas.line(Line::styled(DIM, &format!("    … {} more", thousands(rest))))?,
        }
    }
    Ok(())
}

fn places(duplicate: &DuplicateKey) -> String {
    let mut rows: Vec<String> = duplicate.rows.iter().map(u64::to_string).collect();
    let rest = duplicate.count.saturating_sub(rows.len() as u64);
    if rest > 0 {
        rows.push(format!("… {} more", thousands(rest)));
    }
    format!("rows {}", rows.join(", "))
}
