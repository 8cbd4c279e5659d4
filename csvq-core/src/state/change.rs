//! Several changes as one: all of them are made, or none.

use std::cell::RefCell;

use rusqlite::Transaction;

use super::State;
use super::database::Database;
use super::failure::Failure;
use crate::error::{Error, Result};

/// A change of plugins, lifecycle, quarantine and the audit log that is under way: everything that is asked of it is
/// done in one transaction.
pub struct Change<'a> {
    transaction: &'a Transaction<'a>,
    database: &'a Database,
    /// The first part that failed: with it, the whole has.
    failed: RefCell<Option<Error>>,
}

impl State {
    /// Makes several changes as one, such as a plugin's installation and the line about it in the audit log. Where the
    /// work fails, or anything that it asked of the change did, nothing was changed. Other processes wait meanwhile:
    /// the work should do nothing else.
    ///
    /// ```
    /// use csvq_core::state::{AuditAction, AuditRecord, State};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let home = tempfile::tempdir()?;
    /// let state = State::open(&home.path().join("state.db"))?;
    /// let refused = state.change(|change| {
    ///     change.audit(&AuditRecord::new("local", AuditAction::PluginEnabled, "fuzzy"))?;
    ///     change.enable("fuzzy")
    /// });
    /// assert_eq!(refused.unwrap_err().to_string(), "fuzzy: no such plugin is installed");
    /// assert!(state.audit_log(&Default::default())?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the work and of what it asks; [`State`](crate::ErrorKind::State) where the database can't be written;
    /// [`Internal`](crate::ErrorKind::Internal) where the work asks the state in place of the change.
    pub fn change<T>(&self, work: impl FnOnce(&Change<'_>) -> Result<T>) -> Result<T> {
        let database = &self.inner.lasting;
        database.write(|transaction| {
            let change = Change { transaction, database, failed: RefCell::default() };
            let answer = work(&change)?;
            match change.failed.into_inner() {
                Some(error) => Err(error.into()),
                None => Ok(answer),
            }
        })
    }
}

impl Change<'_> {
    /// Does a part of it.
    pub(super) fn within<T>(&self, part: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T> {
        part(self.transaction).map_err(|failure| {
            let error = self.database.explain(failure);
            self.failed.borrow_mut().get_or_insert_with(|| error.clone());
            error
        })
    }
}
