//! The folder of one transaction, in `plugins/.staging/`. It is held while its process lives.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::journal::Journal;
use super::lock::{self, Lock};
use super::place::{Places, STAGING};
use crate::error::{Error, Result};
use crate::package::folder::Folder;
use crate::package::io_error;

/// What the names of such folders begin with.
pub(super) const PREFIX: &str = "work-";
/// The file in it that is locked while its process lives.
const HELD: &str = "held";
/// Where the package is laid out.
pub(super) const PACKAGE: &str = "package";

/// A transaction's folder.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) folder: Folder,
    pub(super) journal: Journal,
    /// Whether it holds what could be neither brought to its place nor taken back.
    pub(super) is_unsettled: bool,
    name: String,
    held: Option<Lock>,
}

impl Work {
    /// Makes one. The lock of all transactions must be held, so that nobody takes it for abandoned before it is held
    /// itself.
    pub(super) fn create(places: &Places, journal: Journal) -> Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let name = format!("{PREFIX}{}-{count}-{now}", std::process::id());
        let failed = |error: io::Error| io_error(&places.staging.path_of(&name), "make a folder to work in", &error);
        let folder = places.staging.create_private_folder(&name).map_err(failed)?;
        let held = lock::try_take(&folder, HELD).map_err(failed)?;
        journal.write(&folder).map_err(failed)?;
        places.staging.sync().map_err(failed)?;
        Ok(Self { folder, journal, is_unsettled: false, name, held })
    }

    /// The abandoned one of a name; none where its process lives. The lock of all transactions must be held.
    pub(super) fn abandoned(places: &Places, name: &str) -> io::Result<Option<(Folder, Option<Journal>)>> {
        let folder = places.staging.open_folder(name)?;
        if lock::try_take(&folder, HELD)?.is_none() {
            return Ok(None);
        }
        let journal = Journal::read(&folder)?;
        Ok(Some((folder, journal)))
    }

    /// The path of a name in it, below the folder of plugins.
    pub(super) fn path_of(&self, name: &str) -> String {
        format!("{STAGING}/{}/{name}", self.name)
    }

    /// Writes down what is about to happen.
    pub(super) fn write_journal(&self) -> Result<()> {
        self.journal.write(&self.folder).map_err(|error| self.failed("write the journal", &error))
    }

    /// Makes the renames of the journal. `done` hears of each.
    pub(super) fn make_moves(&self, places: &Places, done: &mut dyn FnMut(usize)) -> Result<()> {
        for (number, step) in self.journal.moves.iter().enumerate() {
            let moved = places.rename(&step.from, &step.to);
            moved.map_err(|error| io_error(&places.path(&step.from), &format!("move it to {}", step.to), &error))?;
            done(number);
        }
        Ok(())
    }

    /// Lets go of it, and removes it with all that is left in it, unless it is unsettled. What can't be removed now is
    /// when things are next recovered.
    pub(super) fn discard(mut self, places: &Places) {
        self.held = None;
        if self.is_unsettled {
            return;
        }
        if let Err(error) = remove(places, &self.folder, &self.name) {
            tracing::warn!(folder = %self.folder.path().display(), %error, "a transaction's folder can't be removed");
        }
    }

    fn failed(&self, what: &str, error: &io::Error) -> Error {
        io_error(self.folder.path(), what, error)
    }
}

/// Removes a transaction's folder: the journal last, which tells what the rest is.
pub(super) fn remove(places: &Places, folder: &Folder, name: &str) -> io::Result<()> {
    for item in folder.items()? {
        match item.name {
            Some(name) if !name.starts_with("journal.json") => drop(folder.remove_all(&name)?),
            _ => {}
        }
    }
    Journal::remove(folder)?;
    places.staging.remove_all(name).map(drop)
}
