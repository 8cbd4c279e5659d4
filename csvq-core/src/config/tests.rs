//! Tests of the configuration: what is read, what is refused and how, what is in force, and what editing leaves alone.

mod comparing;
mod domains;
mod editing;
mod environments;
mod files;
mod guide;
mod homes;
mod laws;
mod layering;
mod logs;
mod paths;
mod policies;
mod processes;
mod roles;
mod schema;
mod schemas;
mod strictness;

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::{Config, Editor, Environment, Home, PluginConfig, Refusal, SettingPath, Stage};
use crate::error::{Error, Result};

/// A home in a folder of its own.
struct Place {
    _folder: TempDir,
    home: Home,
}

impl Place {
    /// As `init` makes it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        home.init().unwrap();
        Self { _folder: folder, home }
    }

    /// With this text in `plugin_config.json`.
    fn with(text: &str) -> Self {
        let place = Self::new();
        place.write("plugin_config.json", text);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.config().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path("plugin_config.json")).unwrap()
    }

    fn load(&self, environment: &Environment) -> Result<Config> {
        Config::load(&self.home, environment)
    }

    fn editor(&self) -> Editor {
        Editor::new(&self.home, &Environment::default())
    }

    fn set(&self, path: &str, value: impl Into<Value>) -> Result<bool> {
        Ok(self.editor().set(&path.parse()?, &value.into(), &allow)?.changed)
    }
}

fn under(stage: Stage) -> Environment {
    Environment { stage: Some(stage), ..Environment::default() }
}

fn allow(_: &str, _: &Map<String, Value>) -> Result<(), Refusal> {
    Ok(())
}

fn read(text: &str) -> Result<PluginConfig> {
    PluginConfig::from_json("c.json".as_ref(), text)
}

fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

/// An error without the folder, which differs from run to run.
fn shown(error: &Error, place: &Place) -> String {
    let folder = place.home.config();
    error.to_string().replace(&format!("{}/", folder.display()), "")
}
