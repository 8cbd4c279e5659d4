//! The messages of the protocol between host and worker, as JSON, and their strict reading.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::enforced::Enforced;
use super::model::{Entry, LogLevel};
use super::text::clean;
use crate::config::FileSystemAccess;
use crate::error::{Error, ErrorKind, Result};

/// The version of the protocol between host and worker. It has nothing to do with the version of the product.
pub const PROTOCOL: u32 = 2;

/// The most characters that are kept of what a worker says went wrong.
const MAX_FAILURE: usize = 2000;

/// The kinds of errors that a worker may report; what it calls otherwise is one of the plugin.
const REPORTABLE: &[ErrorKind] = &[
    ErrorKind::InvalidSpec,
    ErrorKind::Io,
    ErrorKind::Malformed,
    ErrorKind::Key,
    ErrorKind::DuplicateKey,
    ErrorKind::LimitExceeded,
    ErrorKind::NotFound,
    ErrorKind::Unsupported,
    ErrorKind::Package,
    ErrorKind::Plugin,
    ErrorKind::Incompatible,
];

/// What the host says.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ToWorker {
    /// The first message.
    Hello { protocol: u32 },
    /// Limit yourself, and load a plugin.
    Load { entry: Entry, limits: Limits },
    /// Limit yourself, and say what holds. No plugin follows.
    Probe { limits: Limits },
    /// Compare two tables. Three descriptors come with it: left, right, and where the differences go.
    Job { parameters: Map<String, Value>, job: Value, max_result_bytes: u64, max_log_bytes: usize },
    /// End the comparison.
    Cancel {},
    /// There is nothing more to do.
    Goodbye {},
}

/// What a worker holds itself to, from before it loads the plugin to its end.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) sandbox: bool,
    pub(super) network: bool,
    pub(super) files: FileSystemAccess,
    pub(super) strict: bool,
    /// The scratch folder of this worker.
    pub(super) scratch: Option<PathBuf>,
    /// What the worker's program has to read.
    pub(super) readable: Vec<PathBuf>,
    pub(super) max_memory_bytes: Option<u64>,
    pub(super) max_cpu_seconds: Option<u64>,
    /// The most bytes of a file, the result among them.
    pub(super) max_file_bytes: u64,
}

/// What a worker says.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum FromWorker {
    /// The first message.
    Hello { protocol: u32 },
    /// The guards are on, and nothing of a plugin has run; what holds.
    Guarded { enforced: Box<Enforced> },
    /// The plugin is loaded; what it says of itself.
    Loaded { description: Value },
    /// So much of the comparison is done.
    Progress { done: u64, total: u64 },
    /// A line for the log.
    Log { level: LogLevel, message: String },
    /// The comparison is done.
    Result { outcome: Value, has_differences: bool },
    /// Loading or comparing failed. `kind` is the name of an [`ErrorKind`].
    Failed { kind: String, message: String, field: Option<String>, column: Option<String> },
}

impl ToWorker {
    /// Reads a message of the host.
    ///
    /// # Errors
    /// [`ErrorKind::Plugin`] where it is none.
    pub(super) fn read(content: &[u8]) -> Result<Self> {
        read(content)
    }
}

impl FromWorker {
    /// Reads a message of a worker.
    ///
    /// # Errors
    /// [`ErrorKind::Plugin`] where it is none.
    pub(super) fn read(content: &[u8]) -> Result<Self> {
        read(content)
    }

    /// The message's name, for errors.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Guarded { .. } => "guarded",
            Self::Loaded { .. } => "loaded",
            Self::Progress { .. } => "progress",
            Self::Log { .. } => "log",
            Self::Result { .. } => "result",
            Self::Failed { .. } => "failed",
        }
    }

    /// The message that tells of an error.
    pub(super) fn failure(error: &Error) -> Self {
        let context = error.context();
        Self::Failed {
            kind: error.kind().name().to_owned(),
            message: clean(error.message(), MAX_FAILURE),
            field: context.field.as_deref().map(|field| clean(field, MAX_FAILURE)),
            column: context.column.as_deref().map(|column| clean(column, MAX_FAILURE)),
        }
    }
}

/// The kind of error that a worker names.
///
/// # Errors
/// [`ErrorKind::Plugin`] where there is no such kind.
pub(super) fn reported_kind(name: &str) -> Result<ErrorKind> {
    let kind = ErrorKind::ALL.iter().copied().find(|kind| kind.name() == name);
    let kind = kind.ok_or_else(|| broken("it reports an error of a kind that there is not"))?;
    Ok(if REPORTABLE.contains(&kind) { kind } else { ErrorKind::Plugin })
}

/// What is kept of a text that a worker gave for an error.
pub(super) fn reported_text(text: &str) -> String {
    clean(text, MAX_FAILURE)
}

/// The error for a peer that does not keep to the protocol.
pub(super) fn broken(what: &str) -> Error {
    Error::new(ErrorKind::Plugin, format!("its worker broke the protocol and was ended: {what}"))
}

/// Reads one message. What the reader says of it is left out, since that may quote what the message holds.
fn read<T: DeserializeOwned>(content: &[u8]) -> Result<T> {
    // Left to itself, serde would take the fields as an array, too.
    if !content.trim_ascii_start().starts_with(b"{") {
        return Err(broken("a message is no JSON object"));
    }
    serde_json::from_slice(content).map_err(|error| {
        broken(match error.classify() {
            serde_json::error::Category::Data => "a message is unknown, or has other fields than it should have",
            _ => "a message is no JSON",
        })
    })
}
