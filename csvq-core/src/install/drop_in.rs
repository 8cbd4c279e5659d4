//! Files that people drop into the folder of plugins: taken in, followed, and let go.
//!
//! The file stays where it is, as the source; what is used is the plugin that was installed from it. What was seen of a
//! file is kept in `plugins/.staging/drop_ins.json`, so that one that is unchanged is not read again. Losing that file
//! costs a reading of all, and nothing else: which plugin came from which file is in the state.

mod look;
mod memory;
mod round;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use self::memory::Memory;
use self::round::Round;
use super::Installer;
use super::lock;
use super::place::{DISABLED, Places};
use super::source::drop_in_of;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package::{BESIDE, io_error, name_beside};

/// What came of looking at the folder of plugins.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DropIns {
    /// What was changed.
    pub taken: Vec<Taken>,
    /// What could not be taken in, and why; also from earlier times, for as long as the file is there and unchanged.
    pub errors: Vec<(PathBuf, Error)>,
    /// How many files and folders had to be read, because they are new or changed.
    pub examined: usize,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Taken {
    /// The name in the folder of plugins.
    pub file: String,
    /// The plugin's id.
    pub id: String,
    /// The version that is used now; none after a removal.
    pub version: Option<String>,
    /// What was done.
    pub change: Change,
}

/// What was done about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new, and was installed.
    Installed,
    /// It was overwritten, and installed again.
    Updated,
    /// It is gone, and so is the plugin.
    Uninstalled,
    /// It was moved to `plugins/disabled/`.
    Disabled,
    /// It was moved back.
    Enabled,
}

impl Change {
    /// Its name, such as `installed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Updated => "updated",
            Self::Uninstalled => "uninstalled",
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
        }
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.change.name(), self.id)?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        write!(f, " ({})", self.file)
    }
}

/// The lock of those who look at the folder, and how long one waits for it: trials are made under it.
const LOCK: &str = "drop_ins.lock";
const PATIENCE: Duration = Duration::from_secs(600);

impl Installer {
    /// Looks at the folder of plugins, and brings what is installed to what lies there: new files are installed,
    /// overwritten ones updated, deleted ones uninstalled, those that were moved to `plugins/disabled/` disabled. A
    /// file that can't be taken in keeps its error and stops no other.
    ///
    /// What failed because of the file itself, in its trial too, is tried again once the file is another or csvq is; or
    /// `again`, where that is asked for.
    ///
    /// Python files, libraries, zips and folders are looked at; not files and folders whose names begin with a dot, not
    /// `custom/`, `disabled/`, `backup/`, `cache/`, `repositories/` and `quarantine/`, and not the `__init__.py` and
    /// `base_compare.py` of the guide.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) and [`State`](ErrorKind::State) where folder or state can't be read, and those of the
    /// control.
    pub fn take_in(&self, control: &Control, again: bool) -> Result<DropIns> {
        let places = self.places()?;
        let _lock = lock::take(&places.staging, LOCK, PATIENCE, control)?;
        let mut memory = Memory::read(&places.staging);
        if again {
            memory.doubt_errors();
        }
        let round = Round::new(self, &places, memory, control)?;
        let (memory, found) = round.run()?;
        if let Some(memory) = memory {
            let written = memory.write(&places.staging);
            written.map_err(|error| io_error(places.staging.path(), "remember what was taken in", &error))?;
        }
        Ok(found)
    }

    /// Moves the file that a plugin came from back from `plugins/disabled/`. Gives whether it lay there.
    ///
    /// # Errors
    /// [`Conflict`](ErrorKind::Conflict) where another file has its place; [`NotFound`](ErrorKind::NotFound) where no
    /// such plugin is installed; [`Io`](ErrorKind::Io), [`State`](ErrorKind::State).
    pub fn bring_back(&self, id: &str) -> Result<bool> {
        let places = self.places()?;
        let _lock = self.locked(&places, &Control::new())?;
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        let Some(name) = drop_in_of(&plugin).filter(|name| self.may_be_taken(name)) else { return Ok(false) };
        let from = format!("{DISABLED}/{name}");
        let there = |path: &str| {
            let found = places.look(path).map(|item| item.is_some());
            found.map_err(|error| io_error(&places.path(path), "look at it", &error))
        };
        if !there(&from)? {
            return Ok(false);
        }
        if there(name)? {
            let message = format!("`{from}` can't be moved back, since there is another `{name}`: remove one of them");
            return Err(Error::new(ErrorKind::Conflict, message).of_plugin(id));
        }
        let back = |from: &str, to: &str| {
            places.rename(from, to).map_err(|error| io_error(&places.path(from), "move it back", &error))
        };
        for what in BESIDE {
            let (from, to) = (name_beside(&from, what), name_beside(name, what));
            if there(&from)? && !there(&to)? {
                back(&from, &to)?;
            }
        }
        back(&from, name)?;
        Ok(true)
    }

    /// Where the file of a name lies that a plugin came from, below the folder of plugins.
    pub(super) fn drop_in_path(&self, places: &Places, name: &str) -> Result<Option<String>> {
        if !self.may_be_taken(name) {
            return Ok(None);
        }
        for path in [name.to_owned(), format!("{DISABLED}/{name}")] {
            let found = places.look(&path).map_err(|error| io_error(&places.path(&path), "look at it", &error))?;
            if found.is_some() {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Whether what lies in the folder of plugins under a name is what was taken from there.
    pub(super) fn is_still(&self, places: &Places, name: &str, digest: &str) -> bool {
        look::digest(&places.path(name), &self.inner.limits, &Control::new()).is_ok_and(|found| found == digest)
    }

    /// Whether a file is as it was when it was taken in.
    pub(super) fn is_as_taken(&self, places: &Places, name: &str, path: &str) -> bool {
        let memory = Memory::read(&places.staging);
        let digest = look::digest(&places.path(path), &self.inner.limits, &Control::new());
        digest.is_ok_and(|digest| memory.files.get(name).is_some_and(|entry| entry.digest == digest))
    }

    /// Whether a file of this name is one that is taken in.
    pub(super) fn may_be_taken(&self, name: &str) -> bool {
        look::is_candidate(name, self.inner.cache.as_deref())
    }
}
