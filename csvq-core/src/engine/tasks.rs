//! Comparisons in the background, as tasks of the executor; and comparisons that have to end in time.

use std::time::Duration;

use crossbeam::channel::{self, RecvTimeoutError, Sender};

use super::Engine;
use crate::access::Caller;
use crate::compare::Job;
use crate::control::{Control, Stop};
use crate::error::{Error, ErrorKind, Result};
use crate::exec::{Counts, Status, Task, TaskId, TaskInfo};
use crate::report::Comparison;

impl Engine {
    /// Has a comparison run in the background, and tells `done` what it came to, once. It ends after `timeout`, or after
    /// the time that the configuration allows; with a plugin, after the time that the security policy allows at the latest.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) and [`Disabled`](ErrorKind::Disabled) as for [`Engine::compare`];
    /// [`LimitExceeded`](ErrorKind::LimitExceeded) where too many wait already.
    pub fn submit(
        &self,
        caller: &Caller,
        name: &str,
        job: Job,
        timeout: Option<Duration>,
        done: impl FnOnce(TaskId, &Result<Comparison>) + Send + 'static,
    ) -> Result<TaskId> {
        let found = self.admit(caller, name)?;
        let most = found.limits().map(|limits| limits.max_execution_time);
        let timeout = match timeout {
            Some(timeout) => Some(most.map_or(timeout, |most| timeout.min(most))),
            None => self.timeout(found.limits()),
        };
        let (engine, control) = (self.clone(), job.control.clone());
        let task = Task::new(name, move |_| engine.run(&found, &job));
        self.shared.executor.submit(task.control(control).timeout(timeout).callback(done))
    }

    /// How far a task is, or how it ended.
    #[must_use]
    pub fn task(&self, _: &Caller, id: TaskId) -> Status {
        self.shared.executor.status(id)
    }

    /// All tasks that are known.
    #[must_use]
    pub fn tasks(&self, _: &Caller) -> Vec<TaskInfo> {
        self.shared.executor.tasks()
    }

    /// How many tasks there are and were.
    #[must_use]
    pub fn task_counts(&self, _: &Caller) -> Counts {
        self.shared.executor.counts()
    }

    /// What a task came to, once it is there and as long as it is kept.
    #[must_use]
    pub fn task_result(&self, _: &Caller, id: TaskId) -> Option<Result<Comparison>> {
        self.shared.executor.result(id)
    }

    /// Waits for what a task comes to, for so long at most.
    #[must_use]
    pub fn wait_for(&self, _: &Caller, id: TaskId, at_most: Option<Duration>) -> Option<Result<Comparison>> {
        self.shared.executor.wait(id, at_most)
    }

    /// Cancels a task, whether it waits or runs; whether there was one to cancel.
    pub fn cancel(&self, _: &Caller, id: TaskId) -> bool {
        self.shared.executor.cancel(id)
    }
}

/// Stops a control after a while, unless this is dropped before.
pub(super) struct StopAfter {
    _ended: Sender<()>,
}

impl StopAfter {
    /// Begins to wait.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the system has no thread for it.
    pub(super) fn new(control: &Control, timeout: Duration) -> Result<Self> {
        let (ended, wait) = channel::bounded::<()>(0);
        let control = control.clone();
        let watch = move || {
            if wait.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout) {
                control.stop(Stop::TimedOut);
            }
        };
        let spawned = std::thread::Builder::new().name("csvq-timeout".to_owned()).spawn(watch);
        spawned.map_err(|error| Error::new(ErrorKind::Io, format!("cannot watch the time: {error}")))?;
        Ok(Self { _ended: ended })
    }
}
