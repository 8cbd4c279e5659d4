//! Workers that have to be ended: they hear no cancellation, take too long, leave processes behind, or hold on to the
//! result.

#![expect(clippy::zombie_processes, reason = "the processes that are left behind are what is tested")]

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, getpgrp, getppid, setpgid};
use serde_json::{Value, json};

use super::programs::{entry, is_gone, limits, loaded, logged, program, run};
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::sandbox::{Host, LogLevel, LogLine, WorkerLimits};

/// What the plugin of these tests does.
pub(super) fn act(act: &str, number: u64, host: &Host<'_>, result: &mut File) -> Option<Result<Value>> {
    match act {
        "hang" => {
            ignore_termination();
            let child = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
            host.log(LogLevel::Info, &format!("worker {}\ngrandchild {}", std::process::id(), child.id()));
            host.progress(1, 2);
            sleep_for_ever()
        }
        "spin" => {
            host.progress(1, 2);
            loop {
                std::hint::spin_loop();
            }
        }
        "spin deaf" => {
            // SAFETY: to ignore a signal needs no handler that could be unsound.
            unsafe { libc::signal(libc::SIGXCPU, libc::SIG_IGN) };
            loop {
                std::hint::spin_loop();
            }
        }
        "write in parts" => {
            let part = vec![7; 1 << 20];
            for _ in 0..number >> 20 {
                std::io::Write::write_all(result, &part).unwrap();
            }
        }
        "leave its group" => {
            // The group of the host's own, which must not be killed.
            let host_group = rustix::process::getpgid(getppid()).unwrap();
            setpgid(None, Some(host_group)).unwrap();
            assert_eq!(getpgrp(), host_group);
            ignore_termination();
            host.log(LogLevel::Info, &format!("worker {}", std::process::id()));
            host.progress(1, 2);
            sleep_for_ever()
        }
        "leave a child" => {
            let child = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
            host.log(LogLevel::Info, &format!("grandchild {}", child.id()));
        }
        "write" => {
            if let Err(error) = std::io::Write::write_all(result, &vec![7; usize::try_from(number).unwrap()]) {
                return Some(Err(crate::Error::new(ErrorKind::Io, error.to_string())));
            }
        }
        "write and stay" => {
            result.set_len(number).unwrap();
            sleep_for_ever()
        }
        "write within" => {
            let written =
                std::io::Write::write_all(&mut host.result_writer(result), &vec![7; usize::try_from(number).unwrap()]);
            return Some(Ok(json!({"size": result.metadata().unwrap().len(), "refused": written.is_err()})));
        }
        "leave a writer" => {
            // In a group of its own, it outlives the worker.
            let mut writer = Command::new("sh");
            writer.args(["-c", "while echo more; do :; done"]).process_group(0);
            writer.stdin(Stdio::null()).stdout(result.try_clone().unwrap()).stderr(Stdio::null());
            let child = writer.spawn().unwrap();
            host.log(LogLevel::Info, &format!("writer {}", child.id()));
            while result.metadata().unwrap().len() == 0 {
                std::thread::yield_now();
            }
        }
        "leave a mapping" => {
            result.set_len(4096).unwrap();
            let holder = program("holder");
            let mut command = Command::new(&holder.program);
            command.args(&holder.args).process_group(0);
            command.stdin(result.try_clone().unwrap()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
            assert!(lines.any(|line| line.unwrap().contains("is mapped")));
            host.log(LogLevel::Info, &format!("holder {}", child.id()));
        }
        "seal" => {
            rustix::fs::fcntl_add_seals(&*result, rustix::fs::SealFlags::SEAL).unwrap();
        }
        _ => return None,
    }
    Some(Ok(Value::Null))
}

pub(super) fn sleep_for_ever() -> ! {
    loop {
        std::thread::park();
    }
}

fn ignore_termination() {
    // SAFETY: to ignore a signal needs no handler that could be unsound.
    unsafe { libc::signal(libc::SIGTERM, libc::SIG_IGN) };
}

/// Holds its standard input mapped for writing until nobody listens to its standard error any more.
pub(super) fn hold_mapped() {
    use rustix::mm::{MapFlags, ProtFlags, mmap};
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the system chooses where, and nothing is ever read from or written to it.
    unsafe { mmap(std::ptr::null_mut(), 4096, protection, MapFlags::SHARED, std::io::stdin(), 0) }.unwrap();
    super::programs::say("it is mapped");
    let stderr = std::io::stderr();
    let nothing = rustix::event::PollFlags::empty();
    rustix::event::poll(&mut [rustix::event::PollFd::new(&stderr, nothing)], None).unwrap();
}

/// Cancels a call as soon as the plugin is at work.
fn cancelled(act: &str, limits: &WorkerLimits) -> Vec<LogLine> {
    let control = Control::new();
    let stopper = control.clone();
    let watching = std::thread::spawn(move || {
        while stopper.progress().bytes_done == 0 {
            std::thread::yield_now();
        }
        stopper.cancel();
    });
    let (answer, log) = run(loaded(), &json!({"act": act}), limits, &control);
    watching.join().unwrap();
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Cancelled);
    log
}

#[test]
fn what_ignores_everything_is_killed_with_all_it_started() {
    let log = cancelled("hang", &limits());
    for pid in [logged(&log, "worker")[0], logged(&log, "grandchild")[0]] {
        assert!(is_gone(pid));
    }
}

#[test]
fn what_hears_no_cancellation_hears_sigterm() {
    // It would be waited for until the test's own end, were it not for the signal.
    cancelled("spin", &WorkerLimits { term_grace: super::programs::LONG * 10, ..limits() });
}

#[test]
fn leaving_its_group_saves_no_worker_and_harms_no_host() {
    let log = cancelled("leave its group", &limits());
    assert!(is_gone(logged(&log, "worker")[0]));
}

#[test]
fn children_of_a_plugin_that_ends_well_are_ended_too() {
    let (answer, log) = super::programs::act(&json!({"act": "leave a child"}));
    answer.unwrap();
    assert!(is_gone(logged(&log, "grandchild")[0]));
}

#[test]
fn time_runs_out_for_loading_and_for_comparing() {
    let short = WorkerLimits { timeout: Some(Duration::from_secs(1)), ..limits() };
    let (answer, log) = run(loaded(), &json!({"act": "hang"}), &short, &Control::new());
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.message().starts_with("the plugin took longer than the 1 s that it may take"), "{error}");
    assert!(is_gone(logged(&log, "grandchild")[0]));
    let mut worker = super::programs::start("acts");
    assert_eq!(worker.load(&entry("hang", ""), &short).unwrap_err().kind(), ErrorKind::TimedOut);
}

#[test]
fn loading_has_a_time_of_its_own() {
    let (short, long) = (Some(Duration::from_millis(200)), Some(super::programs::LONG));
    let raise = "the plugin took longer than the 0.2 s that it may take; raise `default_timeout_seconds`, or the timeout \
                 of this comparison";
    let load = "the plugin took longer to load than the 0.2 s that it may; what it printed is in the log";
    for (timeout, load_timeout, expected) in
        [(long, short, load), (None, short, load), (short, long, raise), (short, None, raise)]
    {
        let limits = WorkerLimits { timeout, load_timeout, ..limits() };
        let mut worker = super::programs::start("acts");
        let error = worker.load(&entry("hang", ""), &limits).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::TimedOut, expected));
    }
    assert_eq!(WorkerLimits::default().load_timeout, Some(Duration::from_secs(30)));
}

#[test]
fn loading_can_be_cancelled() {
    let control = Control::new();
    control.cancel();
    let mut worker = super::programs::start("acts");
    let patient = WorkerLimits { cancel_grace: super::programs::LONG * 10, ..limits() };
    let error = worker.load_under(&entry("hang", ""), &patient, &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn a_worker_that_is_dropped_is_killed() {
    let worker = loaded();
    let pid = worker.description().unwrap()["pid"].as_i64().unwrap();
    drop(worker);
    assert!(Pid::from_raw(i32::try_from(pid).unwrap()).is_some_and(|pid| is_gone(pid.as_raw_pid())));
}

#[test]
fn a_result_that_is_too_large_is_refused() {
    let small = WorkerLimits { max_result_bytes: 1000, ..limits() };
    for (act, number) in [("write", 1001), ("write and stay", 1_u64 << 40)] {
        let (answer, _) = run(loaded(), &json!({"act": act, "number": number}), &small, &Control::new());
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{act}: {error}");
        assert_eq!(error.message(), "the differences are larger than the 1000 bytes that `max_result_bytes` allows");
    }
    let (answer, _) = run(loaded(), &json!({"act": "write", "number": 1000}), &small, &Control::new());
    assert!(answer.unwrap().differences.is_none(), "it said that there are none");
    let (answer, _) = run(loaded(), &json!({"act": "write within", "number": 1001}), &small, &Control::new());
    assert_eq!(answer.unwrap().outcome, json!({"size": 0, "refused": true}));
}

#[test]
fn a_result_does_not_change_once_it_is_taken() {
    let (answer, log) = super::programs::act(&json!({"act": "leave a writer"}));
    answer.unwrap();
    // It ended because it could not write any more.
    assert!(is_gone(logged(&log, "writer")[0]));
}

#[test]
fn a_result_that_someone_could_still_change_is_refused() {
    let check = |act: &str, expected: &str| {
        let (answer, log) = super::programs::act(&json!({"act": act}));
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
        assert_eq!(error.message(), format!("its result can't be sealed: {expected}"));
        log
    };
    let log = check("leave a mapping", "a process that the plugin left behind still writes to it");
    assert!(is_gone(logged(&log, "holder")[0]));
    check("seal", "the plugin put seals of its own on it");
}
