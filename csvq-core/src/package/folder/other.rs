//! Folders as paths, where the system has no calls that take a handle and a name. Links are looked for before each
//! step.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Item, ItemKind};

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// Opens a regular file at a path that someone gave, through links.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(refused("this is no regular file")) }
}

impl Folder {
    /// Opens a folder; a symbolic link in its place is refused.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if !fs::symlink_metadata(path)?.is_dir() {
            return Err(refused("this is no folder"));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Opens a folder in this one; a symbolic link in its place is refused.
    pub(crate) fn open_folder(&self, name: &str) -> io::Result<Self> {
        Self::open(&self.path_of(name))
    }

    /// Makes a folder in this one, which must not be there yet.
    pub(crate) fn create_folder(&self, name: &str) -> io::Result<Self> {
        fs::create_dir(self.path_of(name))?;
        self.open_folder(name)
    }

    /// Makes a file in this one, which must not be there yet.
    pub(crate) fn create_file(&self, name: &str, _executable: bool) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.path_of(name))
    }

    /// Makes a folder in this one, which must not be there yet. Who may enter it is as the system has it.
    pub(crate) fn create_private_folder(&self, name: &str) -> io::Result<Self> {
        self.create_folder(name)
    }

    /// Opens a file to lock it, and makes it if it is missing.
    pub(crate) fn open_lock(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(self.path_of(name))
    }

    /// Opens a regular file in this one.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        let path = self.path_of(name);
        if !fs::symlink_metadata(&path)?.is_file() {
            return Err(refused("this is no regular file"));
        }
        File::open(path)
    }

    /// Gives something in this folder a name in another, which must not be there yet or be an empty folder.
    pub(crate) fn rename(&self, name: &str, to: &Folder, new: &str) -> io::Result<()> {
        let target = to.path_of(new);
        if fs::symlink_metadata(&target).is_ok_and(|metadata| metadata.is_dir()) {
            fs::remove_dir(&target)?;
        }
        fs::rename(self.path_of(name), target)
    }

    /// Removes a file.
    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path_of(name))
    }

    /// Removes a folder that is empty.
    pub(crate) fn remove_folder(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.path_of(name))
    }

    /// What stands under a name, if anything does.
    pub(crate) fn look(&self, name: &str) -> io::Result<Option<Item>> {
        match fs::symlink_metadata(self.path_of(name)) {
            Ok(metadata) => Ok(Some(item(Some(name.to_owned()), name.to_owned(), &metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Everything in this folder, by name.
    pub(crate) fn items(&self) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let shown = name.to_string_lossy().into_owned();
            items.push(item(name.to_str().map(str::to_owned), shown, &entry.metadata()?));
        }
        items.sort_by(|left, right| (&left.name, &left.shown).cmp(&(&right.name, &right.shown)));
        Ok(items)
    }

    /// Nothing: such systems do not have a folder's names written by request.
    #[allow(clippy::unnecessary_wraps, reason = "it can fail where folders are handles")]
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// The path that it was opened by.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn refused(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

fn item(name: Option<String>, shown: String, metadata: &fs::Metadata) -> Item {
    let kind = match metadata.file_type() {
        kind if kind.is_symlink() => ItemKind::Link,
        kind if kind.is_dir() => ItemKind::Folder,
        kind if kind.is_file() => ItemKind::File,
        _ => ItemKind::Special,
    };
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = modified.and_then(|since| i128::try_from(since.as_nanos()).ok()).unwrap_or(0);
    Item { name, shown, kind, size: metadata.len(), modified, changed: modified, inode: 0, executable: false }
}
