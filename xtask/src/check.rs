//! `cargo xtask check`: the house rules as steps that run, each by itself or all in a row.
//!
//! A step that fails does not stop the others, so that one run shows everything. What a step
//! finds is decided in the modules below; this file only runs them and tells the outcome.

mod crates;
mod docs;
mod features;
mod floors;
mod layers;
mod sizes;

use std::io::Write;
use std::time::Instant;

use clap::ValueEnum;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// One step of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// The code is formatted.
    Fmt,
    /// Clippy and the compiler have nothing to say.
    Clippy,
    /// Crates and core's modules depend downwards only.
    Layers,
    /// Every package has one set of features, whatever is built.
    Features,
    /// No source file is too long.
    Sizes,
    /// The documentation builds, and the map names every module.
    Docs,
    /// Licences, bans and sources of dependencies (cargo-deny).
    Deny,
}

/// How a step that did not fail came out.
pub(crate) enum Outcome {
    /// It ran, and all is well.
    Passed,
    /// It could not run here; why.
    Skipped(String),
}

/// Runs these steps, or all when none is named, and prints each one's outcome and time.
///
/// # Errors
///
/// When a step failed; its own message has been printed by then.
pub(crate) fn run(steps: &[Step], out: &mut dyn Write) -> Result<()> {
    let steps = if steps.is_empty() { Step::value_variants() } else { steps };
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for &step in steps {
        let name = name(step);
        writeln!(out, "check {name}")?;
        let started = Instant::now();
        let outcome = run_step(step, out);
        let seconds = started.elapsed().as_secs_f64();
        let said = match outcome {
            Ok(Outcome::Passed) => "ok".to_owned(),
            Ok(Outcome::Skipped(why)) => format!("skipped: {why}"),
            Err(failure) => {
                writeln!(out, "  {failure}")?;
                failed.push(name.clone());
                "FAILED".to_owned()
            }
        };
        let line = format!("  {name:<8}{seconds:>7.1} s  {said}");
        writeln!(out, "{line}")?;
        lines.push(line);
    }
    if lines.len() > 1 {
        writeln!(out, "checks:\n{}", lines.join("\n"))?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("checks failed: {}", failed.join(", ")),
        format!("see each one's message above, and run it alone with `cargo xtask check {}`", failed.join(" ")),
    ))
}

fn run_step(step: Step, out: &mut dyn Write) -> Result<Outcome> {
    match step {
        Step::Fmt => fmt(out)?,
        Step::Clippy => clippy(out)?,
        Step::Layers => layers::check()?,
        Step::Features => features::check(out)?,
        Step::Sizes => sizes::check(out)?,
        Step::Docs => docs::check(out)?,
        Step::Deny => return deny(out),
    }
    Ok(Outcome::Passed)
}

/// `fuzz` is no member of the workspace, so it is formatted by its own manifest.
fn fmt(out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]), out, "run `cargo fmt --all`")?;
    let fuzz = "fuzz/Cargo.toml";
    if !workspace.root.join(fuzz).exists() {
        return Ok(());
    }
    process::run(
        workspace.cargo().args(["fmt", "--manifest-path", fuzz, "--check"]),
        out,
        "run `cargo fmt --manifest-path fuzz/Cargo.toml`",
    )
}

fn clippy(out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    process::run(
        workspace.cargo().args(["clippy", "--workspace", "--all-targets"]).args([
            "--features",
            "csvq-plugin-api/polars",
            "--",
            "-D",
            "warnings",
        ]),
        out,
        "mend what clippy says above; where it is wrong, #[expect(..., reason = \"...\")]",
    )
}

fn deny(out: &mut dyn Write) -> Result<Outcome> {
    let workspace = Workspace::find()?;
    if !process::works(workspace.cargo().args(["deny", "--version"])) {
        return Ok(Outcome::Skipped("cargo-deny is not installed (`cargo install cargo-deny --locked`)".to_owned()));
    }
    process::run(
        workspace.cargo().args(["deny", "check", "--hide-inclusion-graph"]).args(["bans", "licenses", "sources"]),
        out,
        "replace the dependency it names (`cargo tree -i` says who wants it), \
         or allow it in deny.toml with a reason",
    )?;
    Ok(Outcome::Passed)
}

fn name(step: Step) -> String {
    step.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Turns what a step found into its outcome: nothing is good, anything is a failure.
fn none(findings: &[String], advice: &str) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    Err(Failure::new(findings.join("\n  "), advice))
}
