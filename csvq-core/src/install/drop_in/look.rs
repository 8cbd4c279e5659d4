//! Which files in the folder of plugins are looked at, and what tells whether one was changed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package::folder::{Folder, Item, ItemKind, open_file};
use crate::package::{
    BESIDE, Limits, Sort, digest_of, io_error, is_junk, is_over_limit, manifest_beside, name_beside, sha256,
    signature_beside, sort_of, stopped,
};

/// Folders in the folder of plugins that hold something else.
const OTHERS: &[&str] = &["custom", "disabled", "backup", "cache", "repositories", "quarantine"];
/// Files that the guide has there and that are no plugins.
const NO_PLUGINS: &[&str] = &["__init__.py", "base_compare.py"];

/// The coarsest grain of a file system's clock (that of FAT), in nanoseconds.
const GRAIN: i128 = 2_000_000_000;

/// A file or folder that is there.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// What is the same as long as it was not changed.
    pub(super) stamp: String,
    /// Whether its last change is so long ago that the next one will have another stamp.
    pub(super) settled: bool,
    /// Why it can't be taken in at all. It is seen without reading a file.
    pub(super) problem: Option<Error>,
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

/// What there is to look at in the folder of plugins, by name. What can't be looked at has that for its problem, and is
/// in nobody's way.
pub(super) fn scan(root: &Folder, cache: Option<&str>, limits: &Limits) -> io::Result<BTreeMap<String, Seen>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let now = i128::try_from(now).unwrap_or(i128::MAX);
    let mut found = BTreeMap::new();
    let items = root.items()?;
    let beside = |name: &str, what: &str| {
        let name = name_beside(name, what);
        items.iter().find(|item| item.name.as_deref() == Some(&name))
    };
    for item in &items {
        let name = item.name.clone().unwrap_or_else(|| item.shown.clone());
        if !is_candidate(&name, cache)
            || (item.kind != ItemKind::Folder && item.kind != ItemKind::Link && sort_of(&name).is_none())
        {
            continue;
        }
        let mut stamp = stamp_of(item);
        let mut newest = item.changed;
        for item in BESIDE.iter().filter_map(|what| beside(&name, what)) {
            stamp.push_str(&format!(" + {}", stamp_of(item)));
            newest = newest.max(item.changed);
        }
        let problem = match item.kind {
            _ if item.name.is_none() => Some(wrong("its name is no Unicode text: rename it")),
            ItemKind::Link => Some(wrong("a symbolic link is not taken in: put the file itself here")),
            ItemKind::Special => Some(wrong("this is a pipe, socket or device")),
            ItemKind::File => (item.size > most_bytes(&name, limits)).then(|| too_large(most_bytes(&name, limits))),
            ItemKind::Folder => {
                let mut walk = Walk { limits, all: stamp.clone(), newest, entries: 0, bytes: 0 };
                let walked = root.open_folder(&name).map_err(|error| unreadable(&error));
                let walked = walked.and_then(|folder| walk.folder(&folder, 0));
                stamp = sha256(walk.all.as_bytes());
                newest = walk.newest;
                walked.err()
            }
        };
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

/// A walk through a folder that was dropped in, which ends where it is no package any more.
struct Walk<'a> {
    limits: &'a Limits,
    /// The stamps of all that was seen.
    all: String,
    /// The time of the last change.
    newest: i128,
    entries: usize,
    bytes: u64,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Folder, depth: usize) -> Result<()> {
        for item in folder.items().map_err(|error| unreadable(&error))? {
            if is_junk(&item.shown) {
                continue;
            }
            self.entries += 1;
            if self.entries > self.limits.max_entries {
                return Err(too_many(self.limits));
            }
            if depth > self.limits.max_depth {
                let message = format!("folders can't be nested deeper than {}", self.limits.max_depth);
                return Err(wrong(&message));
            }
            self.newest = self.newest.max(item.changed);
            self.all.push_str(&format!("\n{:?} {}", item.shown, stamp_of(&item)));
            match (item.kind, &item.name) {
                (ItemKind::File, _) => {
                    self.bytes = self.bytes.saturating_add(item.size);
                    if self.bytes > self.limits.max_total_bytes {
                        return Err(too_large(self.limits.max_total_bytes));
                    }
                }
                (ItemKind::Folder, Some(name)) => {
                    let inner = folder.open_folder(name).map_err(|error| unreadable(&error))?;
                    self.all.push_str(" [");
                    self.folder(&inner, depth + 1)?;
                    self.all.push_str(" ]");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// How many bytes a file of a name may have.
fn most_bytes(name: &str, limits: &Limits) -> u64 {
    if sort_of(name) == Some(Sort::Zip) { limits.max_archive_bytes } else { limits.max_total_bytes }
}

fn wrong(message: &str) -> Error {
    Error::new(ErrorKind::Package, message)
}

fn too_large(most: u64) -> Error {
    Error::new(ErrorKind::LimitExceeded, format!("it is larger than a package may be: {most} bytes"))
}

fn too_many(limits: &Limits) -> Error {
    let message = format!("a package can't have more than {} files and folders", limits.max_entries);
    Error::new(ErrorKind::LimitExceeded, message)
}

fn unreadable(error: &io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("it can't be read: {error}"))
}

/// The digest of a file's content and of what lies beside it, or of all that is in a folder. No more is read than a package may have.
pub(super) fn digest(path: &Path, limits: &Limits, control: &Control) -> Result<String> {
    match Folder::open(path) {
        Ok(folder) => {
            let mut digesting = Digesting { limits, control, all: String::new(), entries: 0, bytes: 0 };
            digesting.folder(&folder)?;
            Ok(sha256(digesting.all.as_bytes()))
        }
        Err(_) => {
            let file = open_file(path).map_err(|error| io_error(path, "read it", &error))?;
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let (_, mut all) = digest_within(path, file, most_bytes(name, limits), control)?;
            for path in [manifest_beside(path), signature_beside(path)] {
                match open_file(&path) {
                    Ok(file) => all.push_str(&digest_within(&path, file, limits.max_total_bytes, control)?.1),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(io_error(&path, "read it", &error)),
                }
            }
            Ok(sha256(all.as_bytes()))
        }
    }
}

/// What was digested of a folder so far.
struct Digesting<'a> {
    limits: &'a Limits,
    control: &'a Control,
    all: String,
    entries: usize,
    bytes: u64,
}

impl Digesting<'_> {
    fn folder(&mut self, folder: &Folder) -> Result<()> {
        let failed = |name: &str, error: &io::Error| io_error(&folder.path_of(name), "read it", error);
        for item in folder.items().map_err(|error| failed("", &error))? {
            stopped(self.control)?;
            if is_junk(&item.shown) {
                continue;
            }
            self.entries += 1;
            if self.entries > self.limits.max_entries {
                return Err(too_many(self.limits));
            }
            self.all.push_str(&format!("{:?} {:?} {}", item.shown, item.kind, item.executable));
            match (item.kind, &item.name) {
                (ItemKind::File, Some(name)) => {
                    let file = folder.open_file(name).map_err(|error| failed(name, &error))?;
                    let left = self.limits.max_total_bytes.saturating_sub(self.bytes);
                    let (size, digest) = digest_within(&folder.path_of(name), file, left, self.control)?;
                    self.bytes += size;
                    self.all.push_str(&format!(" {size} {digest}\n"));
                }
                (ItemKind::Folder, Some(name)) => {
                    self.all.push_str(" [\n");
                    let inner = folder.open_folder(name).map_err(|error| failed(name, &error))?;
                    self.folder(&inner)?;
                    self.all.push_str("]\n");
                }
                _ => self.all.push('\n'),
            }
        }
        Ok(())
    }
}

fn digest_within(path: &Path, file: File, most: u64, control: &Control) -> Result<(u64, String)> {
    // What is known to be too large is not read at all; a file may grow while it is.
    if file.metadata().is_ok_and(|metadata| metadata.len() > most) {
        return Err(too_large(most));
    }
    digest_of(file, most, control).or_else(|error| {
        stopped(control)?;
        Err(if is_over_limit(&error) { too_large(most) } else { io_error(path, "read it", &error) })
    })
}
