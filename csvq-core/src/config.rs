//! What a person sets: the home and its files, `plugin_config.json` with its layers, and how they are edited.
//!
//! Files are JSON, read strictly: an unknown name, a wrong type or a name that is there twice is an error with file,
//! line and path. Whatever csvq remembers by itself is the business of `state`. Nothing here reads an environment
//! variable: the edges do, and hand over an [`Environment`].

mod document;
mod editor;
mod environment;
mod file;
mod home;
mod layers;
mod model;
mod path;
mod read;

#[cfg(test)]
mod tests;

pub use editor::{Edited, Editor, Refusal, SettingsCheck};
pub use environment::{Environment, Stage};
pub use home::Home;
pub use layers::Config;
pub use model::{
    Authentication, DEFAULT_PLUGIN_TIMEOUT, PluginConfig, PluginSettings, PluginSystem, Repository, RepositoryType,
    TrustLevel,
};
pub use path::SettingPath;

/// The JSON Schema of `plugin_config.json`.
pub const JSON_SCHEMA: &str = include_str!("../schema/plugin_config.schema.json");
