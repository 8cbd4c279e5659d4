//! Who has a say in whether a package is installed: policy, signature, scan; and the trial that loads it.

mod judged;

use std::path::Path;

use serde_json::Value;

use crate::control::Control;
use crate::error::{Error, Result};
use crate::package::Staged;
use crate::state::{AuditAction, QuarantineReason};

pub use self::judged::JudgedGate;
pub(crate) use self::judged::files_to_scan;

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

/// Why a package does not pass.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What whoever wanted it is told.
    pub error: Error,
    /// What the audit log says of it, besides that it was not installed.
    pub action: Option<AuditAction>,
    /// What makes it suspicious; none where it is only not allowed.
    pub suspicion: Option<Suspicion>,
}

/// What makes a package suspicious.
#[derive(Clone, Debug)]
pub struct Suspicion {
    /// In a word.
    pub reason: QuarantineReason,
    /// What was found, as JSON.
    pub findings: Value,
    /// The digests by which it is not let in again, whatever it is called and packed in: of the files that are
    /// suspicious, or of the signature that is.
    pub digests: Vec<String>,
    /// Whether it is to be put into quarantine.
    pub quarantine: bool,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, action: None, suspicion: None }
    }
}

/// Whether a package passes one of the checks.
pub type Passage = std::result::Result<(), Refusal>;

/// The checks of an installation that an administrator's rules make. Each may refuse; by default, none does.
pub trait Gate: Send + Sync {
    /// Whether such a package may be installed at all. Nothing of it was read yet.
    ///
    /// # Errors
    /// Why not.
    fn policy(&self, candidate: &Candidate<'_>) -> Passage {
        let _ = candidate;
        Ok(())
    }

    /// Whether its signature is as the policy wants it. The manifest and all files were checked against each other, so
    /// that what is signed with the manifest is signed as a whole. Where it has no manifest yet, this is asked again once
    /// it has one.
    ///
    /// # Errors
    /// Why not.
    fn signature(&self, staged: &Staged) -> Passage {
        let _ = staged;
        Ok(())
    }

    /// Whether a package passes whose files are not those of its manifest. None does; what is asked is whether that is
    /// suspicious.
    ///
    /// # Errors
    /// Always: that it does not pass.
    fn modified(&self, staged: &Staged, error: Error) -> Passage {
        let _ = staged;
        Err(error.into())
    }

    /// Whether a scan finds nothing that the policy does not stand. The files are those that will be installed.
    ///
    /// # Errors
    /// Why not.
    fn scan(&self, staged: &Staged, control: &Control) -> Passage {
        let _ = (staged, control);
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
