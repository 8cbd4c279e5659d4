//! End-to-end tests: the engine through its Rust interface, and the program as its users run it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them, in its helpers too")]

#[cfg(target_os = "linux")]
mod attacks;
mod bad_input;
mod cancel;
mod candidates;
mod column_compare;
mod encodings;
mod hash_compare;
mod inspect;
#[cfg(unix)]
mod interrupt;
mod laws;
#[cfg(unix)]
mod pipes;
#[cfg(unix)]
mod plugins;
mod program;
mod refusal;
mod schema_compare;
mod streams;
mod truth;
mod typed;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use csvq_core::report::{JSON_SCHEMA, Report};
use serde_json::Value;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A file or folder of this crate.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What an oracle answers, as JSON.
#[track_caller]
fn oracle(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The report that a run with `--format json` wrote, checked against its schema.
#[track_caller]
fn report(output: &Output) -> Report {
    let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)));
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    serde_json::from_value(value).unwrap()
}
