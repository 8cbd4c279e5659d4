//! Files of the configuration: read whole, written whole or not at all, by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind as IoKind, Read, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::error::{Context, Error, ErrorKind, Result};

/// A configuration file that is longer than this is none.
const LONGEST: u64 = 4 << 20;

/// How long to wait for other processes that edit.
const PATIENCE: Duration = Duration::from_secs(10);

/// What files that are being written are called.
const UNFINISHED: (&str, &str) = (".csvq-", ".tmp");

/// A file that was begun so long ago is not written any more: whoever began it was killed.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Reads a file's text; none where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe without a writer would be waited for for ever.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = match options.open(path) {
        Err(error) if error.kind() == IoKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| io(path, "open the file", &error))?,
    };
    let kind = file.metadata().map_err(|error| io(path, "open the file", &error))?.file_type();
    if !kind.is_file() {
        let what = if kind.is_dir() { "a folder" } else { "a pipe or a device" };
        let message = format!("cannot read the file: this is {what}, and a configuration file is a plain file");
        return Err(Error::new(ErrorKind::Io, message).with_context(place(path)));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| io(path, "read the file", &error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(wrong(path, "this is longer than 4 MiB, which no configuration file is"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let message = "here are bytes that are no UTF-8: save the file as UTF-8";
        let byte = u64::try_from(error.utf8_error().valid_up_to()).ok();
        Error::new(ErrorKind::Config, message).with_context(Context { byte, ..place(path) })
    })?;
    Ok(Some(text))
}

/// Reads a file's text; none where nothing has its name. A link to nothing is an error: what it should lead to can't be
/// taken for not being there where it says what is forbidden.
pub(super) fn read_or_none(path: &Path) -> Result<Option<String>> {
    let text = read(path)?;
    if text.is_none() && path.symlink_metadata().is_ok() {
        let message = "cannot open the file: this is a link to something that is not there";
        return Err(Error::new(ErrorKind::Io, message).with_context(place(path)));
    }
    Ok(text)
}

/// Reads a file's text; an error where there is no file.
pub(super) fn read_existing(path: &Path) -> Result<String> {
    read(path)?.ok_or_else(|| {
        Error::new(ErrorKind::Io, "cannot open the file: there is none of this name").with_context(place(path))
    })
}

/// Makes a folder and those above it. Gives whether it was not there.
pub(super) fn make_folder(path: &Path) -> Result<bool> {
    if path.is_dir() {
        return Ok(false);
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| io(path, "make the folder", &error))?;
    Ok(true)
}

/// Makes a file with this content, where nothing has its name. Gives whether it was made.
pub(super) fn create(path: &Path, content: &[u8]) -> Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let file = written(path, content).map_err(|error| io(path, "write the file", &error))?;
    match file.persist_noclobber(path) {
        Err(failed) if failed.error.kind() == IoKind::AlreadyExists => Ok(false),
        done => {
            done.map_err(|failed| io(path, "write the file", &failed.error))?;
            sync_folder(path);
            Ok(true)
        }
    }
}

/// Puts this content in place of a file's, keeping its permissions and, as far as that is allowed, its owner. A link
/// stays a link to the same file. Whatever interrupts it, the file holds the old content or the new.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let target = match path.canonicalize() {
        Err(error) if error.kind() == IoKind::NotFound => path.to_owned(),
        found => found.map_err(|error| io(path, "find the file", &error))?,
    };
    let write = || {
        let file = written(&target, content)?;
        if let Ok(before) = target.metadata() {
            keep_owner(file.as_file(), &before);
            file.as_file().set_permissions(before.permissions())?;
            file.as_file().sync_all()?;
        }
        file.persist(&target).map_err(|failed| failed.error)
    };
    write().map_err(|error| io(path, "write the file", &error))?;
    sync_folder(&target);
    Ok(())
}

/// A file without its name yet, whose content is on the disk.
fn written(path: &Path, content: &[u8]) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(path);
    // Only the owner can read it: `tempfile` sees to that.
    let mut file = tempfile::Builder::new().prefix(UNFINISHED.0).suffix(UNFINISHED.1).tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn keep_owner(file: &File, before: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Ok(own) = file.metadata() else { return };
    if (own.uid(), own.gid()) != (before.uid(), before.gid()) {
        // Only root may give a file away; for anyone else it now belongs to whoever edited it.
        let _ = fchown(file, Some(before.uid()), Some(before.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _before: &fs::Metadata) {}

/// Makes a rename last. Where a file system can't do that, the content is whole all the same.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(Ok(folder)) = path.parent().map(File::open) {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// The right to edit the files of a folder, until it is dropped. Ending the process gives it back, too.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held for its lock alone")] File);

impl Lock {
    /// Waits for others in this and in other processes, but not for ever.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let path = folder.join(".lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| io(&path, "open the lock file", &error))?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => {
                    remove_abandoned(folder);
                    return Ok(Self(file));
                }
                Err(TryLockError::Error(error)) => return Err(io(&path, "lock the file", &error)),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    let message = "another process has been editing the configuration for 10 seconds: try again, and \
                                   look for a csvq that hangs";
                    return Err(Error::new(ErrorKind::Conflict, message).with_context(place(&path)));
                }
            }
        }
    }
}

/// Removes what processes left behind that were killed while they wrote. Whatever keeps it from that is no trouble.
fn remove_abandoned(folder: &Path) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_unfinished =
            name.to_str().is_some_and(|name| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1));
        // A link is none of ours, and its own metadata say so.
        let is_abandoned = || {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(metadata.modified().ok()?.elapsed().ok()? >= ABANDONED)
        };
        if is_unfinished && is_abandoned() == Some(true) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file as the context of an error.
pub(super) fn place(path: &Path) -> Context {
    Context { input: Some(path.display().to_string()), ..Context::default() }
}

fn wrong(path: &Path, message: &str) -> Error {
    Error::new(ErrorKind::Config, message).with_context(place(path))
}

fn io(path: &Path, what: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot {what}: {error}")).with_context(place(path))
}
