//! One entry: a file that says what it is, and shows whether it is whole.
//!
//! | bytes | |
//! |---|---|
//! | 0 to 7 | `csvqres1` |
//! | 8 to 39 | the key |
//! | 40 to 47 | when it was made, in milliseconds since 1970 UTC, little-endian |
//! | 48 to 55 | the length of the result, little-endian |
//! | 56 to 87 | the BLAKE3 of the bytes before and of the result |
//! | from 88 | the result |
//!
//! The file's own time is when it was last used.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind as IoKind, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::NamedTempFile;

use super::folder;
use super::key::Key;

const MAGIC: &[u8; 8] = b"csvqres1";

/// What stands before the digest, and before the result.
const HEAD: usize = 56;
const HEADER: usize = HEAD + 32;

/// A clock that was set back may make an entry seem to come from the future: by more than this, it is not trusted.
const AHEAD: Duration = Duration::from_secs(300);

/// What stands under a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A result.
    Sound(Vec<u8>),
    /// Nothing, or nothing that can be read.
    Nothing,
    /// A result that is too old.
    Old,
    /// Something else, for this reason.
    Unsound(&'static str),
}

/// What an entry takes on the disk.
pub(super) fn size_of(result: &[u8]) -> u64 {
    (HEADER as u64).saturating_add(result.len() as u64)
}

/// Writes an entry that has no name yet, into the folder.
pub(super) fn write(folder: &Path, key: &Key, result: &[u8], now: SystemTime) -> io::Result<NamedTempFile> {
    let head = head(key, now, result.len() as u64);
    let mut file = folder::temporary(folder)?;
    file.write_all(&head)?;
    file.write_all(digest(&head, result).as_bytes())?;
    file.write_all(result)?;
    // Not waited for until it is on the disk: after a power failure the digest tells.
    file.as_file().set_modified(now)?;
    Ok(file)
}

/// Reads an entry, checks it, and marks it as used now.
pub(super) fn read(path: &Path, key: &Key, now: SystemTime, max_age: Duration) -> Found {
    let file = match open(path) {
        Err(error) if error.kind() == IoKind::NotFound => return Found::Nothing,
        // What a link leads to is not the cache's.
        Err(_) if path.is_symlink() => return Found::Unsound("it is a link"),
        Err(error) => {
            tracing::debug!(path = %path.display(), %error, "an entry of the result cache can't be opened");
            return Found::Nothing;
        }
        Ok(file) => file,
    };
    match contents(&file, key, now, max_age) {
        Ok(Found::Sound(result)) => {
            // Where it can't be marked, it only goes earlier than it would have to.
            let _ = file.set_modified(now);
            Found::Sound(result)
        }
        Ok(other) => other,
        Err(error) if error.kind() == IoKind::UnexpectedEof => Found::Unsound("it is cut off"),
        Err(error) => {
            tracing::debug!(path = %path.display(), %error, "an entry of the result cache can't be read");
            Found::Nothing
        }
    }
}

fn contents(mut file: &File, key: &Key, now: SystemTime, max_age: Duration) -> io::Result<Found> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Found::Unsound("it is no file"));
    }
    let mut header = [0; HEADER];
    file.read_exact(&mut header)?;
    let (head, stated) = header.split_at(HEAD);
    let Some(made) = made_at(head, key) else { return Ok(Found::Unsound("it is another's")) };
    let length = number(head, 48);
    // Before anything is reserved for it: the length may be a lie.
    if length.checked_add(HEADER as u64) != Some(metadata.len()) {
        return Ok(Found::Unsound("its length is not the one that it states"));
    }
    match age(made, now) {
        None => return Ok(Found::Unsound("it comes from the future")),
        Some(age) if age >= max_age => return Ok(Found::Old),
        Some(_) => {}
    }
    let mut result = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact(&mut result)?;
    if digest(head, &result).as_bytes() != stated {
        return Ok(Found::Unsound("its digest is not the one that it states"));
    }
    Ok(Found::Sound(result))
}

/// How old the entry in a file is; none where the file is no entry of that name.
pub(super) fn age_of(path: &Path, key: &Key, now: SystemTime) -> io::Result<Option<Duration>> {
    let mut file = match open(path) {
        Err(_) if path.is_symlink() => return Ok(None),
        opened => opened?,
    };
    let mut head = [0; HEAD];
    match file.read_exact(&mut head) {
        Ok(()) => Ok(made_at(&head, key).and_then(|made| age(made, now))),
        Err(error) if matches!(error.kind(), IoKind::UnexpectedEof | IoKind::IsADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

fn head(key: &Key, now: SystemTime, length: u64) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    let parts: [&[u8]; 4] = [MAGIC, &key.0, &milliseconds(now).to_le_bytes(), &length.to_le_bytes()];
    let bytes = parts.into_iter().flatten();
    head.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    head
}

/// When an entry was made, where its head is one of this key.
fn made_at(head: &[u8], key: &Key) -> Option<u64> {
    (head.get(..8)? == MAGIC && head.get(8..40)? == key.0).then(|| number(head, 40))
}

fn number(head: &[u8], at: usize) -> u64 {
    let bytes = head.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    u64::from_le_bytes(bytes.unwrap_or_default())
}

fn age(made: u64, now: SystemTime) -> Option<Duration> {
    let made = Duration::from_millis(made);
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    if made > now + AHEAD { None } else { Some(now.saturating_sub(made)) }
}

fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn digest(head: &[u8], result: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head);
    hasher.update(result);
    hasher.finalize()
}

/// Opens a file for reading; a link is not followed, and a pipe not waited for.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        // On some platforms the flags are 32 bits wide and signed: the bits are the same.
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits() as i32);
    }
    options.open(path)
}
