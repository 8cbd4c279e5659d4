//! `cargo xtask python`: the Python package as users get it, built, installed and tested; and `cargo xtask dist`, the
//! wheel and the source distribution for them.
//!
//! Tools and libraries come from PyPI, into virtual environments below cargo's target folder: nothing else on the machine
//! changes. Interpreters are those that the machine has.

mod environment;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;
use environment::{Environment, Tools};

/// Which libraries the tests run with: none, one, all.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("none", &[]),
    ("pandas", &["pandas"]),
    ("polars", &["polars"]),
    ("pyarrow", &["pyarrow"]),
    ("duckdb", &["duckdb"]),
    ("all", &["pandas", "polars", "pyarrow", "duckdb", "narwhals", "rich", "tqdm", "jsonschema", CHECKER]),
];
/// Versions of Python that are tested besides the one at hand, the oldest and the newest of which the machine has.
const OLDER: &[&str] = &["3.9", "3.10"];
const NEWER: &[&str] = &["3.15", "3.14", "3.13", "3.12"];
/// What holds the stubs against the module has to stand beside it. Older Pythons have no such version.
const CHECKER: &str = "mypy==2.4.1";
/// What links wheels for systems older than this one; it is large, and the tests do without.
const ZIG: &str = "ziglang==0.17.1";
/// The bytes that a wheel may have.
const LARGEST: u64 = 20_000_000;
/// The package's sources, and its tests.
const PACKAGE: &str = "csvq-py/python/csvq";
const TESTS: &str = "csvq-py/tests";

/// How a wheel is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Build {
    /// Quickly, for the tests.
    Dev,
    /// As users get it.
    Release,
}

/// Builds the wheel, checks types and style, and runs the tests with none, one and all of the optional libraries, and on
/// the oldest and the newest Python that this machine has.
///
/// # Errors
///
/// When a step failed, or PyPI can't be reached.
pub(crate) fn test(program: Option<&Path>, out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let tools = Tools::install(&workspace, out)?;
    let wheel = wheel(&workspace, &tools, Build::Dev, out)?;
    let mut made = Vec::new();
    for (name, libraries) in LIBRARIES {
        made.push(tools.environment(&workspace, name, None, out)?.with(&wheel, libraries, out)?);
    }
    let others =
        [OLDER, NEWER].map(|versions| versions.iter().find_map(|version| Some((version, tools.python(version)?))));
    if others.contains(&None) {
        writeln!(out, "this machine has no Python besides the one at hand that is older, or newer: not tested there")?;
    }
    for (version, python) in others.into_iter().flatten() {
        made.push(tools.environment(&workspace, version, Some(&python), out)?.with(&wheel, &[], out)?);
    }
    for environment in &made {
        tests(&workspace, environment, program, out)?;
    }
    let all = made.iter().find(|environment| environment.name == "all");
    let all = all.ok_or_else(|| Failure::new("no environment has all libraries", "see LIBRARIES in xtask"))?;
    check(&workspace, &tools, all, out)
}

/// Builds the wheel and the source distribution for users, into `dist` below cargo's target folder.
///
/// # Errors
///
/// When they do not build, or PyPI can't be reached.
pub(crate) fn dist(out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let tools = Tools::install(&workspace, out)?;
    if cfg!(target_os = "linux") {
        tools.add(&[ZIG], out)?;
    }
    let wheel = wheel(&workspace, &tools, Build::Release, out)?;
    let folder = workspace.target.join("python").join("dist");
    let mut command = tools.command("maturin");
    command.current_dir(&workspace.root).args(["sdist", "--out"]).arg(&folder);
    process::run(&mut command, out, "maturin's message above says what is missing")?;
    let advice = "build it again";
    let metadata =
        fs::metadata(&wheel).map_err(|error| Failure::new(format!("can't read the wheel: {error}"), advice))?;
    writeln!(out, "{} ({:.1} MB)", wheel.display(), metadata.len() as f64 / 1e6)?;
    if metadata.len() > LARGEST {
        return Err(Failure::new("the wheel has more than 20 MB", "see what has grown: `cargo bloat` tells"));
    }
    Ok(())
}

/// Builds the wheel, and says where it is.
fn wheel(workspace: &Workspace, tools: &Tools, build: Build, out: &mut dyn Write) -> Result<PathBuf> {
    let folder = workspace.target.join("python").join(if build == Build::Dev { "wheels" } else { "dist" });
    // What was built before would be found beside the new one.
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .map_err(|error| Failure::new(format!("can't remove {}: {error}", folder.display()), "remove it"))?;
    }
    let mut command = tools.command("maturin");
    command.current_dir(&workspace.root).args(["build", "--out"]).arg(&folder);
    match build {
        Build::Dev => command.args(["--profile", "dev", "--compatibility", "linux"]),
        // Zig links against the symbols of an old glibc, whatever this machine has.
        Build::Release if cfg!(target_os = "linux") => {
            command.args(["--release", "--zig", "--compatibility", "manylinux2014"]).env("PATH", tools.path())
        }
        Build::Release => command.arg("--release"),
    };
    process::run(&mut command, out, "make the csvq-py crate compile first: `cargo build -p csvq-py`")?;
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let wheels = |path: &PathBuf| path.extension() == Some(OsStr::new("whl"));
    let nothing = || Failure::new("maturin built no wheel", "read its messages above");
    entries.into_iter().find(wheels).ok_or_else(nothing)
}

fn tests(workspace: &Workspace, environment: &Environment, program: Option<&Path>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "python tests, {}", environment.name)?;
    let mut command = environment.python();
    command.current_dir(&workspace.root).args(["-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS]);
    if let Some(program) = program {
        command.env("CSVQ_BIN", program);
    }
    let advice = format!("`{} -m pytest {TESTS} -k TEST` runs one alone", environment.interpreter().display());
    process::run(&mut command, out, &advice)
}

/// Style and types: ruff, mypy, stubtest and pyright.
fn check(workspace: &Workspace, tools: &Tools, all: &Environment, out: &mut dyn Write) -> Result<()> {
    let run = |mut command: Command, arguments: &[&str], out: &mut dyn Write| {
        let command = command.current_dir(&workspace.root).args(arguments);
        process::run(command, out, "its findings stand above; ruff mends many by `ruff check --fix` and `ruff format`")
    };
    run(tools.command("ruff"), &["check"], out)?;
    run(tools.command("ruff"), &["format", "--check"], out)?;
    let python = all.interpreter().display().to_string();
    run(tools.command("mypy"), &["--strict", "--python-executable", &python, PACKAGE], out)?;
    run(tools.command("pyright"), &["--pythonpath", &python, PACKAGE], out)?;
    // It imports what it holds the stubs against, so it runs where the package is installed.
    run(all.python(), &["-m", "mypy.stubtest", "csvq._csvq", "--mypy-config-file", "pyproject.toml"], out)
}
