//! What is known of quarantine: what lies in `plugins/quarantine/` and why, and which bytes must not come back.
//!
//! Folders are moved by the modules above; here is what they know of it. An entry stays when its files are deleted: its
//! digests are refused until someone releases it. The state holds to that itself: no version with such a digest is
//! added or becomes the active one, and no plugin with it becomes usable.

mod record;

use rusqlite::{OptionalExtension, Row, Transaction};
use serde_json::Value;

use super::State;
use super::audit::{MOST_NAME, MOST_TEXT, clean, clean_json};
use super::change::Change;
use super::failure::Failure;
use super::number::{count, from_stored, stored};
use super::time::Timestamp;
use crate::error::{Error, ErrorKind, Result};

pub use record::{QuarantineEntry, QuarantineOrigin, QuarantineReason, QuarantineRecord, QuarantineStatus};

/// How many bytes the JSON of findings may have.
const MOST_FINDINGS: usize = 64_000;

/// How many digests an entry may be known by.
const MOST_DIGESTS: usize = 1_000;

/// How many bytes the name of a folder may have.
const MOST_FOLDER: usize = 255;

/// Columns of `quarantine` in the order in which [`entry_of`] reads them.
const ENTRY: &str = "number, name, plugin, version, digest, origin, source_path, reason, findings, status, \
                     quarantined_at, quarantined_by, decided_at, decided_by";

impl State {
    /// Notes that something was put into quarantine, and gives its number. From now on its digests are refused.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where something is held under that name;
    /// [`Internal`](crate::ErrorKind::Internal) where the name is none of a folder, or there are more than 1,000
    /// digests; [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn quarantine(&self, record: &QuarantineRecord) -> Result<u64> {
        self.change(|change| change.quarantine(record))
    }

    /// Lets an entry out of quarantine: its digests are no longer refused. One that was deleted may be released, too:
    /// its files are gone, but may come in again. What becomes of files, and of a plugin that is installed, is for who
    /// calls.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such entry;
    /// [`Conflict`](crate::ErrorKind::Conflict) where it was released already;
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn release_from_quarantine(&self, number: u64, by: &str) -> Result<QuarantineEntry> {
        self.change(|change| change.release_from_quarantine(number, by))
    }

    /// Notes that the files of an entry were deleted. Its digests stay refused.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such entry;
    /// [`Conflict`](crate::ErrorKind::Conflict) where it is not held any more;
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn delete_from_quarantine(&self, number: u64, by: &str) -> Result<QuarantineEntry> {
        self.change(|change| change.delete_from_quarantine(number, by))
    }

    /// What is in quarantine, in the order in which it came; or all that ever was.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn quarantined(&self, held_only: bool) -> Result<Vec<QuarantineEntry>> {
        let selection = if held_only { "WHERE status = 'held' ORDER BY number" } else { "ORDER BY number" };
        self.inner.lasting.read(|transaction| select(transaction, selection, &[]))
    }

    /// The entry of a number.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn quarantine_entry(&self, number: u64) -> Result<Option<QuarantineEntry>> {
        self.inner.lasting.read(|transaction| entry(transaction, number))
    }

    /// The entry whose folder has this name: the one that is held, or else the last that was.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn quarantine_entry_named(&self, name: &str) -> Result<Option<QuarantineEntry>> {
        let selection = "WHERE name = ?1 ORDER BY status = 'held' DESC, number DESC LIMIT 1";
        self.inner.lasting.read(|transaction| Ok(select(transaction, selection, &[&name])?.pop()))
    }

    /// Why bytes of this digest are refused, if they are: the last entry that is known by it and was not released. The
    /// digest may be a plugin's, that of a package's bytes, or of a file, as far as the entry names it.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn is_quarantined(&self, digest: &str) -> Result<Option<QuarantineEntry>> {
        self.inner.lasting.read(|transaction| refusing(transaction, digest))
    }
}

impl Change<'_> {
    /// As [`State::quarantine`], with its errors.
    pub fn quarantine(&self, record: &QuarantineRecord) -> Result<u64> {
        self.within(|transaction| add(transaction, record))
    }

    /// As [`State::release_from_quarantine`], with its errors.
    pub fn release_from_quarantine(&self, number: u64, by: &str) -> Result<QuarantineEntry> {
        self.within(|transaction| decide(transaction, number, QuarantineStatus::Released, by))
    }

    /// As [`State::delete_from_quarantine`], with its errors.
    pub fn delete_from_quarantine(&self, number: u64, by: &str) -> Result<QuarantineEntry> {
        self.within(|transaction| decide(transaction, number, QuarantineStatus::Deleted, by))
    }

    /// As [`State::is_quarantined`], with its errors.
    pub fn is_quarantined(&self, digest: &str) -> Result<Option<QuarantineEntry>> {
        self.within(|transaction| refusing(transaction, digest))
    }
}

/// Refuses bytes that must not come back.
pub(super) fn refuse_held(transaction: &Transaction<'_>, id: &str, digest: &str) -> Result<(), Failure> {
    let Some(entry) = refusing(transaction, digest)? else { return Ok(()) };
    let message = format!(
        "these very bytes are in quarantine as number {} since {} ({}): release them first, if they are to be used",
        entry.number, entry.quarantined_at, entry.reason
    );
    Err(Error::new(ErrorKind::Suspicious, message).of_plugin(id).into())
}

fn add(transaction: &Transaction<'_>, record: &QuarantineRecord) -> Result<u64, Failure> {
    let internal = |what: &str| Failure::from(Error::new(ErrorKind::Internal, format!("quarantine: {what}")));
    if !is_folder_name(&record.name) {
        return Err(internal("this is no name of a folder"));
    }
    if record.also.len() >= MOST_DIGESTS {
        return Err(internal("there are too many digests"));
    }
    let held = "SELECT number FROM quarantine WHERE name = ?1 AND status = 'held'";
    if let Some(number) = transaction.query_row(held, [&record.name], |row| row.get::<_, i64>(0)).optional()? {
        let message = format!("number {number} in quarantine has that name already: `{}`", record.name);
        return Err(Error::new(ErrorKind::Conflict, message).into());
    }
    let name = |text: &Option<String>| text.as_ref().map(|text| clean(text, MOST_NAME));
    let columns = (
        &record.name,
        name(&record.plugin),
        name(&record.version),
        kept_digest(&record.digest),
        record.origin.name(),
        record.source_path.as_ref().map(|path| clean(path, MOST_TEXT)),
        record.reason.name(),
        clean_json(&record.findings, MOST_FINDINGS).to_string(),
        Timestamp::now().0,
        clean(&record.by, MOST_NAME),
    );
    transaction.execute(
        "INSERT INTO quarantine (name, plugin, version, digest, origin, source_path, reason, findings, status, \
         quarantined_at, quarantined_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'held', ?9, ?10)",
        columns,
    )?;
    let number = transaction.last_insert_rowid();
    let mut statement =
        transaction.prepare_cached("INSERT OR IGNORE INTO quarantine_digests (digest, quarantine) VALUES (?1, ?2)")?;
    for digest in record.also.iter().chain([&record.digest]) {
        statement.execute((kept_digest(digest), number))?;
    }
    Ok(from_stored(number)?)
}

fn decide(
    transaction: &Transaction<'_>,
    number: u64,
    status: QuarantineStatus,
    by: &str,
) -> Result<QuarantineEntry, Failure> {
    let found = entry(transaction, number)?;
    let found =
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no number {number} in quarantine")))?;
    let may = match status {
        QuarantineStatus::Released => found.status != QuarantineStatus::Released,
        _ => found.status == QuarantineStatus::Held,
    };
    if !may {
        let message = format!("number {number} in quarantine is {} already", found.status);
        return Err(Error::new(ErrorKind::Conflict, message).into());
    }
    transaction.execute(
        "UPDATE quarantine SET status = ?2, decided_at = ?3, decided_by = ?4 WHERE number = ?1",
        (stored(number), status.name(), Timestamp::now().0, clean(by, MOST_NAME)),
    )?;
    Ok(entry(transaction, number)?.unwrap_or(found))
}

/// The last entry that refuses a digest.
fn refusing(transaction: &Transaction<'_>, digest: &str) -> Result<Option<QuarantineEntry>, Failure> {
    let selection = "WHERE status <> 'released' AND number IN \
                     (SELECT quarantine FROM quarantine_digests WHERE digest = ?1) ORDER BY number DESC LIMIT 1";
    Ok(select(transaction, selection, &[&kept_digest(digest)])?.pop())
}

fn entry(transaction: &Transaction<'_>, number: u64) -> Result<Option<QuarantineEntry>, Failure> {
    Ok(select(transaction, "WHERE number = ?1", &[&stored(number)])?.pop())
}

fn select(
    transaction: &Transaction<'_>,
    selection: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<Vec<QuarantineEntry>, Failure> {
    let mut entries = transaction.prepare_cached(&format!("SELECT {ENTRY} FROM quarantine {selection}"))?;
    let mut digests = transaction.prepare_cached(
        "SELECT d.digest FROM quarantine_digests d JOIN quarantine q ON q.number = d.quarantine \
         WHERE d.quarantine = ?1 AND d.digest <> q.digest ORDER BY d.digest",
    )?;
    let mut found = Vec::new();
    for entry in entries.query_map(values, entry_of)? {
        let mut entry = entry?;
        entry.also = digests.query_map([stored(entry.number)], |row| row.get(0))?.collect::<Result<_, _>>()?;
        found.push(entry);
    }
    Ok(found)
}

fn entry_of(row: &Row<'_>) -> rusqlite::Result<QuarantineEntry> {
    let findings: String = row.get(8)?;
    let status: String = row.get(9)?;
    Ok(QuarantineEntry {
        number: count(row, 0)?,
        name: row.get(1)?,
        plugin: row.get(2)?,
        version: row.get(3)?,
        digest: row.get(4)?,
        also: Vec::new(),
        origin: row.get(5)?,
        source_path: row.get(6)?,
        reason: row.get(7)?,
        // What can't be read must not hide the entry.
        findings: serde_json::from_str(&findings).unwrap_or(Value::Null),
        status: status.parse().unwrap_or(QuarantineStatus::Held),
        quarantined_at: Timestamp(row.get(10)?),
        quarantined_by: row.get(11)?,
        decided_at: row.get::<_, Option<i64>>(12)?.map(Timestamp),
        decided_by: row.get(13)?,
    })
}

/// Digests are compared without regard to the case of their letters.
fn kept_digest(digest: &str) -> String {
    clean(digest, MOST_NAME).to_ascii_lowercase()
}

/// Whether it is the name of a folder, on any system, and leads nowhere else.
fn is_folder_name(name: &str) -> bool {
    let leads_elsewhere = |one: char| one.is_control() || matches!(one, '/' | '\\' | ':');
    !name.is_empty()
        && name.len() <= MOST_FOLDER
        && name != "."
        && name != ".."
        && !name.contains(leads_elsewhere)
        && clean(name, MOST_TEXT) == name
}
