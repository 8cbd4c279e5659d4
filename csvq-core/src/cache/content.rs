//! Digests of inputs' content, remembered so that an unchanged file is not read again.
//!
//! A file counts as unchanged while its size, its times of change, and which file it is are the same. Times move in
//! grains: an edit right after another may leave them as they are. So what changed a moment before it was read is not
//! remembered, as git does it. What writes through a memory mapping may keep times as they are for longer: for such
//! files, no program that goes by times is safe.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind as IoKind, Read};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{io_error, place};
use crate::control::{Control, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::state::{self, State};

/// How much is read at once.
const BLOCK: usize = 256 * 1024;

/// The grain of a clock that counts fractions of a second: Linux's moves at every tick, which is at most 10 ms.
const FINE: Duration = Duration::from_millis(100);

/// The grain of one that seems to count whole seconds: FAT has the coarsest, of 2 s.
const COARSE: Duration = Duration::from_secs(2);

/// The clock of another machine may be wrong besides.
const REMOTE: Duration = Duration::from_secs(60 * 60);

/// The digest of a file's content, and what tells whether the file was changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDigest {
    digest: String,
    stamp: String,
    settled: bool,
}

impl FileDigest {
    /// The digest of the content.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the file at a path surely holds this content still. Where it was changed so shortly before it was read
    /// that another change might not show, the answer is no. Ask before a result is kept that was made from the file.
    #[must_use]
    pub fn still_holds(&self, path: &Path) -> bool {
        self.settled && path.metadata().is_ok_and(|metadata| stamp(&metadata) == self.stamp)
    }
}

/// The digest of bytes, as of a file that holds them: BLAKE3.
///
/// ```
/// let digest = csvq_core::cache::digest_of_bytes(b"id,price\n1,10\n");
/// assert!(digest.starts_with("blake3:"));
/// assert_ne!(digest, csvq_core::cache::digest_of_bytes(b"id,price\n1,11\n"));
/// ```
#[must_use]
pub fn digest_of_bytes(bytes: &[u8]) -> String {
    written(&blake3::hash(bytes))
}

/// The digest of a file's content: the one that was remembered, where the file is unchanged; otherwise the file is
/// read, which shows as [`Phase::Hashing`]. Where the state can't be used, the file is read, too.
///
/// # Errors
/// [`Io`](crate::ErrorKind::Io) where it is no file or can't be read; [`InputChanged`](crate::ErrorKind::InputChanged)
/// where it changes meanwhile; [`Cancelled`](crate::ErrorKind::Cancelled) and [`TimedOut`](crate::ErrorKind::TimedOut).
pub fn digest_of_file(path: &Path, state: &State, control: &Control) -> Result<FileDigest> {
    digest_at(path, state, control, SystemTime::now())
}

pub(super) fn digest_at(path: &Path, state: &State, control: &Control, now: SystemTime) -> Result<FileDigest> {
    let mut file = open(path).map_err(|error| io_error(path, "open the input", &error))?;
    let before = file.metadata().map_err(|error| io_error(path, "read the input", &error))?;
    if !before.is_file() {
        let message = "this is no file, so that its content can't be digested";
        return Err(Error::new(ErrorKind::Io, message).with_context(place(path)));
    }
    let stamp_before = stamp(&before);
    let settled = is_settled(&before, state::is_remote(path), now);
    // Relative paths mean other files elsewhere.
    let name = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if settled && let Some(digest) = known(state, &name, &stamp_before) {
        return Ok(FileDigest { digest, stamp: stamp_before, settled });
    }
    let digest = read(&mut file, path, before.len(), control)?;
    let after = file.metadata().map_err(|error| io_error(path, "read the input", &error))?;
    if stamp(&after) != stamp_before {
        let message = "the file was changed while it was read: compare again once it is complete";
        return Err(Error::new(ErrorKind::InputChanged, message).with_context(place(path)));
    }
    if settled && let Err(error) = state.remember_digest(&name, &stamp_before, &digest) {
        tracing::debug!(%error, "the digest of an input can't be remembered");
    }
    Ok(FileDigest { digest, stamp: stamp_before, settled })
}

fn known(state: &State, path: &Path, stamp: &str) -> Option<String> {
    state.remembered_digest(path, stamp).unwrap_or_else(|error| {
        tracing::debug!(%error, "digests of inputs can't be looked up");
        None
    })
}

fn read(file: &mut File, path: &Path, length: u64, control: &Control) -> Result<String> {
    control.begin(Phase::Hashing, length);
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; BLOCK];
    loop {
        csvq_text::check(control)?;
        match file.read(&mut block) {
            Ok(0) => return Ok(written(&hasher.finalize())),
            Ok(count) => {
                hasher.update(block.get(..count).unwrap_or_default());
                control.advance(count as u64);
            }
            Err(error) if error.kind() == IoKind::Interrupted => {}
            Err(error) => return Err(io_error(path, "read the input", &error)),
        }
    }
}

fn written(digest: &blake3::Hash) -> String {
    format!("blake3:{}", digest.to_hex())
}

/// Whether any change from now on changes the stamp.
fn is_settled(metadata: &Metadata, remote: bool, now: SystemTime) -> bool {
    let changed = changed(metadata);
    let grain = match changed.subsec_nanos() {
        _ if remote => REMOTE,
        0 => COARSE,
        _ => FINE,
    };
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    now.checked_sub(grain).is_some_and(|limit| changed < limit)
}

/// When anything about a file last changed, which nobody can set.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> Duration {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    Duration::new(seconds, u32::try_from(metadata.ctime_nsec()).unwrap_or(0))
}

#[cfg(unix)]
fn stamp(metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!(
        "{} {}.{:09} {}.{:09} {}:{}",
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        metadata.dev(),
        metadata.ino()
    )
}

#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> Duration {
    since_1970(metadata.modified())
}

#[cfg(not(unix))]
fn stamp(metadata: &Metadata) -> String {
    format!("{} {:?} {:?}", metadata.len(), since_1970(metadata.modified()), since_1970(metadata.created()))
}

#[cfg(not(unix))]
fn since_1970(time: std::io::Result<SystemTime>) -> Duration {
    time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default()
}

/// Opens a file for reading; a pipe is not waited for.
fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    options.open(path)
}
