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
use crate::error::Result;
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
}

/// What became of a transaction that was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It had been done, and what it left behind is cleaned up: the new state holds.
    Finished,
    /// It had not been done, and what there was of it is taken back: the old state holds.
    Undone,
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
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.action {
            Action::Install => "installation",
            Action::Uninstall => "removal",
        };
        let of = match &self.id {
            Some(id) => format!("{id} {}", self.versions.join(", ")),
            None => self.source.clone(),
        };
        let became = match self.outcome {
            Outcome::Finished => "had been done, and was cleaned up after",
            Outcome::Undone => "was undone: everything is as it was before it",
        };
        write!(f, "the {what} of {} was cut off; it {became}", of.trim_end())
    }
}

/// The lock of all transactions, and how long one waits for it: what is done under it takes milliseconds.
const LOCK: &str = "lock";
const PATIENCE: Duration = Duration::from_secs(60);

impl Installer {
    /// Settles what was cut off: takes back what the state does not know of, and cleans up after the rest. To be called when a
    /// home is opened; every transaction does it, too, before it changes something. What other processes are doing right now is
    /// left alone.
    ///
    /// Gives what was settled since this installer was made, and was not given yet.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) and [`Io`](crate::ErrorKind::Io) where it can't be settled; then nothing is lost, and
    /// it is for the next time.
    pub fn recover(&self) -> Result<Vec<Recovered>> {
        let places = self.places()?;
        drop(self.locked(&places, &Control::new())?);
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
                let outcome = self.settle(places, &journal)?;
                let recovered = Recovered {
                    action: journal.action,
                    id: journal.id,
                    versions: journal.versions.into_iter().map(|version| version.version).collect(),
                    source: journal.source,
                    outcome,
                };
                tracing::info!("{recovered}");
                self.inner.recovered.lock().push(recovered);
            }
            if let Err(error) = work::remove(places, &folder, &name) {
                tracing::warn!(folder = name, %error, "a transaction's folder can't be removed");
            }
        }
        Ok(())
    }

    /// Brings the files to what the state says.
    pub(super) fn settle(&self, places: &Places, journal: &Journal) -> Result<Outcome> {
        if journal.is_committed(&self.inner.state)? {
            return Ok(Outcome::Finished);
        }
        let undone = journal.undo(places);
        undone.map_err(|error| io_error(places.root.path(), "take back what was moved", &error))?;
        // The folder of a plugin that never came to be; it stays where there is something in it.
        if let (Action::Install, Some(id)) = (journal.action, &journal.id)
            && let Ok(Some(custom)) = places.root.descend(CUSTOM)
        {
            let _ = custom.remove_folder(id);
        }
        Ok(Outcome::Undone)
    }
}
