//! What installations are told, and what they give.

use serde::Serialize;

/// How to install.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallOptions {
    /// Whether to replace the version that is installed under the same number.
    pub force: bool,
    /// The only plugin that the package may be of, by its id: for updates.
    pub only: Option<String>,
    /// How the package came, where its path does not tell: `url`.
    pub source: Option<String>,
    /// Where it came from, where that is not its path: an address.
    pub source_path: Option<String>,
}

/// What was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Installed {
    /// The plugin's id.
    pub id: String,
    /// The name that people see.
    pub display_name: String,
    /// The version that is active now.
    pub version: String,
    /// The digest of the plugin: the SHA-256 of its manifest.
    pub digest: String,
    /// What was there before.
    pub was: Was,
}

/// What was there before an installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Was {
    /// No plugin of this id.
    New,
    /// Another version, which stays beside it.
    Other(String),
    /// The same version, which was replaced.
    Replaced,
    /// The very same plugin: nothing was changed but which version is active.
    Same,
}

/// What was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Removed {
    /// The plugin's id.
    pub id: String,
    /// The versions that are gone.
    pub versions: Vec<String>,
    /// Whether the plugin as a whole is gone.
    pub whole: bool,
}
