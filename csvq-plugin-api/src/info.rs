//! What a plugin says of itself.

use serde::Serialize;
use serde_json::{Value, json};

use csvq_plugin_abi::{ABI_MAJOR, ABI_MINOR};

/// What a plugin wants to do besides comparing. A host may refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Capability {
    /// To open connections.
    Network,
    /// To read files besides the tables.
    ReadFiles,
    /// To start other programs.
    Subprocess,
    /// To start threads.
    Threads,
}

/// What a plugin says of itself: what its package's manifest says too.
///
/// ```
/// use csvq_plugin_api::{PluginInfo, json};
///
/// let info = PluginInfo::new("fuzzy_compare", "Fuzzy compare", "1.2.0")
///     .author("Ada Lovelace")
///     .license("MIT")
///     .description("Calls texts equal that are similar enough.")
///     .parameters(json!({
///         "type": "object",
///         "additionalProperties": false,
///         "properties": {
///             "threshold": { "type": "number", "minimum": 0, "maximum": 1, "default": 0.85 }
///         }
///     }))
///     .deterministic(true);
/// assert_eq!(info.id, "fuzzy_compare");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PluginInfo {
    /// The plugin's id: 2 to 63 of `a` to `z`, `0` to `9`, `_` and `-`, the first a letter or digit. It never changes.
    pub id: String,
    /// The name that people see.
    pub display_name: String,
    /// The plugin's own version, as [semver](https://semver.org) says.
    pub version: String,
    /// Who wrote it.
    pub author: String,
    /// Its licence, best as an SPDX expression.
    pub license: String,
    /// What it does.
    pub description: String,
    /// The interface that it was built against.
    abi_version: String,
    /// The JSON Schema of its parameters, which are an object. Without one it takes none.
    pub parameters: Value,
    /// What it wants to do besides comparing.
    pub capabilities: Vec<Capability>,
    /// Whether the same tables and parameters always give the same answer, so that the host may keep it.
    pub deterministic: bool,
}

impl PluginInfo {
    /// A plugin without parameters and capabilities that is not said to be deterministic.
    /// [`plugin_info!`](crate::plugin_info) takes most of it from `Cargo.toml`.
    #[must_use]
    pub fn new(id: impl Into<String>, display_name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            display_name: display_name.into(),
            version: version.into(),
            author: String::new(),
            license: String::new(),
            description: String::new(),
            abi_version: format!("{ABI_MAJOR}.{ABI_MINOR}"),
            parameters: json!({ "type": "object", "properties": {}, "additionalProperties": false }),
            capabilities: Vec::new(),
            deterministic: false,
        }
    }

    /// Says who wrote it.
    #[must_use]
    pub fn author(self, author: impl Into<String>) -> Self {
        Self { author: author.into(), ..self }
    }

    /// Says under which licence.
    #[must_use]
    pub fn license(self, license: impl Into<String>) -> Self {
        Self { license: license.into(), ..self }
    }

    /// Says what it does.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// Says which parameters it takes, as a JSON Schema of an object. The host checks what users give against it; it
    /// does not fill in defaults.
    #[must_use]
    pub fn parameters(self, schema: Value) -> Self {
        Self { parameters: schema, ..self }
    }

    /// Adds something that it wants to do besides comparing.
    #[must_use]
    pub fn capability(mut self, capability: Capability) -> Self {
        self.capabilities.push(capability);
        self
    }

    /// Says whether the same tables and parameters always give the same answer.
    #[must_use]
    pub fn deterministic(self, deterministic: bool) -> Self {
        Self { deterministic, ..self }
    }
}

/// A [`PluginInfo`] with the id, version, authors, license and description of the plugin's own `Cargo.toml`, and this
/// display name.
///
/// ```
/// use csvq_plugin_api::plugin_info;
///
/// let info = plugin_info!("Fuzzy compare").deterministic(true);
/// assert_eq!(info.id, env!("CARGO_PKG_NAME"));
/// ```
#[macro_export]
macro_rules! plugin_info {
    ($display_name:expr) => {
        $crate::PluginInfo::new(::core::env!("CARGO_PKG_NAME"), $display_name, ::core::env!("CARGO_PKG_VERSION"))
            .author(::core::env!("CARGO_PKG_AUTHORS"))
            .license(::core::env!("CARGO_PKG_LICENSE"))
            .description(::core::env!("CARGO_PKG_DESCRIPTION"))
    };
}
