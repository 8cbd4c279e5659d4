//! The one error of the automation: what went wrong, and what to do about it.
//!
//! It is text for a person at a terminal. Nothing matches on it, so it has no kinds.

use std::fmt;
use std::io;

/// What a task returns.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A task that could not be done, with advice.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    advice: String,
}

impl Failure {
    /// A failure, said in two sentences: what is wrong and where, then what to do.
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  to do: {}", self.what, self.advice)
    }
}

impl From<io::Error> for Failure {
    /// Only for writing to the terminal: files and programs name themselves in their failures.
    fn from(error: io::Error) -> Self {
        Self::new(format!("cannot write the output: {error}"), "run it with an open standard output")
    }
}
