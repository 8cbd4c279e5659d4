//! Plugins that take their worker with them.

use serde_json::{Value, json};

use super::programs::{act as call, limits};
use crate::error::{ErrorKind, Result};
use crate::sandbox::{Host, LogLevel};

/// What the plugin of these tests does.
pub(super) fn act(act: &str, host: &Host<'_>) -> Option<Result<Value>> {
    match act {
        "exit" => {
            host.log(LogLevel::Info, "last words");
            super::programs::say("printed last");
            std::process::exit(0)
        }
        "abort" => std::process::abort(),
        "segfault" => {
            let nowhere = std::ptr::without_provenance_mut::<u8>(16);
            // SAFETY: there is none: a process is to die of it that was made for that.
            unsafe { nowhere.write_volatile(1) };
        }
        "stack" => assert_ne!(overflow(1), 0),
        "killed" => {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
        }
        _ => return None,
    }
    Some(Ok(Value::Null))
}

#[expect(unconditional_recursion, reason = "it is to use up the stack")]
fn overflow(depth: u64) -> u64 {
    let ballast = std::hint::black_box([depth; 64]);
    overflow(depth + 1).wrapping_add(ballast[7])
}

#[test]
fn how_a_worker_died_is_told() {
    let check = |act: &str, expected: &str| {
        let (answer, log) = call(&json!({"act": act}));
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkerLost, "{act}: {error}");
        let expected = format!("acts: the worker {expected} before it gave a result; what it printed is in the log");
        assert_eq!(error.to_string(), expected);
        log
    };
    let log = check("exit", "exited with status 0");
    assert!(log.iter().any(|line| line.message == "last words" && line.plugin == "acts"), "{log:?}");
    assert!(log.iter().any(|line| line.message.ends_with("printed last")), "{log:?}");
    check("abort", "was ended by SIGABRT");
    check("segfault", "was ended by SIGSEGV");
    let log = check("stack", "was ended by SIGABRT");
    assert!(log.iter().any(|line| line.message.contains("has overflowed its stack")), "{log:?}");
    check("killed", "was killed by SIGKILL, as the system does when memory runs out");
}

#[test]
fn one_that_died_while_it_waited_is_found_out() {
    let mut worker = super::programs::loaded();
    let pid = worker.description().unwrap()["pid"].as_i64().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::SEGV).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    assert!(super::programs::is_gone(pid.as_raw_pid()));
    assert!(!worker.tend());
    let (answer, _) = super::programs::run(worker, &json!({}), &limits(), &crate::control::Control::new());
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::WorkerLost);
}
