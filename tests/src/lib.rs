//! The test kit of csvq: where the program is, a folder to run it in, tables written in every way, and a plain
//! comparison to hold the engine's answers against.
//!
//! It checks nothing itself.

pub mod flags;
pub mod naive;
pub mod plugins;
pub mod writing;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The path of the `csvq` program under test.
///
/// # Panics
/// Where the environment does not say it, with advice.
#[must_use]
#[expect(clippy::panic, reason = "without a program no test can say anything")]
pub fn program() -> PathBuf {
    match std::env::var_os("CSVQ_BIN") {
        Some(path) if !path.is_empty() => path.into(),
        _ => panic!("CSVQ_BIN does not name the csvq program: run `cargo xtask test`, which builds it first"),
    }
}

/// A folder of its own to run the program in, with none of the environment that it reads.
#[derive(Debug)]
pub struct Workplace {
    folder: TempDir,
}

impl Workplace {
    /// Makes a folder with files in it.
    ///
    /// # Errors
    /// Where the folder or a file can't be written.
    pub fn with(files: &[(&str, &str)]) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        for (name, text) in files {
            fs::write(folder.path().join(name), text)?;
        }
        Ok(Self { folder })
    }

    /// Writes a file.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        fs::write(&path, content)?;
        Ok(path)
    }

    /// Makes a named pipe.
    ///
    /// # Errors
    /// Where the system's `mkfifo` can't make it.
    #[cfg(unix)]
    pub fn pipe(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        let made = Command::new("mkfifo").arg(&path).status()?;
        if made.success() { Ok(path) } else { Err(io::Error::other(format!("mkfifo: {made}"))) }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program, ready to be started in the folder with all its streams piped.
    #[must_use]
    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(program());
        command.args(args).current_dir(self.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CSVQ_LOG", "CSVQ_HOME", "XDG_DATA_HOME"] {
            command.env_remove(variable);
        }
        for variable in ["PLUGIN_ENV", "PLUGIN_DEBUG", "PLUGIN_CACHE_ENABLED", "PLUGIN_SECURITY_STRICT"] {
            command.env_remove(variable);
        }
        // Where a home would be if nobody names one.
        command.env("HOME", self.path());
        command
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> io::Result<Output> {
        self.command(args).stdin(Stdio::null()).output()
    }

    /// Runs the program to its end with a text as its standard input.
    ///
    /// # Errors
    /// Where it can't be started, or does not read its input.
    pub fn run_with_input<S: AsRef<OsStr>>(&self, args: &[S], input: &str) -> io::Result<Output> {
        let mut child = self.command(args).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        child.wait_with_output()
    }

    /// A file's text.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn read(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.path().join(name))
    }

    /// The names in the folder, sorted.
    ///
    /// # Errors
    /// Where the folder can't be read.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path())? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}
