//! What goes into a scan, and what comes out of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::Severity;

/// How a scan ended. Only what is clean may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was looked at, and nothing is as severe as the threshold.
    Clean,
    /// Something is at least as severe as the threshold.
    Flagged,
    /// Something could not be looked at, so that nothing can be said.
    Failed,
}

impl Outcome {
    /// Its name, such as `flagged`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Flagged => "flagged",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A file that is to be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileToScan {
    /// Its path in the folder, with `/` between names.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 that its bytes must have, in hexadecimal.
    pub sha256: String,
    /// The platform, such as `x86_64-unknown-linux-gnu`, for which the manifest names it as the plugin's library. A
    /// library that is named for none should be of this platform.
    pub target: Option<String>,
}

impl FileToScan {
    /// A file that no manifest names as a library.
    #[must_use]
    pub fn new(path: impl Into<String>, size: u64, sha256: impl Into<String>) -> Self {
        Self { path: path.into(), size, sha256: sha256.into(), target: None }
    }

    /// The same, as the library for a platform.
    #[must_use]
    pub fn for_target(self, target: impl Into<String>) -> Self {
        Self { target: Some(target.into()), ..self }
    }
}

/// As what a file was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Machine code: ELF, Mach-O or PE.
    Native,
    /// Python source.
    Python,
    /// Anything else.
    Data,
}

/// A file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedFile {
    /// Its path in the folder.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of the bytes that were looked at.
    pub sha256: String,
    /// As what it was looked at.
    pub kind: FileKind,
}

/// Something that a rule, or an outside scanner, speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The file's path in the folder, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The line, from 1, where that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// The id of the rule, such as `python.network`.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What it means.
    pub message: String,
    /// What was found: an identifier or a name, never content.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub found: Option<String>,
}

/// Why something could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The file's path in the folder, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// What went wrong.
    pub message: String,
}

/// What a scan says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanReport {
    /// How it ended.
    pub outcome: Outcome,
    /// The severity from which on something is flagged.
    pub threshold: Severity,
    /// What was found, the most severe first.
    pub findings: Vec<Finding>,
    /// How many more findings there are of the same rules in the same files.
    pub findings_left_out: u64,
    /// What could not be looked at.
    pub failures: Vec<Failure>,
    /// The files that were looked at.
    pub files: Vec<ScannedFile>,
    /// The SHA-256 of the rules that held, in hexadecimal: other rules, another digest.
    pub rules_sha256: String,
    /// The program of the outside scanner, where one was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outside: Option<String>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

impl ScanReport {
    /// The findings that are at least as severe as the threshold.
    pub fn flagged(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity >= self.threshold)
    }

    /// What it says, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        match self.outcome {
            Outcome::Clean => format!("clean: {} looked at", count(self.files.len(), "file")),
            Outcome::Flagged => {
                let first = self.flagged().next().map(Finding::to_string).unwrap_or_default();
                match self.flagged().count() {
                    0 | 1 => format!("flagged: {first}"),
                    many => format!("flagged: {first}; and {} more", many - 1),
                }
            }
            Outcome::Failed => {
                let first = self.failures.first().map(Failure::to_string).unwrap_or_default();
                format!("the scan failed: {first}")
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}: line {line}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            _ => {}
        }
        f.write_str(&self.message)?;
        if let Some(found) = &self.found {
            write!(f, ": `{found}`")?;
        }
        write!(f, " ({}, {})", self.severity, self.rule)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.message)
    }
}

fn count(number: usize, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}
