//! Checks that what lies in a folder is the package that its manifest lists: every file, and no other.

use std::collections::BTreeMap;
use std::path::Path;

use super::digest;
use super::fault;
use super::folder::{Folder, ItemKind};
use super::limits::MANIFEST_BYTES;
use super::manifest::{FileEntry, MANIFEST_FILE, Manifest, SIGNATURE_FILE, plugin_digest};
use super::stage::read;
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};

/// Checks an installed plugin: its manifest, and every byte of its files. It takes as long as reading them.
///
/// # Errors
/// [`Package`](ErrorKind::Package) where the manifest is wrong, a file is missing, changed, or there without being
/// listed, or something is a symbolic link; [`Io`](ErrorKind::Io) where something can't be read.
///
/// ```
/// use csvq_core::control::Control;
/// use csvq_core::package::{Limits, stage, verify};
/// # let folder = tempfile::tempdir()?;
/// # let source = folder.path().join("lengths.py");
/// # std::fs::write(&source, "class Lengths:\n    def compare(self, left, right): ...\n")?;
/// # let into = folder.path().join("staging");
/// # std::fs::create_dir(&into)?;
/// # stage(&source, &into, &Limits::default(), &Control::new())?;
/// assert_eq!(verify(&into)?.id, "lengths");
/// std::fs::write(into.join("lengths.py"), "import os")?;
/// assert!(verify(&into).unwrap_err().message().contains("`lengths.py`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(folder: &Path) -> Result<Manifest> {
    check(folder, None)
}

/// As [`verify`], and the manifest must be the one of a digest: see [`plugin_digest`].
///
/// # Errors
/// Those of [`verify`], and [`Package`](ErrorKind::Package) where the manifest is another.
pub fn verify_as(folder: &Path, digest: &str) -> Result<Manifest> {
    check(folder, Some(digest))
}

fn check(path: &Path, digest: Option<&str>) -> Result<Manifest> {
    let shown = path.display().to_string();
    let folder = Folder::open(path).map_err(|error| fault::io(path, "open the plugin's folder", &error))?;
    let bytes = read(&folder, MANIFEST_FILE, MANIFEST_BYTES)?;
    if digest.is_some_and(|digest| digest != plugin_digest(&bytes)) {
        let message = format!("{MANIFEST_FILE} is not the one that was installed: install the plugin again");
        return Err(fault::package(&shown, message));
    }
    let manifest = Manifest::read(&bytes, &folder.path_of(MANIFEST_FILE).display().to_string())?;
    let mut found = Vec::new();
    collect(&folder, "", manifest.files.len(), &mut found, &shown)?;
    files(&manifest, &found, &shown)?;
    Ok(manifest)
}

/// Compares the files that are there with those that are listed.
pub(super) fn files(manifest: &Manifest, found: &[FileEntry], source: &str) -> Result<()> {
    let wrong = |path: &str, why: &str| {
        let context =
            Context { plugin: Some(manifest.id.clone()), input: Some(source.to_owned()), ..Context::default() };
        Error::new(ErrorKind::Package, format!("`{}`: {why}", fault::shown(path))).with_context(context)
    };
    let mut listed: BTreeMap<&str, &FileEntry> = manifest.files.iter().map(|file| (file.path.as_str(), file)).collect();
    for file in found {
        let entry = listed.remove(file.path.as_str());
        let entry = entry.ok_or_else(|| wrong(&file.path, "it is there, and the manifest does not list it"))?;
        if entry != file {
            return Err(wrong(&file.path, "it is not the file that the manifest lists: size or SHA-256 differ"));
        }
    }
    match listed.first_key_value() {
        None => Ok(()),
        Some((path, _)) => Err(wrong(path, "the manifest lists it, and it is not there")),
    }
}

/// Reads every file below a folder. Folders that are empty are passed over, however many files are `listed`; no more
/// files than that are read, and one: so that strangers who fill the folder delay nobody.
fn collect(folder: &Folder, prefix: &str, listed: usize, found: &mut Vec<FileEntry>, source: &str) -> Result<()> {
    let items = folder.items().map_err(|error| fault::io(folder.path(), "read the folder", &error))?;
    for item in items {
        let path = format!("{prefix}{}", item.shown);
        let Some(name) = &item.name else {
            return Err(fault::entry(source, &path, "its name is no Unicode text"));
        };
        if found.len() > listed {
            return Ok(());
        }
        let unreadable = |error: &std::io::Error| fault::io(&folder.path_of(name), "read it", error);
        match item.kind {
            ItemKind::File if path == MANIFEST_FILE || path == SIGNATURE_FILE => {}
            ItemKind::File => {
                let file = folder.open_file(name).map_err(|error| unreadable(&error))?;
                let (size, sha256) =
                    digest::of_file(file, u64::MAX, &Control::new()).map_err(|error| unreadable(&error))?;
                found.push(FileEntry { path, size, sha256 });
            }
            ItemKind::Folder if path.matches('/').count() < 64 => {
                let inner = folder.open_folder(name).map_err(|error| unreadable(&error))?;
                collect(&inner, &format!("{path}/"), listed, found, source)?;
            }
            ItemKind::Folder => return Err(fault::entry(source, &path, "it is nested too deep")),
            other => return Err(fault::entry(source, &path, &format!("it is {}", other.described()))),
        }
    }
    Ok(())
}
