//! From SQLite's errors to the public one: which file, what is wrong with it, what to do.

use std::path::Path;
use std::time::Duration;

use rusqlite::ErrorCode;

use super::schema;
use crate::error::{Context, Error, ErrorKind};

/// What can be wrong with a database, besides what SQLite itself reports.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(
        "the state database has version {found}, and this csvq knows versions up to {known}: a newer csvq made it. \
         Use that one, or another home",
        known = schema::current()
    )]
    Newer { found: i32 },
    #[error(
        "this is a SQLite database of another program, not csvq's state. It was left as it is: move it away, or use \
         another home"
    )]
    Foreign,
    #[error("the state database is damaged ({0}). {ADVICE}")]
    Damaged(String),
    #[error("the state database can't be kept in WAL mode here: use a home on a local disk")]
    NoWal,
    #[error("this process is a fork of one that opened the state: open it anew in the child")]
    Forked,
    #[error("the state was asked from within a change of it, which would wait for itself: ask the change")]
    Nested,
    /// An error of csvq's own that ends a transaction.
    #[error(transparent)]
    Own(#[from] Error),
}

const ADVICE: &str = "It was left as it is: bring it back from a backup; or move it away, together with the files \
                      beside it that end in -wal and -shm, and csvq makes a new one, which knows nothing of \
                      lifecycle, statistics, quarantine and the audit log";

impl Failure {
    /// The public error, which names the database's file. `patience` is how long other processes were waited for.
    pub(super) fn at(self, path: &Path, patience: Duration) -> Error {
        let kind = match self {
            Self::Own(error) => return error,
            Self::Forked => ErrorKind::Forked,
            Self::Nested => ErrorKind::Internal,
            _ => ErrorKind::State,
        };
        let message = match &self {
            Self::Sqlite(error) => explain(error, path, patience),
            other => other.to_string(),
        };
        Error::new(kind, message).with_context(place(path))
    }

    /// Whether another connection holds the database, and trying again may help.
    pub(super) fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }
}

/// The database's file as the context of an error.
pub(super) fn place(path: &Path) -> Context {
    Context { input: Some(path.display().to_string()), ..Context::default() }
}

/// What SQLite's error means for whoever runs csvq.
fn explain(error: &rusqlite::Error, path: &Path, patience: Duration) -> String {
    let Some(code) = error.sqlite_error_code() else {
        return match error {
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => {
                Failure::Damaged("a value in it is none that csvq writes".to_owned()).to_string()
            }
            other => format!("the state database refused a request: {other}"),
        };
    };
    match code {
        ErrorCode::NotADatabase => format!("this file is no SQLite database, or its head is damaged. {ADVICE}"),
        ErrorCode::DatabaseCorrupt => Failure::Damaged(error.to_string()).to_string(),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => format!(
            "another process has held the state database for {} s: try again, and look for a csvq that hangs",
            patience.as_secs()
        ),
        ErrorCode::DiskFull | ErrorCode::SystemIoFailure => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            format!("the disk is full or failing ({error}): make room under {} and try again", folder.display())
        }
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly => format!(
            "the state database can't be opened for writing ({error}): csvq needs to write the file and its folder"
        ),
        _ => format!("the state database can't be used: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::Failure;

    #[test]
    fn a_full_disk_says_where_to_make_room() {
        let check = |code: i32, path: &str, folder: &str| {
            let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            let error = Failure::from(error).at(Path::new(path), Duration::ZERO);
            let end = format!("): make room under {folder} and try again");
            assert!(error.message().starts_with("the disk is full or failing ("), "{error}");
            assert!(error.message().ends_with(&end), "{error}");
        };
        for code in [
            rusqlite::ffi::SQLITE_FULL,
            rusqlite::ffi::SQLITE_IOERR,
            rusqlite::ffi::SQLITE_IOERR_WRITE,
            rusqlite::ffi::SQLITE_IOERR_SHMSIZE,
        ] {
            check(code, "/home/me/csvq/state/state.db", "/home/me/csvq/state");
            check(code, "state.db", ".");
        }
    }
}
