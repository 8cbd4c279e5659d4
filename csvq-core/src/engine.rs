//! The façade: an [`Engine`] holds everything about a home, and is what every interface drives.
//!
//! Whatever reads or changes plugins, settings, state or tasks takes the [`Caller`] on whose behalf it is done. An engine
//! without a home has the built-in comparisons and nothing else.

mod audit;
mod builder;
mod cached;
mod comparing;
mod lookup;
mod managing;
mod quarantine;
mod security;
mod settings;
mod tasks;

use std::fmt;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::access::Caller;
use crate::cache::Cache;
use crate::config::{Config, Environment, Home, Permission};
use crate::error::{Error, ErrorKind, Result};
use crate::exec::{Executor, Shutdown};
use crate::install::{Installer, Recovered};
use crate::plugin::{LoadError, Registry, Runner};
use crate::report::Comparison;
use crate::state::{PluginStatistics, State, Timestamp};
use crate::trust::Judge;

pub use self::builder::EngineBuilder;
pub use self::lookup::Reloaded;
pub use self::managing::Uninstalled;
pub use self::security::Scanned;

/// What runs comparisons, built in and of plugins, and looks after a home. Clones share one engine.
///
/// ```
/// use csvq_core::access::Caller;
/// use csvq_core::compare::Job;
/// use csvq_core::control::Control;
/// use csvq_core::engine::Engine;
/// use csvq_core::source::Source;
/// use csvq_core::spec::CompareSpec;
///
/// let engine = Engine::built_in();
/// let side = |text: &str| Source::Bytes { name: "side".into(), bytes: text.as_bytes().into() };
/// let job = Job {
///     left: side("id,v\n1,a\n"),
///     right: side("id,v\n1,b\n"),
///     spec: CompareSpec { key: vec!["id".parse()?], ..CompareSpec::default() },
///     parameters: serde_json::Map::new(),
///     control: Control::new(),
/// };
/// let comparison = engine.compare(&Caller::local(), "row_compare", job)?;
/// assert_eq!(comparison.report.details.counts.changed, 1);
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    home: Option<Opened>,
    registry: RwLock<Registry>,
    /// Whether plugins were taken in and loaded: not before their first use where the configuration says so.
    is_loaded: Mutex<bool>,
    runner: Runner,
    executor: Executor<Comparison>,
}

/// A home in use.
struct Opened {
    home: Home,
    environment: Environment,
    config: RwLock<Config>,
    state: State,
    cache: Cache,
    installer: Installer,
    /// What decides about plugins: the security policy in force.
    judge: Arc<RwLock<Judge>>,
    /// What was found half done when the home was opened, and what became of it.
    recovered: Vec<Recovered>,
    /// Files in the plugins folder that could not be taken in.
    file_errors: RwLock<Vec<LoadError>>,
}

impl Engine {
    /// An engine with the built-in comparisons alone.
    #[must_use]
    pub fn built_in() -> Self {
        builder::built_in()
    }

    /// An engine on a home.
    ///
    /// ```
    /// use csvq_core::access::Caller;
    /// use csvq_core::config::Home;
    /// use csvq_core::engine::Engine;
    /// # let folder = tempfile::tempdir()?;
    /// let home = Home::at(folder.path().join("home"));
    /// home.init()?;
    /// let engine = Engine::builder(home).build()?;
    /// assert_eq!(engine.plugins(&Caller::local())?.len(), 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn builder(home: Home) -> EngineBuilder {
        EngineBuilder::new(home)
    }

    /// The home, if there is one.
    #[must_use]
    pub fn home(&self) -> Option<Home> {
        self.shared.home.as_ref().map(|opened| opened.config.read().home().clone())
    }

    /// What was found half done when the home was opened, and what became of it.
    #[must_use]
    pub fn recovered(&self) -> Vec<Recovered> {
        self.shared.home.as_ref().map(|opened| opened.recovered.clone()).unwrap_or_default()
    }

    /// What runs took, by plugin.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) for a name that no plugin has and no run had, [`State`](ErrorKind::State).
    pub fn statistics(&self, _: &Caller, plugin: Option<&str>) -> Result<Vec<PluginStatistics>> {
        let opened = self.opened()?;
        // Of one that was removed there are statistics still.
        let name = plugin.map(|name| self.id_of(name).unwrap_or_else(|_| name.to_owned()));
        let found = opened.state.statistics(name.as_deref())?;
        match plugin {
            Some(plugin) if found.is_empty() => {
                self.id_of(plugin)?;
                Ok(found)
            }
            _ => Ok(found),
        }
    }

    /// Lets go of runs that are older than this.
    ///
    /// # Errors
    /// [`State`](ErrorKind::State).
    pub fn forget_runs(&self, caller: &Caller, older_than: Timestamp) -> Result<u64> {
        self.allow(caller, Permission::ConfigurePlugin, "runs")?;
        self.opened()?.state.forget_runs(older_than)
    }

    /// Ends what the engine has running: tasks are waited for, or cancelled.
    pub fn shutdown(&self, wait: bool) {
        let how = if wait { Shutdown::Wait } else { Shutdown::Cancel };
        self.shared.executor.shutdown(how, None);
        self.shared.runner.shutdown();
    }

    fn opened(&self) -> Result<&Opened> {
        self.shared.home.as_ref().ok_or_else(|| {
            let message =
                "this engine has no home, and so no plugins, settings or state: make one by `Engine::builder`";
            Error::new(ErrorKind::NotFound, message)
        })
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("home", &self.home()).finish_non_exhaustive()
    }
}
