//! What csvq remembers under a name of its own, such as the policy that was in force last.

use rusqlite::OptionalExtension;

use super::State;
use super::change::Change;
use crate::error::Result;

impl State {
    /// What is remembered under a name.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub(crate) fn remembered(&self, name: &str) -> Result<Option<String>> {
        self.inner.lasting.read(|transaction| {
            let mut statement = transaction.prepare_cached("SELECT text FROM remembered WHERE name = ?1")?;
            Ok(statement.query_row([name], |row| row.get(0)).optional()?)
        })
    }
}

impl Change<'_> {
    /// Remembers something under a name, in place of what was remembered under it.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub(crate) fn remember(&self, name: &str, text: &str) -> Result<()> {
        self.within(|transaction| {
            transaction.execute("INSERT OR REPLACE INTO remembered (name, text) VALUES (?1, ?2)", [name, text])?;
            Ok(())
        })
    }
}
