//! Which folders plugins and the cache may have: none that csvq keeps something else in.

use std::path::{Component, Path, PathBuf};

use super::super::home::Home;
use super::super::model::PluginSystem;
use super::fields::{Fields, Reader};
use crate::error::Result;

/// What stands in messages for the folder that is read.
pub(super) const PLUGINS: &str = "the folder of plugins";
pub(super) const CACHE: &str = "the folder of the cache";

/// Folders of the home that are for something else.
const TAKEN: &[&str] = &["config", "state", "logs", "backups", "restore_points"];

/// A folder, absolute or inside the home.
pub(super) fn of(reader: &Reader<'_>, what: &str) -> Result<String> {
    let text = reader.text()?;
    let parts: Vec<Component<'_>> = Path::new(&text).components().collect();
    if text.chars().any(char::is_control) || parts.contains(&Component::ParentDir) {
        return Err(reader.fault(format!("{what} must be written without `..` and control characters")));
    }
    let first = parts.iter().find_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    match first {
        None => Err(reader.fault(format!("{what} must be a folder of its own"))),
        Some(name) if Path::new(&text).is_relative() && TAKEN.contains(&name) => {
            Err(reader.fault(format!("{what} can't be in `{name}`, which is for something else")))
        }
        Some(_) => Ok(text),
    }
}

/// The cache is cleared without asking: it must not lie where plugins are, nor they in it.
pub(super) fn keep_apart(fields: &Fields<'_>, system: &PluginSystem) -> Result<()> {
    // Where the home itself is makes no difference: relative folders lie in it, absolute ones are taken as they are.
    let home = Home::at("/").with_directories(&system.plugin_directory, &system.cache_directory);
    let plain = |path: &Path| path.components().filter(|part| *part != Component::CurDir).collect::<PathBuf>();
    let cache = plain(home.cache());
    let plugins = plain(home.plugins());
    let others =
        [home.custom(), home.staging(), home.disabled(), home.quarantine(), home.backup(), home.repositories()];
    let clash = plugins.starts_with(&cache) || others.iter().any(|other| cache.starts_with(plain(other)));
    if !clash {
        return Ok(());
    }
    let message =
        "the folder of the cache can't be one that holds plugins: take one of its own, such as `plugins/cache`";
    // The one that is set is the one to change; the other has its default.
    let name = if fields.has("cache_directory") { "cache_directory" } else { "plugin_directory" };
    match fields.get(name, |reader| Ok(reader.fault(message)))? {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}
