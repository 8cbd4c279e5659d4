//! What the policy and the scanner both speak of: how much a finding matters, and how an outside scanner tells its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// How much a finding of the scanner matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Honest plugins do this, too.
    Low,
    /// Few honest plugins need this.
    Medium,
    /// A comparison does not need this.
    High,
    /// Only what wants to do harm does this.
    Critical,
}

impl Severity {
    /// Their names, the mildest first.
    pub(super) const NAMES: &'static [(&'static str, Self)] = &[
        ("info", Self::Info),
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
        ("critical", Self::Critical),
    ];

    /// Every severity, the mildest first.
    pub const ALL: &'static [Self] = &[Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Its name, such as `medium`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, severity)| *severity == self).map_or("", |(name, _)| *name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Severity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, severity)| *severity).ok_or_else(|| {
            let shown: String = text.chars().take(50).flat_map(char::escape_debug).collect();
            let message = format!("`{shown}` is no severity: it can be `info`, `low`, `medium`, `high` or `critical`");
            Error::new(ErrorKind::Config, message)
        })
    }
}

/// How an outside scanner says what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideMode {
    /// By a list of findings, as JSON on its standard output; it exits with 0, or 1 where the list is not empty.
    #[default]
    Findings,
    /// By its exit code alone, as `clamscan` does: 0 is clean, 1 is flagged, all else is a failure.
    ExitCode,
}
