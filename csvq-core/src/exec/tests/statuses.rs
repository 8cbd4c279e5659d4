//! Where tasks are, the queue, and how long results are kept.

use std::time::Duration;

use super::{Held, LONG, executor, until};
use crate::control::{Control, Phase, Progress};
use crate::error::{Error, ErrorKind};
use crate::exec::{Counts, Executor, ExecutorLimits, Status, Task, TaskId};

#[test]
fn a_task_goes_from_the_queue_to_its_result() {
    let executor = executor(1, 10);
    assert_eq!(executor.counts(), Counts::default(), "there is no thread before there is a task");
    let first = Held::running(&executor);
    let second = Held::submit(&executor, |task| task);
    let check = |id, expected: &str| assert_eq!(executor.status(id).name(), expected);
    check(first.id, "running");
    check(second.id, "queued");
    assert!(executor.result(first.id).is_none());
    first.go();
    assert_eq!(executor.wait(first.id, None).unwrap().unwrap(), 1);
    check(first.id, "completed");
    second.begun.recv().unwrap();
    check(second.id, "running");
    second.go();
    assert_eq!(executor.wait(second.id, Some(LONG)).unwrap().unwrap(), 1);
    assert_eq!(executor.result(second.id).unwrap().unwrap(), 1);
    let counts = Counts { finished: 2, threads: 2, submitted: 2, completed: 2, ..Counts::default() };
    assert_eq!(executor.counts(), counts);
    let names: Vec<(u64, String)> = executor.tasks().into_iter().map(|task| (task.id.number(), task.name)).collect();
    assert_eq!(names, [(1, "held".to_owned()), (2, "held".to_owned())]);
}

#[test]
fn a_running_task_shows_its_progress() {
    let executor = executor(1, 1);
    let (task, begun, go) = super::held(|_| Ok(1));
    let control = Control::new();
    let id = executor.submit(task.control(control.clone())).unwrap();
    begun.recv().unwrap();
    control.begin(Phase::Walking, 100);
    control.advance(40);
    let Status::Running { progress, .. } = executor.status(id) else { panic!("it does not run") };
    assert_eq!(progress, Progress { phase: Phase::Walking, bytes_done: 40, bytes_total: 100 });
    go.send(()).unwrap();
}

#[test]
fn failures_keep_their_kind() {
    let executor = executor(1, 10);
    let check = |kind: ErrorKind, expected: &str| {
        let id = executor.submit(Task::new("fails", move |_| Err(Error::new(kind, "no")))).unwrap();
        assert_eq!(executor.wait(id, None).unwrap().unwrap_err().kind(), kind);
        assert_eq!(executor.status(id).name(), expected);
    };
    check(ErrorKind::Key, "failed");
    check(ErrorKind::WorkerLost, "failed");
    // What someone else stopped, or a plugin's own clock.
    check(ErrorKind::Cancelled, "cancelled");
    check(ErrorKind::TimedOut, "timed_out");
}

#[test]
fn there_is_nothing_where_there_is_no_task() {
    let executor = executor(1, 1);
    let id = TaskId::new(7);
    assert_eq!(executor.status(id).name(), "not_found");
    assert!(executor.status(id).is_final());
    assert!(executor.result(id).is_none());
    assert!(executor.wait(id, None).is_none());
    assert!(!executor.cancel(id));
    assert!(!executor.forget(id));
}

#[test]
fn a_full_queue_refuses_and_a_cancelled_task_makes_room() {
    let executor = executor(1, 2);
    let running = Held::running(&executor);
    let waiting = [Held::submit(&executor, |task| task), Held::submit(&executor, |task| task)];
    let error = executor.submit(Task::new("p", |_| Ok(2))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert_eq!(error.message(), "2 tasks wait already, and no more may: try `p` again once some have ended");
    assert!(executor.submit_within(Task::new("p", |_| Ok(2)), Duration::from_millis(20)).is_err());
    assert!(executor.cancel(waiting[0].id));
    let third = executor.submit(Task::new("p", |_| Ok(3))).unwrap();
    assert!(executor.submit(Task::new("p", |_| Ok(2))).is_err());
    running.go();
    waiting[1].begun.recv().unwrap();
    assert_eq!(executor.status(third).name(), "queued", "the order stays");
    waiting[1].go();
    assert_eq!(executor.wait(third, None).unwrap().unwrap(), 3);
    assert_eq!(executor.counts().submitted, 4);
}

#[test]
fn a_submission_can_wait_for_its_place() {
    let executor = executor(1, 1);
    let running = Held::running(&executor);
    let waiting = Held::submit(&executor, |task| task);
    std::thread::scope(|scope| {
        let later = scope.spawn(|| executor.submit_within(Task::new("later", |_| Ok(5)), LONG).unwrap());
        running.go();
        waiting.begun.recv().unwrap();
        waiting.go();
        let id = later.join().unwrap();
        assert_eq!(executor.wait(id, None).unwrap().unwrap(), 5);
    });
}

#[test]
fn results_are_let_go_in_time() {
    let limits = ExecutorLimits { retention: Duration::from_millis(50), ..ExecutorLimits::default() };
    let executor: Executor<u32> = Executor::new(limits);
    let id = executor.submit(Task::new("p", |_| Ok(1))).unwrap();
    until(|| executor.status(id).name() == "not_found");
    assert_eq!(executor.counts().finished, 0);
    assert_eq!(executor.counts().completed, 1);
}

#[test]
fn results_that_are_too_many_or_unwanted_are_let_go() {
    let limits = ExecutorLimits { max_finished: 2, ..ExecutorLimits::default() };
    let executor: Executor<u32> = Executor::new(limits);
    let ids: Vec<TaskId> = (0..4)
        .map(|number| {
            let id = executor.submit(Task::new("p", move |_| Ok(number))).unwrap();
            assert_eq!(executor.wait(id, None).unwrap().unwrap(), number);
            id
        })
        .collect();
    let names: Vec<&str> = ids.iter().map(|id| executor.status(*id).name()).collect();
    assert_eq!(names, ["not_found", "not_found", "completed", "completed"]);
    assert!(executor.forget(ids[2]));
    assert!(!executor.forget(ids[2]));
    let held = Held::running(&executor);
    assert!(!executor.forget(held.id), "it has not ended");
    held.go();
}

#[test]
fn nobody_waits_longer_than_they_want() {
    let executor = executor(1, 1);
    let held = Held::running(&executor);
    assert!(executor.wait(held.id, Some(Duration::from_millis(10))).is_none());
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8).map(|_| scope.spawn(|| executor.wait(held.id, None).unwrap().unwrap())).collect();
        held.go();
        assert!(waiting.into_iter().all(|waiting| waiting.join().unwrap() == 1));
    });
}
