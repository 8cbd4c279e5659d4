//! Editing configuration files by setting single values: order, indent and everything else stay as they are.

pub(super) mod change;
mod one;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use change::Change;
pub use one::{Approval, FileEditor, Proposal};

use super::document::Documents;
use super::environment::{Environment, Stage};
use super::file::{self, Lock};
use super::files::ConfigFile;
use super::home::Home;
use super::layers::{CACHE_ENABLED, files};
use super::model::{PluginConfig, PluginSettings, settings_path};
use super::path::SettingPath;
use super::read;
use crate::error::{Context, Error, ErrorKind, Result};

/// Checks the parameters that are set for a plugin, given its name as it is written and all of them. Whoever knows the
/// plugins passes it in.
pub type SettingsCheck<'a> = dyn Fn(&str, &Map<String, Value>) -> Result<(), Refusal> + 'a;

/// Why a plugin's parameters are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The way to what is wrong, from the plugin's settings.
    pub at: SettingPath,
    /// What is wrong.
    pub message: String,
}

impl Refusal {
    /// The way from the whole document.
    pub(super) fn path(&self, plugin: &str) -> SettingPath {
        let mut path = settings_path(plugin);
        path.0.extend(self.at.0.iter().cloned());
        path
    }
}

/// What an edit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The file that says it now.
    pub file: PathBuf,
    /// Whether it said something else before.
    pub changed: bool,
    /// What is in force in its place, where something is: a file that is laid over this one, or an environment
    /// variable.
    pub overridden_by: Option<String>,
}

/// Edits the configuration files of a home. Each edit is one change of one file: checked as a whole, written whole or
/// not at all, and made by one process at a time.
///
/// ```
/// use csvq_core::config::{Config, Editor, Environment, Home};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let home = Home::at(folder.path());
/// home.init()?;
/// let editor = Editor::new(&home, &Environment::default());
/// editor.set(&"plugin_system.max_concurrent_comparisons".parse()?, &8.into(), &|_, _| Ok(()))?;
/// editor.disable(&["my_plugin"])?;
///
/// let config = Config::load(&home, &Environment::default())?;
/// assert_eq!(config.plugin_config().plugin_system.max_concurrent_comparisons, 8);
/// assert!(!config.is_enabled(&["my_plugin"]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Editor {
    home: Home,
    stage: Option<Stage>,
    cache_is_set: bool,
}

impl Editor {
    /// An editor of a home's files, under an environment that says which of them are in force.
    #[must_use]
    pub fn new(home: &Home, environment: &Environment) -> Self {
        Self { home: home.clone(), stage: environment.stage, cache_is_set: environment.cache_enabled.is_some() }
    }

    /// An editor of any one configuration file.
    #[must_use]
    pub fn open(home: &Home, environment: &Environment, file: ConfigFile) -> FileEditor {
        FileEditor::new(home, environment, file)
    }

    /// Sets a value in `plugin_config.json`. Objects on the way to it are made; an element of a list is replaced, or
    /// added where its number is the first that is free.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) where the file would not be valid with it, or the plugin's parameters are
    /// refused; [`NotFound`](crate::ErrorKind::NotFound) where the home is not there; [`Io`](crate::ErrorKind::Io)
    /// where the file can't be written; [`Conflict`](crate::ErrorKind::Conflict) where others edit for too long. The
    /// file is then as it was.
    pub fn set(&self, path: &SettingPath, value: &Value, check: &SettingsCheck<'_>) -> Result<Edited> {
        self.edit(path, &[Change::set(path.clone(), value.clone())], check)
    }

    /// Takes a value out of `plugin_config.json`, so that its default holds.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn unset(&self, path: &SettingPath, check: &SettingsCheck<'_>) -> Result<Edited> {
        self.edit(path, &[Change::remove(path.clone())], check)
    }

    /// Sets a default parameter of a plugin, where it is set already under one of the plugin's names: there; otherwise
    /// under the first name, which is its id.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_plugin_setting(
        &self,
        names: &[&str],
        setting: &str,
        value: &Value,
        check: &SettingsCheck<'_>,
    ) -> Result<Edited> {
        let lock = self.lock()?;
        let file = self.main_file();
        let text = text_of(&file)?;
        let config = PluginConfig::from_json(&file, &text)?;
        let has = |name: &&&str| {
            config.plugin_settings.get(**name).is_some_and(|settings| settings.parameters.contains_key(setting))
        };
        let name = names.iter().find(has).or(names.first()).ok_or_else(nameless)?;
        let path = settings_path(name).name(setting);
        let change = Change::set(path.clone(), value.clone());
        let changed = rewrite(&lock, &file, &text, &[change], check)?;
        Ok(Edited { changed, overridden_by: self.overriding(&path)?, file })
    }

    /// Makes the configuration leave a plugin enabled, in every file that is in force and under each of its names.
    /// Gives the files that were changed.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn enable(&self, names: &[&str]) -> Result<Vec<PathBuf>> {
        self.switch(names, true)
    }

    /// Makes the configuration disable a plugin, under its first name if no entry of it is there yet. Gives the files
    /// that were changed.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn disable(&self, names: &[&str]) -> Result<Vec<PathBuf>> {
        self.switch(names, false)
    }

    /// Adds a repository to those of `plugin_config.json`.
    ///
    /// # Errors
    /// As [`set`](Self::set); one of that name is an error, too.
    pub fn add_repository(&self, name: &str, url: &str, enabled: bool) -> Result<Edited> {
        let lock = self.lock()?;
        let file = self.main_file();
        let text = text_of(&file)?;
        let count = PluginConfig::from_json(&file, &text)?.repositories.len();
        let path = SettingPath::of(&["repositories"]);
        let fields =
            [("name", name.into()), ("url", url.into()), ("enabled", enabled.into()), ("auto_update", false.into())];
        // One after the other, so that they stand in this order.
        let changes: Vec<Change> =
            fields.into_iter().map(|(field, value)| Change::set(path.index(count).name(field), value)).collect();
        let changed = rewrite(&lock, &file, &text, &changes, &allow)?;
        Ok(Edited { changed, overridden_by: self.overriding(&path)?, file })
    }

    /// Removes a repository from those of `plugin_config.json`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where it has none of that name; otherwise as [`set`](Self::set).
    pub fn remove_repository(&self, name: &str) -> Result<Edited> {
        let lock = self.lock()?;
        let file = self.main_file();
        let text = text_of(&file)?;
        let config = PluginConfig::from_json(&file, &text)?;
        let index = config.repositories.iter().position(|repository| repository.name == name).ok_or_else(|| {
            let context = Context { field: Some("repositories".to_owned()), ..file::place(&file) };
            Error::new(ErrorKind::NotFound, format!("there is no repository `{name}`")).with_context(context)
        })?;
        let path = SettingPath::of(&["repositories"]);
        let changed = rewrite(&lock, &file, &text, &[Change::remove(path.index(index))], &allow)?;
        Ok(Edited { changed, overridden_by: self.overriding(&path)?, file })
    }

    fn main_file(&self) -> PathBuf {
        files(&self.home, None).swap_remove(0)
    }

    fn lock(&self) -> Result<Lock> {
        self.home.require()?;
        Lock::of(&self.home.config())
    }

    fn edit(&self, path: &SettingPath, changes: &[Change], check: &SettingsCheck<'_>) -> Result<Edited> {
        let lock = self.lock()?;
        let file = self.main_file();
        let changed = rewrite(&lock, &file, &text_of(&file)?, changes, check)?;
        Ok(Edited { changed, overridden_by: self.overriding(path)?, file })
    }

    /// Makes every entry of these names say the same, and one say it where none does and it has to be said.
    fn switch(&self, names: &[&str], enabled: bool) -> Result<Vec<PathBuf>> {
        let first = names.first().ok_or_else(nameless)?;
        let lock = self.lock()?;
        let mut edited = Vec::new();
        for (level, file) in files(&self.home, self.stage).into_iter().enumerate() {
            let Some(text) = file::read(&file)?.or_else(|| (level == 0).then(|| EMPTY.to_owned())) else { continue };
            let config = PluginConfig::from_json(&file, &text)?;
            let said = |name: &&&str| config.plugin_settings.get(**name).and_then(|settings| settings.enabled);
            let mut to_say: Vec<&str> =
                names.iter().filter(|name| said(name).is_some_and(|said| said != enabled)).copied().collect();
            if level == 0 && !enabled && names.iter().all(|name| said(&name).is_none()) {
                to_say.push(first);
            }
            let changes: Vec<Change> = to_say
                .iter()
                .map(|name| Change::set(settings_path(name).name("enabled"), Value::Bool(enabled)))
                .collect();
            if rewrite(&lock, &file, &text, &changes, &allow)? {
                edited.push(file);
            }
        }
        Ok(edited)
    }

    /// What hides a setting of the main file.
    fn overriding(&self, path: &SettingPath) -> Result<Option<String>> {
        if self.cache_is_set && *path == SettingPath::of(CACHE_ENABLED) {
            return Ok(Some(Environment::CACHE_ENABLED.to_owned()));
        }
        for file in files(&self.home, self.stage).into_iter().skip(1) {
            let Some(text) = file::read(&file)? else { continue };
            let root = Documents::default().parse(&file, text)?;
            if root.hides(path) {
                return Ok(Some(file.display().to_string()));
            }
        }
        Ok(None)
    }
}

/// The text of a file that is not there yet.
const EMPTY: &str = "{}\n";

fn text_of(file: &Path) -> Result<String> {
    Ok(file::read(file)?.unwrap_or_else(|| EMPTY.to_owned()))
}

/// Checks what a file would say after the changes, and writes it. Gives whether anything changed.
fn rewrite(_lock: &Lock, file: &Path, text: &str, changes: &[Change], check: &SettingsCheck<'_>) -> Result<bool> {
    let edited = change::apply(file, text, changes)?;
    if edited == text {
        return Ok(false);
    }
    let mut documents = Documents::default();
    let root = documents.parse(file, edited.clone())?;
    let config = read::plugin_config(&documents, &root).map_err(unwritten)?;
    // A file that was not valid before says nothing of what it set.
    let before = PluginConfig::from_json(file, text).unwrap_or_default();
    for (name, settings) in changed_settings(&before, &config) {
        check(name, &settings.parameters)
            .map_err(|refusal| unwritten(documents.fault_on(&root, &refusal.path(name), refusal.message)))?;
    }
    file::replace(file, edited.as_bytes())?;
    Ok(true)
}

fn changed_settings<'a>(
    before: &'a PluginConfig,
    after: &'a PluginConfig,
) -> impl Iterator<Item = (&'a str, &'a PluginSettings)> {
    let parameters = |config: &'a PluginConfig, name: &str| config.plugin_settings.get(name).map(|all| &all.parameters);
    after
        .plugin_settings
        .iter()
        .filter(move |(name, settings)| {
            // An entry that is new and sets none changes none.
            let none = Map::new();
            parameters(before, name).unwrap_or(&none) != &settings.parameters
        })
        .map(|(name, settings)| (name.as_str(), settings))
}

/// An error about a text that was not written: its lines are not those of the file.
fn unwritten(error: Error) -> Error {
    let context = Context { line: None, byte: None, ..error.context().clone() };
    Error::new(error.kind(), format!("{} (nothing was changed)", error.message())).with_context(context)
}

fn allow(_: &str, _: &Map<String, Value>) -> Result<(), Refusal> {
    Ok(())
}

fn nameless() -> Error {
    Error::new(ErrorKind::Config, "a plugin without a name can't be configured: give its id")
}
