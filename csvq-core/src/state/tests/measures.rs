//! Runs and their statistics, counters, digests, times.

use std::path::Path;

use proptest::prelude::*;

use super::Home;
use crate::state::digests::MOST;
use crate::state::{RunRecord, Timestamp};

fn run(plugin: &str, wall_ms: f64) -> RunRecord {
    RunRecord { plugin: plugin.to_owned(), version: "1.0.0".to_owned(), wall_ms, success: true, ..RunRecord::default() }
}

#[test]
fn statistics_are_the_guides() {
    let home = Home::new();
    let failed = RunRecord {
        success: false,
        error_kind: Some("timed_out".to_owned()),
        started: Timestamp(50),
        ..run("p", 4_000.0)
    };
    let measured = RunRecord {
        cpu_ms: Some(500.0),
        peak_memory_bytes: Some(1 << 20),
        rows: 10,
        bytes: 100,
        started: Timestamp(70),
        ..run("p", 1_000.0)
    };
    let from_cache = RunRecord { cached: true, started: Timestamp(90), ..run("p", 1.0) };
    for run in [&failed, &measured, &from_cache, &run("q", 3.0)] {
        home.state.record_run(run).unwrap();
    }
    let all = home.state.statistics(None).unwrap();
    assert_eq!(all.iter().map(|one| one.plugin.as_str()).collect::<Vec<_>>(), ["p", "q"]);
    let statistics = home.state.statistics(Some("p")).unwrap();
    assert_eq!(statistics, all[..1]);
    let expected = serde_json::json!({
        "plugin": "p", "total_executions": 2, "success_rate": 0.5, "avg_execution_time": 2.5,
        "max_execution_time": 4.0, "p50_execution_time": 1.0, "p95_execution_time": 4.0, "p99_execution_time": 4.0,
        "avg_cpu_time": 0.5, "avg_memory_usage": 1_048_576.0, "max_memory_usage": 1_048_576, "total_rows": 10,
        "total_bytes": 100, "cached": 1, "last_run": "1970-01-01T00:00:00.090Z", "errors": { "timed_out": 1 },
    });
    assert_eq!(serde_json::to_value(&statistics[0]).unwrap(), expected);
    assert_eq!(home.state.statistics(Some("r")).unwrap(), []);
}

#[test]
fn what_came_from_the_cache_alone_has_no_times() {
    let home = Home::new();
    home.state.record_run(&RunRecord { cached: true, ..run("p", 1.0) }).unwrap();
    let statistics = home.state.statistics(Some("p")).unwrap().remove(0);
    assert_eq!((statistics.total_executions, statistics.cached), (0, 1));
    assert_eq!((statistics.success_rate, statistics.p50_execution_time), (None, None));
}

#[test]
fn impossible_measurements_do_no_harm() {
    let home = Home::new();
    for wall_ms in [f64::NAN, f64::INFINITY, -1.0] {
        let huge =
            RunRecord { rows: u64::MAX, bytes: u64::MAX, peak_memory_bytes: Some(u64::MAX), ..run("p", wall_ms) };
        home.state.record_run(&huge).unwrap();
    }
    let statistics = home.state.statistics(None).unwrap().remove(0);
    assert_eq!((statistics.total_executions, statistics.max_execution_time), (3, Some(0.0)));
    assert!(statistics.total_bytes > i64::MAX as u64);
}

#[test]
fn old_runs_are_forgotten() {
    let home = Home::new();
    for started in 0..10 {
        home.state.record_run(&RunRecord { started: Timestamp(started), ..run("p", 1.0) }).unwrap();
    }
    assert_eq!(home.state.forget_runs(Timestamp(7)).unwrap(), 7);
    assert_eq!(home.state.forget_runs(Timestamp(7)).unwrap(), 0);
    assert_eq!(home.state.statistics(None).unwrap()[0].total_executions, 3);
}

#[test]
fn counters_add_up_and_never_overflow() {
    let home = Home::new();
    for (name, by) in [("cache.hit", 1), ("cache.hit", 2), ("cache.%", 5), ("other", u64::MAX), ("other", 1)] {
        home.state.bump(name, by).unwrap();
    }
    let found = |prefix: &str| home.reopened().counters(prefix).unwrap().into_iter().collect::<Vec<_>>();
    assert_eq!(found("cache."), [("cache.%".to_owned(), 5), ("cache.hit".to_owned(), 3)]);
    assert_eq!(found("cache.%"), [("cache.%".to_owned(), 5)]);
    assert_eq!(found("other"), [("other".to_owned(), i64::MAX as u64)]);
    assert_eq!(found("").len(), 3);
}

#[test]
fn digests_hold_for_their_stamp() {
    let home = Home::new();
    let state = &home.state;
    state.remember_digest("/data/a.csv", "10 1", "aa").unwrap();
    assert_eq!(state.remembered_digest("/data/a.csv", "10 1").unwrap().as_deref(), Some("aa"));
    assert_eq!(state.remembered_digest("/data/a.csv", "10 2").unwrap(), None);
    assert_eq!(state.remembered_digest("/data/b.csv", "10 1").unwrap(), None);
    state.remember_digest("/data/a.csv", "10 2", "bb").unwrap();
    assert_eq!(state.remembered_digest("/data/a.csv", "10 1").unwrap(), None);
    assert_eq!(state.remembered_digest("/data/a.csv", "10 2").unwrap().as_deref(), Some("bb"));
}

#[cfg(unix)]
#[test]
fn digests_are_remembered_for_paths_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let home = Home::new();
    let (first, second) = (Path::new(OsStr::from_bytes(b"/\xff")), Path::new(OsStr::from_bytes(b"/\xfe")));
    home.state.remember_digest(first, "1", "aa").unwrap();
    assert_eq!(home.state.remembered_digest(second, "1").unwrap(), None);
    assert_eq!(home.state.remembered_digest(first, "1").unwrap().as_deref(), Some("aa"));
}

#[test]
fn the_oldest_digests_are_forgotten() {
    let home = Home::new();
    home.state.remember_digest("first", "1", "aa").unwrap();
    // As if as many had followed.
    let set = |number: u64| {
        let sql = format!("UPDATE sqlite_sequence SET seq = {number} WHERE name = 'digests'");
        home.state.inner.passing.write(|transaction| Ok(transaction.execute_batch(&sql)?)).unwrap();
    };
    set(MOST - 1);
    home.state.remember_digest("second", "1", "bb").unwrap();
    assert!(home.state.remembered_digest("first", "1").unwrap().is_some());
    home.state.remember_digest("third", "1", "cc").unwrap();
    assert!(home.state.remembered_digest("first", "1").unwrap().is_none());
    assert!(home.state.remembered_digest("second", "1").unwrap().is_some());
}

#[test]
fn times_are_written_as_rfc_3339() {
    let check = |milliseconds: i64, expected: &str| {
        assert_eq!(Timestamp(milliseconds).to_string(), expected);
    };
    check(0, "1970-01-01T00:00:00.000Z");
    check(-1, "1969-12-31T23:59:59.999Z");
    check(1_709_251_199_999, "2024-02-29T23:59:59.999Z");
    check(i64::MAX, "9999-12-31T23:59:59.999Z");
    check(i64::MIN, "0000-01-01T00:00:00.000Z");
    let json = serde_json::to_string(&Timestamp(1_709_251_199_999)).unwrap();
    assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), Timestamp(1_709_251_199_999));
    assert!(serde_json::from_str::<Timestamp>("\"yesterday\"").is_err());
    assert_eq!(Timestamp(i64::MAX).plus_days(u32::MAX), Timestamp(i64::MAX));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn percentiles_are_exact(times in proptest::collection::vec(0_u32..100_000, 1..150)) {
        let home = Home::new();
        for time in &times {
            home.state.record_run(&run("p", f64::from(*time))).unwrap();
        }
        let mut sorted: Vec<f64> = times.iter().map(|time| f64::from(*time) / 1000.0).collect();
        sorted.sort_by(f64::total_cmp);
        // As few as possible, so that at least this share of all is not above.
        let nearest = |share: f64| sorted.iter().enumerate()
            .find(|(place, _)| (place + 1) as f64 * 100.0 >= share * sorted.len() as f64)
            .map(|(_, time)| *time);
        let statistics = home.state.statistics(None).unwrap().remove(0);
        prop_assert_eq!(statistics.p50_execution_time, nearest(50.0));
        prop_assert_eq!(statistics.p95_execution_time, nearest(95.0));
        prop_assert_eq!(statistics.p99_execution_time, nearest(99.0));
        prop_assert_eq!(statistics.max_execution_time, sorted.last().copied());
    }
}
