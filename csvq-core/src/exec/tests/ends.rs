//! Tasks that are cancelled, panic or run out of time; callbacks; shutting down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crossbeam::channel::{bounded, unbounded};

use super::{Held, LONG, executor, until};
use crate::control::Stop;
use crate::error::{Error, ErrorKind};
use crate::exec::{Executor, ExecutorLimits, Shutdown, Status, Task};

#[test]
fn a_task_is_cancelled_in_the_queue_without_having_run() {
    let executor = executor(1, 10);
    let running = Held::running(&executor);
    let ran = Arc::new(AtomicU32::new(0));
    let task = {
        let ran = Arc::clone(&ran);
        Task::new("p", move |_| Ok(ran.fetch_add(1, Ordering::SeqCst)))
    };
    let id = executor.submit(task).unwrap();
    assert!(executor.cancel(id));
    assert!(!executor.cancel(id), "it has ended");
    assert_eq!(Arc::strong_count(&ran), 1, "what it held is let go at once");
    assert!(matches!(executor.status(id), Status::Cancelled { elapsed: Duration::ZERO }));
    assert_eq!(executor.result(id).unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    running.go();
    assert!(executor.shutdown(Shutdown::Wait, None));
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    assert_eq!(executor.status(id).name(), "cancelled");
}

#[test]
fn a_running_task_hears_of_its_end() {
    let executor = executor(1, 1);
    let check = |stop: &dyn Fn(&Executor<u32>, super::TaskId), timeout, expected: Stop, name: &str| {
        let (say, heard) = bounded(1);
        let (begin, begun) = bounded(1);
        let task = Task::new("p", move |control| {
            begin.send(()).unwrap();
            while control.stopped().is_none() {
                std::thread::yield_now();
            }
            say.send(control.stopped()).unwrap();
            Ok(1)
        });
        let id = executor.submit(task.timeout(timeout)).unwrap();
        begun.recv().unwrap();
        stop(&executor, id);
        assert_eq!(heard.recv().unwrap(), Some(expected));
        until(|| executor.status(id).is_final());
        assert_eq!(executor.status(id).name(), name, "its result comes too late");
    };
    check(&|executor, id| assert!(executor.cancel(id)), None, Stop::Cancelled, "cancelled");
    check(&|_, _| {}, Some(Duration::from_millis(20)), Stop::TimedOut, "timed_out");
}

#[test]
fn a_task_that_hears_nothing_ends_at_once_and_its_thread_is_accounted_for() {
    let executor = executor(1, 10);
    let held = Held::submit(&executor, |task| task.timeout(Some(Duration::from_millis(20))));
    let error = executor.wait(held.id, None).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(error.message(), "the task took longer than the 0.02 s that it may take; give it a longer timeout");
    let counts = executor.counts();
    assert_eq!((counts.running, counts.lingering, counts.timed_out), (0, 1, 1));
    let next = executor.submit(Task::new("p", |_| Ok(2))).unwrap();
    assert_eq!(executor.status(next).name(), "queued", "the only thread is still busy");
    held.go();
    assert_eq!(executor.wait(next, None).unwrap().unwrap(), 2);
    assert_eq!(executor.counts().lingering, 0);
    assert_eq!(executor.status(held.id).name(), "timed_out");
}

#[test]
fn timeouts_can_be_a_default_and_be_overridden() {
    let default_timeout = Some(Duration::from_millis(20));
    let executor: Executor<u32> = Executor::new(ExecutorLimits { default_timeout, ..ExecutorLimits::default() });
    let patient = Held::submit(&executor, |task| task.timeout(None));
    let hasty = Held::submit(&executor, |task| task);
    assert_eq!(executor.wait(hasty.id, None).unwrap().unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(executor.status(patient.id).name(), "running");
    patient.go();
    hasty.go();
    assert_eq!(executor.wait(patient.id, None).unwrap().unwrap(), 1);
}

#[test]
fn a_panic_fails_its_task_and_nothing_else() {
    let executor = executor(1, 10);
    let id = executor.submit(Task::new("p", |_| panic!("the cell holds 42"))).unwrap();
    let error = executor.wait(id, None).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(error.message(), "the task `p` panicked; please report it to whoever made it");
    assert_eq!(executor.status(id).name(), "failed");
    let next = executor.submit(Task::new("p", |_| Ok(2))).unwrap();
    assert_eq!(executor.wait(next, None).unwrap().unwrap(), 2);
    assert_eq!(executor.counts().threads, 2);
}

#[test]
fn what_panics_when_it_is_dropped_harms_nobody() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic!("dropped");
            }
        }
    }
    let limits = ExecutorLimits { workers: 1, max_finished: 0, ..ExecutorLimits::default() };
    let executor: Executor<Arc<Bomb>> = Executor::new(limits);
    executor.submit(Task::new("p", |_| Ok(Arc::new(Bomb))).callback(|_, _| {})).unwrap();
    let id = executor.submit(Task::new("q", |_| Err(Error::new(ErrorKind::Key, "no")))).unwrap();
    until(|| executor.status(id).is_final());
    assert_eq!(executor.counts().threads, 3);
    assert!(executor.shutdown(Shutdown::Wait, None));
}

#[test]
fn callbacks_are_called_with_the_result_and_may_use_the_executor() {
    let executor = Arc::new(executor(1, 10));
    let (say, told) = unbounded();
    let submit = |name: &str, value: Result<u32, Error>| {
        let (say, inner) = (say.clone(), Arc::clone(&executor));
        let task = Task::new(name, move |_| value).callback(move |id, result| {
            let status = inner.status(id).name();
            say.send((status, result.clone().map_err(|error| error.kind()))).unwrap();
        });
        executor.submit(task).unwrap()
    };
    submit("p", Ok(1));
    assert_eq!(told.recv().unwrap(), ("completed", Ok(1)));
    submit("p", Err(Error::new(ErrorKind::Key, "no")));
    assert_eq!(told.recv().unwrap(), ("failed", Err(ErrorKind::Key)));
    let held = Held::running(&executor);
    let id = submit("p", Ok(1));
    executor.cancel(id);
    assert_eq!(told.recv().unwrap(), ("cancelled", Err(ErrorKind::Cancelled)), "it was never begun");
    held.go();
}

#[test]
fn a_callback_that_panics_or_blocks_holds_up_no_task() {
    let executor = executor(2, 10);
    let (go, wait) = bounded::<()>(1);
    executor.submit(Task::new("p", |_| Ok(1)).callback(|_, _| panic!("in a callback"))).unwrap();
    let blocking = Task::new("p", |_| Ok(1)).callback(move |_, _| wait.recv().unwrap());
    executor.submit(blocking).unwrap();
    let (say, told) = bounded(1);
    let last = Task::new("p", |_| Ok(3)).callback(move |_, result| say.send(result.clone().unwrap()).unwrap());
    let id = executor.submit(last).unwrap();
    assert_eq!(executor.wait(id, None).unwrap().unwrap(), 3);
    assert!(!executor.shutdown(Shutdown::Wait, Some(Duration::from_millis(20))), "a callback is not done");
    go.send(()).unwrap();
    assert!(executor.shutdown(Shutdown::Wait, None));
    assert_eq!(told.recv().unwrap(), 3);
}

#[test]
fn shutting_down_waits_or_cancels() {
    let check = |how: Shutdown, expected: &[&str]| {
        let executor = executor(1, 10);
        let running = Held::running(&executor);
        let waiting = executor.submit(Task::new("p", |_| Ok(2))).unwrap();
        assert!(!executor.shutdown(how, Some(Duration::from_millis(20))), "a thread is busy");
        let error = executor.submit(Task::new("p", |_| Ok(2))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        running.go();
        assert!(executor.shutdown(how, None));
        let counts = executor.counts();
        assert_eq!((counts.threads, counts.running, counts.queued, counts.lingering), (0, 0, 0, 0));
        assert_eq!([running.id, waiting].map(|id| executor.status(id).name()), expected);
        assert!(executor.shutdown(how, None), "once more does no harm");
    };
    check(Shutdown::Wait, &["completed", "completed"]);
    check(Shutdown::Cancel, &["cancelled", "cancelled"]);
    assert!(executor(1, 1).shutdown(Shutdown::Wait, None), "nothing was ever started");
}

#[test]
fn timeouts_hold_while_it_shuts_down() {
    let executor = executor(1, 10);
    let task = Task::new("p", |control: &crate::control::Control| {
        while control.stopped().is_none() {
            std::thread::yield_now();
        }
        Ok(1)
    });
    let id = executor.submit(task.timeout(Some(Duration::from_millis(50)))).unwrap();
    assert!(executor.shutdown(Shutdown::Wait, Some(LONG)));
    assert_eq!(executor.status(id).name(), "timed_out");
}

#[test]
fn a_task_or_callback_that_shuts_down_does_not_wait_for_itself() {
    let executor = Arc::new(executor(1, 10));
    let inner = Arc::clone(&executor);
    let id = executor.submit(Task::new("p", move |_| Ok(u32::from(inner.shutdown(Shutdown::Wait, None))))).unwrap();
    assert_eq!(executor.wait(id, None).unwrap().unwrap(), 0);
    drop(executor);
    let executor = Arc::new(super::executor(1, 10));
    let (say, told) = bounded(1);
    let inner = Arc::clone(&executor);
    let callback = move |_, _: &_| say.send(inner.shutdown(Shutdown::Cancel, None)).unwrap();
    executor.submit(Task::new("p", |_| Ok(1)).callback(callback)).unwrap();
    assert!(!told.recv().unwrap());
}

#[test]
fn dropping_it_cancels_all() {
    let executor = executor(1, 10);
    let (say, told) = unbounded();
    let task = |say: crossbeam::channel::Sender<&'static str>| {
        let work = |control: &crate::control::Control| {
            while control.stopped().is_none() {
                std::thread::yield_now();
            }
            Ok(1)
        };
        Task::new("p", work).callback(move |_, result| say.send(result.as_ref().unwrap_err().kind().name()).unwrap())
    };
    executor.submit(task(say.clone())).unwrap();
    executor.submit(task(say)).unwrap();
    drop(executor);
    assert_eq!(told.iter().collect::<Vec<_>>(), ["cancelled", "cancelled"]);
}
