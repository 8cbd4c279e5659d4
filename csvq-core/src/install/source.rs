//! Where an installation comes from, and what it may therefore replace.

use super::model::InstallOptions;
use crate::state::{PluginRecord, VersionRecord};

/// How the state names what came by being dropped into the folder of plugins.
pub(super) const DROP_IN: &str = "drop_in";

/// Who installs.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// Someone who asked for it.
    Request,
    /// A file in the folder of plugins, by its name there.
    DropIn {
        name: &'a str,
        /// Whether it was changed: then the version that it holds becomes the active one, even if it is installed.
        changed: bool,
        /// The digest of what was taken from there.
        digest: &'a str,
    },
    /// What lies in quarantine and is released.
    Quarantine {
        /// Its number in the state.
        number: u64,
        /// Whether whoever releases it stands by what a scan finds.
        accept_findings: bool,
    },
}

impl Source<'_> {
    /// Its name for the gate and the state; empty where the package itself tells it.
    pub(super) fn name<'a>(&'a self, options: &'a InstallOptions) -> &'a str {
        match self {
            Self::Request | Self::Quarantine { .. } => options.source.as_deref().unwrap_or_default(),
            Self::DropIn { .. } => DROP_IN,
        }
    }

    /// Whether an installed version came from this very source.
    pub(super) fn owns(&self, version: &VersionRecord) -> bool {
        matches!(self, Self::DropIn { name, .. } if is_from(version, name))
    }
}

/// Whether a version came from a file of this name in the folder of plugins.
pub(super) fn is_from(version: &VersionRecord, name: &str) -> bool {
    version.source == DROP_IN && version.source_path.as_deref() == Some(name)
}

/// The file in the folder of plugins that a plugin's active version came from.
pub(super) fn drop_in_of(plugin: &PluginRecord) -> Option<&str> {
    plugin.active().filter(|version| version.source == DROP_IN)?.source_path.as_deref()
}
