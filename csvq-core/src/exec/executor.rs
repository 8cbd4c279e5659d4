//! The executor, as its users see it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::model::{Counts, ExecutorLimits, Shutdown, Status, Task, TaskId, TaskInfo};
use super::shared::Shared;
use super::table::Refused;
use crate::control::Stop;
use crate::error::{Error, ErrorKind, Result};

/// How long an executor that is dropped waits for its threads.
const GRACE: Duration = Duration::from_secs(5);

/// Runs tasks on threads of its own. Dropping it cancels all of them, and waits some seconds for those that hear of it.
///
/// A task that waits for another one of the same executor may wait for ever: the other one may need its thread.
///
/// ```
/// use csvq_core::exec::{Executor, ExecutorLimits, Task};
/// let executor = Executor::new(ExecutorLimits::default());
/// let id = executor.submit(Task::new("sum", |_control| Ok((1..=100).sum::<u64>())))?;
/// assert_eq!(executor.wait(id, None).unwrap()?, 5050);
/// assert_eq!(executor.status(id).name(), "completed");
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub struct Executor<T: Clone + Send + 'static> {
    shared: Arc<Shared<T>>,
    /// The process that made it: a fork of that has none of its threads.
    host: u32,
}

impl<T: Clone + Send + 'static> Executor<T> {
    /// An executor without a task.
    #[must_use]
    pub fn new(limits: ExecutorLimits) -> Self {
        Self { shared: Arc::new(Shared::new(limits)), host: std::process::id() }
    }

    /// Accepts a task.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] where the queue is full, [`ErrorKind::Conflict`] after a shutdown,
    /// [`ErrorKind::Forked`] in a fork of the process that made the executor, [`ErrorKind::Io`] where no thread can be
    /// started. The task is then dropped, and its callback not called.
    pub fn submit(&self, task: Task<T>) -> Result<TaskId> {
        self.submit_within(task, Duration::ZERO)
    }

    /// Accepts a task, and waits for a place in the queue for so long at most.
    ///
    /// # Errors
    /// As [`Executor::submit`].
    pub fn submit_within(&self, mut task: Task<T>, at_most: Duration) -> Result<TaskId> {
        if self.is_fork() {
            let message = "this process is a fork of the one that made the executor: make one here";
            return Err(Error::new(ErrorKind::Forked, message));
        }
        let began = Instant::now();
        let mut inside = self.shared.lock();
        loop {
            if !inside.table.is_closed() {
                self.shared.start_threads(&mut inside, &task)?;
            }
            match inside.table.enqueue(task).map_err(|refused| *refused) {
                Ok(id) => return Ok(id),
                Err(Refused::Closed(task)) => {
                    drop(inside);
                    let message = format!("the executor was shut down, and takes no task `{}`", task.name);
                    return Err(Error::new(ErrorKind::Conflict, message));
                }
                Err(Refused::Full(back)) => {
                    let left = at_most.saturating_sub(began.elapsed());
                    if left.is_zero() {
                        let waiting = inside.table.counts.queued;
                        drop(inside);
                        let message = format!(
                            "{waiting} tasks wait already, and no more may: try `{}` again once some have ended",
                            back.name
                        );
                        return Err(Error::new(ErrorKind::LimitExceeded, message));
                    }
                    task = back;
                    self.shared.changed.wait_for(&mut inside, left);
                }
            }
        }
    }

    /// Where a task is.
    #[must_use]
    pub fn status(&self, id: TaskId) -> Status {
        self.shared.lock().table.status(id)
    }

    /// The result of a task that has ended and is still remembered.
    #[must_use]
    pub fn result(&self, id: TaskId) -> Option<Result<T>> {
        self.shared.lock().table.result(id)
    }

    /// Waits for a task to end, for so long at most where that is said; nothing where it has not by then, or where
    /// there is no such task.
    #[must_use]
    pub fn wait(&self, id: TaskId, at_most: Option<Duration>) -> Option<Result<T>> {
        let result = self.shared.lock().table.wait_for(id)?;
        match at_most {
            None => result.recv().ok(),
            Some(at_most) => result.recv_timeout(at_most).ok(),
        }
    }

    /// Cancels a task that waits or runs; whether there was one. It is cancelled at once, whenever its thread comes
    /// back.
    pub fn cancel(&self, id: TaskId) -> bool {
        let stopped = self.shared.lock().table.stop(id, Stop::Cancelled);
        self.shared.changed.notify_all();
        self.shared.watch.notify_all();
        stopped.is_some()
    }

    /// Lets go of the result of a task that has ended; whether there was one.
    pub fn forget(&self, id: TaskId) -> bool {
        let gone = self.shared.lock().table.forget(id);
        !gone.is_empty()
    }

    /// All tasks that are known, in the order in which they were submitted.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.shared.lock().table.tasks()
    }

    /// What it has and did.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.lock().table.counts()
    }

    /// Takes no more tasks, ends those that there are, and waits until they have ended and all callbacks were called,
    /// for so long at most where that is said; whether they have. Called by a task or a callback, it does not wait.
    /// Results stay.
    pub fn shutdown(&self, how: Shutdown, at_most: Option<Duration>) -> bool {
        if self.is_fork() {
            return true;
        }
        let mut inside = self.shared.lock();
        inside.table.close();
        let stopped = if how == Shutdown::Cancel { inside.table.stop_all() } else { Vec::new() };
        self.shared.end_helpers(&mut inside);
        drop(inside);
        self.shared.changed.notify_all();
        self.shared.watch.notify_all();
        drop(stopped);
        self.shared.join(at_most)
    }

    fn is_fork(&self) -> bool {
        self.host != std::process::id()
    }
}

impl<T: Clone + Send + 'static> Drop for Executor<T> {
    fn drop(&mut self) {
        self.shutdown(Shutdown::Cancel, Some(GRACE));
    }
}

impl<T: Clone + Send + 'static> fmt::Debug for Executor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("counts", &self.counts()).finish_non_exhaustive()
    }
}
