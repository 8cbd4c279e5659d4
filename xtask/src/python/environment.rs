//! Virtual environments: one with the tools, and one for each set of libraries and version of Python.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

/// What builds and checks the package. Where another version would find other faults, it is this one.
const TOOLS: &[&str] = &["uv", "maturin>=1.16,<2", "ruff==0.17.6", "mypy==2.4.1", "pyright[nodejs]==1.1.414"];
/// What every environment has for the tests.
const TESTING: &[&str] = &["pytest"];
const OFFLINE: &str = "it comes from PyPI, which has to be reachable; on Debian `apt install python3-venv`";

/// The environment with the tools.
#[derive(Debug)]
pub(super) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Installs the tools, unless they are there.
    pub(super) fn install(workspace: &Workspace, out: &mut dyn Write) -> Result<Self> {
        let tools = Self { folder: workspace.target.join("python").join("tools") };
        let python = binary(&tools.folder, "python");
        if !process::works(Command::new(&python).arg("--version")) {
            let mut command = Command::new(if cfg!(windows) { "python" } else { "python3" });
            process::run(command.args(["-m", "venv", "--clear"]).arg(&tools.folder), out, OFFLINE)?;
        }
        tools.add(TOOLS, out)?;
        Ok(tools)
    }

    /// Installs more of them.
    pub(super) fn add(&self, tools: &[&str], out: &mut dyn Write) -> Result<()> {
        let mut command = self.command("python");
        process::run(command.args(["-m", "pip", "install", "--quiet"]).args(tools), out, OFFLINE)
    }

    /// One of the tools.
    pub(super) fn command(&self, name: &str) -> Command {
        Command::new(binary(&self.folder, name))
    }

    /// Where programs are found, the tools first.
    pub(super) fn path(&self) -> OsString {
        let others = env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(programs(&self.folder)).chain(env::split_paths(&others));
        env::join_paths(all).unwrap_or_default()
    }

    /// The machine's Python of a version, if it has one: by its name, or where pyenv keeps it.
    pub(super) fn python(&self, version: &str) -> Option<PathBuf> {
        let mut command = self.command("uv");
        command.args(["python", "find", "--system", "--no-python-downloads", version]);
        let found =
            command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|found| found.status.success());
        let named = found.map(|found| PathBuf::from(String::from_utf8_lossy(&found.stdout).trim()));
        named
            .into_iter()
            .chain(kept_by_pyenv(version))
            .find(|python| process::works(Command::new(python).arg("--version")))
    }

    /// A fresh environment, of the Python at hand or of a version.
    pub(super) fn environment(
        &self,
        workspace: &Workspace,
        name: &str,
        python: Option<&Path>,
        out: &mut dyn Write,
    ) -> Result<Environment> {
        let folder = workspace.target.join("python").join("environments").join(name);
        let python = python.map_or_else(|| binary(&self.folder, "python"), Path::to_owned);
        let mut command = self.command("uv");
        command.args(["venv", "--quiet", "--clear", "--no-python-downloads", "--python"]).arg(&python).arg(&folder);
        process::run(&mut command, out, OFFLINE)?;
        Ok(Environment { name: name.to_owned(), folder, uv: binary(&self.folder, "uv") })
    }
}

/// An environment to test the package in.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) name: String,
    folder: PathBuf,
    uv: PathBuf,
}

impl Environment {
    /// Installs the wheel and libraries.
    pub(super) fn with(self, wheel: &Path, libraries: &[&str], out: &mut dyn Write) -> Result<Self> {
        let mut command = Command::new(&self.uv);
        command.args(["pip", "install", "--quiet", "--python"]).arg(self.interpreter());
        process::run(command.arg(wheel).args(TESTING).args(libraries), out, OFFLINE)?;
        Ok(self)
    }

    pub(super) fn interpreter(&self) -> PathBuf {
        binary(&self.folder, "python")
    }

    pub(super) fn python(&self) -> Command {
        Command::new(self.interpreter())
    }
}

/// The Pythons of a version that pyenv has installed.
fn kept_by_pyenv(version: &str) -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".pyenv")));
    let kept = root.and_then(|root| fs::read_dir(root.join("versions")).ok()).into_iter().flatten().flatten();
    let begins = format!("{version}.");
    let is_wanted = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(&begins);
    let mut pythons: Vec<PathBuf> = kept.filter(is_wanted).map(|entry| binary(&entry.path(), "python")).collect();
    pythons.sort();
    pythons
}

/// Where an environment's programs are.
fn programs(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// A program of an environment.
fn binary(environment: &Path, name: &str) -> PathBuf {
    programs(environment).join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
