//! Folders as handles, by the calls that take a handle and one name.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};

use super::{Item, ItemKind};

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

const OPEN_FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
// Without NONBLOCK, opening a pipe would wait for whoever writes to it.
const OPEN_FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);
const NEW_FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens a regular file at a path that someone gave, through links.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    regular(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

impl Folder {
    /// Opens a folder; a symbolic link in its place is refused.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { handle: rustix::fs::open(path, OPEN_FOLDER, Mode::empty())?, path: path.to_owned() })
    }

    /// Opens a folder in this one; a symbolic link in its place is refused.
    pub(crate) fn open_folder(&self, name: &str) -> io::Result<Self> {
        let handle = rustix::fs::openat(&self.handle, name, OPEN_FOLDER, Mode::empty())?;
        Ok(Self { handle, path: self.path_of(name) })
    }

    /// Makes a folder in this one, which must not be there yet.
    pub(crate) fn create_folder(&self, name: &str) -> io::Result<Self> {
        rustix::fs::mkdirat(&self.handle, name, Mode::from_raw_mode(0o755))?;
        self.open_folder(name)
    }

    /// Makes a file in this one, which must not be there yet.
    pub(crate) fn create_file(&self, name: &str, executable: bool) -> io::Result<File> {
        let mode = if executable { 0o755 } else { 0o644 };
        Ok(File::from(rustix::fs::openat(&self.handle, name, NEW_FILE, Mode::from_raw_mode(mode))?))
    }

    /// Makes a folder in this one that only its owner may enter, which must not be there yet.
    pub(crate) fn create_private_folder(&self, name: &str) -> io::Result<Self> {
        rustix::fs::mkdirat(&self.handle, name, Mode::from_raw_mode(0o700))?;
        self.open_folder(name)
    }

    /// Opens a file to lock it, and makes it if it is missing.
    pub(crate) fn open_lock(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = regular(File::from(rustix::fs::openat(&self.handle, name, flags, Mode::from_raw_mode(0o600))?))?;
        // What root makes in someone's folder would lock that one out.
        let owner = rustix::fs::fstat(&self.handle)?.st_uid;
        if rustix::process::geteuid().is_root() && rustix::fs::fstat(&file)?.st_uid != owner {
            rustix::fs::fchown(&file, Some(rustix::fs::Uid::from_raw(owner)), None)?;
        }
        Ok(file)
    }

    /// Opens a regular file in this one.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        regular(File::from(rustix::fs::openat(&self.handle, name, OPEN_FILE, Mode::empty())?))
    }

    /// Gives something in this folder a name in another, which must not be there yet or be an empty folder.
    pub(crate) fn rename(&self, name: &str, to: &Folder, new: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.handle, name, &to.handle, new)?)
    }

    /// Removes a file.
    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    /// Removes a folder that is empty.
    pub(crate) fn remove_folder(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, name, AtFlags::REMOVEDIR)?)
    }

    /// What stands under a name, if anything does.
    pub(crate) fn look(&self, name: &str) -> io::Result<Option<Item>> {
        match rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(item(Some(name.to_owned()), name.to_owned(), &stat))),
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Everything in this folder, by name.
    pub(crate) fn items(&self) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        for entry in Dir::read_from(&self.handle)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            match rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => {
                    let shown = name.to_string_lossy().into_owned();
                    items.push(item(name.to_str().ok().map(str::to_owned), shown, &stat));
                }
                // It went away since the folder was read.
                Err(rustix::io::Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        items.sort_by(|left, right| (&left.name, &left.shown).cmp(&(&right.name, &right.shown)));
        Ok(items)
    }

    /// Has the folder's own names on disk before it returns.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.handle)?)
    }

    /// The path that it was opened by.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Gives a file back if it is a regular one.
fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no regular file"))
}

fn item(name: Option<String>, shown: String, stat: &Stat) -> Item {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => ItemKind::File,
        FileType::Directory => ItemKind::Folder,
        FileType::Symlink => ItemKind::Link,
        _ => ItemKind::Special,
    };
    Item {
        name,
        shown,
        kind,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        modified: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
        changed: i128::from(stat.st_ctime) * 1_000_000_000 + i128::from(stat.st_ctime_nsec),
        inode: stat.st_ino,
        executable: stat.st_mode & 0o100 != 0,
    }
}
