//! Counts in SQLite, whose whole numbers are signed.

use rusqlite::Row;
use rusqlite::types::FromSqlError;

/// A count as it is stored; one that is too large is stored as the largest.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count as it was stored.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    from_stored(row.get(column)?)
}

/// A count that may be missing.
pub(super) fn count_if_any(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    row.get::<_, Option<i64>>(column)?.map(from_stored).transpose()
}

/// A count as it was stored, where it is at hand.
pub(super) fn from_stored(number: i64) -> rusqlite::Result<u64> {
    u64::try_from(number).map_err(|_| FromSqlError::OutOfRange(number).into())
}
