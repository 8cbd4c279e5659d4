//! The executor: tasks wait in a bounded queue, threads take them from there, and results are kept for a while.
//!
//! A task is a function that is given a [`Control`](crate::control::Control); it knows nothing of plugins or
//! comparisons, nor does the executor. Every task that was accepted ends in exactly one of four ways, which are final
//! at once: completed, failed, cancelled, timed out. Whoever cancels a task, or lets its time run out, stops its
//! control and does not wait for it; the thread that is still busy with it is counted as lingering until it comes
//! back.
//!
//! Nothing is started before the first task. Callbacks run one after another on a thread of their own, so that a slow
//! one holds up other callbacks and nothing else.

mod executor;
mod model;
mod shared;
mod table;
mod threads;

#[cfg(test)]
mod tests;

pub use self::executor::Executor;
pub use self::model::{Counts, ExecutorLimits, Shutdown, Status, Task, TaskId, TaskInfo};
