//! What the threads of an executor share, and how these are started and come to their end.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, unbounded};
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::model::{ExecutorLimits, Task};
use super::table::{Notice, Table};
use super::threads;
use crate::error::{Error, ErrorKind, Result};

/// What the threads share.
pub(super) struct Shared<T> {
    inside: Mutex<Inside<T>>,
    /// A place in the queue became free, or a thread ended.
    pub(super) changed: Condvar,
    /// The watcher has something else to watch.
    pub(super) watch: Condvar,
}

/// What is under the lock.
pub(super) struct Inside<T> {
    pub(super) table: Table<T>,
    handles: Vec<JoinHandle<()>>,
    workers: usize,
    has_watcher: bool,
    has_notifier: bool,
    notices: Receiver<Notice<T>>,
}

impl<T: Clone + Send + 'static> Shared<T> {
    pub(super) fn new(limits: ExecutorLimits) -> Self {
        let (sender, notices) = unbounded();
        let inside = Inside {
            table: Table::new(limits, sender),
            handles: Vec::new(),
            workers: 0,
            has_watcher: false,
            has_notifier: false,
            notices,
        };
        Self { inside: Mutex::new(inside), changed: Condvar::new(), watch: Condvar::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inside<T>> {
        self.inside.lock()
    }

    /// Starts those threads that are lacking for all that is to be done, a task among it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where one can't be started that can't be done without.
    pub(super) fn start_threads(self: &Arc<Self>, inside: &mut Inside<T>, task: &Task<T>) -> Result<()> {
        if !inside.has_watcher {
            self.spawn(inside, "csvq-watcher", threads::watch)?;
            inside.has_watcher = true;
        }
        if task.callback.is_some() && !inside.has_notifier {
            let notices = inside.notices.clone();
            self.spawn(inside, "csvq-callbacks", move |_| threads::notify(&notices))?;
            inside.has_notifier = true;
        }
        let counts = inside.table.counts;
        let wanted = (counts.queued + counts.running + counts.lingering + 1).min(inside.table.limits.workers);
        if inside.workers < wanted {
            let taking = inside.table.taking();
            let spawned = self.spawn(inside, "csvq-task", move |shared| {
                let _leaving = WorkerLeaves(shared);
                threads::work(shared, &taking);
            });
            match spawned {
                Ok(()) => inside.workers += 1,
                // Those that there are come to it in time.
                Err(error) if inside.workers == 0 => return Err(error),
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn spawn(
        self: &Arc<Self>,
        inside: &mut Inside<T>,
        name: &str,
        run: impl FnOnce(&Self) + Send + 'static,
    ) -> Result<()> {
        let shared = Arc::clone(self);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _leaving = ThreadLeaves(&shared);
            run(&shared);
        });
        let handle =
            thread.map_err(|error| Error::new(ErrorKind::Io, format!("cannot start a thread for a task: {error}")))?;
        inside.handles.push(handle);
        inside.table.counts.threads += 1;
        Ok(())
    }

    /// Waits until all threads have ended, for so long at most; whether they have. It is only of use once there are no
    /// more tasks to come. A thread of the executor's own does not wait, since it is one of them.
    pub(super) fn join(&self, at_most: Option<Duration>) -> bool {
        let began = Instant::now();
        let mut inside = self.lock();
        let me = std::thread::current().id();
        if inside.handles.iter().any(|handle| handle.thread().id() == me) {
            return false;
        }
        while inside.table.counts.threads > 0 {
            match at_most.map(|at_most| at_most.saturating_sub(began.elapsed())) {
                None => self.changed.wait(&mut inside),
                Some(Duration::ZERO) => return false,
                Some(left) => drop(self.changed.wait_for(&mut inside, left)),
            }
        }
        let handles = std::mem::take(&mut inside.handles);
        drop(inside);
        for handle in handles {
            // None of them panics: what could is caught.
            let _ = handle.join();
        }
        true
    }

    /// Has threads end that nothing more will come for.
    pub(super) fn end_helpers(&self, inside: &mut Inside<T>) {
        if inside.table.is_closed() && inside.workers == 0 {
            inside.table.end_notices();
            self.watch.notify_all();
        }
    }
}

impl<T: Clone + Send + 'static> Inside<T> {
    /// Whether the watcher has nothing to watch any more.
    pub(super) fn is_over(&self) -> bool {
        self.table.is_closed() && self.workers == 0
    }
}

/// Counts a worker as gone, however it went.
struct WorkerLeaves<'a, T: Clone + Send + 'static>(&'a Shared<T>);

impl<T: Clone + Send + 'static> Drop for WorkerLeaves<'_, T> {
    fn drop(&mut self) {
        let mut inside = self.0.lock();
        inside.workers -= 1;
        self.0.end_helpers(&mut inside);
    }
}

/// Counts a thread as gone, however it went.
struct ThreadLeaves<'a, T: Clone + Send + 'static>(&'a Shared<T>);

impl<T: Clone + Send + 'static> Drop for ThreadLeaves<'_, T> {
    fn drop(&mut self) {
        self.0.lock().table.counts.threads -= 1;
        self.0.changed.notify_all();
    }
}
