//! The summary as GitHub's Markdown, for pages and tickets.
//!
//! Cells and names are code, and whatever they hold they stay in their place: no table breaks, no HTML, no link, no
//! mention comes out of one.

mod digests;
mod statistics;

use std::io::{self, Write};

use super::RenderOptions;
use super::stream::key_names;
use crate::report::cell::{NULL, contrast, escape_controls, show, show_name};
use crate::report::model::{Details, DifferenceKind, DuplicateKey, Report, RowDifference, Status};
use crate::report::number::{counted, percent, significant, thousands};
use crate::report::rows::Comparison;
use crate::report::summary::{STOPPED_EARLY, has_own_words, has_row_differences, no_partner, verdict};
use crate::report::words::renamed;

/// How many characters of a cell are shown.
const CELL: usize = 60;

/// How many changed cells of one row, or cells of a row that stands on one side, are shown.
const CELLS: usize = 8;

/// How many columns are ranked and names listed.
const LISTED: usize = 50;

pub(super) fn render(comparison: &Comparison, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let report = &comparison.report;
    let details = &report.details;
    writeln!(out, "# {}", prose(&verdict(report)))?;
    if report.metadata.status != Status::Completed {
        return details.errors.iter().skip(1).try_for_each(|error| writeln!(out, "\n{}", prose(error)));
    }
    if report.metadata.stopped_early {
        writeln!(out, "\n{STOPPED_EARLY}")?;
    }
    if has_own_words(report) {
        writeln!(out, "\n{}", prose(&details.summary))?;
    }
    counts(report, out)?;
    if let Some(found) = &details.digests {
        digests::digests(found, options.sample, out)?;
    } else if let Some(advice) = no_partner(&details.counts) {
        writeln!(out, "\n{advice}")?;
    }
    let is_by_column = details.columns.iter().any(|column| column.statistics.is_some());
    if is_by_column {
        statistics::columns(details, out)?;
    } else {
        columns(details, out)?;
    }
    schema(details, out)?;
    let keys = key_names(comparison);
    duplicates(details, &keys, options.sample, out)?;
    if is_by_column {
        return Ok(());
    }
    changed(details, &keys, options.sample, out)?;
    whole(details, DifferenceKind::Removed, &keys, options.sample, out)?;
    whole(details, DifferenceKind::Added, &keys, options.sample, out)
}

fn counts(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (counts, metadata) = (&report.details.counts, &report.metadata);
    if metadata.left.name.is_empty() && !has_row_differences(counts) {
        return Ok(());
    }
    writeln!(out, "\n| | left | right |\n|---|--:|--:|")?;
    if !metadata.left.name.is_empty() {
        writeln!(out, "| input | {} | {} |", code(&metadata.left.name), code(&metadata.right.name))?;
    }
    let share = |count: u64, whole: u64| match count {
        0 => "0".to_owned(),
        _ => format!("{} ({})", thousands(count), prose(&percent(count, whole))),
    };
    let both = |count| (share(count, counts.left_rows), share(count, counts.right_rows));
    if counts.left_rows + counts.right_rows > 0 {
        writeln!(out, "| rows | {} | {} |", thousands(counts.left_rows), thousands(counts.right_rows))?;
    }
    if !has_row_differences(counts) {
        return Ok(());
    }
    let (left, right) = both(counts.unchanged);
    writeln!(out, "| unchanged | {left} | {right} |")?;
    let (left, right) = both(counts.changed);
    writeln!(out, "| changed | {left} | {right} |")?;
    writeln!(out, "| removed | {} | |", share(counts.removed, counts.left_rows))?;
    writeln!(out, "| added | | {} |", share(counts.added, counts.right_rows))
}

fn columns(details: &Details, out: &mut dyn Write) -> io::Result<()> {
    let mut columns: Vec<_> = details.columns.iter().filter(|column| column.changed > 0).collect();
    if columns.is_empty() {
        return Ok(());
    }
    columns.sort_by_key(|column| std::cmp::Reverse(column.changed));
    writeln!(out, "\n## Columns that differ\n\n| column | changed | equal | max abs diff |\n|---|--:|--:|--:|")?;
    let matched = details.counts.matched;
    for column in columns.iter().take(LISTED) {
        let equal = prose(&percent(matched.saturating_sub(column.changed), matched));
        let largest = column.max_abs_diff.map(significant).unwrap_or_default();
        writeln!(out, "| {} | {} | {equal} | {largest} |", code(&column.name), thousands(column.changed))?;
    }
    match columns.len().saturating_sub(LISTED) {
        0 => Ok(()),
        rest => writeln!(out, "\nAnd {} more.", thousands(rest as u64)),
    }
}

fn schema(details: &Details, out: &mut dyn Write) -> io::Result<()> {
    let schema = &details.schema;
    let names = |names: &[String]| names.iter().take(LISTED).map(|name| code(name)).collect::<Vec<_>>();
    let changes = schema.type_changes.iter().take(LISTED);
    let changes = changes.map(|change| {
        let (left, right, how) = (code(&change.left), code(&change.right), change.change.as_str());
        format!("{} ({left} → {right}, {how})", code(&change.column))
    });
    let nullable = schema.nullability_changes.iter().take(LISTED).map(|change| {
        let is = |nullable: bool| if nullable { "nullable" } else { "required" };
        format!("{} ({} → {})", code(&change.column), is(change.left), is(change.right))
    });
    let moved = schema.renamed.iter().take(LISTED).map(|found| renamed(found, code));
    let findings = [
        ("on the left alone", names(&schema.only_left), schema.only_left.len()),
        ("on the right alone", names(&schema.only_right), schema.only_right.len()),
        ("probably renamed", moved.collect(), schema.renamed.len()),
        ("of another type", changes.collect(), schema.type_changes.len()),
        ("of another nullability", nullable.collect(), schema.nullability_changes.len()),
        ("in another order", names(&schema.reordered), schema.reordered.len()),
    ];
    if findings.iter().all(|(_, _, count)| *count == 0) {
        return Ok(());
    }
    writeln!(out, "\n## Layout\n")?;
    for (finding, mut names, count) in findings.into_iter().filter(|(_, _, count)| *count > 0) {
        if count > names.len() {
            names.push(format!("and {} more", thousands((count - names.len()) as u64)));
        }
        writeln!(out, "- {} {finding}: {}", counted(count as u64, "column"), names.join(", "))?;
    }
    Ok(())
}

fn duplicates(details: &Details, keys: &[String], sample: usize, out: &mut dyn Write) -> io::Result<()> {
    let sides = [("left", &details.duplicates.left), ("right", &details.duplicates.right)];
    if sides.iter().all(|(_, found)| found.is_empty()) {
        return Ok(());
    }
    let counts = &details.counts;
    writeln!(
        out,
        "\n## Keys that occur more than once\n\n{} on the left, {} on the right.\n",
        thousands(counts.left_duplicate_keys),
        thousands(counts.right_duplicate_keys)
    )?;
    let heads = key_heads(keys);
    writeln!(out, "| side |{heads} records | rows |\n|---|{}--:|---|", "---|".repeat(keys.len()))?;
    for (side, found) in sides {
        for DuplicateKey { key, rows, count } in found.iter().take(sample) {
            let rows: Vec<String> = rows.iter().map(u64::to_string).collect();
            let more = if (rows.len() as u64) < *count { ", …" } else { "" };
            writeln!(out, "| {side} |{} {} | {}{more} |", key_cells(keys, key), thousands(*count), rows.join(", "))?;
        }
    }
    Ok(())
}

fn changed(details: &Details, keys: &[String], sample: usize, out: &mut dyn Write) -> io::Result<()> {
    let rows = heading(details, DifferenceKind::Changed, sample, out)?;
    if rows.is_empty() {
        return Ok(());
    }
    let heads = key_heads(keys);
    let lines = "---|".repeat(keys.len());
    writeln!(out, "|{heads} left row | right row | column | left | right |\n|{lines}--:|--:|---|---|---|")?;
    for row in rows {
        let key = key_cells(keys, &row.key);
        let (left_row, right_row) = (number(row.left_row), number(row.right_row));
        for cell in row.cells.iter().take(CELLS) {
            let (left, right) = contrast(cell.left.as_deref(), cell.right.as_deref(), CELL);
            let side =
                |cell: &Option<String>, shown: String| if cell.is_none() { NULL.to_owned() } else { fence(&shown) };
            let (left, right) = (side(&cell.left, left.joined()), side(&cell.right, right.joined()));
            let note = if cell.kind.is_some() { " (unparsable)" } else { "" };
            writeln!(out, "|{key} {left_row} | {right_row} | {} | {left} | {right}{note} |", code(&cell.column))?;
        }
        if let rest @ 1.. = row.cells.len().saturating_sub(CELLS) {
            writeln!(out, "|{key} {left_row} | {right_row} | … {} more | | |", thousands(rest as u64))?;
        }
    }
    Ok(())
}

fn whole(
    details: &Details,
    kind: DifferenceKind,
    keys: &[String],
    sample: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = heading(details, kind, sample, out)?;
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "|{} row | cells |\n|{}--:|---|", key_heads(keys), "---|".repeat(keys.len()))?;
    for row in rows {
        let cells = row.cells.iter().take(CELLS).map(|cell| {
            let value = if kind == DifferenceKind::Removed { &cell.left } else { &cell.right };
            format!("{} {}", code(&cell.column), value_code(value))
        });
        let mut cells: Vec<String> = cells.collect();
        if row.cells.len() > CELLS {
            cells.push("…".to_owned());
        }
        let place = number(row.left_row.or(row.right_row));
        writeln!(out, "|{} {place} | {} |", key_cells(keys, &row.key), cells.join(", "))?;
    }
    Ok(())
}

/// Writes the heading of a sample, where there is one, and picks its rows.
fn heading<'a>(
    details: &'a Details,
    kind: DifferenceKind,
    sample: usize,
    out: &mut dyn Write,
) -> io::Result<Vec<&'a RowDifference>> {
    let (title, count) = match kind {
        DifferenceKind::Changed => ("Changed rows", details.counts.changed),
        DifferenceKind::Removed => ("Removed rows", details.counts.removed),
        DifferenceKind::Added => ("Added rows", details.counts.added),
    };
    let rows: Vec<_> = details.rows.iter().filter(|row| row.kind == kind).take(sample).collect();
    if !rows.is_empty() {
        let shown = rows.len() as u64;
        let of = if shown < count { format!(" ({} of {})", thousands(shown), thousands(count)) } else { String::new() };
        writeln!(out, "\n## {title}{of}\n")?;
    }
    Ok(rows)
}

fn key_heads(keys: &[String]) -> String {
    keys.iter().map(|name| format!(" {} |", code(name))).collect()
}

fn key_cells(keys: &[String], key: &[Option<String>]) -> String {
    (0..keys.len()).map(|index| format!(" {} |", value_code(key.get(index).unwrap_or(&None)))).collect()
}

pub(super) fn value_code(value: &Option<String>) -> String {
    match value {
        None => NULL.to_owned(),
        Some(_) => fence(&show(value.as_deref(), CELL)),
    }
}

fn number(row: Option<u64>) -> String {
    row.map(|row| row.to_string()).unwrap_or_default()
}

/// A name as code.
pub(super) fn code(name: &str) -> String {
    fence(&show_name(name, CELL))
}

/// Text without control characters as code: between backticks where nothing in it could end that or break a table,
/// else as an HTML element with everything in it that has a meaning written as a character reference.
fn fence(text: &str) -> String {
    let plain = |character| !matches!(character, '`' | '|' | '<' | '>' | '&' | '[' | ']' | '\\' | '\u{1}'..='\u{1f}');
    if text.chars().all(plain) && !text.starts_with(' ') && !text.ends_with(' ') {
        format!("`{text}`")
    } else {
        format!("<code>{}</code>", prose(text))
    }
}

/// Text that stays text.
fn prose(text: &str) -> String {
    let text = escape_controls(text);
    let mut safe = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        let rest = &text[index + character.len_utf8()..];
        match character {
            // The reference alone would still become a mail address or a mention once it is read; the empty comment
            // stands between.
            '@' => safe.push_str("&#64;<!-- -->"),
            ':' if rest.starts_with("//") => safe.push_str("&#58;"),
            '.' if ends_with_www(&text.as_bytes()[..index]) => safe.push_str("&#46;"),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '`' | '|' | '[' | ']' | '\\' | '*' | '_' | '~' | '$' | '#' | '!' => {
                safe.push_str(&format!("&#{};", u32::from(character)));
            }
            _ => safe.push(character),
        }
    }
    safe
}

fn ends_with_www(text: &[u8]) -> bool {
    text.last_chunk::<3>().is_some_and(|end| end.eq_ignore_ascii_case(b"www"))
}
