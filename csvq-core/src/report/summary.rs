//! A report in words: the verdict in one line, and the paragraph of `details.summary`.
//!
//! Counts and names of columns alone; no cell is ever quoted.

mod digests;
mod schema;

use super::cell::show_name;
use super::model::{Counts, Details, Report, Status};
use super::number::{counted, thousands};

/// What is said of a comparison that ended before all was found.
pub(crate) const STOPPED_EARLY: &str = "Stopped early, with as many differences as were asked for: there may be more.";

/// How many columns a paragraph names before it says how many more there are.
const NAMED: usize = 3;

/// How much of a column's name a paragraph shows.
const NAME_WIDTH: usize = 40;

/// The report in one paragraph, as `details.summary` holds it.
///
/// ```
/// use csvq_core::report::{Counts, Details, Report, summarise};
/// let counts = Counts { left_rows: 2, right_rows: 2, matched: 2, unchanged: 2, ..Counts::default() };
/// let details = Details { counts, ..Details::default() };
/// let report = Report { is_equal: true, details, ..Report::default() };
/// assert_eq!(summarise(&report), "Equal: 2 rows, 0 columns compared.");
/// ```
#[must_use]
pub fn summarise(report: &Report) -> String {
    let details = &report.details;
    let mut sentences = vec![verdict(report)];
    if report.metadata.status == Status::Completed {
        if let Some(found) = &details.digests {
            sentences.extend(digests::sentences(found));
        }
        sentences.extend(changed_sentence(details));
        sentences.extend(schema::sentences(&details.schema));
        sentences.extend(duplicate_sentence(&details.counts));
        if details.digests.is_none() {
            sentences.extend(no_partner(&details.counts).map(str::to_owned));
        }
    }
    let mut paragraph = String::new();
    for sentence in sentences {
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        paragraph.push_str(&sentence);
        if !paragraph.ends_with('.') {
            paragraph.push('.');
        }
    }
    paragraph
}

fn changed_sentence(details: &Details) -> Option<String> {
    let mut columns: Vec<_> = details.columns.iter().filter(|column| column.changed > 0).collect();
    columns.sort_by_key(|column| std::cmp::Reverse(column.changed));
    let named = columns
        .iter()
        .take(NAMED)
        .map(|column| format!("{} ({})", show_name(&column.name, NAME_WIDTH), thousands(column.changed)));
    let cells = counted(details.counts.changed_cells, "cell");
    (!columns.is_empty()).then(|| format!("{cells} changed: {}", enumerate(named.collect(), columns.len())))
}

/// The report in one line: `Different: 12 changed, 3 added, 1 removed of 1,000 / 1,002 rows`.
pub(crate) fn verdict(report: &Report) -> String {
    let details = &report.details;
    match report.metadata.status {
        Status::Error => return format!("Failed: {}", reason(details)),
        Status::Cancelled => return format!("Cancelled: {}", reason(details)),
        Status::TimedOut => return format!("Timed out: {}", reason(details)),
        Status::Completed => {}
    }
    if let Some(found) = &details.digests {
        digests::verdict(found, report)
    } else if let Some(mode) = details.schema.mode {
        schema::verdict(report, mode)
    } else {
        verdict_of_rows(details, report.is_equal)
    }
}

/// Whether some row is added, removed or changed.
pub(crate) fn has_row_differences(counts: &Counts) -> bool {
    counts.changed + counts.added + counts.removed > 0
}

/// Whether the summary says what nothing else does: a comparison of a plugin's own describes what it found itself.
pub(crate) fn has_own_words(report: &Report) -> bool {
    let details = &report.details;
    let counts = details.counts.left_rows + details.counts.right_rows;
    counts == 0 && !details.summary.is_empty() && details.summary != summarise(report)
}

/// What went wrong; the summary of [`Report::failed`] has words of its own before it.
fn reason(details: &Details) -> &str {
    details.errors.first().map_or("no reason was given", String::as_str)
}

fn verdict_of_rows(details: &Details, is_equal: bool) -> String {
    let counts = &details.counts;
    let rows = rows(counts);
    if is_equal {
        return format!("Equal: {rows}, {} compared", counted(details.columns.len() as u64, "column"));
    }
    let kinds = [(counts.changed, "changed"), (counts.added, "added"), (counts.removed, "removed")];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| format!("{} {kind}", thousands(*count)))
        .collect();
    let mut findings = Vec::new();
    if !kinds.is_empty() {
        findings.push(format!("{} of {rows}", kinds.join(", ")));
    }
    let lone = details.schema.only_left.len() + details.schema.only_right.len();
    if lone > 0 {
        findings.push(format!("{} on one side alone", counted(lone as u64, "column")));
    }
    let types = details.schema.type_changes.len();
    if kinds.is_empty() && types > 0 {
        findings.push(format!("{} of another type", counted(types as u64, "column")));
    }
    if findings.is_empty() { "Different".to_owned() } else { format!("Different: {}", findings.join("; ")) }
}

/// The rows of both sides: `1,000 rows`, `1,000 / 1,002 rows`.
fn rows(counts: &Counts) -> String {
    if counts.left_rows == counts.right_rows {
        counted(counts.left_rows, "row")
    } else {
        format!("{} / {} rows", thousands(counts.left_rows), thousands(counts.right_rows))
    }
}

/// The first of the names in words.
fn named(names: &[String]) -> String {
    enumerate(names.iter().take(NAMED).map(|name| show_name(name, NAME_WIDTH)).collect(), names.len())
}

fn duplicate_sentence(counts: &Counts) -> Option<String> {
    let sides = [(counts.left_duplicate_keys, "left"), (counts.right_duplicate_keys, "right")];
    let sides: Vec<String> = sides
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, side)| format!("{} on the {side}", thousands(*count)))
        .collect();
    (!sides.is_empty()).then(|| format!("Keys that occur more than once: {}", sides.join(", ")))
}

/// What to look at where there are rows on both sides, and not one pair among them.
pub(crate) fn no_partner(counts: &Counts) -> Option<&'static str> {
    (counts.matched == 0 && counts.left_rows > 0 && counts.right_rows > 0).then_some(
        "No row has a partner on the other side: look at what rows are matched by, and at how each side writes it.",
    )
}

/// `a, b and c`; `a, b, c and 4 more` where not all are named.
fn enumerate(mut named: Vec<String>, count: usize) -> String {
    if count > named.len() {
        named.push(format!("{} more", thousands((count - named.len()) as u64)));
    }
    match named.pop() {
        Some(last) if named.is_empty() => last,
        Some(last) => format!("{} and {last}", named.join(", ")),
        None => String::new(),
    }
}
