//! The right answers: every listed comparison through the library and through the program, and the oracle itself.

use std::collections::BTreeMap;
use std::process::Command;

use csvq_core::compare::{Job, comparator};
use csvq_core::control::Control;
use csvq_core::report::Report;
use csvq_core::source::Source;
use csvq_tests::{flags, program};
use serde::Deserialize;
use serde_json::Value;

use super::folder;

/// A comparison and its right answer, as the lists in `data/` have it.
#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    left: String,
    right: String,
    args: Vec<String>,
    counts: Value,
    columns: BTreeMap<String, u64>,
    only_left: Vec<String>,
    only_right: Vec<String>,
}

fn entries() -> Vec<Entry> {
    let read = |list: &str| -> Vec<Entry> {
        serde_json::from_slice(&std::fs::read(folder("data").join(list)).unwrap()).unwrap()
    };
    let entries: Vec<_> = ["expected.json", "peers.json"].into_iter().flat_map(read).collect();
    assert!(entries.len() > 25);
    entries
}

fn by_library(entry: &Entry) -> Report {
    let spec = flags::spec(&entry.args).unwrap();
    let source = |name: &str| Source::Path(folder("data").join(name));
    let job = Job {
        left: source(&entry.left),
        right: source(&entry.right),
        spec,
        parameters: serde_json::Map::new(),
        control: Control::new(),
    };
    comparator("row_compare").unwrap().compare(job).unwrap().report
}

fn by_program(entry: &Entry, more: &[&str]) -> Report {
    let mut command = Command::new(program());
    command.current_dir(folder("data")).args(["compare", &entry.left, &entry.right]).args(&entry.args);
    let output = command.args(["--format", "json"]).args(more).output().unwrap();
    let report = super::report(&output);
    let expected = if report.is_equal { 0 } else { 1 };
    assert_eq!(output.status.code(), Some(expected), "{}", entry.name);
    report
}

#[track_caller]
fn check(entry: &Entry, report: &Report) {
    let details = &report.details;
    let name = &entry.name;
    assert_eq!(serde_json::to_value(details.counts).unwrap(), entry.counts, "{name}");
    let mut columns = BTreeMap::new();
    for column in &details.columns {
        // Columns of one name are listed as one.
        *columns.entry(column.left_name.clone()).or_insert(0) += column.changed;
    }
    assert_eq!(columns, entry.columns, "{name}");
    assert_eq!(details.schema.only_left, entry.only_left, "{name}");
    assert_eq!(details.schema.only_right, entry.only_right, "{name}");
    let count = |field: &str| entry.counts[field].as_u64().unwrap();
    let same_rows = count("changed") + count("added") + count("removed") == 0;
    let same_columns = entry.only_left.is_empty() && entry.only_right.is_empty();
    assert_eq!(report.is_equal, same_rows && same_columns, "{name}");
}

#[test]
fn the_library_gives_the_right_answers() {
    for entry in entries() {
        check(&entry, &by_library(&entry));
    }
}

#[test]
fn the_program_gives_the_right_answers() {
    for entry in entries() {
        check(&entry, &by_program(&entry, &[]));
        check(&entry, &by_program(&entry, &["--threads", "1", "--memory", "16MiB", "--limit", "1"]));
    }
}

#[test]
fn library_and_program_report_the_same() {
    for entry in entries() {
        let (library, program) = (by_library(&entry), by_program(&entry, &[]));
        assert_eq!(library.details, program.details, "{}", entry.name);
        assert_eq!(library.highlights, program.highlights, "{}", entry.name);
    }
}

/// Runs one of the oracle's scripts, which needs Python 3 and nothing else.
fn oracle(script: &str, args: &[&str]) {
    let output = Command::new("python3").arg(folder("oracle").join(script)).args(args).output().unwrap();
    let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy);
    assert!(output.status.success(), "{script} {args:?}\n{}\n{}", told[0], told[1]);
}

#[test]
fn the_oracle_passes_its_own_tests_and_gives_the_listed_answers() {
    oracle("test_oracle.py", &[]);
    oracle("expect.py", &[]);
}

#[test]
fn program_and_oracle_agree_on_generated_pairs() {
    let program = program();
    let program = program.to_str().unwrap();
    std::thread::scope(|scope| {
        let runs = [("0..60", ""), ("60..120", "--threads 1"), ("200..240", "--threads 3 --memory 16MiB")];
        for (seeds, flags) in runs {
            let flags = format!("--flags={flags}");
            scope.spawn(move || oracle("differential.py", &["--csvq", program, "--seeds", seeds, &flags]));
        }
    });
}
