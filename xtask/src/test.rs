//! `cargo xtask test`: the checks, then every test of the workspace against a fresh `csvq`, and those of the Python package.
//!
//! The end-to-end tests run the program itself. Cargo would not build it for them, since it is
//! another package's binary, so this builds it first and passes its path in `CSVQ_BIN`.

use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

use crate::check;
use crate::embedding;
use crate::failure::{Failure, Result};
use crate::plugins;
use crate::process;
use crate::python;
use crate::workspace::Workspace;

/// Runs the checks (unless told not to), then all tests.
///
/// Tests run even when a check has failed, so that one run shows everything.
///
/// # Errors
///
/// When a check, the build or a test failed.
pub(crate) fn run(with_checks: bool, with_python: bool, extra: &[String], out: &mut dyn Write) -> Result<()> {
    let checked = if with_checks { check::run(&[], out) } else { Ok(()) };
    let tested = run_tests(with_python, extra, out);
    match (checked, tested) {
        (Err(check), Err(test)) => {
            writeln!(out, "error: {check}")?;
            Err(test)
        }
        (checked, tested) => checked.and(tested),
    }
}

fn run_tests(with_python: bool, extra: &[String], out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let program = build_csvq(&workspace, Profile::Dev, out)?;
    let plugins = plugins::build(&workspace, out)?;
    process::run(
        workspace
            .cargo()
            .args(["test", "--workspace", "--features", "csvq-plugin-api/polars", "--no-fail-fast"])
            .args(extra)
            .env("CSVQ_BIN", &program)
            .env("CSVQ_PLUGINS", &plugins),
        out,
        "read the first failing test above; `cargo test -p CRATE TEST` runs one alone \
         (end-to-end tests need CSVQ_BIN, which `cargo xtask test --no-check -- TEST` sets)",
    )?;
    // Whoever asks for some tests by name does not ask for these.
    if extra.is_empty() {
        embedding::test(&workspace, &program, &plugins, out)?;
    }
    if with_python { python::test(Some(&program), out) } else { Ok(()) }
}

/// How the program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly, with checks on: for tests.
    Dev,
    /// As users get it: for measuring.
    Release,
}

/// Builds the `csvq` program, and says where cargo put it.
///
/// # Errors
///
/// When it does not compile.
pub(crate) fn build_csvq(workspace: &Workspace, profile: Profile, out: &mut dyn Write) -> Result<PathBuf> {
    let mut command = workspace.cargo();
    command.args(["build", "-p", "csvq-cli", "--bin", "csvq"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    command.arg("--message-format=json-render-diagnostics");
    let messages = process::capture(&mut command, out, "make the csvq-cli crate compile first")?;
    executable(&String::from_utf8_lossy(&messages)).ok_or_else(|| {
        Failure::new(
            "cargo built csvq-cli, but named no `csvq` program",
            "see that csvq-cli/Cargo.toml still has a [[bin]] called csvq",
        )
    })
}

/// The path of the `csvq` program in cargo's messages, one JSON object a line.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == "csvq")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargos_messages() {
        let messages = concat!(
            "not json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"clap"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"csvq"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"csvq"},"executable":"/t/csvq"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages), Some(PathBuf::from("/t/csvq")));
        assert_eq!(executable(""), None);
    }
}
