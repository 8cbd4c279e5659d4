//! Workers kept ready for hot plugins: started, the plugin loaded, waiting for their one call.
//!
//! A plugin is hot once it was asked for a few times. A thread in the background starts workers for it, and ends
//! those that nobody asks for any more; it exists once there is something to do. A pool never fails: where it has no
//! worker ready, the caller starts one.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::Worker;
use super::model::{Entry, WorkerLimits, WorkerProgram};
use crate::control::Control;
use crate::error::Result;

/// How often workers that wait are looked after.
const TEND_EVERY: Duration = Duration::from_secs(1);

/// How long a worker that was taken is not replaced: starting another one takes a processor that the call may want.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a worker that is let go may take to exit.
const GRACE: Duration = Duration::from_millis(200);

/// The longest that a plugin may take to load while the others wait for that.
const LOADING: Duration = Duration::from_secs(30);

/// After so many failures in a row no more workers are started for a plugin, until it was not asked for in a while.
const MAX_FAILURES: u32 = 3;

/// How many workers a [`Pool`] keeps, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// The most workers that wait for one plugin; with 0, nothing is kept.
    pub per_plugin: usize,
    /// The most workers that wait in all.
    pub total: usize,
    /// A plugin is hot once it was asked for so many times, each within `idle` of the one before.
    pub hot_after: u32,
    /// Workers of a plugin that was not asked for in this time are ended.
    pub idle: Duration,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self { per_plugin: 2, total: 8, hot_after: 2, idle: Duration::from_secs(60) }
    }
}

/// What a [`Pool`] has and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolCounts {
    /// Workers that wait now.
    pub ready: usize,
    /// How often a worker was asked for and there was one.
    pub taken: u64,
    /// How often a worker was asked for and there was none.
    pub missed: u64,
    /// Workers that were started and had the plugin loaded.
    pub started: u64,
    /// Workers that could not be started, or not load the plugin.
    pub failed: u64,
    /// Workers that were ended unused, or ended by themselves.
    pub ended: u64,
}

/// Workers kept ready. Dropping it ends them.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The process that made it: in a fork of that there is no thread, and no worker to end.
    host: u32,
}

#[derive(Debug)]
struct Shared {
    program: WorkerProgram,
    limits: PoolLimits,
    shelves: Mutex<Shelves>,
    changed: Condvar,
    /// Stopped when the pool is: a worker that loads meanwhile is not waited for.
    control: Control,
}

#[derive(Debug, Default)]
struct Shelves {
    of: HashMap<Key, Shelf>,
    counts: PoolCounts,
    is_closing: bool,
}

/// What a worker has loaded, and what it is held to: one that is held to something else serves nobody.
type Key = (Entry, WorkerLimits);

/// The workers of one plugin, under the same limits.
#[derive(Debug)]
struct Shelf {
    ready: Vec<Worker>,
    uses: u32,
    last_use: Instant,
    /// Since when there is a worker less than there should be.
    lacks_since: Option<Instant>,
    failures: u32,
}

impl Pool {
    /// A pool of workers that run `program`.
    #[must_use]
    pub fn new(program: WorkerProgram, limits: PoolLimits) -> Self {
        let (shelves, changed) = (Mutex::default(), Condvar::new());
        let shared = Shared { program, limits, shelves, changed, control: Control::new() };
        Self { shared: Arc::new(shared), thread: Mutex::new(None), host: std::process::id() }
    }

    /// A worker that has this entry loaded and is held to just these limits, if one is ready. Asking is what makes a
    /// plugin hot.
    pub fn take(&self, entry: &Entry, limits: &WorkerLimits) -> Option<Worker> {
        if self.shared.limits.per_plugin == 0 {
            return None;
        }
        let (taken, _dead, is_wanted) = self.shared.take(entry, limits);
        if is_wanted {
            self.wake();
        }
        taken
    }

    /// Ends the workers of a plugin, by its id: it was updated, disabled or removed.
    pub fn forget(&self, id: &str) {
        let mut shelves = self.shared.shelves.lock();
        let (kept, gone) = std::mem::take(&mut shelves.of).into_iter().partition(|((entry, _), _)| entry.id != id);
        shelves.of = kept;
        let gone: Vec<(Key, Shelf)> = Vec::from_iter::<HashMap<_, _>>(gone);
        shelves.counts.ended += gone.iter().map(|(_, shelf)| shelf.ready.len() as u64).sum::<u64>();
        // They are killed without the lock.
        drop(shelves);
        drop(gone);
    }

    /// What it has and did.
    #[must_use]
    pub fn counts(&self) -> PoolCounts {
        let shelves = self.shared.shelves.lock();
        PoolCounts { ready: shelves.ready(), ..shelves.counts }
    }

    /// Waits until this entry has so many workers ready under these limits, for so long at most; whether it has. It makes
    /// nothing hot.
    pub fn wait_until_ready(&self, entry: &Entry, limits: &WorkerLimits, workers: usize, at_most: Duration) -> bool {
        let began = Instant::now();
        let key = (entry.clone(), limits.clone());
        let mut shelves = self.shared.shelves.lock();
        loop {
            if shelves.of.get(&key).is_some_and(|shelf| shelf.ready.len() >= workers) {
                return true;
            }
            let left = at_most.saturating_sub(began.elapsed());
            if left.is_zero() {
                return false;
            }
            self.shared.changed.wait_for(&mut shelves, left);
        }
    }

    /// Ends all workers and the thread. From then on there is never a worker ready.
    pub fn shutdown(&self) {
        if self.host != std::process::id() {
            return;
        }
        self.shared.control.cancel();
        let gone = {
            let mut shelves = self.shared.shelves.lock();
            shelves.is_closing = true;
            shelves.counts.ended += shelves.ready() as u64;
            std::mem::take(&mut shelves.of)
        };
        self.shared.changed.notify_all();
        drop(gone);
        if let Some(thread) = self.thread.lock().take() {
            // One that panicked is gone as well.
            let _ = thread.join();
        }
    }

    /// Tells the thread that there is something to do, and starts it where there is none.
    fn wake(&self) {
        self.shared.changed.notify_all();
        let mut thread = self.thread.lock();
        if thread.is_none() && !self.shared.shelves.lock().is_closing {
            let shared = Arc::clone(&self.shared);
            let spawned = std::thread::Builder::new().name("csvq-pool".to_owned()).spawn(move || shared.keep());
            // Without a thread there are no workers ready, which a pool never promises.
            *thread = spawned.ok();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl Shelves {
    fn ready(&self) -> usize {
        self.of.values().map(|shelf| shelf.ready.len()).sum()
    }

    /// Which entry should have another worker: the one that was asked for last of those that lack one.
    fn wanted(&self, limits: &PoolLimits) -> Option<Key> {
        if self.ready() >= limits.total {
            return None;
        }
        let is_due = |shelf: &Shelf| shelf.lacks_since.is_none_or(|since| since.elapsed() >= PAUSE);
        let lacking = self.of.iter().filter(|(_, shelf)| shelf.lacks(limits) && is_due(shelf));
        lacking.max_by_key(|(_, shelf)| shelf.last_use).map(|(key, _)| key.clone())
    }

    /// Takes out what is not wanted any more: workers that ended by themselves, and all of plugins that have cooled.
    fn clear(&mut self, limits: &PoolLimits) -> Vec<Worker> {
        let mut gone = Vec::new();
        self.of.retain(|_, shelf| {
            let is_cold = shelf.last_use.elapsed() >= limits.idle;
            gone.extend(shelf.ready.extract_if(.., |worker| is_cold || !worker.tend()));
            !is_cold
        });
        self.counts.ended += gone.len() as u64;
        gone
    }
}

impl Shelf {
    fn lacks(&self, limits: &PoolLimits) -> bool {
        self.uses >= limits.hot_after && self.failures < MAX_FAILURES && self.ready.len() < limits.per_plugin
    }
}

impl Shared {
    /// A ready worker; those that were found dead, to be dropped without the lock; and whether the thread has work.
    fn take(&self, entry: &Entry, limits: &WorkerLimits) -> (Option<Worker>, Vec<Worker>, bool) {
        let mut shelves = self.shelves.lock();
        if shelves.is_closing {
            return (None, Vec::new(), false);
        }
        let now = Instant::now();
        let new = || Shelf { ready: Vec::new(), uses: 0, last_use: now, lacks_since: None, failures: 0 };
        let shelf = shelves.of.entry((entry.clone(), limits.clone())).or_insert_with(new);
        shelf.uses =
            if now.duration_since(shelf.last_use) >= self.limits.idle { 1 } else { shelf.uses.saturating_add(1) };
        shelf.last_use = now;
        let mut dead = Vec::new();
        let mut taken = None;
        while let Some(mut worker) = shelf.ready.pop() {
            if worker.tend() {
                taken = Some(worker);
                break;
            }
            dead.push(worker);
        }
        // With a plugin that is not hot, the thread has to exist for nothing but forgetting it, which can wait.
        let is_wanted = shelf.lacks(&self.limits);
        if is_wanted {
            shelf.lacks_since.get_or_insert(now);
        }
        let counts = &mut shelves.counts;
        *(if taken.is_some() { &mut counts.taken } else { &mut counts.missed }) += 1;
        counts.ended += dead.len() as u64;
        (taken, dead, is_wanted)
    }

    /// What the thread does, until the pool is closed.
    fn keep(&self) {
        let mut shelves = self.shelves.lock();
        while !shelves.is_closing {
            let gone = shelves.clear(&self.limits);
            let wanted = shelves.wanted(&self.limits);
            if gone.is_empty() && wanted.is_none() {
                if shelves.of.is_empty() {
                    self.changed.wait(&mut shelves);
                } else {
                    let has_room = shelves.ready() < self.limits.total;
                    let lacks = has_room && shelves.of.values().any(|shelf| shelf.lacks(&self.limits));
                    let rest = if lacks { PAUSE } else { TEND_EVERY.min(self.limits.idle) };
                    self.changed.wait_for(&mut shelves, rest);
                }
                continue;
            }
            drop(shelves);
            gone.into_iter().for_each(|worker| worker.close(GRACE));
            let made = wanted.map(|key| (self.make(&key), key));
            shelves = self.shelves.lock();
            if let Some((made, key)) = made {
                let unwanted = shelves.put(&key, made);
                self.changed.notify_all();
                drop(shelves);
                drop(unwanted);
                shelves = self.shelves.lock();
            }
        }
    }

    fn make(&self, (entry, limits): &Key) -> Result<Worker> {
        let load_timeout = Some(limits.load_timeout.map_or(LOADING, |timeout| timeout.min(LOADING)));
        let graces = (Duration::ZERO, Duration::ZERO);
        let patience = WorkerLimits { load_timeout, cancel_grace: graces.0, term_grace: graces.1, ..limits.clone() };
        // What it is held to follows from its own limits; how long it is waited for, from these.
        let mut worker = Worker::start(&self.program, limits)?;
        worker.load_under(entry, &patience, &self.control)?;
        Ok(worker)
    }
}

impl Shelves {
    /// Puts a worker that was made on its shelf; returns it where that is gone by now.
    fn put(&mut self, key: &Key, made: Result<Worker>) -> Option<Worker> {
        let shelf = self.of.get_mut(key);
        match (made, shelf) {
            (Ok(worker), Some(shelf)) => {
                shelf.failures = 0;
                shelf.lacks_since = None;
                shelf.ready.push(worker);
                self.counts.started += 1;
                None
            }
            (Ok(worker), None) => {
                self.counts.started += 1;
                self.counts.ended += 1;
                Some(worker)
            }
            (Err(error), shelf) => {
                tracing::warn!(plugin = key.0.id, "no worker could be made ready: {error}");
                if let Some(shelf) = shelf {
                    shelf.failures += 1;
                }
                self.counts.failed += 1;
                None
            }
        }
    }
}
