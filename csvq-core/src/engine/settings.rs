//! The configuration and the cache, as administrators see them.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Engine;
use crate::access::Caller;
use crate::cache::{CacheStats, Cleared};
use crate::config::{Config, Edited, Editor, Permission, Refusal, SettingPath, SettingsCheck};
use crate::error::Result;
use crate::plugin::{Found, Registry};

impl Engine {
    /// The value of a setting, defaults included. Secrets are hidden.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such setting.
    pub fn setting(&self, _: &Caller, path: &SettingPath) -> Result<Value> {
        self.opened()?.config.read().get(path)
    }

    /// All settings in force. Secrets are hidden.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where the engine has no home.
    pub fn settings(&self, _: &Caller) -> Result<Value> {
        Ok(self.opened()?.config.read().to_value())
    }

    /// Changes a setting. What is set for a plugin is checked against the schema of its parameters.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) where the configuration would not be valid with it; the file is then as it was.
    pub fn set(&self, caller: &Caller, path: &SettingPath, value: &Value) -> Result<Edited> {
        self.allow(caller, Permission::ConfigurePlugin, &path.to_string())?;
        let edited = self.edit(|editor, check| editor.set(path, value, check))?;
        self.note_setting(caller, path, &edited)?;
        Ok(edited)
    }

    /// Takes a setting out, so that its default holds.
    ///
    /// # Errors
    /// Those of [`Engine::set`].
    pub fn unset(&self, caller: &Caller, path: &SettingPath) -> Result<Edited> {
        self.allow(caller, Permission::ConfigurePlugin, &path.to_string())?;
        let edited = self.edit(|editor, check| editor.unset(path, check))?;
        self.note_setting(caller, path, &edited)?;
        Ok(edited)
    }

    /// Edits the configuration, and has what follows hold at once.
    pub(super) fn edit<T>(&self, edit: impl FnOnce(&Editor, &SettingsCheck<'_>) -> Result<T>) -> Result<T> {
        self.ensure_loaded()?;
        let opened = self.opened()?;
        let registry = self.shared.registry.read().clone();
        let editor = Editor::new(&opened.home, &opened.environment);
        let edited = edit(&editor, &|name, parameters| refused(&registry, name, parameters))?;
        *opened.config.write() = Config::load(&opened.home, &opened.environment)?;
        self.read_registry()?;
        Ok(edited)
    }

    /// How large the cache is, and how often it helped.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io), [`State`](crate::ErrorKind::State).
    pub fn cache_stats(&self, _: &Caller) -> Result<CacheStats> {
        self.opened()?.cache.stats()
    }

    /// Removes results from the cache: those that are older than this, or all.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io).
    pub fn clear_cache(&self, _: &Caller, older_than: Option<Duration>) -> Result<Cleared> {
        self.opened()?.cache.clear(older_than)
    }
}

/// Whether parameters that are set for a plugin fit its schema. What is set for a plugin that is not there is left.
fn refused(registry: &Registry, name: &str, parameters: &Map<String, Value>) -> std::result::Result<(), Refusal> {
    let Ok(found) = registry.id_of(name).and_then(|id| found(registry, &id)) else { return Ok(()) };
    let schema = match found {
        Found::Installed(installed) => installed.manifest.parameters.clone(),
        Found::BuiltIn(comparator) => serde_json::from_str(&comparator.info().parameters).unwrap_or_default(),
    };
    let refuse = |path: &[String], message: String| {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        Err(Refusal { at: SettingPath::of(&names), message })
    };
    match crate::plugin::wrong_parameter(&schema, parameters) {
        Ok(None) => Ok(()),
        Ok(Some(wrong)) => refuse(&wrong.path, wrong.message),
        Err(error) => refuse(&[], error.message().to_owned()),
    }
}

/// The plugin of an id, whether it is enabled or not.
fn found(registry: &Registry, id: &str) -> Result<Found> {
    match crate::compare::comparator(id) {
        Some(own) => Ok(Found::BuiltIn(own)),
        None => registry.installed(id).map(Found::Installed),
    }
}
