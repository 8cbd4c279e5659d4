//! The folder of all entries: what is in it, and what is none of the cache's business.

use std::fs;
use std::io::{self, ErrorKind as IoKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use super::key::Key;
use super::{Cleared, entry};

/// What a name of an entry ends with, and those of files that are being written.
const ENDING: &str = ".result";
const TEMPORARY: (&str, &str) = (".put-", ".tmp");

/// A file that was being written for longer than this was left behind by a process that is gone.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// An entry as the folder shows it.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) path: PathBuf,
    key: Key,
    pub(super) size: u64,
    /// When it was last used.
    pub(super) used: SystemTime,
}

/// Makes the folder and those above it.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

pub(super) fn name_of(key: &Key) -> String {
    format!("{key}{ENDING}")
}

/// A file in the folder that is no entry yet, which only its owner can read.
pub(super) fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(folder)
}

/// Removes a file. Gives whether it was there.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == IoKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// All entries, in no order; what goes away meanwhile is not among them.
pub(super) fn entries(folder: &Path) -> io::Result<Vec<Held>> {
    Ok(look(folder)?.0)
}

/// All entries, once what was left behind half written is removed.
pub(super) fn tidied(folder: &Path, now: SystemTime) -> io::Result<Vec<Held>> {
    let (held, temporary) = look(folder)?;
    for (path, written) in temporary {
        if since(written, now) > LEFT_BEHIND {
            remove(&path)?;
        }
    }
    Ok(held)
}

/// Removes entries that are older, or all; and whatever has an entry's name and is none.
pub(super) fn clear(folder: &Path, older_than: Option<Duration>, now: SystemTime) -> io::Result<Cleared> {
    let mut cleared = Cleared::default();
    for entry in tidied(folder, now)? {
        let stays = match older_than {
            None => false,
            Some(limit) => match entry::age_of(&entry.path, &entry.key, now) {
                Err(error) if error.kind() == IoKind::NotFound => continue,
                age => age?.is_some_and(|age| age < limit),
            },
        };
        if !stays && remove(&entry.path)? {
            cleared.entries += 1;
            cleared.bytes += entry.size;
        }
    }
    Ok(cleared)
}

/// Files that are being written, with when they last were.
type Temporary = Vec<(PathBuf, SystemTime)>;

fn look(folder: &Path) -> io::Result<(Vec<Held>, Temporary)> {
    let mut held = Vec::new();
    let mut temporary = Vec::new();
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == IoKind::NotFound => return Ok((held, temporary)),
        read => read?,
    };
    for file in files {
        let file = file?;
        let name = file.file_name();
        let Some(name) = name.to_str() else { continue };
        let key = key_of(name);
        let is_temporary = name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1);
        if key.is_none() && !is_temporary {
            continue;
        }
        // Of a link itself, not of what it leads to.
        let metadata = match file.metadata() {
            Err(error) if error.kind() == IoKind::NotFound => continue,
            metadata => metadata?,
        };
        if metadata.is_dir() {
            continue;
        }
        let (path, used) = (file.path(), metadata.modified()?);
        match key {
            Some(key) => held.push(Held { path, key, size: metadata.len(), used }),
            None => temporary.push((path, used)),
        }
    }
    Ok((held, temporary))
}

/// The key that an entry's name stands for.
fn key_of(name: &str) -> Option<Key> {
    let digits = name.strip_suffix(ENDING)?.as_bytes();
    let mut key = [0; 32];
    if digits.len() != 2 * key.len() {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| match pair.get(at)? {
            digit @ b'0'..=b'9' => Some(digit - b'0'),
            digit @ b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        *byte = (digit(0)? << 4) | digit(1)?;
    }
    Some(Key(key))
}

/// How long ago it was; nothing for what seems to lie ahead.
pub(super) fn since(time: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(time).unwrap_or_default()
}
