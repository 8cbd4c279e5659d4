//! Scratch folders: a private place for the files of one worker, gone when the worker is.
//!
//! Beside each lies a file that its host holds locked for as long as it lives. A folder whose lock can be had is one that
//! a host left behind which was killed.
//!
//! What a plugin puts into its folder is hostile: names and depths that no path can tell, folders that may not be
//! entered, links to elsewhere. It is measured through descriptors, to a depth that is bounded, and removed without
//! recursion once the plugin is dead.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};

use crate::error::{Context, Error, ErrorKind, Result};

/// What the names of scratch folders begin with.
const PREFIX: &str = "worker-";

/// The ending of the lock's name, and of the folder that what is removed is moved to.
const LOCK: &str = ".lock";
const GONE: &str = ".gone";

/// What an entry takes at least, whatever its size: so that files without any are not free.
const ENTRY_COST: u64 = 4096;

/// How deep folders may lie in each other.
const MAX_DEPTH: u32 = 32;

/// How often the folder is measured, and how much longer than measuring takes it is left alone.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const REST: u32 = 10;

/// A worker's folder. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: PathBuf,
    lock_path: PathBuf,
    _lock: File,
    max_bytes: u64,
    next_look: Instant,
    /// The process that made it: a fork of that has no say.
    host: u32,
}

impl Scratch {
    /// Makes a folder that only this user may enter, beneath `base`, which is made where it is not there.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the system refuses.
    pub(super) fn make(base: &Path, max_bytes: u64) -> Result<Self> {
        let made = || -> io::Result<Self> {
            DirBuilder::new().recursive(true).mode(0o700).create(base)?;
            let base = base.canonicalize()?;
            loop {
                let name = tempfile::Builder::new().prefix(PREFIX).suffix(LOCK).tempfile_in(&base)?;
                let (lock, lock_path) = name.keep().map_err(|error| error.error)?;
                // Until it is locked, someone who clears up may have taken it for one that was left.
                let is_ours = lock.try_lock().is_ok() && lock.metadata()?.nlink() > 0;
                let Some(folder) = folder_of(&lock_path).filter(|_| is_ours) else { continue };
                DirBuilder::new().mode(0o700).create(&folder)?;
                let (next_look, host) = (Instant::now() + LOOK_EVERY, std::process::id());
                return Ok(Self { folder, lock_path, _lock: lock, max_bytes, next_look, host });
            }
        };
        made().map_err(|error| at(base, "cannot make a folder for a plugin's temporary files", &error))
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fails where it holds more than it may. It does not look each time that it is asked.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`].
    pub(super) fn check_size(&mut self, worker: i32) -> Result<()> {
        let began = Instant::now();
        if began < self.next_look {
            return Ok(());
        }
        let used = self.used(worker);
        self.next_look = Instant::now() + LOOK_EVERY.max(began.elapsed() * REST);
        if used.is_some_and(|used| used <= self.max_bytes) {
            return Ok(());
        }
        let message = format!(
            "the plugin's temporary files take more than the {} bytes that they may, or lie more than {MAX_DEPTH} folders \
             deep",
            self.max_bytes
        );
        Err(Error::new(ErrorKind::LimitExceeded, message))
    }

    /// What the files take; nothing where they lie too deep.
    fn used(&self, worker: i32) -> Option<u64> {
        let Ok(folder) = File::open(&self.folder) else { return Some(0) };
        let device = folder.metadata().map_or(0, |metadata| metadata.dev());
        used_beneath(folder.as_fd(), 0).map(|used| used.saturating_add(removed_but_open(worker, device)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.host == std::process::id()
            && let Err(error) = remove(&self.folder, &self.lock_path)
        {
            tracing::warn!("the temporary files of a plugin at {} can't be removed: {error}", self.folder.display());
        }
    }
}

/// Removes the scratch folders in `base` that belong to hosts which are gone; how many there were.
///
/// # Errors
/// [`ErrorKind::Io`] where the folder can't be read. One that can't be removed is told to `tracing`, and left.
pub fn sweep_scratch(base: &Path) -> Result<usize> {
    let entries = match fs::read_dir(base) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(|error| at(base, "cannot look for the temporary files of plugins", &error))?,
    };
    let mut swept = 0;
    for entry in entries.flatten() {
        let lock_path = entry.path();
        let Some(folder) = folder_of(&lock_path) else { continue };
        // A link is no lock of ours.
        let is_file = entry.file_type().is_ok_and(|file_type| file_type.is_file());
        let Some(lock) = is_file.then(|| File::options().write(true).open(&lock_path).ok()).flatten() else { continue };
        match lock.try_lock().map_err(|error| matches!(error, TryLockError::WouldBlock)) {
            Ok(()) => match remove(&folder, &lock_path) {
                Ok(()) => swept += 1,
                Err(error) => {
                    tracing::warn!("temporary files of a plugin at {} can't be removed: {error}", folder.display());
                }
            },
            Err(_is_held) => {}
        }
    }
    Ok(swept)
}

/// The folder that a lock belongs to, where it is the lock of one.
fn folder_of(lock_path: &Path) -> Option<PathBuf> {
    let name = lock_path.file_name()?.to_str()?.strip_suffix(LOCK)?;
    name.starts_with(PREFIX).then(|| lock_path.with_file_name(name))
}

/// What is beneath a folder; nothing where it lies too deep. What can't be read is not the plugin's to hide: it has no
/// rights that the host lacks, unless it takes them from both.
fn used_beneath(folder: BorrowedFd<'_>, depth: u32) -> Option<u64> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let Ok(mut entries) = Dir::read_from(folder) else { return None };
    let mut used = 0_u64;
    while let Some(Ok(entry)) = entries.read() {
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let Ok(status) = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        let blocks = u64::try_from(status.st_blocks).unwrap_or(0).saturating_mul(512);
        used = used.saturating_add(blocks.max(ENTRY_COST));
        if FileType::from_raw_mode(status.st_mode) == FileType::Directory {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match openat(folder, name, flags, Mode::empty()) {
                Ok(inner) => used = used.saturating_add(used_beneath(inner.as_fd(), depth + 1)?),
                Err(rustix::io::Errno::NOENT) => {}
                Err(_) => return None,
            }
        }
    }
    Some(used)
}

/// What files on that device take that the worker removed and still has open. Only a privileged host is told of them: the
/// worker can't be looked into. Where it is not, what such a file may take is bounded, and their number.
fn removed_but_open(worker: i32, device: u64) -> u64 {
    let Ok(open) = fs::read_dir(format!("/proc/{worker}/fd")) else { return 0 };
    let open = open.flatten().filter_map(|entry| fs::metadata(entry.path()).ok());
    let removed = open.filter(|file| file.is_file() && file.nlink() == 0 && file.dev() == device);
    removed.map(|file| file.blocks().saturating_mul(512)).fold(0, u64::saturating_add)
}

/// Removes a folder with all that is in it, and then its lock, which must be held.
fn remove(folder: &Path, lock_path: &Path) -> io::Result<()> {
    let gone = folder.with_extension(GONE.trim_start_matches('.'));
    DirBuilder::new().recursive(true).mode(0o700).create(&gone)?;
    let mut number = 0_u64;
    // Folders are drawn out of each other and laid side by side, so that no path gets long.
    let mut draw = |from: &Path, pending: &mut Vec<PathBuf>| -> io::Result<()> {
        // Without a right to write to it, a folder can't be moved.
        fs::set_permissions(from, Permissions::from_mode(0o700))?;
        let to = loop {
            let to = gone.join(number.to_string());
            number += 1;
            if fs::symlink_metadata(&to).is_err() {
                break to;
            }
        };
        fs::rename(from, &to)?;
        pending.push(to);
        Ok(())
    };
    let mut pending = Vec::new();
    for left in fs::read_dir(&gone)? {
        pending.push(left?.path());
    }
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() => draw(folder, &mut pending)?,
        // Whatever took its place leads nowhere that is ours.
        Ok(_) => fs::remove_file(folder)?,
        Err(_) => {}
    }
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                draw(&entry.path(), &mut pending)?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        fs::remove_dir(&next)?;
    }
    fs::remove_dir(&gone)?;
    fs::remove_file(lock_path)
}

fn at(base: &Path, what: &str, error: &io::Error) -> Error {
    let context = Context { input: Some(base.display().to_string()), ..Context::default() };
    Error::new(ErrorKind::Io, format!("{what}: {error}")).with_context(context)
}
