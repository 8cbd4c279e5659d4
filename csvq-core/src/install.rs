//! Installing: how a package becomes a plugin of a home, and how it goes again.
//!
//! Everything is a transaction. A package is laid out in `plugins/.staging/`, where every check is made; then it is
//! renamed to `plugins/custom/<id>/<version>/`, and the state learns of it. Whatever ends a process on the way (a
//! crash, a full disk, a kill) leaves the old state or the new: renames are written down before they are made, and
//! [`Installer::recover`] takes them back where the state knows nothing of them. The state is what counts.
//!
//! Several processes may do all of this at once. What takes long (staging, a trial) they do beside each other; only the
//! last part, from the look at what is installed to the state's commit, is under one lock.
//!
//! Files that people drop into `plugins/` go through the same door ([`Installer::take_in`]) and stay where they are, as
//! the source: deleted, overwritten or moved to `plugins/disabled/`, they are uninstalled, updated or disabled.
//! `docs/packages.md` tells it to people.

mod audit;
mod drop_in;
mod gate;
mod identity;
mod journal;
mod lock;
mod model;
mod place;
mod prepare;
mod quarantine;
mod recovery;
mod removal;
mod source;
mod step;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod transaction;
mod versions;
mod work;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::config::Home;
use crate::error::Result;
use crate::package::Limits;
use crate::state::State;

pub use self::drop_in::{Change, DropIns, Taken};
pub(crate) use self::gate::files_to_scan;
pub use self::gate::{Candidate, Gate, JudgedGate, OpenGate, Passage, Refusal, Suspicion, TrialLoad};
pub use self::model::{InstallOptions, Installed, Removed, Was};
pub use self::recovery::{Action, Outcome, Recovered};
pub use self::step::Step;
pub(crate) use self::transaction::in_quarantine;

/// Whom an installer works for where nobody says so.
const LOCAL: &str = "local";

/// Installs plugins into a home, and removes them. Clones are the same installer.
///
/// ```
/// use csvq_core::config::Home;
/// use csvq_core::control::Control;
/// use csvq_core::install::{InstallOptions, Installer, OpenGate, TrialLoad};
/// use csvq_core::package::Staged;
/// use csvq_core::state::State;
/// /// Believes every package: a real one loads it in a worker.
/// struct Trust;
/// impl TrialLoad for Trust {
///     fn load(&self, staged: &Staged, _: &Control) -> csvq_core::Result<serde_json::Value> {
///         let manifest = staged.manifest()?;
///         Ok(serde_json::json!({"id": manifest.id, "version": manifest.version.to_string()}))
///     }
/// }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let source = folder.path().join("lengths.py");
/// # std::fs::write(&source, "class Lengths:\n    def compare(self, left, right): ...\n")?;
/// let home = Home::at(folder.path().join("home"));
/// home.init()?;
/// let state = State::open(&home.state_db())?;
/// let installer = Installer::new(&home, &state, Box::new(OpenGate), Box::new(Trust))?;
/// let installed = installer.install(&source, &InstallOptions::default(), &Control::new(), &mut |_| {})?;
/// assert!(home.custom().join(&installed.id).join(&installed.version).join("lengths.py").is_file());
/// installer.uninstall("lengths", None)?;
/// assert!(state.plugins()?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Installer {
    inner: Arc<Inner>,
    /// Whom it works for, for the audit log.
    by: Arc<str>,
}

struct Inner {
    plugins: PathBuf,
    state: State,
    limits: Limits,
    gate: Box<dyn Gate>,
    trial: Box<dyn TrialLoad>,
    /// The folder of the cache, where it lies in the folder of plugins under another name than usual.
    cache: Option<String>,
    /// What transactions found half done before they began, for the next who asks.
    recovered: Mutex<Vec<Recovered>>,
}

impl Installer {
    /// An installer for a home, with its state, with the limits that packages have by default.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the folders of plugins are not there and can't be made, or are symbolic
    /// links.
    pub fn new(home: &Home, state: &State, gate: Box<dyn Gate>, trial: Box<dyn TrialLoad>) -> Result<Self> {
        Self::with_limits(home, state, gate, trial, Limits::default())
    }

    /// As [`Installer::new`], with other limits.
    ///
    /// # Errors
    /// Those of [`Installer::new`].
    pub fn with_limits(
        home: &Home,
        state: &State,
        gate: Box<dyn Gate>,
        trial: Box<dyn TrialLoad>,
        limits: Limits,
    ) -> Result<Self> {
        let plugins = home.plugins().to_owned();
        place::Places::open(&plugins)?;
        let cache =
            home.cache().strip_prefix(&plugins).ok().and_then(|path| path.iter().next()?.to_str().map(str::to_owned));
        let inner = Inner { plugins, state: state.clone(), limits, gate, trial, cache, recovered: Mutex::default() };
        Ok(Self { inner: Arc::new(inner), by: LOCAL.into() })
    }

    /// The same installer working for someone, whom the audit log then names.
    #[must_use]
    pub fn on_behalf_of(&self, name: impl Into<Arc<str>>) -> Self {
        Self { inner: Arc::clone(&self.inner), by: name.into() }
    }

    /// The folder of an installed version.
    #[must_use]
    pub fn folder(&self, id: &str, version: &str) -> PathBuf {
        self.inner.plugins.join(place::CUSTOM).join(id).join(version)
    }

    /// The folder that plugins are dropped into.
    #[must_use]
    pub fn plugins(&self) -> &Path {
        &self.inner.plugins
    }

    fn places(&self) -> Result<place::Places> {
        place::Places::open(&self.inner.plugins)
    }
}

impl fmt::Debug for Installer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installer").field("plugins", &self.inner.plugins).finish_non_exhaustive()
    }
}
