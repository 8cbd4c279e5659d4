//! The chain: how a line is hashed, and how it is added.

use rusqlite::{OptionalExtension, Transaction};
use sha2::{Digest, Sha256};

use super::record::AuditRecord;
use super::text::{MOST_NAME, MOST_TEXT, clean, clean_details};
use crate::state::failure::Failure;
use crate::state::number::from_stored;
use crate::state::time::Timestamp;

/// How many bytes the JSON of details may have.
pub(super) const MOST_DETAILS: usize = 8_000;

/// What the hash of every line begins with, so that it is the hash of nothing else.
const DOMAIN: &[u8] = b"csvq audit line 1\0";

/// The hash of a line, or where the chain begins.
pub(super) type Hash = [u8; 32];

/// The hash of a line. Each field has its length before it, and is told apart from one that is missing.
pub(super) fn hash(previous: &Hash, number: i64, time: i64, fields: &[Option<&[u8]>]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    hasher.update(previous);
    hasher.update(number.to_be_bytes());
    hasher.update(time.to_be_bytes());
    for field in fields {
        hasher.update([u8::from(field.is_some())]);
        let bytes = field.unwrap_or_default();
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().into()
}

/// Where the chain ends: the last line's number and hash, or the anchor's where no line is left. The transaction must
/// be one that writes, so that nobody adds a line meanwhile.
pub(super) fn end(transaction: &Transaction<'_>) -> Result<(i64, Hash), Failure> {
    let mut last = transaction.prepare_cached("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")?;
    match last.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
        Some(end) => Ok(end),
        None => anchor(transaction)?
            .ok_or_else(|| Failure::Damaged("what says where the audit log begins is gone".to_owned())),
    }
}

/// The last line that retention let go, and its hash; zeros where there was none yet.
pub(super) fn anchor(transaction: &Transaction<'_>) -> Result<Option<(i64, Hash)>, Failure> {
    let mut anchor = transaction.prepare_cached("SELECT number, hash FROM audit_anchor WHERE id = 1")?;
    Ok(anchor.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// A record as it is kept: clean, and no longer than there is room.
struct Kept {
    caller: String,
    subject: String,
    version: Option<String>,
    digest: Option<String>,
    why: String,
}

impl Kept {
    fn new(record: &AuditRecord) -> Self {
        let name = |text: &Option<String>| text.as_ref().map(|text| clean(text, MOST_NAME));
        Self {
            caller: clean(&record.caller, MOST_NAME),
            subject: clean(&record.subject, MOST_TEXT),
            version: name(&record.version),
            digest: name(&record.digest),
            why: clean(&record.why, MOST_TEXT),
        }
    }
}

/// Adds a line.
pub(super) fn append(transaction: &Transaction<'_>, record: &AuditRecord, time: Timestamp) -> Result<u64, Failure> {
    let (last, previous) = end(transaction)?;
    let number = last.saturating_add(1);
    let (kept, details) = (Kept::new(record), clean_details(&record.details, MOST_DETAILS));
    let (action, outcome) = (record.action.name(), record.outcome.name());
    let fields = [
        Some(kept.caller.as_bytes()),
        Some(action.as_bytes()),
        Some(outcome.as_bytes()),
        Some(kept.subject.as_bytes()),
        kept.version.as_ref().map(String::as_bytes),
        kept.digest.as_ref().map(String::as_bytes),
        Some(kept.why.as_bytes()),
        Some(details.as_bytes()),
    ];
    let hash = hash(&previous, number, time.0, &fields);
    let mut statement = transaction.prepare_cached(
        "INSERT INTO audit (number, time, caller, action, outcome, subject, version, digest, why, details, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    statement.execute((
        number,
        time.0,
        &kept.caller,
        action,
        outcome,
        &kept.subject,
        &kept.version,
        &kept.digest,
        &kept.why,
        &details,
        &hash,
    ))?;
    Ok(from_stored(number)?)
}

/// Whether the same was written since a time.
pub(super) fn has_same(transaction: &Transaction<'_>, record: &AuditRecord, since: Timestamp) -> Result<bool, Failure> {
    let kept = Kept::new(record);
    let mut statement = transaction.prepare_cached(
        "SELECT 1 FROM audit WHERE subject = ?1 AND time >= ?2 AND caller = ?3 AND action = ?4 AND outcome = ?5 \
         AND version IS ?6 AND digest IS ?7 AND why = ?8",
    )?;
    Ok(statement.exists((
        &kept.subject,
        since.0,
        &kept.caller,
        record.action.name(),
        record.outcome.name(),
        &kept.version,
        &kept.digest,
        &kept.why,
    ))?)
}
