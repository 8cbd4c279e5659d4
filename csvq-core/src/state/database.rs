//! One connection to the database: how it is set up, migrated, read and written.

use std::path::{Path, PathBuf};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::failure::Failure;
use super::schema::{APPLICATION_ID, STEPS, current};
use crate::error::{Error, Result};

/// How long to wait for other processes: to open the database, and to change what must not be lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait to write what a comparison leaves behind: nobody should have to wait for that.
const LITTLE_PATIENCE: Duration = Duration::from_secs(1);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What must not be lost: a write is on the disk when it is done.
    Lasting,
    /// What may be lost: a write waits for no disk, and not long for other processes.
    Passing,
}

impl Purpose {
    fn synchronous(self) -> &'static str {
        match self {
            Self::Lasting => "FULL",
            Self::Passing => "NORMAL",
        }
    }

    fn patience(self) -> Duration {
        match self {
            Self::Lasting => PATIENCE,
            Self::Passing => LITTLE_PATIENCE,
        }
    }
}

/// A connection that threads share, one at a time.
pub(super) struct Database {
    path: PathBuf,
    purpose: Purpose,
    /// The process that opened it: SQLite's connections must not be carried over a fork.
    process: u32,
    connection: Mutex<Connection>,
    /// The thread whose transaction is open: were it to ask for another, it would wait for itself.
    holder: Mutex<Option<ThreadId>>,
}

/// Notes which thread holds the connection, for as long as this lives.
struct Hold<'a>(&'a Mutex<Option<ThreadId>>);

impl<'a> Hold<'a> {
    fn new(holder: &'a Mutex<Option<ThreadId>>) -> Self {
        *holder.lock() = Some(thread::current().id());
        Self(holder)
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}

impl Database {
    /// Opens the file, which must be there.
    pub(super) fn open(path: &Path, purpose: Purpose) -> Result<Self> {
        let connection = retried(|| connect(path, purpose)).map_err(|failure| failure.at(path, PATIENCE))?;
        Ok(Self {
            path: path.to_owned(),
            purpose,
            process: std::process::id(),
            connection: Mutex::new(connection),
            holder: Mutex::new(None),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings the tables to the current version. Processes that do so at once wait for one another.
    pub(super) fn migrate(&self) -> Result<()> {
        if self.read(version)? == current() {
            return Ok(());
        }
        // Foreign keys are checked at the end of the transaction, where there are any: all are deferred.
        self.write(|transaction| {
            let from = version(transaction)?;
            let done = usize::try_from(from).unwrap_or(0);
            for step in STEPS.iter().skip(done) {
                transaction.execute_batch(step)?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", current())?;
            Ok(())
        })
    }

    /// Whether every page and index of it is sound.
    pub(super) fn check(&self) -> Result<()> {
        self.read(|transaction| {
            let found: String = transaction.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if found == "ok" { Ok(()) } else { Err(Failure::Damaged(found)) }
        })
    }

    /// Reads within one transaction, so that all queries see the same state.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T> {
        self.within(TransactionBehavior::Deferred, work)
    }

    /// Writes within one transaction, which is undone where the work fails. What it reads can't change under it.
    pub(super) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T> {
        self.within(TransactionBehavior::Immediate, work)
    }

    fn within<T>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let run = || {
            if std::process::id() != self.process {
                return Err(Failure::Forked);
            }
            if *self.holder.lock() == Some(thread::current().id()) {
                return Err(Failure::Nested);
            }
            let mut connection = self.connection.lock();
            let _hold = Hold::new(&self.holder);
            let transaction = connection.transaction_with_behavior(behavior)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        };
        run().map_err(|failure| self.explain(failure))
    }

    /// The public error of something that failed here.
    pub(super) fn explain(&self, failure: Failure) -> Error {
        failure.at(&self.path, self.purpose.patience())
    }
}

/// The version of the tables; an error where they are not csvq's, or of a newer one.
fn version(transaction: &Transaction<'_>) -> Result<i32, Failure> {
    let version: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i32 = transaction.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_empty = version == 0 && application == 0 && tables == 0;
    if application != APPLICATION_ID && !is_empty {
        return Err(Failure::Foreign);
    }
    if !(0..=current()).contains(&version) {
        return Err(Failure::Newer { found: version });
    }
    Ok(version)
}

fn connect(path: &Path, purpose: Purpose) -> Result<Connection, Failure> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    // A foreign database is found out before anything in it is changed, its journal mode included.
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        refuse_foreign(&connection)?;
        let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            return Err(Failure::NoWal);
        }
    }
    connection.pragma_update(None, "synchronous", purpose.synchronous())?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A schema that was tampered with must not call functions.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.busy_timeout(purpose.patience())?;
    Ok(connection)
}

fn refuse_foreign(connection: &Connection) -> Result<(), Failure> {
    let transaction = connection.unchecked_transaction()?;
    version(&transaction)?;
    Ok(())
}

/// Tries until it works, fails for good, or patience ends: while one process turns a fresh database to WAL mode, SQLite
/// tells others that it is busy without waiting.
fn retried<T>(mut attempt: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match attempt() {
            Err(failure) if failure.is_busy() && start.elapsed() < PATIENCE => {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            done => return done,
        }
    }
}
