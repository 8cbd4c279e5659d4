//! Reading the audit log: some lines of it, or all of them written out.

use std::io::Write;

use rusqlite::{Row, Transaction};
use serde_json::{Map, Value};

use super::action::{AuditAction, AuditOutcome};
use super::chain::MOST_DETAILS;
use super::record::AuditEntry;
use super::text::{MOST_NAME, MOST_TEXT, clean, clean_json};
use crate::error::{Error, ErrorKind, Result};
use crate::state::State;
use crate::state::failure::Failure;
use crate::state::number::{count, stored};
use crate::state::time::Timestamp;

/// How many lines are given where nobody says how many.
const USUAL_LINES: u64 = 1_000;

/// How many lines are given at once, at most.
const MOST_LINES: u64 = 10_000;

/// How many lines are held in memory while the log is written out.
const PAGE: u64 = 256;

/// Which lines of the audit log are wanted: those that fit everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Written at this time or later.
    pub since: Option<Timestamp>,
    /// Written before this time.
    pub until: Option<Timestamp>,
    /// Of this caller.
    pub caller: Option<String>,
    /// Of this action.
    pub action: Option<AuditAction>,
    /// About this subject.
    pub subject: Option<String>,
    /// That came out so.
    pub outcome: Option<AuditOutcome>,
    /// No more than so many.
    pub limit: Option<u64>,
    /// Those that come after the line of this number, in the order that is asked for: to go on where one stopped.
    pub after: Option<u64>,
    /// The newest first, in place of the oldest.
    pub newest_first: bool,
}

/// How the audit log is written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditForm {
    /// A JSON object in each line.
    #[default]
    NdJson,
}

impl State {
    /// Lines of the audit log: 1,000 where the filter has no limit, and never more than 10,000 at once.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn audit_log(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
        let limit = filter.limit.unwrap_or(USUAL_LINES).min(MOST_LINES);
        self.inner.passing.read(|transaction| select(transaction, filter, i64::MAX, limit))
    }

    /// Writes out the lines of the audit log that were there when it was called, and gives how many: all of them where
    /// the filter has no limit. Few are in memory at a time, and nobody waits for whoever takes them.
    ///
    /// That it was written out is for who calls to [`audit`](State::audit), beforehand.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read, [`Io`](crate::ErrorKind::Io) where what it
    /// is written to takes no more.
    pub fn export_audit(&self, filter: &AuditFilter, out: &mut dyn Write, form: AuditForm) -> Result<u64> {
        let AuditForm::NdJson = form;
        let failed = |error| Error::new(ErrorKind::Io, format!("the audit log can't be written out: {error}"));
        let last = self.inner.passing.read(|transaction| {
            let last = "SELECT coalesce(max(number), 0) FROM audit";
            Ok(transaction.query_row(last, [], |row| row.get::<_, i64>(0))?)
        })?;
        let mut filter = filter.clone();
        let limit = filter.limit.unwrap_or(u64::MAX);
        let mut written = 0;
        while written < limit {
            let wanted = PAGE.min(limit - written);
            let page = self.inner.passing.read(|transaction| select(transaction, &filter, last, wanted))?;
            let Some(end) = page.last() else { break };
            filter.after = Some(end.number);
            for entry in &page {
                let line = serde_json::to_string(entry).map_err(|error| failed(error.into()))?;
                writeln!(out, "{line}").map_err(failed)?;
                written += 1;
            }
        }
        out.flush().map_err(failed)?;
        Ok(written)
    }
}

/// The lines up to the number `last` that a filter wants.
fn select(
    transaction: &Transaction<'_>,
    filter: &AuditFilter,
    last: i64,
    limit: u64,
) -> Result<Vec<AuditEntry>, Failure> {
    let after = filter.after.map(stored);
    let (order, first, last) = match (filter.newest_first, after) {
        (false, after) => ("ASC", after.unwrap_or(0).saturating_add(1), last),
        (true, after) => ("DESC", 1, after.map_or(last, |after| last.min(after.saturating_sub(1)))),
    };
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT number, time, caller, action, outcome, subject, version, digest, why, details, hash FROM audit \
         WHERE number BETWEEN ?1 AND ?2 AND (?3 IS NULL OR time >= ?3) AND (?4 IS NULL OR time < ?4) \
         AND (?5 IS NULL OR caller = ?5) AND (?6 IS NULL OR action = ?6) AND (?7 IS NULL OR subject = ?7) \
         AND (?8 IS NULL OR outcome = ?8) ORDER BY number {order} LIMIT ?9"
    ))?;
    let values = (
        first,
        last,
        filter.since.map(|time| time.0),
        filter.until.map(|time| time.0),
        // As they are kept.
        filter.caller.as_ref().map(|caller| clean(caller, MOST_NAME)),
        filter.action.map(AuditAction::name),
        filter.subject.as_ref().map(|subject| clean(subject, MOST_TEXT)),
        filter.outcome.map(AuditOutcome::name),
        stored(limit),
    );
    let entries = statement.query_map(values, entry_of)?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// A line as it is read. It is cleaned once more, since someone may have written it past csvq.
fn entry_of(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let text = |column: usize, most: usize| Ok::<_, rusqlite::Error>(clean(&row.get::<_, String>(column)?, most));
    let text_if_any = |column: usize| {
        Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.map(|text| clean(&text, MOST_NAME)))
    };
    Ok(AuditEntry {
        number: count(row, 0)?,
        time: Timestamp(row.get(1)?),
        caller: text(2, MOST_NAME)?,
        action: text(3, MOST_NAME)?,
        outcome: outcome_of(&row.get::<_, String>(4)?),
        subject: text(5, MOST_TEXT)?,
        version: text_if_any(6)?,
        digest: text_if_any(7)?,
        why: text(8, MOST_TEXT)?,
        details: details_of(&row.get::<_, String>(9)?),
        hash: hexadecimal(&row.get::<_, Vec<u8>>(10)?),
    })
}

/// The table takes no other names; where someone changed that, too, it is nothing that was allowed.
fn outcome_of(name: &str) -> AuditOutcome {
    name.parse().unwrap_or(AuditOutcome::Failed)
}

/// Details that are not csvq's must not hide the line that they stand in.
fn details_of(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(details)) => match clean_json(&Value::Object(details), MOST_DETAILS) {
            Value::Object(details) => details,
            _ => Map::new(),
        },
        _ => Map::from_iter([("unreadable".to_owned(), Value::Bool(true))]),
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
