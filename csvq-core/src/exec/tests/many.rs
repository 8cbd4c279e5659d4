//! A thousand tasks of every sort at once: each ends in exactly one way, each callback is called once, and no thread is
//! left. It is done in a process of its own, in which no other test has threads.

use std::collections::HashMap;
use std::env;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::LONG;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::exec::{Executor, ExecutorLimits, Shutdown, Task, TaskId};

/// Says that this process is the one with the thousand tasks.
const CHILD: &str = "CSVQ_TEST_EXEC_CHILD";

const TASKS: u32 = 1000;

/// Does some work, and hears of its end.
fn work(control: &Control) -> Result<u32> {
    for step in 0..200 {
        if control.stopped().is_some() {
            return Err(Error::new(ErrorKind::Cancelled, "heard"));
        }
        std::hint::black_box(step);
        std::thread::yield_now();
    }
    Ok(1)
}

/// Goes on until it hears of its end.
fn endless(control: &Control) -> Result<u32> {
    while control.stopped().is_none() {
        std::thread::yield_now();
    }
    Ok(2)
}

fn task(number: u32, deaf: &Arc<AtomicBool>) -> Task<u32> {
    match number % 10 {
        0 => Task::new("panics", |_| panic!("one of many")),
        1 => Task::new("fails", |_| Err(Error::new(ErrorKind::Key, "no"))),
        2 => Task::new("endless", endless).timeout(Some(Duration::from_millis(2))),
        3 => {
            // Deaf for its end until all are in.
            let deaf = Arc::clone(deaf);
            let work = move |_: &Control| {
                while deaf.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                Ok(3)
            };
            Task::new("deaf", work).timeout(Some(Duration::from_millis(2)))
        }
        _ => Task::new("works", work).timeout(Some(LONG)),
    }
}

/// How many threads this process has.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

fn all_end() {
    let before = threads();
    let limits = ExecutorLimits {
        workers: 8,
        queue: TASKS as usize,
        max_finished: 2 * TASKS as usize,
        ..ExecutorLimits::default()
    };
    let executor: Executor<u32> = Executor::new(limits);
    let called: Arc<Mutex<HashMap<TaskId, Vec<&'static str>>>> = Arc::default();
    let dropped = Arc::new(AtomicU32::new(0));
    let deaf = Arc::new(AtomicBool::new(true));
    let (submitted, cancelled) = (Mutex::new(Vec::new()), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for submitter in 0..4 {
            let (executor, called, deaf, submitted) = (&executor, &called, &deaf, &submitted);
            let (dropped, cancelled) = (&dropped, &cancelled);
            scope.spawn(move || {
                for number in (0..TASKS).filter(|number| number % 4 == submitter) {
                    let called = Arc::clone(called);
                    let counted = CountsDrop(Arc::clone(dropped));
                    let callback = move |id, result: &Result<u32>| {
                        let _counted = &counted;
                        let name = result.as_ref().map_or_else(|error| error.kind().name(), |_| "ok");
                        called.lock().entry(id).or_default().push(name);
                    };
                    let id = executor.submit(task(number, deaf).callback(callback)).unwrap();
                    submitted.lock().push(id);
                    // A third is cancelled: some at once, and some that others submitted before.
                    if number % 3 == 0 {
                        let earlier = submitted.lock()[number as usize / 8];
                        let target = if number % 2 == 0 { id } else { earlier };
                        cancelled.fetch_add(u32::from(executor.cancel(target)), Ordering::SeqCst);
                    }
                }
            });
        }
    });
    deaf.store(false, Ordering::SeqCst);
    let submitted = submitted.into_inner();
    let results: HashMap<TaskId, Result<u32>> =
        submitted.iter().map(|id| (*id, executor.wait(*id, Some(LONG)).unwrap())).collect();
    assert!(executor.shutdown(Shutdown::Wait, Some(LONG)));
    assert_eq!((results.len(), submitted.len()), (TASKS as usize, TASKS as usize));
    let called = called.lock();
    for (id, result) in &results {
        let expected = result.as_ref().map_or_else(|error| error.kind().name(), |_| "ok");
        assert_eq!(called[id], [expected], "called once, with the result that stays");
        let status = executor.status(*id);
        assert!(status.is_final());
        let named = match expected {
            "ok" => "completed",
            "cancelled" | "timed_out" => expected,
            _ => "failed",
        };
        assert_eq!(status.name(), named);
    }
    let counts = executor.counts();
    assert_eq!(counts.submitted, u64::from(TASKS));
    assert_eq!(counts.completed + counts.failed + counts.cancelled + counts.timed_out, u64::from(TASKS));
    assert_eq!(counts.cancelled, u64::from(cancelled.load(Ordering::SeqCst)));
    assert!(
        counts.cancelled > 100 && counts.failed > 100 && counts.timed_out > 10 && counts.completed > 100,
        "{counts:?}"
    );
    assert_eq!((counts.queued, counts.running, counts.lingering, counts.threads), (0, 0, 0, 0));
    assert_eq!(dropped.load(Ordering::SeqCst), TASKS, "nothing holds on to a callback");
    drop(executor);
    assert_eq!(threads(), before);
}

/// Counts how often it was dropped.
struct CountsDrop(Arc<AtomicU32>);

impl Drop for CountsDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn every_one_of_a_thousand_ends_once() {
    if env::var_os(CHILD).is_some() {
        all_end();
        return;
    }
    let (_, module) = module_path!().split_once("::").unwrap();
    let test = format!("{module}::every_one_of_a_thousand_ends_once");
    let mut child = Command::new(env::current_exe().unwrap());
    let output = child.args(["--exact", &test, "--test-threads=1"]).env(CHILD, "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
