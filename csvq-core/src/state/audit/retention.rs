//! Letting old lines go: the one way in which lines leave the audit log.

use rusqlite::Transaction;
use serde_json::{Value, json};

use super::action::AuditAction;
use super::chain::{Hash, anchor, append};
use super::check::check;
use super::reading::hexadecimal;
use super::record::AuditRecord;
use crate::error::Result;
use crate::state::State;
use crate::state::failure::Failure;
use crate::state::time::Timestamp;

impl State {
    /// Lets the lines at the beginning of the audit log go that were written before a time, up to the first that was
    /// not; and leaves a line that says how many, up to which. Gives how many those were: where there are none, no
    /// line is left.
    ///
    /// What they said is gone: who needs it longer exports the log first. The log is checked before, and where it is
    /// broken, the line says so: the evidence does not go unseen with the lines.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written, or was tampered with so that the lines
    /// can't go; then all of them stay.
    pub fn forget_audit(&self, older_than: Timestamp, by: &str) -> Result<u64> {
        self.change(|change| change.within(|transaction| forget(transaction, older_than, by)))
    }
}

fn forget(transaction: &Transaction<'_>, older_than: Timestamp, by: &str) -> Result<u64, Failure> {
    let start = anchor(transaction)?.map_or(0, |(number, _)| number);
    let up_to: i64 = transaction.query_row(
        "SELECT coalesce(max(number), 0) FROM audit WHERE number < \
         coalesce((SELECT number FROM audit WHERE time >= ?1 ORDER BY number LIMIT 1), 9223372036854775807)",
        [older_than.0],
        |row| row.get(0),
    )?;
    if up_to <= start {
        return Ok(0);
    }
    let hash: Hash = transaction.query_row("SELECT hash FROM audit WHERE number = ?1", [up_to], |row| row.get(0))?;
    let lines: i64 =
        transaction.query_row("SELECT count(*) FROM audit WHERE number <= ?1", [up_to], |row| row.get(0))?;
    let check = check(transaction, None)?;
    let mut record = AuditRecord::new(by, AuditAction::AuditPruned, "audit")
        .because(format!("lines older than {older_than} were let go: {lines}, up to number {up_to}"))
        .with("lines", lines)
        .with("up_to", up_to)
        .with("older_than", older_than.to_string())
        .with("hash", hexadecimal(&hash));
    if !check.is_sound() {
        record.why.push_str(". The log was not sound before: see the details");
        record.details.insert("check".to_owned(), json!(check));
    }
    append(transaction, &record, Timestamp::now())?;
    transaction.execute("UPDATE audit_anchor SET number = ?1, hash = ?2 WHERE id = 1", (up_to, &hash))?;
    let gone = transaction.execute("DELETE FROM audit WHERE number <= ?1", [up_to])?;
    Ok(gone as u64)
}

/// Whether the details of a line tell of lines that went, up to this one.
pub(super) fn tells_of(details: &str, number: i64, hash: &Hash) -> bool {
    let Ok(details) = serde_json::from_str::<Value>(details) else { return false };
    details["up_to"] == json!(number) && details["hash"] == json!(hexadecimal(hash))
}
