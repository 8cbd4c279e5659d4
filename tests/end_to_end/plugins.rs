//! Plugins through the program and the engine, as administrators and authors meet them.

mod cache;
mod embedded;
mod hostile;
mod lifecycle;
mod security;
mod settings;

use std::process::Output;

use serde_json::Value;

use crate::stderr;

/// What a command answered with `--format json`.
#[track_caller]
fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command said when it failed.
#[track_caller]
fn failure(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", stderr(output));
    stderr(output)
}
