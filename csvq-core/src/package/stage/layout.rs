//! Writes the files of a package below one folder, each with its digest, within the limits.

use std::io::{self, Read};

use crate::error::{ErrorKind, Result};
use crate::package::digest;
use crate::package::fault;
use crate::package::folder::Folder;
use crate::package::limits::Limits;
use crate::package::manifest::{FileEntry, MANIFEST_FILE, SIGNATURE_FILE};
use crate::package::names::Paths;

/// A folder that is being filled.
pub(super) struct Layout<'a> {
    root: &'a Folder,
    limits: &'a Limits,
    /// Where the package comes from, for errors.
    source: &'a str,
    paths: Paths,
    total: u64,
    files: Vec<FileEntry>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(root: &'a Folder, source: &'a str, limits: &'a Limits) -> Self {
        Self { root, limits, source, paths: Paths::default(), total: 0, files: Vec::new() }
    }

    /// Makes a folder.
    pub(super) fn folder(&mut self, path: &str) -> Result<()> {
        self.admit(path, true)?;
        self.descend(path).map(drop)
    }

    /// Copies a file from a reader.
    pub(super) fn copy(&mut self, path: &str, executable: bool, from: &mut impl Read) -> Result<()> {
        let left = self.limits.max_total_bytes.saturating_sub(self.total);
        let source = self.source;
        self.write(path, executable, |to| {
            digest::copy(from, to, left).map_err(|error| {
                if digest::is_over_limit(&error) {
                    return too_large(source);
                }
                fault::of_kind(ErrorKind::Io, source, format!("cannot copy `{}`: {error}", fault::shown(path)))
            })
        })
    }

    /// Makes a file, whose content something writes that tells its size and digest.
    pub(super) fn write(
        &mut self,
        path: &str,
        executable: bool,
        content: impl FnOnce(&mut std::fs::File) -> Result<(u64, String)>,
    ) -> Result<()> {
        self.admit(path, false)?;
        let (folder, name) = match path.rsplit_once('/') {
            Some((folder, name)) => (Some(self.descend(folder)?), name),
            None => (None, path),
        };
        let folder = folder.as_ref().unwrap_or(self.root);
        let made = folder.create_file(name, executable);
        let mut file = made.map_err(|error| fault::io(&folder.path_of(name), "make the file", &error))?;
        let (size, sha256) = content(&mut file)?;
        self.total = self.total.saturating_add(size);
        if self.total > self.limits.max_total_bytes {
            return Err(too_large(self.source));
        }
        if path != MANIFEST_FILE && path != SIGNATURE_FILE {
            self.files.push(FileEntry { path: path.to_owned(), size, sha256 });
        }
        Ok(())
    }

    /// The files, by path.
    pub(super) fn finish(mut self) -> Vec<FileEntry> {
        self.files.sort();
        self.files
    }

    fn admit(&mut self, path: &str, folder: bool) -> Result<()> {
        self.paths.add(path, folder).map_err(|message| fault::entry(self.source, path, &message))?;
        let fits = self.limits.check_depth(path).and_then(|()| self.limits.check_count(self.paths.len()));
        fits.map_err(|message| fault::of_kind(ErrorKind::LimitExceeded, self.source, message))
    }

    /// Opens a folder below the root, and makes those on the way that are missing.
    fn descend(&self, path: &str) -> Result<Folder> {
        let mut at: Option<Folder> = None;
        for name in path.split('/') {
            let here = at.as_ref().unwrap_or(self.root);
            let next = match here.open_folder(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => here.create_folder(name),
                opened => opened,
            };
            at = Some(next.map_err(|error| fault::io(&here.path_of(name), "make the folder", &error))?);
        }
        at.ok_or_else(|| fault::entry(self.source, path, "this is no folder"))
    }
}

fn too_large(source: &str) -> crate::error::Error {
    fault::of_kind(ErrorKind::LimitExceeded, source, "the package is larger than allowed")
}
