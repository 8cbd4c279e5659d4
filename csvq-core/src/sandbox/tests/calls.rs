//! Calls that go well, and failures that a plugin reports.

use std::io::Read;

use serde_json::{Value, json};

use super::programs::{LONG, act as call, entry, limits, loaded, logged, run};
use crate::control::{Control, Progress, Stop};
use crate::error::{ErrorKind, Result};
use crate::sandbox::{Host, Worker, WorkerAnswer, WorkerLimits};

/// What the plugin of these tests does.
pub(super) fn act(act: &str, number: u64, host: &Host<'_>) -> Option<Result<Value>> {
    match act {
        "progress" => {
            for done in 0..=number {
                host.progress(done, number);
            }
            // Steps back, and over the end.
            host.progress(0, number);
            host.progress(number * 2, number);
        }
        "wait" => {
            host.progress(1, 3);
            while !host.is_cancelled() {
                std::thread::yield_now();
            }
            host.log(crate::sandbox::LogLevel::Warn, "heard 1");
            return Some(Err(crate::Error::new(ErrorKind::Cancelled, "cancelled")));
        }
        "environment" => {
            let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
            return Some(Ok(json!(names.collect::<Vec<_>>())));
        }
        "threads" => {
            let threads = (0..number).map(|_| std::thread::spawn(|| vec![1_u8; 1 << 16].len()));
            let threads: Vec<_> = threads.collect();
            return Some(Ok(json!(threads.into_iter().map(|thread| thread.join().unwrap() >> 16).sum::<usize>())));
        }
        "libraries" => {
            // By name, through the system's cache and folders, after the guards are on.
            let names = [c"libm.so.6", c"libpthread.so.0", c"librt.so.1", c"libstdc++.so.6", c"libgomp.so.1"];
            // SAFETY: these are libraries of the system, whose constructors do nothing of note.
            let missing = names.iter().filter(|name| unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) }.is_null());
            let there = |name: &&&std::ffi::CStr| {
                let name = name.to_str().unwrap();
                ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64"]
                    .iter()
                    .any(|folder| std::path::Path::new(folder).join(name).exists())
            };
            let missing = missing.filter(there).map(|name| name.to_str().unwrap().to_owned());
            return Some(Ok(json!(missing.collect::<Vec<_>>())));
        }
        "stdin" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).unwrap();
            return Some(Ok(json!(text)));
        }
        _ => return None,
    }
    Some(Ok(Value::Null))
}

fn text(answer: WorkerAnswer) -> String {
    let mut text = String::new();
    answer.differences.unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_call_goes_through_and_back() {
    let mut worker = super::programs::start("acts");
    let description = worker.load(&entry("quiet", "/p/lib.so"), &limits()).unwrap();
    assert_eq!(description["id"], "acts");
    assert_eq!(worker.description(), Some(&description));
    assert_eq!(worker.entry().unwrap().path.to_str(), Some("/p/lib.so"));
    assert_eq!(worker.enforced(), Some(&crate::sandbox::Enforced::nothing()));
    assert!(worker.tend());
    let parameters = json!({"act": "echo", "nested": {"ü": [1, null, 0.1]}});
    let (answer, _) = run(worker, &parameters, &limits(), &Control::new());
    let answer = answer.unwrap();
    let expected = json!({"left": "left table", "right": "right table", "parameters": parameters, "job": {"limit": 3}});
    assert_eq!(answer.outcome, expected);
    assert_eq!(text(answer), "differences");
}

#[test]
fn the_same_tables_serve_many_calls() {
    let table = || crate::sandbox::memory_file("t", |file| super::programs::write(file, b"t")).unwrap();
    let (parameters, job) = (json!({"act": "echo"}), Value::Null);
    let call =
        crate::sandbox::Call { left: table(), right: table(), parameters: parameters.as_object().unwrap(), job: &job };
    for _ in 0..2 {
        let finished = loaded().run(&call, &limits(), &Control::new());
        let answer = finished.answer.unwrap();
        assert_eq!((&answer.outcome["left"], &answer.outcome["right"]), (&json!("t"), &json!("t")));
        assert!(
            finished.log.iter().any(|line| line.message.starts_with("running 1 test")),
            "what it prints is in its log"
        );
    }
}

#[test]
fn progress_grows_and_ends_at_its_total() {
    let control = Control::new();
    let (answer, _) = run(loaded(), &json!({"act": "progress", "number": 100_000}), &limits(), &control);
    answer.unwrap();
    let Progress { bytes_done, bytes_total, .. } = control.progress();
    assert_eq!((bytes_done, bytes_total), (100_000, 100_000));
}

#[test]
fn a_cancelled_call_ends_and_says_so() {
    for reason in [Stop::Cancelled, Stop::TimedOut] {
        let control = Control::new();
        let stopper = control.clone();
        let watching = std::thread::spawn(move || {
            while stopper.progress().bytes_done == 0 {
                std::thread::yield_now();
            }
            stopper.stop(reason);
        });
        let patient = WorkerLimits { cancel_grace: LONG, ..limits() };
        let (answer, log) = run(loaded(), &json!({"act": "wait"}), &patient, &control);
        watching.join().unwrap();
        let expected = if reason == Stop::Cancelled { ErrorKind::Cancelled } else { ErrorKind::TimedOut };
        let error = answer.unwrap_err();
        assert_eq!((error.kind(), error.context().plugin.as_deref()), (expected, Some("acts")));
        assert_eq!(logged(&log, "heard"), [1], "it had the time to end by itself");
    }
}

#[test]
fn nobody_gets_a_result_after_asking_for_an_end() {
    let control = Control::new();
    control.cancel();
    let (answer, _) = run(loaded(), &json!({"act": "progress", "number": 1}), &limits(), &control);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn what_a_plugin_reports_comes_back_harmless() {
    let (answer, _) = call(&json!({"act": "fail"}));
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Key);
    assert_eq!(error.to_string(), "acts: no such column\\u{1b}[2J");
}

#[test]
fn a_failure_to_load_is_told() {
    let check = |class: &str, kind: ErrorKind, expected: &str| {
        let mut worker = super::programs::start("acts");
        let error = worker.load(&entry(class, ""), &limits()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(expected), "{error}");
        assert!(!error.message().contains("42"), "a panic's text may hold what is in a cell");
        assert!(!worker.tend());
        let log = worker.take_log();
        assert_eq!(log.iter().any(|line| line.message.contains("the cell holds 42")), class == "panic", "{log:?}");
    };
    check("unprepared", ErrorKind::Package, "it is another library");
    check("fail", ErrorKind::Incompatible, "made for another csvq");
    check("panic", ErrorKind::Plugin, "the plugin panicked while it was loaded");
    check("exit", ErrorKind::WorkerLost, "the worker exited with status 3 before it had loaded the plugin");
    check("large", ErrorKind::LimitExceeded, "the plugin's description of itself takes");
}

#[test]
fn a_panic_and_an_outcome_that_is_too_large_are_failures() {
    let check = |parameters: Value, kind: ErrorKind, expected: &str| {
        let (answer, _) = call(&parameters);
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(expected), "{error}");
    };
    check(json!({"act": "no such"}), ErrorKind::Plugin, "the plugin panicked while it compared");
    check(json!({"act": "large"}), ErrorKind::LimitExceeded, "the outcome of the comparison takes");
}

#[test]
fn a_worker_gets_no_environment_and_no_input() {
    let (answer, _) = call(&json!({"act": "environment"}));
    assert_eq!(answer.unwrap().outcome, json!([]));
    let (answer, _) = call(&json!({"act": "stdin"}));
    assert_eq!(answer.unwrap().outcome, "");
}

#[test]
fn parameters_that_are_too_large_are_refused() {
    let (answer, _) = call(&json!({"act": "echo", "text": "x".repeat(1 << 20)}));
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(error.message().starts_with("the job with its parameters takes"), "{error}");
}

#[test]
fn a_program_that_is_none_is_named() {
    let missing = crate::sandbox::WorkerProgram::new("/no/such/program", ["worker"]);
    let error = Worker::start(&missing, &limits()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().starts_with("cannot start `/no/such/program` as a worker"), "{error}");
    let other = crate::sandbox::WorkerProgram::new("/bin/echo", ["no worker"]);
    let mut worker = Worker::start(&other, &limits()).unwrap();
    let error = worker.load(&entry("quiet", ""), &limits()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkerLost);
    assert_eq!(worker.take_log()[0].message, "no worker");
}

#[test]
fn many_at_once_keep_apart() {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for number in 0..4 {
                    let parameters = json!({"act": "echo", "mine": [thread, number]});
                    let (answer, _) = call(&parameters);
                    let answer = answer.unwrap();
                    assert_eq!(answer.outcome["parameters"], parameters);
                    assert_eq!(text(answer), "differences");
                }
            });
        }
    });
}

#[test]
fn what_a_call_took_is_known_however_it_ended() {
    let check = |act: &str, succeeds: bool, knows_memory: bool| {
        let table = || crate::sandbox::memory_file("t", |file| super::programs::write(file, b"t")).unwrap();
        let parameters = json!({ "act": act });
        let call = crate::sandbox::Call {
            left: table(),
            right: table(),
            parameters: parameters.as_object().unwrap(),
            job: &Value::Null,
        };
        let finished = loaded().run(&call, &limits(), &Control::new());
        assert_eq!(finished.answer.is_ok(), succeeds, "{act}");
        assert!(finished.cpu.is_some(), "{act}");
        let memory = finished.peak_memory_bytes;
        assert!(memory.is_none_or(|bytes| bytes > 1 << 16) && (memory.is_some() || !knows_memory), "{act}");
    };
    check("echo", true, cfg!(target_os = "linux"));
    check("fail", false, false);
    check("large", false, false);
}
