//! The summary as a fragment of HTML, for notebooks and pages.
//!
//! It is one `div` with a style of its own, which reaches nothing outside of it, and works on light and dark grounds.
//! There is no script and nothing that has to be loaded. What comes from outside is text and stays text: `markup` has
//! no other way in.

mod digests;
mod layout;
mod markup;
mod rows;
mod statistics;
mod table;

use std::cmp::Reverse;
use std::io::Write;

use self::markup::Markup;
use self::table::{Cell, Table};
use super::stream::key_names;
use super::{RenderError, RenderOptions};
use crate::report::model::{Details, DifferenceKind, DuplicateKey, Report, Status};
use crate::report::number::{percent, significant, thousands};
use crate::report::rows::Comparison;
use crate::report::summary::{STOPPED_EARLY, has_own_words, has_row_differences, no_partner, verdict};

/// How many columns are ranked and names listed.
const LISTED: usize = 50;

/// Every rule begins with the fragment's own class.
const STYLE: &str = "\
.csvq{overflow-x:auto}
.csvq p{margin:.4em 0}
.csvq table{border-collapse:collapse;border:0;margin:.6em 0;color:inherit;font-size:inherit}
.csvq caption{caption-side:top;text-align:left;font-weight:600;color:inherit;padding:.2em 0}
.csvq th,.csvq td{border:0;border-bottom:1px solid rgba(128,128,128,.35);padding:.15em .6em;color:inherit;\
text-align:left;vertical-align:top;white-space:pre-wrap}
.csvq .number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.csvq code{background:none;color:inherit;padding:0;font-size:inherit;unicode-bidi:isolate}
.csvq del,.csvq ins{color:inherit;padding:0 .15em;border-radius:.2em;unicode-bidi:isolate}
.csvq del{background:rgba(220,50,47,.2);text-decoration:line-through}
.csvq ins{background:rgba(46,160,67,.22);text-decoration:none}
.csvq .removed tbody td{background:rgba(220,50,47,.08)}
.csvq .added tbody td{background:rgba(46,160,67,.08)}
.csvq .null,.csvq .equal{opacity:.6}
";

/// Writes a comparison as a fragment of HTML, for notebooks: `<div class="csvq">`, in UTF-8.
///
/// It says what the report holds: the verdict and counts, the columns that differ, where the layouts differ, and the
/// first rows of each kind, at most [`sample`](RenderOptions::sample) of them, in which the cells that differ are marked;
/// of comparisons that are not of rows what they found instead. No other option has a meaning here. Cells, names and
/// messages are escaped, whatever they hold.
///
/// # Errors
/// [`RenderError::Write`] where `out` fails.
///
/// ```
/// use csvq_core::report::render::{RenderOptions, html};
/// use csvq_core::report::{Comparison, Report};
/// use csvq_core::{Error, ErrorKind};
///
/// let report = Report::failed("row_compare", &Error::new(ErrorKind::Io, "<b> can't be opened"));
/// let comparison = Comparison { report, rows: None, differences: None, profile: Vec::new() };
/// let mut fragment = Vec::new();
/// html(&comparison, &RenderOptions::default(), &mut fragment)?;
/// let fragment = String::from_utf8(fragment)?;
/// assert!(fragment.starts_with("<div class=\"csvq\">"));
/// assert!(fragment.contains("Failed: &lt;b&gt; can&#39;t be opened"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn html(comparison: &Comparison, options: &RenderOptions, out: &mut dyn Write) -> Result<(), RenderError> {
    // Within the classes of the inner element, notebooks typeset no formula that a cell may look like.
    writeln!(out, "<div class=\"csvq\"><style>\n{STYLE}</style><div class=\"tex2jax_ignore mathjax_ignore\">")?;
    for part in parts(comparison, options) {
        writeln!(out, "{part}")?;
    }
    writeln!(out, "</div></div>")?;
    Ok(out.flush()?)
}

/// What the fragment consists of, from top to bottom.
fn parts(comparison: &Comparison, options: &RenderOptions) -> Vec<Markup> {
    let report = &comparison.report;
    let details = &report.details;
    let paragraph = |text: &str| Markup::text(text).within("p");
    let mut parts = vec![Markup::text(&verdict(report)).within("strong").within("p")];
    if report.metadata.status != Status::Completed {
        parts.extend(details.errors.iter().skip(1).map(|error| paragraph(error)));
        return parts;
    }
    if report.metadata.stopped_early {
        parts.push(paragraph(STOPPED_EARLY));
    }
    if has_own_words(report) {
        parts.push(paragraph(&details.summary));
    }
    parts.extend(counts(report));
    if let Some(found) = &details.digests {
        parts.extend(digests::digests(found, options.sample));
    } else {
        parts.extend(no_partner(&details.counts).map(paragraph));
    }
    let is_by_column = details.columns.iter().any(|column| column.statistics.is_some());
    if is_by_column {
        parts.extend(statistics::columns(details));
    } else {
        parts.extend(columns(details));
    }
    parts.extend(layout::layout(&details.schema));
    let keys = key_names(comparison);
    parts.extend(duplicates(details, &keys, options.sample));
    if !is_by_column {
        parts.extend(rows::changed(details, &keys, options.sample));
        parts.extend(rows::alone(details, DifferenceKind::Removed, &keys, options.sample));
        parts.extend(rows::alone(details, DifferenceKind::Added, &keys, options.sample));
    }
    parts
}

fn counts(report: &Report) -> Option<Markup> {
    let (counts, metadata) = (&report.details.counts, &report.metadata);
    let share = |count: u64, whole: u64| match count {
        0 => Cell::number("0"),
        _ => Cell::number(&format!("{} ({})", thousands(count), percent(count, whole))),
    };
    let mut table = Table::new(None, [Cell::empty(), Cell::number("left"), Cell::number("right")]);
    if !metadata.left.name.is_empty() {
        let name = |name: &str| Cell::Number(Markup::path(name));
        table.push([Cell::head("input"), name(&metadata.left.name), name(&metadata.right.name)]);
    }
    if counts.left_rows + counts.right_rows > 0 {
        let number = |count: u64| Cell::number(&thousands(count));
        table.push([Cell::head("rows"), number(counts.left_rows), number(counts.right_rows)]);
    }
    if has_row_differences(counts) {
        let both = |count| (share(count, counts.left_rows), share(count, counts.right_rows));
        for (kind, (left, right)) in [
            ("unchanged", both(counts.unchanged)),
            ("changed", both(counts.changed)),
            ("removed", (share(counts.removed, counts.left_rows), Cell::empty())),
            ("added", (Cell::empty(), share(counts.added, counts.right_rows))),
        ] {
            table.push([Cell::head(kind), left, right]);
        }
    }
    (!table.is_empty()).then(|| table.into())
}

fn columns(details: &Details) -> Vec<Markup> {
    let mut columns: Vec<_> = details.columns.iter().filter(|column| column.changed > 0).collect();
    columns.sort_by_key(|column| Reverse(column.changed));
    let heads = [Cell::text("column"), Cell::number("changed"), Cell::number("equal"), Cell::number("max abs diff")];
    let mut table = Table::new(Some("Columns that differ"), heads);
    let matched = details.counts.matched;
    for column in columns.iter().take(LISTED) {
        table.push([
            Cell::name(&column.name),
            Cell::number(&thousands(column.changed)),
            Cell::number(&percent(matched.saturating_sub(column.changed), matched)),
            Cell::number(&column.max_abs_diff.map(significant).unwrap_or_default()),
        ]);
    }
    table.with_rest(columns.len())
}

fn duplicates(details: &Details, keys: &[String], sample: usize) -> Option<Markup> {
    let counts = &details.counts;
    let caption = format!(
        "Keys that occur more than once: {} on the left, {} on the right",
        thousands(counts.left_duplicate_keys),
        thousands(counts.right_duplicate_keys)
    );
    let heads = std::iter::once(Cell::text("side")).chain(keys.iter().map(|key| Cell::name(key)));
    let mut table = Table::new(Some(&caption), heads.chain([Cell::number("records"), Cell::text("rows")]));
    for (side, found) in [("left", &details.duplicates.left), ("right", &details.duplicates.right)] {
        for DuplicateKey { key, rows, count } in found.iter().take(sample) {
            let more = if (rows.len() as u64) < *count { ", …" } else { "" };
            let rows: Vec<String> = rows.iter().map(u64::to_string).collect();
            let cells = std::iter::once(Cell::text(side)).chain(rows::key(keys, key));
            let rows = Cell::text(&format!("{}{more}", rows.join(", ")));
            table.push(cells.chain([Cell::number(&thousands(*count)), rows]));
        }
    }
    (!table.is_empty()).then(|| table.into())
}
