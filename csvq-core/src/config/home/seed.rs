//! What a fresh home holds.

use std::path::PathBuf;

use super::super::layers;
use super::{Home, file};
use crate::error::Result;

/// The main configuration file, with csvq's own defaults.
pub(in crate::config) const PLUGIN_CONFIG: &str = include_str!("../seeds/plugin_config.json");

/// Configuration files with examples of everything that can be set, for people to copy from.
pub(in crate::config) const EXAMPLES: &[(&str, &str)] = &[
    ("plugin_config.example.json", include_str!("../seeds/plugin_config.example.json")),
    ("security_policy.example.json", include_str!("../seeds/security_policy.example.json")),
    ("rbac.example.json", include_str!("../seeds/rbac.example.json")),
    ("plugin_access.example.json", include_str!("../seeds/plugin_access.example.json")),
    ("repositories.example.json", include_str!("../seeds/repositories.example.json")),
    ("logging.example.json", include_str!("../seeds/logging.example.json")),
];

/// Makes what is missing, and gives what was made.
pub(super) fn plant(home: &Home) -> Result<Vec<PathBuf>> {
    let mut made = Vec::new();
    for folder in home.folders() {
        if file::make_folder(&folder)? {
            made.push(folder);
        }
    }
    let files = [(layers::FILE, PLUGIN_CONFIG)];
    for (name, text) in files.iter().chain(EXAMPLES) {
        let path = home.config().join(name);
        if file::create(&path, text.as_bytes())? {
            made.push(path);
        }
    }
    Ok(made)
}
