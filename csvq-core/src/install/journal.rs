//! What a transaction is about to do, written down before it does it.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::place::Places;
use super::recovery::Action;
use crate::package::folder::Folder;
use crate::state::{QuarantineStatus, State, Timestamp};

const FILE: &str = "journal.json";
const NEW_FILE: &str = "journal.json.new";
const LARGEST: u64 = 1 << 20;

/// One transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) action: Action,
    /// Where the package came from; for a removal, nothing.
    pub(super) source: String,
    /// The plugin, once it is known.
    pub(super) id: Option<String>,
    /// The versions that come or go.
    pub(super) versions: Vec<Version>,
    /// The name in quarantine of what is brought there, or back from there.
    #[serde(default)]
    pub(super) quarantine: Option<String>,
    /// The renames, in the order in which they are made, by paths below the folder of plugins.
    pub(super) moves: Vec<Move>,
}

/// A version as the state keeps it: number, and what tells it from others that had that number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) version: String,
    pub(super) digest: String,
    pub(super) installed_at: i64,
}

/// A rename.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) from: String,
    pub(super) to: String,
}

impl Journal {
    pub(super) fn new(action: Action, source: String) -> Self {
        Self { action, source, id: None, versions: Vec::new(), quarantine: None, moves: Vec::new() }
    }

    /// Writes it to a transaction's folder, in place of what was written before; it is on disk then.
    pub(super) fn write(&self, folder: &Folder) -> io::Result<()> {
        if folder.look(NEW_FILE)?.is_some() {
            folder.remove_file(NEW_FILE)?;
        }
        let mut file = folder.create_file(NEW_FILE, false)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        folder.rename(NEW_FILE, folder, FILE)?;
        folder.sync()
    }

    /// Reads the one of a transaction's folder; none where there is none.
    pub(super) fn read(folder: &Folder) -> io::Result<Option<Self>> {
        if folder.look(FILE)?.is_none() {
            return Ok(None);
        }
        let mut text = String::new();
        folder.open_file(FILE)?.take(LARGEST).read_to_string(&mut text)?;
        Ok(Some(serde_json::from_str(&text)?))
    }

    /// Removes it.
    pub(super) fn remove(folder: &Folder) -> io::Result<()> {
        folder.remove_all(FILE).map(drop)
    }

    /// Whether the state knows of what it tells: then the transaction is done, and else it never was.
    pub(super) fn is_committed(&self, state: &State) -> crate::Result<bool> {
        if let Action::Quarantine | Action::Release = self.action {
            let Some(name) = &self.quarantine else { return Ok(false) };
            let entry = state.quarantine_entry_named(name)?;
            return Ok(
                entry.is_some_and(|entry| self.action == Action::Quarantine || entry.status != QuarantineStatus::Held)
            );
        }
        let Some(id) = &self.id else { return Ok(false) };
        let plugin = state.plugin(id)?;
        let is_there = |version: &Version| {
            plugin.as_ref().and_then(|plugin| plugin.version(&version.version)).is_some_and(|found| {
                found.digest == version.digest && found.installed_at == Timestamp(version.installed_at)
            })
        };
        Ok(match self.action {
            Action::Install => !self.versions.is_empty() && self.versions.iter().all(is_there),
            Action::Uninstall => !self.versions.is_empty() && !self.versions.iter().any(is_there),
            Action::Quarantine | Action::Release => false,
        })
    }

    /// Takes back the renames that were made. It may be done again and again.
    pub(super) fn undo(&self, places: &Places) -> io::Result<()> {
        for step in self.moves.iter().rev() {
            if places.look(&step.to)?.is_some() && places.look(&step.from)?.is_none() {
                // Someone may have removed the folder meanwhile.
                places.ensure_parent(&step.from)?;
                places.rename(&step.to, &step.from)?;
            }
        }
        Ok(())
    }
}
