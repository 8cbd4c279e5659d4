//! What was found half done, and what became of it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Installer;
use super::journal::Journal;
use super::lock::{self, Lock};
use super::place::{CUSTOM, Places};
use super::work::{self, Work};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::package::folder::ItemKind;
use crate::package::io_error;

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It brings a version of a plugin.
    Install,
    /// It removes versions of a plugin.
    Uninstall,
    /// It brings a package or a plugin into quarantine.
    Quarantine,
    /// It brings a plugin back from there.
    Release,
}

/// What became of a transaction that was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It had been done, and what it left behind is cleaned up: the new state holds.
    Finished,
    /// It had not been done, and what there was of it is taken back: the old state holds.
    Undone,
    /// It had not been done, and can't be taken back now. Nothing is lost; it is tried again whenever someone works on
    /// the home.
    Stuck,
}

/// A transaction that was cut off, by a crash or a kill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recovered {
    /// What it did.
    pub action: Action,
    /// The plugin, if the transaction had come so far as to know it.
    pub id: Option<String>,
    /// The versions that were to come or to go, likewise.
    pub versions: Vec<String>,
    /// Where the package came from; nothing for a removal.
    pub source: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it is stuck, if it is.
    pub error: Option<String>,
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.action {
            Action::Install => "installation",
            Action::Uninstall => "removal",
            Action::Quarantine => "quarantine",
            Action::Release => "release from quarantine",
        };
        let of = match &self.id {
            Some(id) => format!("{id} {}", self.versions.join(", ")),
            None => self.source.clone(),
        };
        let became = match self.outcome {
            Outcome::Finished => "had been done, and was cleaned up after",
            Outcome::Undone => "was undone: everything is as it was before it",
            Outcome::Stuck => "can't be undone yet, and will be tried again",
        };
        write!(f, "the {what} of {} was cut off; it {became}", of.trim_end())?;
        self.error.as_ref().map_or(Ok(()), |error| write!(f, " ({error})"))
    }
}

/// The lock of all transactions, and how long one waits for it: what is done under it takes milliseconds.
const LOCK: &str = "lock";
const PATIENCE: Duration = Duration::from_secs(60);

impl Installer {
    /// Settles what was cut off: takes back what the state does not know of, and cleans up after the rest. To be called
    /// when a home is opened; every transaction does it, too, before it changes something. What other processes are
    /// doing right now is left alone.
    ///
    /// Gives what was settled since this installer was made, and was not given yet.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) and [`Io`](crate::ErrorKind::Io) where state or folders can't be read; then
    /// nothing is lost, and it is for the next time.
    pub fn recover(&self) -> Result<Vec<Recovered>> {
        let places = self.places()?;
        let lock = self.locked(&places, &Control::new())?;
        self.settle_quarantine(&places)?;
        drop(lock);
        Ok(std::mem::take(&mut *self.inner.recovered.lock()))
    }

    /// Takes the lock of all transactions, and settles what was cut off before.
    pub(super) fn locked(&self, places: &Places, control: &Control) -> Result<Lock> {
        let lock = lock::take(&places.staging, LOCK, PATIENCE, control)?;
        self.settle_abandoned(places)?;
        Ok(lock)
    }

    fn settle_abandoned(&self, places: &Places) -> Result<()> {
        let failed = |error: std::io::Error| io_error(places.staging.path(), "settle what was cut off", &error);
        for item in places.staging.items().map_err(failed)? {
            let Some(name) = item.name.filter(|name| item.kind == ItemKind::Folder && name.starts_with(work::PREFIX))
            else {
                continue;
            };
            let (folder, journal) = match Work::abandoned(places, &name) {
                Ok(Some(found)) => found,
                Ok(None) => continue,
                // No crash leaves such: it is left for a person, and stops nothing else.
                Err(error) => {
                    tracing::warn!(folder = name, %error, "a transaction's folder can't be read");
                    continue;
                }
            };
            if let Some(journal) = journal {
                let (outcome, error) = match self.settle(places, &journal)? {
                    Ok(outcome) => (outcome, None),
                    Err(error) => (Outcome::Stuck, Some(error.to_string())),
                };
                let recovered = Recovered {
                    action: journal.action,
                    id: journal.id,
                    versions: journal.versions.into_iter().map(|version| version.version).collect(),
                    source: journal.source,
                    outcome,
                    error,
                };
                tracing::info!("{recovered}");
                let mut all = self.inner.recovered.lock();
                if !all.contains(&recovered) {
                    all.push(recovered);
                }
                if outcome == Outcome::Stuck {
                    continue;
                }
            }
            if let Err(error) = work::remove(places, &folder, &name) {
                tracing::warn!(folder = name, %error, "a transaction's folder can't be removed");
            }
        }
        Ok(())
    }

    /// Brings the files to what the state says. The inner error is one of the files: then it is to be tried again.
    pub(super) fn settle(&self, places: &Places, journal: &Journal) -> Result<Result<Outcome>> {
        if journal.is_committed(&self.inner.state)? {
            return Ok(Ok(Outcome::Finished));
        }
        if let Err(error) = journal.undo(places) {
            return Ok(Err(io_error(places.root.path(), "take back what was moved", &error)));
        }
        // The folder of a plugin that never came to be; it stays where there is something in it.
        if let (Action::Install, Some(id)) = (journal.action, &journal.id)
            && let Ok(Some(custom)) = places.root.descend(CUSTOM)
        {
            let _ = custom.remove_folder(id);
        }
        Ok(Ok(Outcome::Undone))
    }

    /// Decides about a transaction that met an error: nothing, where the state knows of it all the same.
    pub(super) fn settle_own(&self, places: &Places, work: &mut Work, error: Error) -> Result<()> {
        match self.settle(places, &work.journal) {
            Ok(Ok(Outcome::Finished)) => Ok(()),
            Ok(Ok(_)) => Err(error),
            // What was moved away lies in its folder: that stays, for whoever recovers it.
            Ok(Err(_)) | Err(_) => {
                work.is_unsettled = true;
                Err(error)
            }
        }
    }
}
