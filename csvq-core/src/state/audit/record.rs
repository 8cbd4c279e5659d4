//! Lines of the audit log: as they are put in, and as they are read.

use serde::Serialize;
use serde_json::{Map, Value};

use super::action::{AuditAction, AuditOutcome};
use crate::state::time::Timestamp;

/// What is to be put into the audit log. Its time is that of the writing.
///
/// Texts may be of others: they are escaped, so that nothing in them begins a line of its own or acts on a terminal,
/// and cut: names after 200 bytes, subject and reason after 2,000. Who fills it in leaves out what nobody may read
/// there: cells of tables, passwords, keys, tokens, addresses with a password in them.
///
/// ```
/// use csvq_core::state::{AuditAction, AuditRecord};
/// let line = AuditRecord::new("local", AuditAction::InstallRefused, "fuzzy")
///     .of_version("1.2.0")
///     .with("domain", "example.org")
///     .refused("plugins may not come from there");
/// assert_eq!(line.outcome.name(), "refused");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Who did it.
    pub caller: String,
    /// What was done or tried.
    pub action: AuditAction,
    /// How it came out.
    pub outcome: AuditOutcome,
    /// What it was done to: a plugin's id, a file, the path of a setting.
    pub subject: String,
    /// The plugin's version.
    pub version: Option<String>,
    /// The plugin's digest, or that of the bytes that came.
    pub digest: Option<String>,
    /// Why, in words.
    pub why: String,
    /// What else is known. No secret and no cell of a table; kept up to 8,000 bytes of JSON, the rest is left out.
    pub details: Map<String, Value>,
}

impl AuditRecord {
    /// Something that was done.
    #[must_use]
    pub fn new(caller: impl Into<String>, action: AuditAction, subject: impl Into<String>) -> Self {
        Self {
            caller: caller.into(),
            action,
            outcome: AuditOutcome::Allowed,
            subject: subject.into(),
            version: None,
            digest: None,
            why: String::new(),
            details: Map::new(),
        }
    }

    /// Says why it was done.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Says that it was refused, and why.
    #[must_use]
    pub fn refused(mut self, why: impl Into<String>) -> Self {
        self.outcome = AuditOutcome::Refused;
        self.because(why)
    }

    /// Says that it did not work, and why.
    #[must_use]
    pub fn failed(mut self, why: impl Into<String>) -> Self {
        self.outcome = AuditOutcome::Failed;
        self.because(why)
    }

    /// Says which version of the plugin it is about.
    #[must_use]
    pub fn of_version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Says which bytes it is about.
    #[must_use]
    pub fn of_digest(mut self, digest: impl Into<String>) -> Self {
        self.digest = Some(digest.into());
        self
    }

    /// Adds to the details.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Its number, from 1, each one more than the one before.
    pub number: u64,
    /// When it was written, by the system's clock: a clock that was set back shows here.
    pub time: Timestamp,
    /// Who did it.
    pub caller: String,
    /// The name of an [`AuditAction`]; a newer csvq may have written one that this one does not know.
    pub action: String,
    /// How it came out.
    pub outcome: AuditOutcome,
    /// What it was done to.
    pub subject: String,
    /// The plugin's version.
    pub version: Option<String>,
    /// The plugin's digest, or that of the bytes that came.
    pub digest: Option<String>,
    /// Why, in words.
    pub why: String,
    /// What else is known.
    pub details: Map<String, Value>,
    /// The SHA-256 over the line before and this one, in hexadecimal.
    pub hash: String,
}
