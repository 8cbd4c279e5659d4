//! Workers that are kept ready.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::programs::{LONG, entry, is_gone, limits, noted, program, run};
use crate::control::Control;
use crate::sandbox::{Entry, Pool, PoolCounts, PoolLimits, WorkerLimits};

/// A pool whose workers note their numbers in a file.
struct Kept {
    pool: Pool,
    entry: Entry,
    notes: PathBuf,
    folder: TempDir,
}

fn kept(class: &str, limits: PoolLimits) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    std::fs::write(&notes, "").unwrap();
    let pool = Pool::new(program("acts"), limits);
    Kept { pool, entry: entry(class, &notes), notes, folder }
}

fn one() -> PoolLimits {
    PoolLimits { per_plugin: 1, idle: LONG * 10, ..PoolLimits::default() }
}

#[test]
fn a_plugin_gets_hot_and_has_workers_ready() {
    let Kept { pool, entry, notes, folder: _folder } = kept("note", one());
    assert!(pool.take(&entry, &limits()).is_none());
    assert!(!pool.wait_until_ready(&entry, &limits(), 1, Duration::ZERO), "asked for once, it is not hot");
    assert!(pool.take(&entry, &limits()).is_none());
    for _ in 0..3 {
        assert!(pool.wait_until_ready(&entry, &limits(), 1, LONG));
        let worker = pool.take(&entry, &limits()).unwrap();
        assert_eq!(worker.entry(), Some(&entry));
        let (answer, _) = run(worker, &json!({"act": "echo"}), &limits(), &Control::new());
        assert_eq!(answer.unwrap().outcome["left"], "left table");
    }
    assert!(pool.wait_until_ready(&entry, &limits(), 1, LONG));
    assert_eq!(pool.counts(), PoolCounts { ready: 1, taken: 3, missed: 2, started: 4, failed: 0, ended: 0 });
    pool.shutdown();
    assert!(pool.take(&entry, &limits()).is_none());
    assert_eq!(pool.counts(), PoolCounts { ready: 0, taken: 3, missed: 2, started: 4, failed: 0, ended: 1 });
    let pids = noted(&notes);
    assert_eq!(pids.len(), 4);
    assert!(pids.into_iter().all(is_gone));
}

#[test]
fn a_plugin_that_is_forgotten_has_no_workers() {
    let Kept { pool, entry, notes, folder: _folder } = kept("note", PoolLimits { hot_after: 1, ..one() });
    pool.take(&entry, &limits());
    assert!(pool.wait_until_ready(&entry, &limits(), 1, LONG));
    pool.forget("another");
    assert_eq!(pool.counts().ready, 1);
    pool.forget(&entry.id);
    assert_eq!((pool.counts().ready, pool.counts().ended), (0, 1));
    assert!(noted(&notes).into_iter().all(is_gone));
    assert!(!pool.wait_until_ready(&entry, &limits(), 1, Duration::ZERO));
}

#[test]
fn a_plugin_that_cools_has_no_workers() {
    let idle = Duration::from_millis(500);
    let Kept { pool, entry, notes, folder: _folder } = kept("note", PoolLimits { hot_after: 1, idle, ..one() });
    pool.take(&entry, &limits());
    while noted(&notes).is_empty() {
        std::thread::yield_now();
    }
    assert!(noted(&notes).into_iter().all(is_gone));
}

#[test]
fn workers_that_died_are_not_handed_out() {
    let Kept { pool, entry, notes, folder: _folder } = kept("note", PoolLimits { hot_after: 1, ..one() });
    pool.take(&entry, &limits());
    assert!(pool.wait_until_ready(&entry, &limits(), 1, LONG));
    let pid = noted(&notes)[0];
    let killed = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(killed, rustix::process::Signal::KILL).unwrap();
    assert!(is_gone(pid));
    if let Some(worker) = pool.take(&entry, &limits()) {
        // The pool noticed first and made another.
        assert_ne!(worker.description().unwrap()["pid"], pid);
    }
    assert_eq!(pool.counts().ended, 1);
}

#[test]
fn a_plugin_that_does_not_load_is_given_up() {
    let Kept { pool, entry, .. } = kept("exit", PoolLimits { hot_after: 1, ..one() });
    while pool.counts().failed < 3 {
        assert!(pool.take(&entry, &limits()).is_none());
        std::thread::yield_now();
    }
    assert!(pool.take(&entry, &limits()).is_none());
    pool.shutdown();
    assert_eq!((pool.counts().failed, pool.counts().started), (3, 0));
}

#[test]
fn a_pool_that_closes_waits_for_no_load() {
    let Kept { pool, entry, .. } = kept("hang", PoolLimits { hot_after: 1, ..one() });
    pool.take(&entry, &limits());
    pool.shutdown();
    assert_eq!(pool.counts().ready, 0);
}

#[test]
fn there_are_no_more_workers_than_wanted() {
    let none = kept("note", PoolLimits { per_plugin: 0, hot_after: 1, ..one() });
    assert!(none.pool.take(&none.entry, &limits()).is_none());
    assert_eq!(none.pool.counts(), PoolCounts::default());
    let Kept { pool, entry: first, folder: _folder, .. } = kept("note", PoolLimits { total: 1, hot_after: 1, ..one() });
    let second = Entry { id: "second".to_owned(), ..first.clone() };
    pool.take(&first, &limits());
    assert!(pool.wait_until_ready(&first, &limits(), 1, LONG));
    pool.take(&second, &limits());
    assert!(!pool.wait_until_ready(&second, &limits(), 1, Duration::from_millis(200)));
    pool.forget(&first.id);
    pool.take(&second, &limits());
    assert!(pool.wait_until_ready(&second, &limits(), 1, LONG));
}

#[test]
fn many_threads_share_a_pool() {
    let wanted = PoolLimits { per_plugin: 4, hot_after: 1, ..one() };
    let Kept { pool, entry, notes, folder: _folder } = kept("note", wanted);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    if let Some(worker) = pool.take(&entry, &limits()) {
                        let (answer, _) = run(worker, &json!({"act": "echo"}), &limits(), &Control::new());
                        answer.unwrap();
                    }
                    pool.wait_until_ready(&entry, &limits(), 1, LONG);
                }
            });
        }
    });
    drop(pool);
    assert!(noted(&notes).into_iter().all(is_gone));
}

#[test]
fn limits_that_changed_get_no_worker_of_the_old_ones() {
    let Kept { pool, entry, folder: _folder, .. } = kept("note", PoolLimits { hot_after: 1, ..one() });
    pool.take(&entry, &limits());
    assert!(pool.wait_until_ready(&entry, &limits(), 1, LONG));
    let (base, off) = (limits(), crate::sandbox::Guards::off());
    for changed in [
        WorkerLimits { max_memory_bytes: Some(1 << 40), ..base.clone() },
        WorkerLimits { guards: crate::sandbox::Guards { network: true, ..off.clone() }, ..base.clone() },
        WorkerLimits { guards: crate::sandbox::Guards { max_cpu_seconds: Some(9), ..off }, ..base },
    ] {
        assert!(pool.take(&entry, &changed).is_none());
    }
    assert!(pool.take(&entry, &limits()).is_some());
}
