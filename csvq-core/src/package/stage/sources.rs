//! What a package may come as, and how its files get from there to the folder.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Origin;
use super::layout::Layout;
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::package::archive::Archive;
use crate::package::beside::{manifest_beside, signature_beside};
use crate::package::fault;
use crate::package::folder::{Folder, ItemKind, open_file};
use crate::package::limits::Limits;
use crate::package::manifest::{FileEntry, MANIFEST_FILE, SIGNATURE_FILE};

/// What lies in the folder now.
pub(super) struct LaidOut {
    pub(super) origin: Origin,
    pub(super) files: Vec<FileEntry>,
    /// The name it came by, without its ending: where a plugin says no id, it gets this one.
    pub(super) stem: String,
    /// Where it came from, for errors.
    pub(super) source: String,
}

/// What a single file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Python,
    Library,
    Zip,
}

/// What a file of this name is, as far as a package may be one.
pub(crate) fn sort_of(name: &str) -> Option<Sort> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "py" => Some(Sort::Python),
        "zip" => Some(Sort::Zip),
        "so" | "dylib" | "dll" => Some(Sort::Library),
        _ => None,
    }
}

/// Whether something is what version control, Python and desktops leave in folders. It is never a part of a package:
/// bytecode, for one, would be run in place of the source that was looked at.
pub(crate) fn is_junk(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let folders = ["__pycache__", "__macosx", ".git", ".hg", ".svn", ".ds_store", "thumbs.db", "desktop.ini"];
    folders.contains(&name.as_str()) || name.ends_with(".pyc") || name.ends_with(".pyo")
}

/// Lays out what is at a path.
pub(super) fn lay_out(path: &Path, into: &Folder, limits: &Limits, control: &Control) -> Result<LaidOut> {
    let source = path.display().to_string();
    let metadata = std::fs::metadata(path).map_err(|error| fault::io(path, "read the package", &error))?;
    let name = path.canonicalize().ok().unwrap_or_else(|| path.to_owned());
    let name = match name.file_name().or(path.file_name()).map(|name| name.to_str()) {
        Some(Some(name)) => name.to_owned(),
        Some(None) => return Err(fault::package(&source, "its name is no Unicode text: rename it")),
        // Such as `/`.
        None => String::new(),
    };
    if metadata.is_dir() {
        let mut layout = Layout::new(into, &source, limits);
        let folder = path.canonicalize().and_then(|path| Folder::open(&path));
        let folder = folder.map_err(|error| fault::io(path, "open the folder", &error))?;
        copy_folder(&folder, "", &mut layout, &source, control)?;
        return Ok(LaidOut { origin: Origin::Directory, files: layout.finish(), stem: name, source });
    }
    let file = open_file(path).map_err(|error| fault::io(path, "open the package", &error))?;
    let sort = match sort_of(&name) {
        Some(sort) => sort,
        None => sort_by_content(path)?,
    };
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
    if sort == Sort::Zip {
        let files = extract(file, into, &source, limits, control)?;
        return Ok(LaidOut { origin: Origin::Zip, files, stem, source });
    }
    let mut layout = Layout::new(into, &source, limits);
    let mut file = file;
    layout.copy(&name, false, &mut file)?;
    copy_beside(path, &mut layout)?;
    Ok(LaidOut { origin: Origin::File, files: layout.finish(), stem, source })
}

/// Copies the manifest and the signature of a lone file, as far as there are some beside it.
fn copy_beside(path: &Path, layout: &mut Layout<'_>) -> Result<()> {
    for (from, to) in [(manifest_beside(path), MANIFEST_FILE), (signature_beside(path), SIGNATURE_FILE)] {
        match open_file(&from) {
            Ok(mut file) => layout.copy(to, false, &mut file)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(fault::io(&from, "read what lies beside the package", &error)),
        }
    }
    Ok(())
}

/// What a file is whose name does not tell: by the first bytes of zips, ELF, Mach-O and PE.
fn sort_by_content(path: &Path) -> Result<Sort> {
    let mut start = [0; 4];
    let read = open_file(path).and_then(|mut file| file.read_exact(&mut start));
    match (read, start) {
        (Ok(()), [b'P', b'K', 3, 4]) => Ok(Sort::Zip),
        (
            Ok(()),
            [0x7f, b'E', b'L', b'F'] | [0xcf | 0xce, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe] | [b'M', b'Z', ..],
        ) => Ok(Sort::Library),
        _ => {
            let message = "this is no package: it is neither a .py file, a library, a zip, nor a folder";
            Err(fault::package(&path.display().to_string(), message))
        }
    }
}

/// Copies what is in a folder; `prefix` is the path there with a `/` at its end, or nothing.
fn copy_folder(from: &Folder, prefix: &str, layout: &mut Layout<'_>, source: &str, control: &Control) -> Result<()> {
    let items = from.items().map_err(|error| fault::io(from.path(), "read the folder", &error))?;
    for item in items {
        fault::stopped(control)?;
        let shown = format!("{prefix}{}", item.shown);
        let Some(name) = item.name else {
            return Err(fault::entry(source, &shown, "its name is no Unicode text"));
        };
        if is_junk(&name) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let unreadable = |error: &std::io::Error| fault::io(&from.path_of(&name), "read it", error);
        match item.kind {
            ItemKind::File => {
                let mut file = from.open_file(&name).map_err(|error| unreadable(&error))?;
                layout.copy(&path, item.executable, &mut file)?;
            }
            ItemKind::Folder => {
                // The depth is checked before going down.
                layout.folder(&path)?;
                let folder = from.open_folder(&name).map_err(|error| unreadable(&error))?;
                copy_folder(&folder, &format!("{path}/"), layout, source, control)?;
            }
            other => {
                return Err(fault::entry(
                    source,
                    &shown,
                    &format!("it is {}, which no package may hold", other.described()),
                ));
            }
        }
    }
    Ok(())
}

/// Unpacks a zip, without the one folder that everything may lie in.
fn extract(file: File, into: &Folder, source: &str, limits: &Limits, control: &Control) -> Result<Vec<FileEntry>> {
    let mut archive = Archive::open(file, source, limits)?;
    let mut layout = Layout::new(into, source, limits);
    let wanted = |path: &str| !path.split('/').any(is_junk);
    let entries: Vec<_> =
        archive.entries().iter().cloned().enumerate().filter(|(_, entry)| wanted(&entry.path)).collect();
    let prefix = common_folder(entries.iter().map(|(_, entry)| (entry.path.as_str(), entry.folder)));
    for (index, entry) in &entries {
        fault::stopped(control)?;
        let path = match &prefix {
            Some(prefix) if entry.path == *prefix => continue,
            Some(prefix) => entry.path.get(prefix.len() + 1..).unwrap_or(&entry.path),
            None => &entry.path,
        };
        if entry.folder {
            layout.folder(path)?;
        } else {
            layout.write(path, entry.executable, |to| archive.extract(*index, to))?;
        }
    }
    let files = layout.finish();
    if files.is_empty() {
        return Err(fault::of_kind(ErrorKind::Package, source, "there is nothing in it"));
    }
    Ok(files)
}

/// The folder that everything lies in, if there is one.
fn common_folder<'a>(paths: impl Iterator<Item = (&'a str, bool)>) -> Option<String> {
    let mut common: Option<&str> = None;
    for (path, folder) in paths {
        let first = match path.split_once('/') {
            Some((first, _)) => first,
            None if folder => path,
            None => return None,
        };
        if first == MANIFEST_FILE || common.is_some_and(|common| common != first) {
            return None;
        }
        common = Some(first);
    }
    common.map(str::to_owned)
}

/// An id made of a name: what can't stand in one becomes `_`.
pub(super) fn id_of(stem: &str) -> String {
    let lower = stem.to_lowercase();
    let clean: String = lower
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() || "_-".contains(character) { character } else { '_' })
        .collect();
    let clean = clean.trim_matches(['_', '-']);
    clean.chars().take(63).collect()
}
