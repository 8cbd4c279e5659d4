//! Who has a say in whether a package is installed: policy, signature, scan; and the trial that loads it.

use std::path::Path;

use serde_json::Value;

use crate::control::Control;
use crate::error::Result;
use crate::package::Staged;

/// A package that someone wants to install, before anything of it was read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// Where it lies.
    pub path: &'a Path,
    /// How it came: `file`, `directory`, `zip`, `drop_in` or `url`; empty where its path alone tells.
    pub source: &'a str,
    /// Its size in bytes, if it is one file.
    pub size: Option<u64>,
}

/// The checks of an installation that an administrator's rules make. Each may refuse by an error; by default, none
/// does.
pub trait Gate: Send + Sync {
    /// Whether such a package may be installed at all. Nothing of it was read yet.
    ///
    /// # Errors
    /// Why not.
    fn policy(&self, candidate: &Candidate<'_>) -> Result<()> {
        let _ = candidate;
        Ok(())
    }

    /// Whether its signature is as the policy wants it. The manifest and all files were checked against each other, so
    /// that what is signed with the manifest is signed as a whole.
    ///
    /// # Errors
    /// Why not.
    fn signature(&self, staged: &Staged) -> Result<()> {
        let _ = staged;
        Ok(())
    }

    /// Whether a scan finds nothing that the policy does not stand. The files are those that will be installed.
    ///
    /// # Errors
    /// Why not.
    fn scan(&self, staged: &Staged) -> Result<()> {
        let _ = staged;
        Ok(())
    }
}

/// The gate that lets everything pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenGate;

impl Gate for OpenGate {}

/// Loads a package once, in a worker, before it is installed.
pub trait TrialLoad: Send + Sync {
    /// Loads it, and gives what it says of itself: an object with `id`, `display_name`, `version` and so on, as in a
    /// manifest. Null says that plugins of its kind can't be tried here. Once the control says so, it is to end soon,
    /// whatever the package does.
    ///
    /// # Errors
    /// Why it can't be loaded.
    fn load(&self, staged: &Staged, control: &Control) -> Result<Value>;
}
