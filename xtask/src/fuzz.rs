//! `cargo xtask fuzz`: runs the fuzz targets of `fuzz/Cargo.toml`, one after another.
//!
//! `fuzz/` is no member of the workspace, since it needs a nightly toolchain. This file holds no
//! target of its own: it only finds and runs them.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Runs one target, or all of them, each for so many seconds.
///
/// All targets run even when one finds something.
///
/// # Errors
///
/// When the tools are missing, a target is unknown, or one found an input that fails.
pub(crate) fn run(target: Option<&str>, seconds: u64, out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let targets = chosen(&workspace, target)?;
    tools()?;
    let mut failed = Vec::new();
    for target in targets {
        writeln!(out, "fuzz {target}, {seconds} s")?;
        let ran = process::run(
            process::nightly_cargo()
                .current_dir(&workspace.root)
                .args(["fuzz", "run", &target, "--"])
                .arg(format!("-max_total_time={seconds}")),
            out,
            "",
        );
        if ran.is_err() {
            failed.push(target);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("fuzzing failed in: {}", failed.join(", ")),
        "libFuzzer's message above names the input, below fuzz/artifacts: \
         run it again with `cargo +nightly fuzz run TARGET INPUT`, then make it a test",
    ))
}

fn chosen(workspace: &Workspace, target: Option<&str>) -> Result<Vec<String>> {
    let path = workspace.root.join("fuzz").join("Cargo.toml");
    let targets = targets(&path)?;
    let Some(target) = target else {
        return Ok(targets);
    };
    if targets.iter().any(|known| known == target) {
        return Ok(vec![target.to_owned()]);
    }
    Err(Failure::new(
        format!("there is no fuzz target called {target}"),
        format!("name one of: {}", targets.join(", ")),
    ))
}

/// The names of the `[[bin]]` sections of a fuzz manifest.
fn targets(path: &Path) -> Result<Vec<String>> {
    let wrong = |what: String| {
        Failure::new(format!("{}: {what}", path.display()), "list each fuzz target in a [[bin]] section with a name")
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let manifest: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    let names: Vec<String> = manifest
        .get("bin")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned))
        .collect();
    if names.is_empty() {
        return Err(wrong("it names no target".to_owned()));
    }
    Ok(names)
}

fn tools() -> Result<()> {
    let mut nightly = process::nightly_cargo();
    if !process::works(nightly.arg("--version")) {
        return Err(Failure::new(
            "fuzzing needs a nightly toolchain, and there is none",
            "rustup toolchain install nightly --profile minimal",
        ));
    }
    let mut fuzz = process::nightly_cargo();
    if !process::works(fuzz.args(["fuzz", "--version"])) {
        return Err(Failure::new(
            "fuzzing needs cargo-fuzz, and it is not installed",
            "cargo install cargo-fuzz --locked",
        ));
    }
    Ok(())
}
