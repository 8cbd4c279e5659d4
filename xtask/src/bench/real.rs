//! `cargo xtask bench --real`: compares published releases of real data, and checks the answers.
//!
//! Each pair is compared by the release build of `csvq` and by the oracle in plain Python, and both
//! must agree with counts that were taken independently. The data is downloaded once, from PyPI
//! and npm, into the target folder; this is the only task here that uses the network for data.

mod fetch;
mod pairs;

use std::io::Write;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use self::fetch::{fetch, python};
use self::pairs::{PAIRS, Pair};
use super::table;
use crate::failure::{Failure, Result};
use crate::process;
use crate::test::{Profile, build_csvq};
use crate::workspace::Workspace;

/// The counts that csvq and the oracle must agree on, whether or not the truth names them.
const AGREED: &[&str] =
    &["left_rows", "right_rows", "matched", "unchanged", "changed", "added", "removed", "changed_cells"];

/// Downloads what is missing, compares every pair twice, and prints a table.
///
/// # Errors
///
/// When a download or a program fails, or an answer is wrong.
pub(crate) fn run(out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let csvq = build_csvq(&workspace, Profile::Release, out)?;
    let oracle = workspace.root.join("tests/oracle/oracle.py");
    let store = workspace.target.join("real");
    let mut rows =
        vec![["pair", "removed", "added", "changed", "cells", "csvq", "oracle", "answer"].map(str::to_owned)];
    let mut wrong = Vec::new();
    for pair in PAIRS {
        let left = fetch(pair.left, &store, out)?.join(pair.file);
        let right = fetch(pair.right, &store, out)?.join(pair.file);
        let mut by_csvq = Command::new(&csvq);
        by_csvq.arg("compare").args([&left, &right]);
        by_csvq.args(options(pair)).args(["--format", "json"]);
        let mut by_oracle = python();
        by_oracle.arg(&oracle).args([&left, &right]);
        by_oracle.args(options(pair));
        let (report, csvq_time) = answer(&mut by_csvq)?;
        let (truth, oracle_time) = answer(&mut by_oracle)?;
        let counts = &report["details"]["counts"];
        let mut found = judge(pair, "csvq", counts, &changed_columns(&report["details"]["columns"]));
        found.extend(judge(pair, "oracle", &truth, &changed_columns(&truth["columns"])));
        found.extend(disagreements(pair, counts, &truth));
        let shown = |name: &str| counts[name].to_string();
        rows.push([
            pair.name.to_owned(),
            shown("removed"),
            shown("added"),
            shown("changed"),
            shown("changed_cells"),
            csvq_time,
            oracle_time,
            if found.is_empty() { "right" } else { "WRONG" }.to_owned(),
        ]);
        wrong.extend(found);
    }
    table::write(&rows, out)?;
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        wrong.join("\n  "),
        "compare the two programs' answers on that pair (its files are in the target folder, \
         below real/); cut the rows that differ to a small case and make it a test",
    ))
}

fn options(pair: &Pair) -> Vec<&'static str> {
    let tolerances = pair.tolerances.iter().flat_map(|tolerance| ["--abs-tol", tolerance]);
    ["--key", pair.key].into_iter().chain(tolerances).collect()
}

/// Runs a comparison; its JSON, and how long the whole process took.
///
/// Exit code 1 says that the tables differ, which is no failure here.
fn answer(command: &mut Command) -> Result<(Value, String)> {
    let failed = |what: String| {
        Failure::new(format!("`{}` {what}", process::shown(command)), "run it by itself and read its message")
    };
    let mut again = Command::new(command.get_program());
    again.args(command.get_args());
    let started = Instant::now();
    let (status, json) = process::output(&mut again)?;
    let time = format!("{:.3} s", started.elapsed().as_secs_f64());
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(failed(format!("failed ({status})")));
    }
    let value = serde_json::from_slice(&json).map_err(|error| failed(format!("printed no JSON: {error}")))?;
    Ok((value, time))
}

/// What is wrong in one program's answer.
fn judge(pair: &Pair, who: &str, counts: &Value, columns: &[(String, u64)]) -> Vec<String> {
    let mut wrong: Vec<String> = pair
        .truth
        .iter()
        .filter(|(name, expected)| counts[name].as_u64() != Some(*expected))
        .map(|(name, expected)| {
            let found = &counts[name];
            format!("{}: {who} has {name} {found}, and it is {expected}", pair.name)
        })
        .collect();
    if let Some(only) = pair.only_column {
        wrong.extend(
            columns
                .iter()
                .filter(|(name, changed)| *changed > 0 && name != only)
                .map(|(name, _)| format!("{}: {who} sees changes in {name}, not only in {only}", pair.name)),
        );
    }
    wrong
}

fn disagreements(pair: &Pair, csvq: &Value, oracle: &Value) -> Vec<String> {
    AGREED
        .iter()
        .filter(|name| csvq[name] != oracle[name])
        .map(|name| {
            let (csvq, oracle) = (&csvq[name], &oracle[name]);
            format!("{}: {name} is {csvq} by csvq and {oracle} by the oracle", pair.name)
        })
        .collect()
}

/// Columns with their changed cells: from csvq's list of objects, or the oracle's object.
fn changed_columns(columns: &Value) -> Vec<(String, u64)> {
    match columns {
        Value::Array(list) => list
            .iter()
            .filter_map(|column| {
                let name = column["name"].as_str()?;
                Some((name.to_owned(), column["changed"].as_u64()?))
            })
            .collect(),
        Value::Object(map) => {
            map.iter().filter_map(|(name, changed)| Some((name.clone(), changed.as_u64()?))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn weather() -> &'static Pair {
        &PAIRS[3]
    }

    #[test]
    fn a_right_answer_passes() {
        let counts = json!({
            "left_rows": 2922, "right_rows": 2922, "removed": 0, "added": 0,
            "changed": 679, "changed_cells": 679,
        });
        let columns = changed_columns(&json!([
            {"name": "weather", "changed": 679}, {"name": "wind", "changed": 0},
        ]));
        assert!(judge(weather(), "csvq", &counts, &columns).is_empty());
        assert!(disagreements(weather(), &counts, &counts).is_empty());
    }

    #[test]
    fn wrong_missing_and_diverging_counts_are_found() {
        let counts = json!({
            "left_rows": 2922, "removed": 0, "added": 0, "changed": 678, "changed_cells": 679,
        });
        let columns = changed_columns(&json!({"weather": 678, "wind": 1}));
        let wrong = judge(weather(), "oracle", &counts, &columns);
        assert_eq!(wrong.len(), 3, "{wrong:#?}");
        assert_eq!(disagreements(weather(), &counts, &json!({"removed": 0})).len(), 4);
    }

    #[test]
    fn tolerances_become_options() {
        assert_eq!(options(&PAIRS[2]), ["--key", "icao", "--abs-tol", "lat=1e-5", "--abs-tol", "lon=1e-5"]);
    }
}
