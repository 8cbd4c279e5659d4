//! Plugins under test, and a home to install them in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Workplace;

/// The library of a plugin that `cargo xtask test` has built, such as `fuzzy_compare`, or `fuzzy_later` for the next version
/// of that.
///
/// # Panics
/// Where the environment does not say where libraries are, with advice.
#[must_use]
#[expect(clippy::panic, reason = "without plugins no test can say anything")]
pub fn library(name: &str) -> PathBuf {
    let folder = match std::env::var_os("CSVQ_PLUGINS") {
        Some(path) if !path.is_empty() => PathBuf::from(path),
        _ => {
            panic!("CSVQ_PLUGINS does not name the plugins under test: run `cargo xtask test`, which builds them first")
        }
    };
    folder.join(format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}

/// A folder with two tables, and a home in it.
#[derive(Debug)]
pub struct Homestead {
    /// Where the program runs.
    pub place: Workplace,
}

impl Homestead {
    /// Makes a home, and two tables that differ: `left.csv` and `right.csv`, with the key `id`.
    ///
    /// # Errors
    /// Where the program can't be run.
    pub fn new() -> io::Result<Self> {
        let left = "id,name,city\n1,alpha,Graz\n2,bravo,Linz\n3,charlie,Wien\n";
        let right = "id,name,city\n1,alpa,Graz\n2,xxxxx,Linz\n4,delta,Bonn\n";
        let homestead = Self { place: Workplace::with(&[("left.csv", left), ("right.csv", right)])? };
        homestead.run(&["init"])?;
        Ok(homestead)
    }

    /// The home's folder.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.place.path().join("home")
    }

    /// The program on this home, ready to be started.
    #[must_use]
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.arg("--home").arg(self.home()).stdin(Stdio::null());
        command
    }

    /// Runs the program on this home.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn run(&self, args: &[&str]) -> io::Result<Output> {
        self.command(args).output()
    }

    /// Compares the two tables with a plugin.
    ///
    /// # Errors
    /// Where the program can't be started.
    pub fn compare(&self, plugin: &str, more: &[&str]) -> io::Result<Output> {
        let args = ["compare", "left.csv", "right.csv", "--key", "id", "--with", plugin, "--format", "json"];
        self.run(&[&args[..], more].concat())
    }

    /// Makes a zip of a library by `csvq plugins pack`, and gives its path.
    ///
    /// # Errors
    /// Where it can't be made.
    pub fn pack(&self, library: &Path, name: &str) -> io::Result<PathBuf> {
        let folder = self.place.path().join(format!("{name}.d"));
        fs::create_dir_all(&folder)?;
        fs::copy(library, folder.join(library.file_name().unwrap_or_default()))?;
        let zip = self.place.path().join(name);
        let (folder, output) = (folder.display().to_string(), zip.display().to_string());
        let packed = self.run(&["plugins", "pack", &folder, "--output", &output])?;
        if !packed.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&packed.stderr).into_owned()));
        }
        Ok(zip)
    }
}
