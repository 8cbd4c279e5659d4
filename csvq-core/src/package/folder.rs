//! An open folder, below which files are made and read by their own names alone: never through a link, never outside.

use std::io;
use std::path::PathBuf;

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use self::other::{Folder, open_file};
#[cfg(unix)]
pub(crate) use self::unix::{Folder, open_file};

/// What stands in a folder under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The name; none where it is no Unicode text.
    pub(crate) name: Option<String>,
    /// The name for messages.
    pub(crate) shown: String,
    /// What it is, links not followed.
    pub(crate) kind: ItemKind,
    /// The size in bytes.
    pub(crate) size: u64,
    /// The time of the last change of its content, in nanoseconds since 1970.
    pub(crate) modified: i128,
    /// The time of the last change of content or attributes, likewise; where the system tells none, that of the
    /// content.
    pub(crate) changed: i128,
    /// The number by which the file system knows it; 0 where it tells none.
    pub(crate) inode: u64,
    /// Whether its owner may execute it.
    pub(crate) executable: bool,
}

/// What something in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    File,
    Folder,
    Link,
    /// A pipe, a socket, a device.
    Special,
}

impl ItemKind {
    /// What it is called in a message.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Special => "a pipe, socket or device",
        }
    }
}

impl Folder {
    /// Opens a folder below this one; none where some folder on the way is missing.
    pub(crate) fn descend(&self, path: &str) -> io::Result<Option<Self>> {
        let mut names = path.split('/');
        let mut open = |from: &Self| match names.next() {
            None => None,
            Some("..") => Some(Err(io::ErrorKind::InvalidInput.into())),
            Some(name) => Some(from.open_folder(name)),
        };
        let mut at = match open(self) {
            Some(opened) => opened,
            None => return Ok(None),
        };
        loop {
            let here = match at {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            match open(&here) {
                None => return Ok(Some(here)),
                Some(next) => at = next,
            }
        }
    }

    /// Opens a folder in this one, which is made if it is missing.
    pub(crate) fn ensure_folder(&self, name: &str) -> io::Result<Self> {
        match self.open_folder(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match self.create_folder(name) {
                // Someone else was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.open_folder(name),
                made => made,
            },
            opened => opened,
        }
    }

    /// Removes whatever stands under a name, with all that is in it; links are removed and never followed. Gives
    /// whether there was something.
    pub(crate) fn remove_all(&self, name: &str) -> io::Result<bool> {
        match self.look(name)?.map(|item| item.kind) {
            None => return Ok(false),
            Some(ItemKind::Folder) => std::fs::remove_dir_all(self.path_of(name))?,
            Some(_) => self.remove_file(name)?,
        }
        Ok(true)
    }

    /// Has every file and folder below this one on disk before it returns.
    pub(crate) fn sync_all(&self) -> io::Result<()> {
        for item in self.items()? {
            let Some(name) = &item.name else { continue };
            match item.kind {
                ItemKind::Folder => self.open_folder(name)?.sync_all()?,
                // Elsewhere, a file that is open for reading can't be brought to disk.
                ItemKind::File if cfg!(unix) => self.open_file(name)?.sync_all()?,
                _ => {}
            }
        }
        self.sync()
    }

    /// The path of a name in it.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}
