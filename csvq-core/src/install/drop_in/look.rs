//! Which files in the folder of plugins are looked at, and what tells whether one was changed.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::package::folder::{Folder, Item, ItemKind, open_file};
use crate::package::{Limits, digest_of, io_error, is_junk, sha256, sort_of, stopped};

/// Folders in the folder of plugins that hold something else.
const OTHERS: &[&str] = &["custom", "disabled", "backup", "cache", "repositories", "quarantine"];
/// Files that the guide has there and that are no plugins.
const NO_PLUGINS: &[&str] = &["__init__.py", "base_compare.py"];

/// The coarsest grain of a file system's clock (that of FAT), in nanoseconds.
const GRAIN: i128 = 2_000_000_000;

/// A file or folder that is there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    /// What is the same as long as it was not changed.
    pub(super) stamp: String,
    /// Whether its last change is so long ago that the next one will have another stamp.
    pub(super) settled: bool,
    /// Why it can't be taken in at all.
    pub(super) problem: Option<&'static str>,
}

/// Whether something of this name may be a plugin that was dropped in.
pub(super) fn is_candidate(name: &str, cache: Option<&str>) -> bool {
    let lower = name.to_lowercase();
    !name.is_empty()
        && !name.contains(['/', '\\'])
        && !name.starts_with('.')
        && !is_junk(name)
        && !OTHERS.contains(&lower.as_str())
        && !NO_PLUGINS.contains(&lower.as_str())
        && cache != Some(name)
}

/// What there is to look at in the folder of plugins, by name.
pub(super) fn scan(root: &Folder, cache: Option<&str>, limits: &Limits) -> io::Result<BTreeMap<String, Seen>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let now = i128::try_from(now).unwrap_or(i128::MAX);
    let mut found = BTreeMap::new();
    for item in root.items()? {
        let name = item.name.clone().unwrap_or_else(|| item.shown.clone());
        if !is_candidate(&name, cache)
            || (item.kind != ItemKind::Folder && item.kind != ItemKind::Link && sort_of(&name).is_none())
        {
            continue;
        }
        let problem = match item.kind {
            _ if item.name.is_none() => Some("its name is no Unicode text: rename it"),
            ItemKind::Link => Some("a symbolic link is not taken in: put the file itself here"),
            ItemKind::Special => Some("this is a pipe, socket or device"),
            ItemKind::File | ItemKind::Folder => None,
        };
        let mut newest = item.changed;
        let mut stamp = stamp_of(&item);
        if item.kind == ItemKind::Folder && problem.is_none() {
            let mut all = stamp.clone();
            let mut left = limits.max_entries;
            stamp_folder(&root.open_folder(&name)?, &mut all, &mut newest, &mut left, limits.max_depth)?;
            stamp = sha256(all.as_bytes());
        }
        found.insert(name, Seen { stamp, settled: now - newest > GRAIN, problem });
    }
    Ok(found)
}

/// The names in the folder of drop-ins that are disabled.
pub(super) fn put_away(root: &Folder, name: &str) -> io::Result<Vec<String>> {
    match root.open_folder(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(folder) => Ok(folder.items()?.into_iter().filter_map(|item| item.name).collect()),
    }
}

fn stamp_of(item: &Item) -> String {
    format!("{:?} {} {} {} {}", item.kind, item.size, item.modified, item.changed, item.inode)
}

/// Adds what is in a folder. As much as a package may hold: of more, none is made.
fn stamp_folder(
    folder: &Folder,
    all: &mut String,
    newest: &mut i128,
    left: &mut usize,
    depth: usize,
) -> io::Result<()> {
    for item in folder.items()? {
        if *left == 0 {
            return Ok(());
        }
        *left -= 1;
        if is_junk(&item.shown) {
            continue;
        }
        *newest = (*newest).max(item.changed);
        all.push_str(&format!("\n{:?} {}", item.shown, stamp_of(&item)));
        if let (ItemKind::Folder, Some(name), true) = (item.kind, &item.name, depth > 0) {
            all.push_str(" [");
            stamp_folder(&folder.open_folder(name)?, all, newest, left, depth - 1)?;
            all.push_str(" ]");
        }
    }
    Ok(())
}

/// The digest of a file's content, or of all that is in a folder.
pub(super) fn digest(path: &Path, limits: &Limits, control: &Control) -> Result<String> {
    let failed = |error: io::Error| io_error(path, "read it", &error);
    match Folder::open(path) {
        Ok(folder) => {
            let mut all = String::new();
            let mut left = limits.max_entries;
            digest_folder(&folder, &mut all, &mut left, limits, control)?;
            Ok(sha256(all.as_bytes()))
        }
        Err(_) => Ok(digest_of(open_file(path).map_err(failed)?).map_err(failed)?.1),
    }
}

fn digest_folder(
    folder: &Folder,
    all: &mut String,
    left: &mut usize,
    limits: &Limits,
    control: &Control,
) -> Result<()> {
    let failed = |name: &str, error: &io::Error| io_error(&folder.path_of(name), "read it", error);
    for item in folder.items().map_err(|error| failed("", &error))? {
        stopped(control)?;
        if is_junk(&item.shown) {
            continue;
        }
        if *left == 0 {
            let message = format!("a package can't have more than {} files and folders", limits.max_entries);
            return Err(crate::Error::new(ErrorKind::LimitExceeded, message));
        }
        *left -= 1;
        all.push_str(&format!("{:?} {:?} {}", item.shown, item.kind, item.executable));
        match (item.kind, &item.name) {
            (ItemKind::File, Some(name)) => {
                let file = folder.open_file(name).map_err(|error| failed(name, &error))?;
                let (size, digest) = digest_of(file).map_err(|error| failed(name, &error))?;
                all.push_str(&format!(" {size} {digest}\n"));
            }
            (ItemKind::Folder, Some(name)) => {
                all.push_str(" [\n");
                let inner = folder.open_folder(name).map_err(|error| failed(name, &error))?;
                digest_folder(&inner, all, left, limits, control)?;
                all.push_str("]\n");
            }
            _ => all.push('\n'),
        }
    }
    Ok(())
}
