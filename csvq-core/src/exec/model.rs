//! What is said to the executor, and what it tells.

use std::fmt;
use std::time::Duration;

use crate::control::{Control, Progress};
use crate::error::{Error, ErrorKind, Result};

/// What a task does.
pub(super) type Work<T> = Box<dyn FnOnce(&Control) -> Result<T> + Send>;

/// What is called once a task has ended.
pub(super) type Callback<T> = Box<dyn FnOnce(TaskId, &Result<T>) + Send>;

/// How much an [`Executor`](super::Executor) does at once, and how long it remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutorLimits {
    /// How many tasks run at once; one at least.
    pub workers: usize,
    /// How many tasks may wait; one at least.
    pub queue: usize,
    /// How long a task may run that says nothing else. Time in the queue does not count.
    pub default_timeout: Option<Duration>,
    /// How long the result of a task is kept once it has ended.
    pub retention: Duration,
    /// How many results are kept; beyond, the oldest are let go.
    pub max_finished: usize,
}

impl Default for ExecutorLimits {
    fn default() -> Self {
        Self {
            workers: 4,
            queue: 1000,
            default_timeout: None,
            retention: Duration::from_secs(3600),
            max_finished: 1000,
        }
    }
}

/// Names a task. No two tasks of one executor ever have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(u64);

impl TaskId {
    /// The task of a number, which may be none.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something to be done.
pub struct Task<T> {
    pub(super) name: String,
    pub(super) work: Work<T>,
    pub(super) callback: Option<Callback<T>>,
    pub(super) control: Control,
    /// What it says of its timeout, if it says anything.
    pub(super) timeout: Option<Option<Duration>>,
}

impl<T> Task<T> {
    /// A task. The name is for people: that of the plugin, for instance.
    pub fn new(name: impl Into<String>, work: impl FnOnce(&Control) -> Result<T> + Send + 'static) -> Self {
        Self { name: name.into(), work: Box::new(work), callback: None, control: Control::new(), timeout: None }
    }

    /// Has something called once it has ended, with its result, exactly once. It is called on a thread that all
    /// callbacks share, and should be short.
    #[must_use]
    pub fn callback(self, callback: impl FnOnce(TaskId, &Result<T>) + Send + 'static) -> Self {
        Self { callback: Some(Box::new(callback)), ..self }
    }

    /// Gives it a control that someone else has, too.
    #[must_use]
    pub fn control(self, control: Control) -> Self {
        Self { control, ..self }
    }

    /// How long it may run, instead of the executor's default; with `None`, as long as it takes.
    #[must_use]
    pub fn timeout(self, timeout: Option<Duration>) -> Self {
        Self { timeout: Some(timeout), ..self }
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("name", &self.name).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Where a task is.
#[derive(Clone, Debug)]
pub enum Status {
    /// It waits for a thread.
    Queued {
        /// How long it has waited.
        elapsed: Duration,
    },
    /// It runs.
    Running {
        /// How far it is.
        progress: Progress,
        /// How long it has run.
        elapsed: Duration,
    },
    /// It gave a result.
    Completed {
        /// How long it ran.
        elapsed: Duration,
    },
    /// It failed, or panicked.
    Failed {
        /// How long it ran.
        elapsed: Duration,
        /// Why.
        error: Error,
    },
    /// Someone cancelled it.
    Cancelled {
        /// How long it ran; nothing where it never did.
        elapsed: Duration,
    },
    /// Its time ran out.
    TimedOut {
        /// How long it ran.
        elapsed: Duration,
    },
    /// There is no such task, or its result was let go.
    NotFound,
}

impl Status {
    /// The status of a task that ended.
    pub(super) fn of<T>(result: &Result<T>, elapsed: Duration) -> Self {
        match result {
            Ok(_) => Self::Completed { elapsed },
            Err(error) => match error.kind() {
                ErrorKind::Cancelled => Self::Cancelled { elapsed },
                ErrorKind::TimedOut => Self::TimedOut { elapsed },
                _ => Self::Failed { elapsed, error: error.clone() },
            },
        }
    }

    /// Its name as bindings show it, such as `timed_out`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Running { .. } => "running",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
            Self::TimedOut { .. } => "timed_out",
            Self::NotFound => "not_found",
        }
    }

    /// Whether it stays so.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Queued { .. } | Self::Running { .. })
    }
}

/// What is known of a task.
#[derive(Clone, Debug)]
pub struct TaskInfo {
    /// Which it is.
    pub id: TaskId,
    /// The name that it was given.
    pub name: String,
    /// Where it is.
    pub status: Status,
}

/// What an executor has and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tasks that wait.
    pub queued: usize,
    /// Tasks that run.
    pub running: usize,
    /// Threads that are busy with tasks that were cancelled, or whose time ran out.
    pub lingering: usize,
    /// Results that are kept.
    pub finished: usize,
    /// Threads, those for callbacks and for timeouts among them.
    pub threads: usize,
    /// Tasks that were accepted.
    pub submitted: u64,
    /// Tasks that gave a result.
    pub completed: u64,
    /// Tasks that failed or panicked.
    pub failed: u64,
    /// Tasks that were cancelled.
    pub cancelled: u64,
    /// Tasks whose time ran out.
    pub timed_out: u64,
}

/// How an executor is shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// All tasks that were accepted are done first.
    Wait,
    /// All tasks that have not ended are cancelled.
    Cancel,
}
