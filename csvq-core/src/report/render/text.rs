//! The summary for people: the verdict first, then what differs, ranked, then samples, then what to run for more.
//!
//! No line is wider than asked, and whatever the cells hold, no control character of theirs is written.

mod canvas;
mod digests;
mod grid;
mod inspection;
mod sample;
mod sections;
mod statistics;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use self::canvas::{Canvas, Line};
pub(super) use self::inspection::{head, profile};
use super::RenderOptions;
use super::stream::key_names;
use crate::report::model::Status;
use crate::report::number::thousands;
use crate::report::rows::Comparison;
use crate::report::summary::{STOPPED_EARLY, has_own_words, no_partner, verdict};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LEFT: Style = AnsiColor::Red.on_default();
const RIGHT: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();

pub(super) fn render(comparison: &Comparison, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let report = &comparison.report;
    let mut canvas = Canvas::new(out, options.width, options.colour);
    let style = if report.is_equal { RIGHT.bold() } else { LEFT.bold() };
    let verdict = verdict(report);
    let (word, rest) = verdict.split_at(verdict.find(':').unwrap_or(verdict.len()));
    canvas.paragraph(Line::styled(style, word).and(BOLD, rest))?;
    if report.metadata.status != Status::Completed {
        return more_errors(comparison, &mut canvas);
    }
    if report.metadata.stopped_early {
        canvas.line(Line::styled(CHANGED, STOPPED_EARLY))?;
    }
    sections::inputs(report, &mut canvas)?;
    if has_own_words(report) {
        canvas.blank()?;
        canvas.paragraph(Line::plain(&report.details.summary))?;
    }
    sections::counts(&report.details.counts, &mut canvas)?;
    let advice = if report.details.digests.is_none() { no_partner(&report.details.counts) } else { None };
    if let Some(advice) = advice {
        canvas.blank()?;
        canvas.paragraph(Line::styled(CHANGED, advice))?;
    }
    let is_by_column = report.details.columns.iter().any(|column| column.statistics.is_some());
    if is_by_column {
        statistics::columns(&report.details, &mut canvas)?;
    } else {
        sections::columns(&report.details, &mut canvas)?;
    }
    if let Some(found) = &report.details.digests {
        digests::digests(found, options.sample, &mut canvas)?;
    }
    sections::schema(&report.details.schema, &mut canvas)?;

    let keys = key_names(comparison);
    sections::duplicates(&report.details, &keys, options.sample, &mut canvas)?;
    let complete = is_by_column || sample::rows(&report.details, &keys, options.sample, &mut canvas)?;
    if complete || !options.flags { Ok(()) } else { more(comparison, &mut canvas) }
}

fn more_errors(comparison: &Comparison, canvas: &mut Canvas<'_>) -> io::Result<()> {
    for error in comparison.report.details.errors.iter().skip(1) {
        canvas.paragraph(Line::plain(error))?;
    }
    Ok(())
}

/// What to run for the rows that are not shown.
fn more(comparison: &Comparison, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let details = &comparison.report.details;
    canvas.blank()?;
    if comparison.rows.is_none() && details.truncated {
        let kept = thousands(details.rows.len() as u64);
        return canvas.paragraph(Line::styled(DIM, &format!("The report holds {kept} of the rows that differ.")));
    }
    canvas.line(Line::styled(BOLD, "For all of it"))?;
    canvas.line(Line::plain("  --format jsonl   ").and(DIM, "every row that differs, one JSON object a line"))?;
    if comparison.rows.is_some() {
        canvas.line(Line::plain("  --export DIR     ").and(DIM, "all of them as CSV (or Parquet) in a folder"))?;
    }
    Ok(())
}
