//! What is wrong with a stream, and in which column and batch of it.
//!
//! The public error is made of it at the edge, where the stream's name and the batch are known.

use crate::error::{Context, Error, ErrorKind};

/// A result with a [`Fault`].
pub(super) type Checked<T> = Result<T, Fault>;

/// What is wrong, and the way to it from the top, by columns' names.
#[derive(Debug)]
pub(super) struct Fault {
    kind: ErrorKind,
    what: String,
    path: Vec<String>,
}

impl Fault {
    /// The stream breaks the rules of the interface.
    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, what)
    }

    /// The stream is in order, but holds what csvq can't compare.
    pub(super) fn unsupported(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, what)
    }

    /// A fault of a kind.
    pub(super) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), path: Vec::new() }
    }

    /// A type that csvq can't compare, by its name.
    pub(super) fn refused(type_name: &str) -> Self {
        Self::unsupported(format!(
            "columns of type {type_name} can't be compared; cast it, or leave it out of the stream"
        ))
    }

    /// Says which column it is in, seen from above.
    pub(super) fn within(mut self, column: &str) -> Self {
        self.path.push(column.to_owned());
        self
    }

    /// The public error, for the input of that name, in that batch (from 1).
    pub(super) fn into_error(mut self, input: &str, batch: Option<u64>) -> Error {
        self.path.reverse();
        let mut message = batch.map(|batch| format!("batch {batch}: ")).unwrap_or_default();
        if !self.path.is_empty() {
            // A name may hold anything: escaped, it can neither end the line nor drive a terminal.
            message.push_str(&format!("column `{}`: ", self.path.join(".").escape_debug()));
        }
        message.push_str(&self.what);
        let column = self.path.into_iter().next();
        Error::new(self.kind, message).with_context(Context {
            input: Some(input.to_owned()),
            column,
            ..Context::default()
        })
    }
}
