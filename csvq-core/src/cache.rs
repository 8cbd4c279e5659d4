//! Results of comparisons, kept so that a plugin need not run again: bytes under a key that stands for everything that
//! a result depends on.
//!
//! Each entry is a file of its own in one folder, which several processes share: it appears by a rename, and is checked
//! when it is read, which takes no lock. What is damaged, cut off, or not what its name says is removed and counts as a
//! miss, so that nothing in the folder can make a comparison fail. What the bytes mean is for the modules above to say;
//! nothing that is kept is ever run. Who may see a result is settled before the cache is asked.

mod content;
mod entry;
mod folder;
mod key;
mod room;
mod tally;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, ErrorKind as IoKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;

use entry::Found;
use room::Room;
use tally::{Count, Tally};

use crate::error::{Context, Error, ErrorKind, Result};
use crate::state::State;

pub use content::{FileDigest, digest_of_bytes, digest_of_file};
pub use key::{Key, KeyParts};

/// How old results may become, and how much they may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// What is older than this is not given any more.
    pub max_age: Duration,
    /// What all entries may take on the disk, in bytes. Beyond it, those go that were not used for longest.
    pub max_bytes: u64,
}

impl Default for CacheLimits {
    /// 24 hours, and 1 GiB.
    fn default() -> Self {
        Self { max_age: Duration::from_secs(24 * 60 * 60), max_bytes: 1 << 30 }
    }
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cleared {
    /// Entries.
    pub entries: u64,
    /// What they took, in bytes.
    pub bytes: u64,
}

/// What the cache holds now, and what it did since the home was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheStats {
    /// Entries that are there.
    pub entries: u64,
    /// What they take, in bytes.
    pub bytes: u64,
    /// Results that were found.
    pub hits: u64,
    /// Results that were not.
    pub misses: u64,
    /// The bytes of all results that were found.
    pub hit_bytes: u64,
    /// Results that were kept.
    pub stored: u64,
    /// Entries that went for their age.
    pub expired: u64,
    /// Entries that went to make room.
    pub evicted: u64,
    /// Entries that went because they were damaged, cut off, or none of csvq's.
    pub dropped: u64,
}

/// A folder of results. It may be shared between threads, and the folder between processes.
///
/// ```
/// use csvq_core::cache::{Cache, CacheLimits, Key, KeyParts};
/// # use csvq_core::state::State;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let home = tempfile::tempdir()?;
/// # let state = State::open(&home.path().join("state.db"))?;
/// let cache = Cache::open(&home.path().join("cache"), CacheLimits::default(), &state)?;
/// # let parameters = serde_json::Map::new();
/// # let job = serde_json::json!({});
/// # let parts = KeyParts {
/// #     plugin: "fuzzy_compare", plugin_version: "1.0.0", plugin_digest: "…", left: "…", right: "…",
/// #     parameters: &parameters, job: &job, engine_version: "0.1.0",
/// # };
/// let key = Key::of(&parts);
/// assert_eq!(cache.get(&key), None);
/// cache.put(&key, b"a result")?;
/// assert_eq!(cache.get(&key).as_deref(), Some(&b"a result"[..]));
/// assert_eq!(cache.stats()?.hits, 1);
/// # Ok(())
/// # }
/// ```
pub struct Cache {
    folder: PathBuf,
    limits: CacheLimits,
    tally: Tally,
}

impl Cache {
    /// Opens the cache in a folder, which is made where it is not there. Counters are kept in the state.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the folder can't be made.
    pub fn open(folder: &Path, limits: CacheLimits, state: &State) -> Result<Self> {
        folder::make(folder).map_err(|error| io_error(folder, "make the folder of the cache", &error))?;
        Ok(Self { folder: folder.to_owned(), limits, tally: Tally::new(state.clone()) })
    }

    /// The folder it is in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The result that was kept under a key, if it is there, sound and not too old. It counts as used now.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.get_at(key, SystemTime::now())
    }

    fn get_at(&self, key: &Key, now: SystemTime) -> Option<Vec<u8>> {
        let path = self.path(key);
        match entry::read(&path, key, now, self.limits.max_age) {
            Found::Sound(bytes) => {
                self.tally.add(Count::Hits, 1);
                self.tally.add(Count::HitBytes, bytes.len() as u64);
                return Some(bytes);
            }
            Found::Nothing => {}
            Found::Old => self.remove(&path, Count::Expired),
            Found::Unsound(why) => {
                tracing::warn!(path = %path.display(), why, "an entry of the result cache is no good, and is removed");
                self.remove(&path, Count::Dropped);
            }
        }
        self.tally.add(Count::Misses, 1);
        None
    }

    /// Keeps a result under a key, in place of what was kept there, and makes room for it. Gives whether it is kept: a
    /// result is not that is larger than all may be, nor where other processes hold the cache for too long.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where it can't be written. A comparison has its result all the same.
    pub fn put(&self, key: &Key, result: &[u8]) -> Result<bool> {
        self.put_at(key, result, SystemTime::now())
    }

    fn put_at(&self, key: &Key, result: &[u8], now: SystemTime) -> Result<bool> {
        let size = entry::size_of(result);
        if size > self.limits.max_bytes {
            return Ok(false);
        }
        let mut written = entry::write(&self.folder, key, result, now);
        if written.as_ref().is_err_and(|error| error.kind() == IoKind::NotFound) {
            // Someone removed the whole folder, as may be done at any time.
            written = folder::make(&self.folder).and_then(|()| entry::write(&self.folder, key, result, now));
        }
        let failed = |error: &io::Error| io_error(&self.folder, "keep a result in the cache", error);
        let file = written.map_err(|error| failed(&error))?;
        let Some(mut room) = Room::of(&self.folder).map_err(|error| failed(&error))? else { return Ok(false) };
        let swept = room.make(size, &self.limits, now).map_err(|error| failed(&error))?;
        file.persist(self.path(key)).map_err(|error| failed(&error.error))?;
        drop(room);
        self.tally.add(Count::Stored, 1);
        self.tally.add(Count::Expired, swept.expired);
        self.tally.add(Count::Evicted, swept.evicted);
        Ok(true)
    }

    /// Removes the entries that were made longer ago than an age, or all of them. What is no sound entry goes, too;
    /// files of other names stay.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the folder can't be read, or something can't be removed.
    pub fn clear(&self, older_than: Option<Duration>) -> Result<Cleared> {
        self.clear_at(older_than, SystemTime::now())
    }

    fn clear_at(&self, older_than: Option<Duration>, now: SystemTime) -> Result<Cleared> {
        folder::clear(&self.folder, older_than, now).map_err(|error| io_error(&self.folder, "clear the cache", &error))
    }

    /// What the cache holds and did.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the folder can't be read, [`State`](crate::ErrorKind::State) where the
    /// counters can't be.
    pub fn stats(&self) -> Result<CacheStats> {
        let held = folder::entries(&self.folder).map_err(|error| io_error(&self.folder, "read the cache", &error))?;
        let counted = self.tally.read()?;
        Ok(CacheStats {
            entries: held.len() as u64,
            bytes: held.iter().map(|entry| entry.size).sum(),
            hits: counted.of(Count::Hits),
            misses: counted.of(Count::Misses),
            hit_bytes: counted.of(Count::HitBytes),
            stored: counted.of(Count::Stored),
            expired: counted.of(Count::Expired),
            evicted: counted.of(Count::Evicted),
            dropped: counted.of(Count::Dropped),
        })
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(folder::name_of(key))
    }

    /// Another process may have put a sound entry there since: then that one is made again.
    fn remove(&self, path: &Path, count: Count) {
        match folder::remove(path) {
            Ok(true) => self.tally.add(count, 1),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "an entry of the result cache can't be removed")
            }
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("folder", &self.folder).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A file as the context of an error.
fn place(path: &Path) -> Context {
    Context { input: Some(path.display().to_string()), ..Context::default() }
}

fn io_error(path: &Path, what: &str, error: &io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot {what}: {error}")).with_context(place(path))
}
