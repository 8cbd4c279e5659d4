//! What a plugin uses up: memory, descriptors, time, disk, the log. Each has an end, and csvq goes on.

use std::time::{Duration, Instant};

use csvq_tests::plugins::library;
use serde_json::{Value, json};

use super::fort::{Came, Fort, is_superuser, limits, process_name, processes, refused, unguarded};
use crate::stderr;

fn fort(policy: &Value) -> Fort {
    let fort = Fort::new(policy);
    fort.installed(&library("attacks"));
    fort
}

/// Has a plugin take what it can, and says what came of it. Nothing is left of it, and csvq goes on.
#[track_caller]
fn takes(fort: &Fort, attack: &str, parameters: &[&str]) -> Came {
    let called = process_name();
    let parameters: Vec<String> = parameters.iter().map(ToString::to_string).collect();
    let came = fort.attempt("attacks", attack, &[parameters, vec![format!("called={called}")]].concat());
    assert_eq!(processes(&called), Vec::<u32>::new(), "{attack}");
    assert_eq!(fort.left_over(), Vec::<String>::new(), "{attack}");
    fort.is_alive();
    came
}

/// How much it says that it got.
fn amount(came: &Came) -> Option<u64> {
    match came {
        Came::Through(note) | Came::Failed(_, note) => note.split(' ').find_map(|word| word.parse().ok()),
        Came::Refused(_) => None,
    }
}

#[test]
fn memory_has_an_end() {
    let held = fort(&limits(json!({ "max_memory_mb": 256 })));
    assert_eq!(held.enforced()["memory"]["holds"], true);
    for parameters in [&["megabytes=10240"][..], &["megabytes=10240", "form=shared"]] {
        let came = takes(&held, "allocate", parameters);
        assert!(!matches!(came, Came::Through(_)), "{came:?}");
        assert!(amount(&came).is_none_or(|megabytes| megabytes <= 256), "{came:?}");
    }
    let honest = takes(&held, "allocate", &["megabytes=64"]);
    assert!(matches!(honest, Came::Through(_)), "{honest:?}");
    let free = fort(&limits(json!({ "max_memory_mb": 256, "sandbox": false })));
    let came = takes(&free, "allocate", &["megabytes=300"]);
    assert!(matches!(came, Came::Through(_)), "{came:?}");
}

#[test]
fn descriptors_have_an_end() {
    let came = takes(&fort(&limits(json!({}))), "exhaust_descriptors", &["count=100000"]);
    assert!(matches!(came, Came::Failed(..)), "{came:?}");
    assert!(amount(&came).is_some_and(|count| count < 1024), "{came:?}");
    let came = takes(&fort(&unguarded()), "exhaust_descriptors", &["count=600"]);
    assert!(matches!(came, Came::Through(_)), "{came:?}");
}

#[test]
fn time_has_an_end() {
    // The host sees to that, with guards and without.
    for sandbox in [true, false] {
        let fort = fort(&limits(json!({ "max_execution_time_seconds": 1, "sandbox": sandbox })));
        let began = Instant::now();
        match takes(&fort, "loop", &[]) {
            Came::Refused(error) => assert!(error.contains("time"), "{error}"),
            came => panic!("{came:?}"),
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }
}

#[test]
fn the_disk_is_not_filled() {
    let held = fort(&limits(json!({ "max_scratch_mb": 16, "max_result_mb": 16 })));
    for parameters in [
        // One large file, many small ones, and such as no folder shows.
        &["megabytes=256", "milliseconds=5000"][..],
        &["megabytes=256", "count=64", "milliseconds=5000"],
        &["megabytes=256", "count=64", "milliseconds=5000", "form=hidden"],
        &["megabytes=256", "count=64", "milliseconds=5000", "form=unnamed"],
    ] {
        // What was removed and is still open, a host sees only as a superuser.
        let is_seen = !parameters.contains(&"form=hidden") || is_superuser();
        let came = takes(&held, "fill_disk", parameters);
        assert!(!is_seen || !matches!(came, Came::Through(_)), "{parameters:?}: {came:?}");
    }
    let honest = takes(&held, "fill_disk", &["megabytes=4", "count=2"]);
    assert!(matches!(honest, Came::Through(_)), "{honest:?}");
    let free = fort(&limits(json!({ "max_scratch_mb": 16, "max_result_mb": 16, "sandbox": false })));
    for form in ["named", "hidden"] {
        let came = takes(&free, "fill_disk", &["megabytes=64", "count=4", &format!("form={form}")]);
        assert!(matches!(came, Came::Through(_)), "{came:?}");
    }
}

#[test]
fn the_log_is_not_flooded() {
    let fort = fort(&limits(json!({})));
    let parameters = ["attack=flood_log", "count=100000"].map(str::to_owned);
    let output = fort.comparison("attacks", &parameters).env("CSVQ_LOG", "debug").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // Ten megabytes were said.
    assert!(output.stderr.len() < 5 << 20, "{}", output.stderr.len());
    fort.is_alive();
}

/// Nobody promises how many threads there may be; but whatever comes of them stays in the worker.
#[test]
fn threads_stay_in_the_worker() {
    let fort = fort(&limits(json!({ "max_memory_mb": 256 })));
    takes(&fort, "threads", &["count=4000"]);
    let few = takes(&fort, "threads", &["count=8"]);
    assert!(matches!(few, Came::Through(_)), "{few:?}");
}

#[test]
fn a_result_has_an_end() {
    let fort = Fort::new(&limits(json!({ "max_result_mb": 4, "max_execution_time_seconds": 20 })));
    fort.installed(&library("endless"));
    let began = Instant::now();
    let error = refused(&fort.compare("endless", &[]));
    assert!(error.contains("result"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(fort.left_over(), Vec::<String>::new());
    fort.is_alive();
}
