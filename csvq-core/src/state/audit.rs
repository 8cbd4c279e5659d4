//! The audit log: who did what, or was refused, when, and why. Lines are added and never changed.
//!
//! Each line holds the SHA-256 of the line before it and of its own fields, so that a line that was changed, put in or
//! taken out is found. That makes tampering evident, not impossible: who can write the database can also compute the
//! whole chain anew, or cut off its end. Against that helps a copy of a number and its hash kept elsewhere, such as an
//! exported log: [`State::verify_audit_since`].
//!
//! What is put in is the duty of who calls: no cell of a table, no password, key or token, no address with a password
//! in it. Texts may be of others, such as the names in a package: they are escaped and cut here, so that nothing in
//! them begins a line of its own, acts on a terminal or fills the disk.
//!
//! A line is on the disk before [`State::audit`] returns. Where it can't be written, what it is about must not happen:
//! write the line first, or both in one [`State::change`].

mod action;
mod chain;
mod check;
mod reading;
mod record;
mod retention;
mod text;

use super::State;
use super::change::Change;
use super::time::Timestamp;
use crate::error::Result;

pub use action::{AuditAction, AuditOutcome};
pub use check::{AuditBreak, AuditCheck, AuditMark};
pub use reading::{AuditFilter, AuditForm};
pub use record::{AuditEntry, AuditRecord};

pub(super) use action::named;
pub(super) use text::{MOST_NAME, MOST_TEXT, clean, clean_json};

impl State {
    /// Adds a line to the audit log, and gives its number. Numbers rise by one.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written: then what the line is about must not
    /// happen.
    pub fn audit(&self, record: &AuditRecord) -> Result<u64> {
        self.change(|change| change.audit(record))
    }

    /// Adds a line, unless the very same was added since a time: for what is refused again at every start or run, and
    /// would fill the log. Only the time and the details may differ.
    ///
    /// # Errors
    /// Those of [`State::audit`].
    pub fn audit_once(&self, record: &AuditRecord, since: Timestamp) -> Result<Option<u64>> {
        // Mostly it is there, and then nobody has to wait.
        if self.inner.passing.read(|transaction| chain::has_same(transaction, record, since))? {
            return Ok(None);
        }
        self.change(|change| change.audit_once(record, since))
    }
}

/// Adds a line as if it were that time.
#[cfg(test)]
pub(super) fn append_at(change: &Change<'_>, record: &AuditRecord, time: Timestamp) -> Result<u64> {
    change.within(|transaction| chain::append(transaction, record, time))
}

impl Change<'_> {
    /// As [`State::audit`], with its errors.
    pub fn audit(&self, record: &AuditRecord) -> Result<u64> {
        self.within(|transaction| chain::append(transaction, record, Timestamp::now()))
    }

    /// As [`State::audit_once`], with its errors.
    pub fn audit_once(&self, record: &AuditRecord, since: Timestamp) -> Result<Option<u64>> {
        self.within(|transaction| {
            if chain::has_same(transaction, record, since)? {
                return Ok(None);
            }
            chain::append(transaction, record, Timestamp::now()).map(Some)
        })
    }
}
