//! Tests of the executor: where tasks are, how they end, and that they all do.

mod ends;
mod many;
mod statuses;

use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, bounded};

use super::{Executor, ExecutorLimits, Task, TaskId};
use crate::control::Control;
use crate::error::Result;

/// More than anything here takes, unless it hangs.
const LONG: Duration = Duration::from_secs(60);

fn executor(workers: usize, queue: usize) -> Executor<u32> {
    Executor::new(ExecutorLimits { workers, queue, ..ExecutorLimits::default() })
}

/// A task that says when it has begun, and does not end before it is let go, whatever its control says.
struct Held {
    id: TaskId,
    begun: Receiver<()>,
    go: Sender<()>,
}

impl Held {
    fn submit(executor: &Executor<u32>, shape: impl FnOnce(Task<u32>) -> Task<u32>) -> Self {
        let (task, begun, go) = held(|_| Ok(1));
        Self { id: executor.submit(shape(task)).unwrap(), begun, go }
    }

    /// One that has begun.
    fn running(executor: &Executor<u32>) -> Self {
        let held = Self::submit(executor, |task| task);
        held.begun.recv().unwrap();
        held
    }

    fn go(&self) {
        self.go.send(()).unwrap();
    }
}

fn held(then: impl FnOnce(&Control) -> Result<u32> + Send + 'static) -> (Task<u32>, Receiver<()>, Sender<()>) {
    let (say, begun) = bounded(1);
    let (go, wait) = bounded(1);
    let task = Task::new("held", move |control| {
        say.send(()).unwrap();
        wait.recv().unwrap();
        then(control)
    });
    (task, begun, go)
}

/// Waits until something holds that other threads bring about.
fn until(holds: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed() < LONG, "it never held");
        std::thread::yield_now();
    }
}
