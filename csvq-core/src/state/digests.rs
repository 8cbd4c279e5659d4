//! Digests of files that were hashed once, so that an unchanged file is not hashed again.
//!
//! What makes a file unchanged is for the caller to say: it hands in a stamp (size, times, inode…) and gets the digest
//! back while the stamp is the same.

use std::path::Path;

use rusqlite::OptionalExtension;

use super::State;
use super::number::stored;
use crate::error::Result;

/// How many files are remembered; beyond that, those are forgotten that were remembered longest ago.
pub(super) const MOST: u64 = 10_000;

impl State {
    /// The digest that was remembered for a file under this stamp.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn remembered_digest(&self, path: impl AsRef<Path>, stamp: &str) -> Result<Option<String>> {
        let path = path.as_ref().as_os_str().as_encoded_bytes();
        self.inner.passing.read(|transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT digest FROM digests WHERE path = ?1 AND stamp = ?2")?;
            Ok(statement.query_row((path, stamp), |row| row.get(0)).optional()?)
        })
    }

    /// Remembers the digest of a file under a stamp, in place of what was remembered for that file.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn remember_digest(&self, path: impl AsRef<Path>, stamp: &str, digest: &str) -> Result<()> {
        let path = path.as_ref().as_os_str().as_encoded_bytes();
        self.inner.passing.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO digests (path, stamp, digest) VALUES (?1, ?2, ?3)")?
                .execute((path, stamp, digest))?;
            let last = transaction.last_insert_rowid();
            transaction
                .prepare_cached("DELETE FROM digests WHERE number <= ?1")?
                .execute([last.saturating_sub(stored(MOST))])?;
            Ok(())
        })
    }
}
