//! Counters by name, such as those of the cache.

use std::collections::BTreeMap;

use super::State;
use super::number::{count, stored};
use crate::error::Result;

impl State {
    /// Adds to a counter, which starts at 0 and stops at the largest number that SQLite can hold.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn bump(&self, name: &str, by: u64) -> Result<()> {
        self.inner.passing.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO counters (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = \
                 CASE WHEN value > 9223372036854775807 - excluded.value THEN 9223372036854775807 \
                 ELSE value + excluded.value END",
            )?;
            statement.execute((name, stored(by)))?;
            Ok(())
        })
    }

    /// The counters whose names begin so, by name.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn counters(&self, prefix: &str) -> Result<BTreeMap<String, u64>> {
        self.inner.passing.read(|transaction| {
            let mut statement = transaction
                .prepare_cached("SELECT name, value FROM counters WHERE substr(name, 1, length(?1)) = ?1")?;
            let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, count(row, 1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
