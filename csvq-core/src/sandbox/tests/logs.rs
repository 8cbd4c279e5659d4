//! What is kept of what a plugin logs and prints.

use std::io::Write;

use serde_json::{Value, json};

use super::programs::{limits, loaded, run};
use crate::control::Control;
use crate::error::Result;
use crate::sandbox::log::Log;
use crate::sandbox::{Host, LogLevel, LogLine, WorkerLimits};

/// What the plugin of these tests does.
pub(super) fn act(act: &str, number: u64, host: &Host<'_>) -> Option<Result<Value>> {
    match act {
        "log" => {
            for line in 0..number {
                host.log(LogLevel::Debug, &format!("line {line}"));
            }
        }
        "levels" => {
            host.log(LogLevel::Error, "one\ntwo\n\nthree \u{1b}]0;title\u{7}");
            host.log(LogLevel::Trace, &"ü".repeat(10_000));
        }
        "print" => {
            let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
            let half = usize::try_from(number / 2).unwrap();
            writeln!(out, "first").unwrap();
            // One line without an end, and many short ones.
            out.write_all(&vec![b'x'; half]).unwrap();
            err.write_all(&b"y\n".repeat(half / 2)).unwrap();
            writeln!(out, "\nlast").unwrap();
            out.flush().unwrap();
        }
        _ => return None,
    }
    Some(Ok(Value::Null))
}

fn lines(act: &str, number: u64, max_log_bytes: usize) -> Vec<LogLine> {
    let limits = WorkerLimits { max_log_bytes, ..limits() };
    let (answer, log) = run(loaded(), &json!({"act": act, "number": number}), &limits, &Control::new());
    answer.unwrap();
    log
}

fn size(log: &[LogLine]) -> usize {
    log.iter().map(|line| line.message.len() + 1).sum()
}

#[test]
fn logged_lines_keep_their_level_and_do_no_harm() {
    let log = lines("levels", 0, 1 << 20);
    let errors: Vec<&str> =
        log.iter().filter(|line| line.level == LogLevel::Error).map(|line| line.message.as_str()).collect();
    assert_eq!(errors, ["one", "two", "", "three \\u{1b}]0;title\\u{7}"]);
    let long = log.iter().find(|line| line.level == LogLevel::Trace).unwrap();
    assert_eq!(long.message.chars().count(), 8193);
    assert!(long.message.ends_with("ü…"));
}

#[test]
fn a_flood_of_log_lines_is_cut() {
    let log = lines("log", 1_000_000, 1 << 16);
    assert!(size(&log) < (1 << 16) + 200, "{}", size(&log));
    let first = log.iter().position(|line| line.message == "line 0").unwrap();
    assert_eq!(log[first + 1].message, "line 1");
    assert!(log.iter().any(|line| line.message == "[what the plugin logs from here on is left out]"));
    // As many short lines as the largest log takes are no fault of the plugin.
    assert!(lines("log", 1_000_000, 1 << 20).len() > 20_000);
}

#[test]
fn a_flood_of_output_is_read_and_cut() {
    let log = lines("print", 50 << 20, 1 << 16);
    assert!(size(&log) < (1 << 16) + 200, "{}", size(&log));
    assert!(log.iter().any(|line| line.message.ends_with("first")), "how it began is kept");
    assert!(log.iter().any(|line| line.message == "last"), "and how it ended");
    let cut = log.iter().find(|line| line.level == LogLevel::Warn).unwrap();
    assert!(cut.message.ends_with(" bytes of the log are left out here]"), "{}", cut.message);
}

#[test]
fn a_log_keeps_its_beginning_and_its_end() {
    let check = |max: usize, count: usize, expected: &[&str]| {
        let mut log = Log::default();
        log.name("p", max);
        (0..count).for_each(|line| log.add(LogLevel::Info, &format!("{line:03}")));
        let taken: Vec<String> = log.take().into_iter().map(|line| line.message).collect();
        assert_eq!(taken, expected);
        assert!(log.take().is_empty());
    };
    check(16, 4, &["000", "001", "002", "003"]);
    check(16, 6, &["000", "001", "[8 bytes of the log are left out here]", "004", "005"]);
    check(0, 3, &["[12 bytes of the log are left out here]"]);
}
