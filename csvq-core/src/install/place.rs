//! The folders of plugins, opened, and renames between them. No link is followed below them.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::folder::Folder;
use crate::package::io_error;

/// Where installed plugins are.
pub(super) const CUSTOM: &str = "custom";
/// Where transactions work.
pub(super) const STAGING: &str = ".staging";
/// Where drop-ins are that shall not be used.
pub(super) const DISABLED: &str = "disabled";
/// Where suspicious things are kept out of reach.
pub(super) const QUARANTINE: &str = "quarantine";
/// Where files are put that were in the way and may be someone's.
pub(super) const BACKUP: &str = "backup";

/// The folders of plugins.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) root: Folder,
    pub(super) staging: Folder,
}

impl Places {
    /// Opens the folders, and makes those in the folder of plugins that are missing.
    pub(super) fn open(plugins: &Path) -> Result<Self> {
        let root = Folder::open(plugins).map_err(|error| unusable(plugins, &error))?;
        let staging = match root.open_folder(STAGING) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match root.create_private_folder(STAGING) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => root.open_folder(STAGING),
                made => made,
            },
            opened => opened,
        };
        let staging = staging.map_err(|error| unusable(&root.path_of(STAGING), &error))?;
        root.ensure_folder(CUSTOM).map_err(|error| unusable(&root.path_of(CUSTOM), &error))?;
        Ok(Self { root, staging })
    }

    /// What stands at a path below the folder of plugins.
    pub(super) fn look(&self, path: &str) -> io::Result<Option<crate::package::folder::Item>> {
        let (folder, name) = split(path);
        match folder {
            None => self.root.look(name),
            Some(folder) => match self.root.descend(folder)? {
                Some(folder) => folder.look(name),
                None => Ok(None),
            },
        }
    }

    /// Renames something below the folder of plugins, and has that on disk. The folder that it goes to must be there.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let open = |path: &str| match path {
            "" => self.root.descend(".").map(|folder| folder.ok_or(io::ErrorKind::NotFound)),
            path => self.root.descend(path).map(|folder| folder.ok_or(io::ErrorKind::NotFound)),
        };
        let (from_folder, from_name) = split(from);
        let (to_folder, to_name) = split(to);
        let source = open(from_folder.unwrap_or_default())??;
        let target = open(to_folder.unwrap_or_default())??;
        source.rename(from_name, &target, to_name)?;
        target.sync()?;
        source.sync()
    }

    /// Makes the folders in which a path below the folder of plugins lies.
    pub(super) fn ensure_parent(&self, path: &str) -> io::Result<()> {
        let (Some(folders), _) = split(path) else { return Ok(()) };
        let mut at: Option<Folder> = None;
        for name in folders.split('/') {
            at = Some(at.as_ref().unwrap_or(&self.root).ensure_folder(name)?);
        }
        Ok(())
    }

    /// A path below the folder of plugins, as the system has it.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.path().to_owned(), |at, name| at.join(name))
    }

    /// A name in a folder that nothing has yet, like the one given.
    pub(super) fn free_name(&self, folder: &str, name: &str) -> io::Result<String> {
        let mut free = name.to_owned();
        for number in 1.. {
            if self.look(&format!("{folder}/{free}"))?.is_none() {
                break;
            }
            free = format!("{name}.{number}");
        }
        Ok(free)
    }
}

/// The folder and the name of a path.
fn split(path: &str) -> (Option<&str>, &str) {
    path.rsplit_once('/').map_or((None, path), |(folder, name)| (Some(folder), name))
}

fn unusable(path: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        let context = Context { input: Some(path.display().to_string()), ..Context::default() };
        return Error::new(ErrorKind::Io, "the folder of plugins is not there: `csvq init` makes it")
            .with_context(context);
    }
    io_error(path, "open the folder of plugins (it can't be a symbolic link)", error)
}
