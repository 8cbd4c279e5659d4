//! The configuration in force: defaults, `plugin_config.json`, the file of the stage, the environment, each over those
//! before it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::document::{Documents, Node};
use super::editor::SettingsCheck;
use super::environment::{Environment, Stage};
use super::home::Home;
use super::model::{PluginConfig, PluginSettings, settings_path};
use super::path::{SettingPath, Step};
use super::{file, read};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::spec::suggest;

/// The name of the main file.
pub(super) const FILE: &str = "plugin_config.json";

/// Where the variable for the cache stands among the settings.
pub(super) const CACHE_ENABLED: &[&str] = &["plugin_system", "cache_enabled"];

/// The files that can be in force, the lower one first. They need not be there.
pub(super) fn files(home: &Home, stage: Option<Stage>) -> Vec<PathBuf> {
    let folder = home.config();
    let over = stage.map(|stage| folder.join(format!("plugin_config.{stage}.json")));
    std::iter::once(folder.join(FILE)).chain(over).collect()
}

/// The configuration in force, and where each of its settings comes from.
///
/// ```
/// use csvq_core::config::{Config, Environment, Home};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let home = Home::at(folder.path());
/// home.init()?;
/// let text = r#"{"plugin_settings": {"row_compare": {"max_rows": 1000}, "My Plugin": {"enabled": false}}}"#;
/// std::fs::write(home.config().join("plugin_config.json"), text)?;
///
/// let config = Config::load(&home, &Environment::default())?;
/// assert_eq!(config.settings(&["row_compare"]).parameters["max_rows"], 1000);
/// assert!(!config.is_enabled(&["my_plugin", "My Plugin"]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    home: Home,
    environment: Environment,
    documents: Documents,
    root: Node,
    plugins: PluginConfig,
}

impl Config {
    /// Reads the files of a home that are in force, and lays them over one another. A file that is not there says
    /// nothing.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong;
    /// [`Io`](crate::ErrorKind::Io) where a file can't be read.
    pub fn load(home: &Home, environment: &Environment) -> Result<Self> {
        let mut documents = Documents::default();
        let mut root: Option<Node> = None;
        for path in files(home, environment.stage) {
            let Some(text) = file::read(&path)? else { continue };
            let node = documents.parse(&path, text)?;
            // By itself, so that what another file hides is found, too.
            read::plugin_config(&documents, &node)?;
            root = Some(match root {
                None => node,
                Some(below) => below.under(node),
            });
        }
        let root = root.unwrap_or_else(Node::empty);
        let mut plugins = read::plugin_config(&documents, &root)?;
        if let Some(enabled) = environment.cache_enabled {
            plugins.plugin_system.cache_enabled = enabled;
        }
        let system = &plugins.plugin_system;
        let home = home.with_directories(&system.plugin_directory, &system.cache_directory);
        Ok(Self { home, environment: environment.clone(), documents, root, plugins })
    }

    /// The home, with the folders that the configuration gives it.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// What the environment said.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The settings in force.
    #[must_use]
    pub fn plugin_config(&self) -> &PluginConfig {
        &self.plugins
    }

    /// The files that were read, the lowest first.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.documents.paths()
    }

    /// What is set for a plugin under any of its names, its id first: of two that set the same, the earlier name wins.
    /// It counts as disabled where any of them says so.
    #[must_use]
    pub fn settings(&self, names: &[&str]) -> PluginSettings {
        let mut joined = PluginSettings::default();
        for settings in names.iter().rev().filter_map(|name| self.plugins.plugin_settings.get(*name)) {
            joined.parameters.extend(settings.parameters.clone());
            joined.enabled = match (joined.enabled, settings.enabled) {
                (Some(false), _) | (_, None) => joined.enabled,
                (_, said) => said,
            };
        }
        joined
    }

    /// Whether the configuration leaves a plugin of these names enabled.
    #[must_use]
    pub fn is_enabled(&self, names: &[&str]) -> bool {
        self.disabled_by(names).is_empty()
    }

    /// What disables a plugin of these names: the places of the settings that do, as errors would show them.
    #[must_use]
    pub fn disabled_by(&self, names: &[&str]) -> Vec<Context> {
        let disabling = names.iter().filter(|name| {
            let settings = self.plugins.plugin_settings.get(**name);
            settings.is_some_and(|settings| settings.enabled == Some(false))
        });
        let place = |name: &&str| self.fault(&settings_path(name).name("enabled"), "").context().clone();
        disabling.map(place).collect()
    }

    /// The value in force of a path, defaults included. Secrets are hidden. A setting that has neither value nor
    /// default is null.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such setting, with the nearest one.
    pub fn get(&self, path: &SettingPath) -> Result<Value> {
        lookup(&self.to_value(), path)
    }

    /// All settings in force, in the form of the file. Secrets are hidden.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.plugins.to_value()
    }

    /// An error about a setting, which says in which file and line it stands.
    #[must_use]
    pub fn fault(&self, path: &SettingPath, message: impl Into<String>) -> Error {
        self.documents.fault_on(&self.root, path, message)
    }

    /// Has the parameters checked that are set for plugins, one plugin after the other. Those that are wrong are
    /// reported with file and line; none stops the others.
    #[must_use]
    pub fn check_settings(&self, check: &SettingsCheck<'_>) -> Vec<Error> {
        let wrong = |(name, settings): (&String, &PluginSettings)| {
            let refusal = check(name, &settings.parameters).err()?;
            Some(self.fault(&refusal.path(name), refusal.message))
        };
        self.plugins.plugin_settings.iter().filter_map(wrong).collect()
    }

    /// The default parameters of a plugin of these names.
    #[must_use]
    pub fn default_parameters(&self, names: &[&str]) -> Map<String, Value> {
        self.settings(names).parameters
    }
}

/// The value of a path in settings that are in force.
pub(super) fn lookup(settings: &Value, path: &SettingPath) -> Result<Value> {
    let mut value = settings;
    for (depth, step) in path.0.iter().enumerate() {
        let inner = match step {
            Step::Name(name) => value.get(name),
            Step::Index(index) => value.get(index),
        };
        value = inner.ok_or_else(|| {
            let near = match (step, value) {
                (Step::Name(name), Value::Object(names)) => suggest(name, names.keys().map(String::as_str)),
                _ => None,
            };
            let known = SettingPath(path.0.iter().take(depth).cloned().collect());
            missing(path, near.map(|near| known.name(near)))
        })?;
    }
    Ok(value.clone())
}

fn missing(path: &SettingPath, near: Option<SettingPath>) -> Error {
    let message = match near {
        Some(near) => format!("there is no such setting; did you mean `{near}`?"),
        None => "there is no such setting".to_owned(),
    };
    Error::new(ErrorKind::NotFound, message)
        .with_context(Context { field: Some(path.to_string()), ..Context::default() })
}
