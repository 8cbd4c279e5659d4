//! Plugins within this very process, and tasks, through the engine.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use csvq_core::ErrorKind;
use csvq_core::access::Caller;
use csvq_core::compare::Job;
use csvq_core::control::Control;
use csvq_core::engine::Engine;
use csvq_core::exec::Status;
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;
use csvq_core::table::Table;
use polars::prelude::{Column, DataFrame};
use serde_json::json;

use super::hostile::Yard;

/// Set in the process that measures its own memory.
const MEASURES: &str = "CSVQ_TEST_MEASURES_MEMORY";

#[test]
fn a_trusted_plugin_runs_in_this_process_and_others_in_a_worker() {
    let yard = Yard::new(10.0);
    let caller = Caller::local();
    yard.install("good").unwrap();
    assert!(!yard.engine.plugin(&caller, "good").unwrap().in_process);
    yard.engine.trust(&caller, "good", true).unwrap();
    let comparison = yard.engine.compare(&caller, "good", Yard::job(json!({}))).unwrap();
    assert!(comparison.report.is_equal);
    yard.engine.trust(&caller, "good", false).unwrap();
    yard.engine.compare(&caller, "good", Yard::job(json!({}))).unwrap();

    // A panic is caught on the plugin's side, so that even here it is an error.
    yard.install("panics").unwrap();
    yard.engine.trust(&caller, "panics", true).unwrap();
    let error = yard.engine.compare(&caller, "panics", Yard::job(json!({}))).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
    let cancelled = Yard::job(json!({}));
    yard.install("honours_cancel").unwrap();
    yard.engine.trust(&caller, "honours_cancel", true).unwrap();
    cancelled.control.cancel();
    let error = yard.engine.compare(&caller, "honours_cancel", cancelled).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
}

#[test]
fn ten_million_rows_reach_a_plugin_in_process_without_a_copy() {
    // Other tests take memory meanwhile: a process of its own measures.
    let own = "plugins::embedded::ten_million_rows_reach_a_plugin_in_process_without_a_copy";
    if std::env::var_os(MEASURES).is_none() {
        let test =
            Command::new(std::env::current_exe().unwrap()).args([own, "--exact"]).env(MEASURES, "1").output().unwrap();
        let said = String::from_utf8_lossy(&test.stdout);
        assert!(test.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    const ROWS: usize = 10_000_000;
    let yard = Yard::new(60.0);
    let caller = Caller::local();
    yard.install("good").unwrap();
    yard.engine.trust(&caller, "good", true).unwrap();
    let table = || {
        let ids: Vec<i64> = (0..ROWS as i64).collect();
        let amounts: Vec<f64> = (0..ROWS).map(|row| row as f64 / 7.0).collect();
        let columns = vec![Column::new("id".into(), ids), Column::new("amount".into(), amounts)];
        Table::new("rows", DataFrame::new(ROWS, columns).unwrap()).unwrap()
    };
    let (left, right) = (table(), table());
    let job = Job { left: Source::Table(left), right: Source::Table(right), ..Yard::job(json!({})) };
    // What is needed once, whatever is compared.
    yard.engine.compare(&caller, "good", Yard::job(json!({}))).unwrap();
    let before = peak_kibibytes();
    let comparison = yard.engine.compare(&caller, "good", job).unwrap();
    let grown = peak_kibibytes() - before;
    assert_eq!(comparison.report.details.counts.matched, ROWS as u64);
    // A column of one side is 78125 KiB.
    assert!(grown < 16 * 1024, "the process grew by {grown} KiB");
}

/// The most memory that this process had resident.
fn peak_kibibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().trim().parse().unwrap()
}

#[test]
fn comparisons_run_as_tasks() {
    let engine = Engine::built_in();
    let caller = Caller::local();
    let called = Arc::new(AtomicU32::new(0));
    let job = || {
        let side = |text: &str| Source::Bytes { name: "side".to_owned(), bytes: text.as_bytes().into() };
        Job {
            left: side("id,v\n1,a\n"),
            right: side("id,v\n1,b\n"),
            spec: CompareSpec { key: vec!["id".parse().unwrap()], ..CompareSpec::default() },
            parameters: serde_json::Map::new(),
            control: Control::new(),
        }
    };
    let count = || {
        let called = Arc::clone(&called);
        move |_, _: &csvq_core::Result<_>| {
            called.fetch_add(1, Ordering::SeqCst);
        }
    };
    let tasks: Vec<_> = (0..20).map(|_| engine.submit(&caller, "row_compare", job(), None, count()).unwrap()).collect();
    for task in &tasks {
        let result = engine.wait_for(&caller, *task, Some(Duration::from_secs(30))).unwrap().unwrap();
        assert_eq!(result.report.details.counts.changed, 1);
        assert!(matches!(engine.task(&caller, *task), Status::Completed { .. }));
    }
    let cancelled = job();
    cancelled.control.cancel();
    let task = engine.submit(&caller, "row_compare", cancelled, None, count()).unwrap();
    assert!(engine.wait_for(&caller, task, Some(Duration::from_secs(30))).unwrap().is_err());
    assert!(engine.submit(&caller, "nothing", job(), None, count()).is_err());
    engine.shutdown(true);
    assert_eq!(called.load(Ordering::SeqCst), 21);
}
