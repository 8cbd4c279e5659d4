//! What a home remembers by itself: plugins and their versions, lifecycle, runs, counters, digests of files.
//!
//! It is one SQLite database, used by several processes at once. Files that a person edits are the business of
//! `config`; whether a plugin's folder is there, and what a status means for loading, is for the modules above to say.
//!
//! Every change is one transaction that takes the database for writing before it reads, so what it decides on is what
//! is there; [`State::change`] makes several as one. Changes of plugins, lifecycle and quarantine, and the lines of the
//! audit log, are on the disk when the call returns (`synchronous = FULL`). Runs, usage, counters and digests go through
//! a second connection that does not wait for the disk (`NORMAL`): a power failure may lose the last of them, and nothing
//! else. While another process holds the database, the former wait for 10 seconds, and the others for one.

mod audit;
mod change;
mod counters;
mod database;
mod digests;
mod failure;
mod lifecycle;
mod number;
mod place;
mod plugins;
mod quarantine;
mod records;
mod remembered;
mod runs;
mod schema;
mod statistics;
mod status;
mod time;
mod versions;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use database::{Database, Purpose};

use crate::error::Result;

pub use audit::{
    AuditAction, AuditBreak, AuditCheck, AuditEntry, AuditFilter, AuditForm, AuditMark, AuditOutcome, AuditRecord,
};
pub use change::Change;
pub use lifecycle::DEFAULT_REMOVAL_DAYS;
pub(crate) use place::is_remote;
pub use quarantine::{QuarantineEntry, QuarantineOrigin, QuarantineReason, QuarantineRecord, QuarantineStatus};
pub use records::{PluginRecord, RunRecord, VersionRecord};
pub use statistics::PluginStatistics;
pub use status::PluginStatus;
pub use time::Timestamp;

/// The state of a home. Clones share one pair of connections.
///
/// ```
/// use csvq_core::state::{RunRecord, State, Timestamp};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let home = tempfile::tempdir()?;
/// # let path = home.path().join("state.db");
/// let state = State::open(&path)?;
/// state.record_run(&RunRecord { plugin: "row_compare".to_owned(), wall_ms: 12.5, success: true, ..RunRecord::default()
/// })?; assert_eq!(state.statistics(Some("row_compare"))?[0].total_executions, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct State {
    inner: Arc<Inner>,
}

struct Inner {
    /// For plugins, lifecycle, quarantine and audit: what is written is on the disk.
    lasting: Database,
    /// For runs, usage, counters and digests: written without waiting for the disk.
    passing: Database,
}

impl State {
    /// Opens the database of a home, and makes it where it is not there yet. The folder that holds it is made too, the
    /// home above that is not.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where it lies on a network or FUSE file system, where the file is damaged, no
    /// database of csvq, or made by a newer csvq, and where it can't be read or written. The file is never deleted.
    pub fn open(path: &Path) -> Result<Self> {
        place::prepare(path)?;
        let lasting = Database::open(path, Purpose::Lasting)?;
        lasting.migrate()?;
        let passing = Database::open(path, Purpose::Passing)?;
        Ok(Self { inner: Arc::new(Inner { lasting, passing }) })
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inner.lasting.path()
    }

    /// Reads the whole database and checks that it is sound. It takes as long as reading the file.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where it is not, or can't be read.
    pub fn check(&self) -> Result<()> {
        self.inner.passing.check()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("path", &self.path()).finish_non_exhaustive()
    }
}
