//! A scanner of others: a program that an administrator names, which looks at the package's folder and says what it
//! found.
//!
//! It is run without a shell, with an environment of its own, for so long at most, in a group of processes that is killed
//! in the end. Whatever goes wrong with it fails the scan: an outside scanner that can't be asked must let nothing pass.

mod answer;
mod process;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::found::Found;
use super::words;
use crate::config::OutsideMode;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};

/// What stands for the folder in an argument.
const FOLDER: &str = "{folder}";

/// An outside scanner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideScanner {
    /// The program, by its whole path.
    pub program: PathBuf,
    /// Its arguments. `{folder}` in at least one of them stands for the folder.
    pub args: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// How it says what it found.
    pub mode: OutsideMode,
}

impl OutsideScanner {
    /// Checks that it could be asked; not that the program is there.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], with what is wrong.
    pub fn check(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::new(ErrorKind::Config, message));
        if !self.program.is_absolute() {
            return wrong("name the program of the outside scanner by its whole path, such as `/usr/bin/clamscan`");
        }
        if !self.args.iter().any(|arg| arg.contains(FOLDER)) {
            return wrong("no argument of the outside scanner has `{folder}` in it: it would not know what to look at");
        }
        if self.timeout.is_zero() {
            return wrong("an outside scanner needs some time");
        }
        Ok(())
    }

    /// Has it look at a folder.
    pub(super) fn look_at(&self, folder: &Path, found: &mut Found<'_>, control: &Control) {
        if let Err(message) = self.try_to_look_at(folder, found, control) {
            let program = words::shown(&self.program.display().to_string());
            found.fail(format!("the outside scanner `{program}` {message}"));
        }
    }

    /// The error goes on where its name ends.
    fn try_to_look_at(&self, folder: &Path, found: &mut Found<'_>, control: &Control) -> Result<(), String> {
        self.check().map_err(|error| format!("can't be asked: {}", error.message()))?;
        // A relative path could begin with `-`, and means something else where the scanner works.
        let folder = std::path::absolute(folder).map_err(|error| format!("can't be asked: {error}"))?;
        let args: Vec<OsString> = self.args.iter().map(|arg| filled(arg, &folder)).collect();
        let ended = process::run(&self.program, &args, self.timeout, control)?;
        match (self.mode, ended.code) {
            (_, None) => Err("was ended by a signal".to_owned()),
            (OutsideMode::ExitCode, Some(0)) => Ok(()),
            (OutsideMode::ExitCode, Some(1)) => {
                found.add_outside(answer::flagged(&self.program));
                Ok(())
            }
            (OutsideMode::Findings, Some(code @ (0 | 1))) => {
                let findings = answer::findings(&ended.output, &self.program)?;
                if code == 1 && findings.is_empty() {
                    return Err("exited with 1 and told of nothing".to_owned());
                }
                findings.into_iter().for_each(|finding| found.add_outside(finding));
                Ok(())
            }
            (_, Some(code)) => Err(format!("exited with {code}")),
        }
    }
}

/// An argument with the folder in its place.
fn filled(arg: &str, folder: &Path) -> OsString {
    let mut filled = OsString::new();
    for (at, part) in arg.split(FOLDER).enumerate() {
        if at > 0 {
            filled.push(folder);
        }
        filled.push(part);
    }
    filled
}
