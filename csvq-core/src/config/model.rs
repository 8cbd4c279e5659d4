//! What `plugin_config.json` says, typed. Names are those of the file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::document::Documents;
use super::path::SettingPath;
use super::{file, read};
use crate::error::Result;

/// How long a plugin that is not built in may take where nothing says otherwise.
pub const DEFAULT_PLUGIN_TIMEOUT: Duration = Duration::from_secs(300);

/// The settings of `plugin_config.json`. Serialized, it has the form of the file, with defaults filled in and without
/// secrets.
///
/// ```
/// use csvq_core::config::PluginConfig;
/// let config = PluginConfig::from_json("plugin_config.json".as_ref(), r#"{"plugin_system": {"enabled": false}}"#)?;
/// assert!(!config.plugin_system.enabled);
/// assert_eq!(config.plugin_system.max_concurrent_comparisons, 4);
///
/// let text = "{\n  \"plugin_system\": {\n    \"enabeld\": false\n  }\n}";
/// let error = PluginConfig::from_json("plugin_config.json".as_ref(), text).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "plugin_system.enabeld: plugin_config.json: line 3: there is no such setting; did you mean `enabled`?"
/// );
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PluginConfig {
    /// What holds for all plugins.
    pub plugin_system: PluginSystem,
    /// Where plugins can be had from.
    pub repositories: Vec<Repository>,
    /// What holds for one plugin, by its id or display name.
    pub plugin_settings: BTreeMap<String, PluginSettings>,
}

impl PluginConfig {
    /// Reads it from a file's text, strictly: every setting may be left out, and none may be there that is unknown.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        read::plugin_config(&documents, &root)
    }

    /// Reads it from a file.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong;
    /// [`Io`](crate::ErrorKind::Io) where there is no such file, or it can't be read.
    pub fn from_file(path: &Path) -> Result<Self> {
        Self::from_json(path, &file::read_existing(path)?)
    }

    /// Everything as JSON, in the form of the file.
    pub(super) fn to_value(&self) -> Value {
        // Names are strings and numbers finite, so that nothing can be refused.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What holds for all plugins.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginSystem {
    /// Whether plugins are used that are not built in. By default they are.
    pub enabled: bool,
    /// Whether plugins are loaded when csvq starts. Otherwise each is at its first use.
    pub auto_load_on_startup: bool,
    /// The folder of plugins; a relative one is taken from the home.
    pub plugin_directory: String,
    /// The folder of the result cache; a relative one is taken from the home.
    pub cache_directory: String,
    /// How many comparisons run at once; others wait.
    pub max_concurrent_comparisons: u32,
    /// How long a comparison may take, in seconds; 0 is no limit. By default built-in comparisons have none, and those
    /// of plugins [`DEFAULT_PLUGIN_TIMEOUT`].
    #[serde(serialize_with = "plain_if_any")]
    pub default_timeout_seconds: Option<f64>,
    /// Whether results of plugins that declare themselves deterministic are kept.
    pub cache_enabled: bool,
    /// How old a kept result may become, in hours.
    #[serde(serialize_with = "plain")]
    pub cache_max_age_hours: f64,
    /// How much all kept results may take, in MiB.
    pub cache_max_size_mb: u64,
}

impl Default for PluginSystem {
    fn default() -> Self {
        Self {
            enabled: true,
            auto_load_on_startup: true,
            plugin_directory: "plugins".to_owned(),
            cache_directory: "plugins/cache".to_owned(),
            max_concurrent_comparisons: 4,
            default_timeout_seconds: None,
            cache_enabled: true,
            cache_max_age_hours: 24.0,
            cache_max_size_mb: 1024,
        }
    }
}

impl PluginSystem {
    /// How long a comparison may take, if there is a limit.
    #[must_use]
    pub fn timeout(&self, built_in: bool) -> Option<Duration> {
        match self.default_timeout_seconds {
            None if built_in => None,
            None => Some(DEFAULT_PLUGIN_TIMEOUT),
            Some(seconds) => Duration::try_from_secs_f64(seconds).ok().filter(|limit| !limit.is_zero()),
        }
    }

    /// How old a kept result may become.
    #[must_use]
    pub fn cache_max_age(&self) -> Duration {
        Duration::try_from_secs_f64(self.cache_max_age_hours * 3600.0).unwrap_or(Duration::MAX)
    }

    /// How many bytes all kept results may take.
    #[must_use]
    pub fn cache_max_bytes(&self) -> u64 {
        self.cache_max_size_mb.saturating_mul(1 << 20)
    }
}

/// What holds for one plugin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginSettings {
    /// Whether it is used, where that is said.
    pub enabled: Option<bool>,
    /// Its default parameters: everything else that is set for it.
    pub parameters: Map<String, Value>,
}

impl Serialize for PluginSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(enabled) = self.enabled {
            map.serialize_entry("enabled", &enabled)?;
        }
        self.parameters.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

/// Where plugins can be had from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repository {
    /// Its name, of which there is one only: letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// What kind it is; where that is not said, the URL tells.
    #[serde(rename = "type")]
    pub kind: Option<RepositoryType>,
    /// Whether it is used. By default it is.
    pub enabled: bool,
    /// Whether its plugins are updated by themselves. By default they are not.
    pub auto_update: bool,
    /// Hours from one look for updates to the next.
    #[serde(serialize_with = "plain_if_any")]
    pub update_interval_hours: Option<f64>,
    /// The branch of a git repository.
    pub branch: Option<String>,
    /// How csvq shows who it is.
    pub authentication: Option<Authentication>,
    /// How far what comes from it is trusted.
    pub trust_level: Option<TrustLevel>,
}

/// What kind a repository is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RepositoryType {
    /// A server that is asked over HTTPS.
    RestApi,
    /// A git repository.
    Git,
    /// A folder.
    Local,
}

/// How far what comes from a repository is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustLevel {
    /// Little.
    Low,
    /// Somewhat.
    Medium,
    /// Much.
    High,
}

/// How csvq shows a repository who it is. Its key is neither printed nor serialized, unless it is only the name of an
/// environment variable.
#[derive(Clone, PartialEq, Eq)]
pub enum Authentication {
    /// By a key.
    ApiKey {
        /// The key, or `${NAME}` for what an environment variable holds.
        key: String,
    },
}

impl Authentication {
    /// The key as it may be shown.
    fn shown(&self) -> &str {
        let Self::ApiKey { key } = self;
        Self::shown_key(key)
    }

    /// A key as it may be shown: the name of a variable is no secret.
    pub(super) fn shown_key(key: &str) -> &str {
        let variable = key.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if variable.is_some_and(is_name) { key } else { "<hidden>" }
    }
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("key", &self.shown()).finish()
    }
}

impl Serialize for Authentication {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", "api_key")?;
        map.serialize_entry("key", self.shown())?;
        map.end()
    }
}

/// The path of a plugin's entry.
pub(super) fn settings_path(name: &str) -> SettingPath {
    SettingPath::of(&["plugin_settings", name])
}

/// A number as people write it: 300 and not 300.0.
pub(super) fn plain<S: Serializer>(number: &f64, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    // Every whole number up to here is exact.
    if number.fract() == 0.0 && (0.0..9e15).contains(number) {
        serializer.serialize_u64(*number as u64)
    } else {
        serializer.serialize_f64(*number)
    }
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
pub(super) fn plain_if_any<S: Serializer>(number: &Option<f64>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match number {
        Some(number) => plain(number, serializer),
        None => serializer.serialize_none(),
    }
}
