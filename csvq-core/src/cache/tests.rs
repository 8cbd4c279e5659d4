//! Tests of the result cache: what it gives back, what it never does, its limits, and what others do to its folder.

mod contents;
mod damage;
mod keys;
mod limits;
mod processes;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::{Cache, CacheLimits, Key, KeyParts};
use crate::state::State;

const HOUR: Duration = Duration::from_secs(3600);

/// A cache and a state in a folder of their own.
struct Place {
    folder: TempDir,
    state: State,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state.db")).unwrap();
        Self { folder, state }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("plugins/cache")
    }

    fn open(&self, limits: CacheLimits) -> Cache {
        Cache::open(&self.path(), limits, &self.state).unwrap()
    }

    /// Takes a table out of the state, so that what needs it fails.
    fn break_table(&self, table: &str) {
        let connection = rusqlite::Connection::open(self.state.path()).unwrap();
        connection.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }

    /// The file of an entry.
    fn file(&self, key: &Key) -> PathBuf {
        self.path().join(super::folder::name_of(key))
    }
}

/// A key that differs by its number.
fn key(number: u64) -> Key {
    Key::of(&KeyParts {
        plugin: "p",
        plugin_version: "1.0.0",
        plugin_digest: "d",
        left: &number.to_string(),
        right: "r",
        parameters: &Map::new(),
        job: &Value::Null,
        engine_version: "0",
    })
}

fn now() -> SystemTime {
    SystemTime::now()
}

#[test]
fn what_is_put_is_given() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    assert_eq!(cache.get(&key(1)), None);
    for result in [&b""[..], b"a", &[7; 100_000]] {
        assert!(cache.put(&key(1), result).unwrap());
        assert_eq!(cache.get(&key(1)).as_deref(), Some(result));
    }
    assert_eq!(cache.get(&key(2)), None);
    // Another process, later.
    assert_eq!(place.open(CacheLimits::default()).get(&key(1)).unwrap().len(), 100_000);
}

#[test]
fn everything_is_counted() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    for number in 0..10 {
        cache.put(&key(number), &[1; 100]).unwrap();
    }
    for number in 5..20 {
        let _ = cache.get(&key(number));
    }
    let found = cache.stats().unwrap();
    assert_eq!((found.entries, found.bytes), (10, 10 * 188));
    assert_eq!((found.hits, found.misses, found.hit_bytes, found.stored), (5, 10, 500, 10));
    // What was counted last is written when the cache is closed.
    let _ = cache.get(&key(0));
    drop(cache);
    assert_eq!(place.open(CacheLimits::default()).stats().unwrap().hits, 6);
}

#[test]
fn a_cache_that_cant_count_works_all_the_same() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    place.break_table("counters");
    for number in 0..100 {
        cache.put(&key(number), b"x").unwrap();
        assert!(cache.get(&key(number)).is_some());
    }
    assert_eq!(cache.stats().unwrap_err().kind(), crate::error::ErrorKind::State);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.open(CacheLimits::default()).put(&key(1), b"x").unwrap();
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(place.path()), mode(place.file(&key(1)))), (0o700, 0o600));
}
