//! What the threads of an executor do: run tasks, watch the clock, call back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crossbeam::channel::Receiver;

use super::model::{TaskId, Work};
use super::shared::Shared;
use super::table::{Leftovers, Notice};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};

/// Runs tasks until there are no more to come.
pub(super) fn work<T: Clone + Send + 'static>(shared: &Shared<T>, taking: &Receiver<TaskId>) {
    for id in taking {
        let begun = shared.lock().table.begin(id);
        // A place in the queue is free.
        shared.changed.notify_all();
        let Some((work, control, name, has_timeout)) = begun else { continue };
        if has_timeout {
            shared.watch.notify_all();
        }
        let result = run(work, &control, id, &name);
        let (leftovers, is_first) = {
            let table = &mut shared.lock().table;
            (table.end(id, result), table.keeps_one())
        };
        if is_first {
            shared.watch.notify_all();
        }
        discard(leftovers);
    }
}

/// Runs one task. The text of a panic may hold what is in a cell, and is left out.
fn run<T>(work: Work<T>, control: &Control, id: TaskId, name: &str) -> Result<T> {
    let _span = tracing::debug_span!(target: "csvq::task", "task", id = id.number(), name).entered();
    catch_unwind(AssertUnwindSafe(|| work(control))).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, format!("the task `{name}` panicked; please report it to whoever made it")))
    })
}

/// Stops tasks whose time is over, and lets go of results that are old, until there are no more threads for tasks.
pub(super) fn watch<T: Clone + Send + 'static>(shared: &Shared<T>) {
    let mut inside = shared.lock();
    while !inside.is_over() {
        let now = Instant::now();
        let stopped = inside.table.stop_overdue(now);
        let gone = inside.table.let_go(now);
        if !stopped.is_empty() || !gone.is_empty() {
            drop(inside);
            discard(stopped);
            discard(gone);
            inside = shared.lock();
            continue;
        }
        match inside.table.next_event() {
            Some(next) => drop(shared.watch.wait_until(&mut inside, next)),
            None => shared.watch.wait(&mut inside),
        }
    }
}

/// Drops values of others, which may panic at that.
fn discard(leftovers: Leftovers) {
    for leftover in leftovers {
        // There is nobody to be told of it.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(leftover)));
    }
}

/// Calls back until there are no more to come. A callback that panics harms nobody else.
pub(super) fn notify<T>(notices: &Receiver<Notice<T>>) {
    for Notice { id, callback, result } in notices {
        let called = catch_unwind(AssertUnwindSafe(move || {
            callback(id, &result);
            drop(result);
        }));
        if called.is_err() {
            tracing::warn!(target: "csvq::task", id = id.number(), "the callback of a task panicked");
        }
    }
}
