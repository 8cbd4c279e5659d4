//! Locks between processes: files that the system unlocks when whoever holds them ends, however that is.

use std::fs::{File, TryLockError};
use std::io;
use std::time::{Duration, Instant};

use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::folder::Folder;
use crate::package::{io_error, stopped};

/// Held while it lives.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

/// How often a lock is asked for again.
const PAUSE: Duration = Duration::from_millis(4);

/// Takes a lock, and waits for whoever holds it, but not for ever.
///
/// # Errors
/// [`Conflict`](ErrorKind::Conflict) where it was held all the time; those of the control; [`Io`](ErrorKind::Io).
pub(super) fn take(folder: &Folder, name: &str, patience: Duration, control: &Control) -> Result<Lock> {
    let start = Instant::now();
    loop {
        if let Some(lock) =
            try_take(folder, name).map_err(|error| io_error(&folder.path_of(name), "take the lock", &error))?
        {
            return Ok(lock);
        }
        stopped(control)?;
        if start.elapsed() > patience {
            let message = format!(
                "another csvq has been working on the plugins for {} seconds: try again, and look for one that hangs",
                patience.as_secs()
            );
            let context = Context { input: Some(folder.path_of(name).display().to_string()), ..Context::default() };
            return Err(Error::new(ErrorKind::Conflict, message).with_context(context));
        }
        std::thread::sleep(PAUSE);
    }
}

/// Takes a lock unless it is held.
pub(super) fn try_take(folder: &Folder, name: &str) -> io::Result<Option<Lock>> {
    let file = folder.open_lock(name)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
