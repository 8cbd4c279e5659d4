//! What the state keeps about plugins and their runs.

use serde::{Deserialize, Serialize};

use super::status::PluginStatus;
use super::time::Timestamp;

/// One installed version of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRecord {
    /// Its semantic version.
    pub version: String,
    /// `native` or `python`.
    pub kind: String,
    /// The SHA-256 of the manifest's bytes, in hexadecimal.
    pub digest: String,
    /// The manifest's JSON as it stands in the package.
    pub manifest: String,
    /// How it came: `file`, `directory`, `zip`, `drop_in` or `url`.
    pub source: String,
    /// The file or folder it came from.
    pub source_path: Option<String>,
    /// What tells whether that file was changed since.
    pub source_stamp: Option<String>,
    /// When it was installed.
    pub installed_at: Timestamp,
}

/// An installed plugin: its lifecycle and its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginRecord {
    /// Its id.
    pub id: String,
    /// The name that people see, of the active version.
    pub display_name: String,
    /// Where it stands in its lifecycle.
    pub status: PluginStatus,
    /// The status before that one, if there was another.
    pub status_before: Option<PluginStatus>,
    /// Why it has its status.
    pub reason: Option<String>,
    /// Why it was deprecated, which stays while it is disabled, quarantined or pending removal.
    pub deprecation_reason: Option<String>,
    /// The version that is used.
    pub active_version: Option<String>,
    /// The version that was used before, to which a rollback goes.
    pub previous_version: Option<String>,
    /// The digest of the version that an administrator trusts to run in csvq's own process, if any.
    pub trusted_digest: Option<String>,
    /// When its first version was installed.
    pub installed_at: Timestamp,
    /// When it was deprecated.
    pub deprecated_at: Option<Timestamp>,
    /// When a deprecated plugin is to be removed.
    pub removal_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// How often it was used.
    pub usage_count: u64,
    /// Its installed versions, in the order of their installation.
    pub versions: Vec<VersionRecord>,
}

impl PluginRecord {
    /// Whether an administrator trusts the active version, as it is, to run in csvq's own process.
    #[must_use]
    pub fn in_process(&self) -> bool {
        self.trusted_digest.is_some() && self.trusted_digest.as_ref() == self.active().map(|version| &version.digest)
    }

    /// The record of an installed version.
    #[must_use]
    pub fn version(&self, version: &str) -> Option<&VersionRecord> {
        self.versions.iter().find(|record| record.version == version)
    }

    /// The record of the version that is used.
    #[must_use]
    pub fn active(&self) -> Option<&VersionRecord> {
        self.version(self.active_version.as_deref()?)
    }
}

/// One run of a plugin, built in or installed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The plugin's id.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// When it started.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub wall_ms: f64,
    /// Processor time, in milliseconds.
    pub cpu_ms: Option<f64>,
    /// The most memory it held, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Rows of both sides.
    pub rows: u64,
    /// Bytes of both sides.
    pub bytes: u64,
    /// Whether it gave a result.
    pub success: bool,
    /// The name of the error's kind, such as `timed_out`.
    pub error_kind: Option<String>,
    /// Whether the result came from the cache, and the plugin did not run.
    pub cached: bool,
}
