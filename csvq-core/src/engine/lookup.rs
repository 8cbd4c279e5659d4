//! Finding plugins: the registry as it stands, and read anew.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Engine;
use super::tasks::StopAfter;
use crate::access::Caller;
use crate::config::{Config, PluginLimits};
use crate::control::Control;
use crate::error::Result;
use crate::plugin::{Found, LoadError, PluginInfo, Registry, Validation, validate};
use crate::state::{PluginRecord, Timestamp};

/// How long the validation of one plugin may take: it compares a handful of rows.
const LONGEST_VALIDATION: Duration = Duration::from_secs(60);

/// How many days runs are kept in the state.
const KEPT_DAYS: u32 = 90;

/// What reading all plugins anew came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reloaded {
    /// How many plugins can be used.
    pub available: usize,
    /// What became of files in the plugins folder.
    pub taken_in: Vec<String>,
    /// What could not be loaded, and why.
    pub errors: Vec<LoadError>,
}

impl Engine {
    /// All plugins that are known, the built-in ones first.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where they can't be read.
    pub fn plugins(&self, _: &Caller) -> Result<Vec<PluginInfo>> {
        self.ensure_loaded()?;
        Ok(self.shared.registry.read().all())
    }

    /// What a plugin is, by its id or its display name.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), and [`Conflict`](crate::ErrorKind::Conflict) where several have that display name.
    pub fn plugin(&self, _: &Caller, name: &str) -> Result<PluginInfo> {
        self.ensure_loaded()?;
        self.shared.registry.read().info(name)
    }

    /// What could not be loaded: plugins, and files in the plugins folder.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where plugins can't be read.
    pub fn load_errors(&self, _: &Caller) -> Result<Vec<LoadError>> {
        self.ensure_loaded()?;
        let mut errors = self.shared.registry.read().errors();
        if let Some(opened) = &self.shared.home {
            errors.extend(opened.file_errors.read().iter().cloned());
        }
        Ok(errors)
    }

    /// Reads the configuration and all plugins anew, and takes in what lies in the plugins folder.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), [`State`](crate::ErrorKind::State); what is wrong with one plugin or file is told and
    /// no error.
    pub fn reload(&self, caller: &Caller) -> Result<Reloaded> {
        let opened = self.opened()?;
        let config = Config::load(&opened.home, &opened.environment)?;
        *opened.config.write() = config;
        self.read_policy()?;
        let taken_in = {
            let mut is_loaded = self.shared.is_loaded.lock();
            let taken_in = self.load(true)?;
            *is_loaded = true;
            taken_in
        };
        let available = self.plugins(caller)?.iter().filter(|plugin| plugin.enabled).count();
        Ok(Reloaded { available, taken_in, errors: self.load_errors(caller)? })
    }

    /// Validates a plugin.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound); what is wrong with it is told and no error.
    pub fn validate(&self, _: &Caller, name: &str) -> Result<Validation> {
        self.ensure_loaded()?;
        let registry = self.shared.registry.read().clone();
        let id = registry.id_of(name)?;
        if crate::compare::comparator(&id).is_some() {
            return Ok(Validation { valid: true, ..Validation::default() });
        }
        let control = Control::new();
        let installed = registry.installed(&id);
        let timeout = self.timeout(installed.as_ref().ok().map(|installed| &installed.limits));
        let timeout = timeout.map_or(LONGEST_VALIDATION, |timeout| timeout.min(LONGEST_VALIDATION));
        let _watch = StopAfter::new(&control, timeout)?;
        Ok(match installed {
            Ok(installed) => validate(&installed, &self.shared.runner, &control),
            Err(error) => Validation::failed(&error),
        })
    }

    /// Validates all plugins, the built-in ones first, and gives what was found by id. `begin` hears of each before it is.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where plugins can't be read.
    pub fn validate_all(&self, caller: &Caller, begin: &mut dyn FnMut(&str)) -> Result<Vec<(String, Validation)>> {
        let validate = |plugin: PluginInfo| {
            begin(&plugin.id);
            self.validate(caller, &plugin.id).map(|found| (plugin.id, found))
        };
        self.plugins(caller)?.into_iter().map(validate).collect()
    }

    /// The plugins that are due for removal.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State).
    pub fn due_for_removal(&self, _: &Caller) -> Result<Vec<PluginRecord>> {
        self.opened()?.state.due_for_removal(Timestamp::now())
    }

    /// The plugins that were not used for so many days.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State).
    pub fn unused(&self, _: &Caller, days: u32) -> Result<Vec<PluginRecord>> {
        self.opened()?.state.unused(days, Timestamp::now())
    }

    /// Loads plugins, unless that was done.
    pub(super) fn ensure_loaded(&self) -> Result<()> {
        let mut is_loaded = self.shared.is_loaded.lock();
        if !*is_loaded {
            self.load(false)?;
            *is_loaded = true;
        }
        Ok(())
    }

    /// Takes in what lies in the plugins folder, what failed before `again` or not, and reads all plugins. Gives what was
    /// done.
    fn load(&self, again: bool) -> Result<Vec<String>> {
        let Some(opened) = &self.shared.home else { return Ok(Vec::new()) };
        let mut done = Vec::new();
        if opened.config.read().plugin_config().plugin_system.enabled {
            let found = opened.installer.take_in(&Control::new(), again)?;
            done = found.taken.iter().map(ToString::to_string).collect();
            *opened.file_errors.write() =
                found.errors.iter().map(|(path, error)| LoadError::new(path.display().to_string(), error)).collect();
        }
        opened.state.forget_runs(Timestamp::now().minus_days(KEPT_DAYS))?;
        self.read_registry()?;
        Ok(done)
    }

    /// Reads the registry anew, after a change.
    pub(super) fn read_registry(&self) -> Result<()> {
        let Some(opened) = &self.shared.home else { return Ok(()) };
        let registry = {
            let config = opened.config.read();
            let judge = opened.judge.read();
            Registry::load(config.home(), &config, &opened.state, &judge)?
        };
        for error in registry.errors() {
            self.note_load_refused(&error)?;
        }
        tracing::debug!(home = %opened.home.root().display(), "read all plugins");
        *self.shared.registry.write() = registry;
        Ok(())
    }

    /// The plugin of a name, to run it. One that another process installed meanwhile is found, too.
    pub(super) fn find(&self, name: &str) -> Result<Found> {
        if let Some(own) = crate::compare::comparator(name) {
            return Ok(Found::BuiltIn(own));
        }
        self.ensure_loaded()?;
        let found = self.shared.registry.read().find(name);
        if found.is_err() && self.shared.home.is_some() {
            self.read_registry()?;
            return self.shared.registry.read().find(name);
        }
        found
    }

    /// The id of a plugin's name.
    pub(super) fn id_of(&self, name: &str) -> Result<String> {
        self.ensure_loaded()?;
        self.shared.registry.read().id_of(name)
    }

    /// How long a comparison may take: of a plugin, what the configuration says, and no more than the policy lets it.
    pub(super) fn timeout(&self, plugin: Option<&PluginLimits>) -> Option<Duration> {
        let opened = self.shared.home.as_ref()?;
        let configured = opened.config.read().plugin_config().plugin_system.timeout(plugin.is_none());
        configured.into_iter().chain(plugin.map(|limits| limits.max_execution_time)).min()
    }

    /// The parameters that are configured for a built-in comparison.
    pub(super) fn default_parameters(&self, id: &str) -> Map<String, Value> {
        let opened = self.shared.home.as_ref();
        opened.map(|opened| opened.config.read().default_parameters(&[id])).unwrap_or_default()
    }
}
