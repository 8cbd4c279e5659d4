//! What is wrong with columns that another program hands over, and in which column and batch.
//!
//! The public error is made of it at the edge, where the table's name and the batch are known.

use polars::error::PolarsError;

use super::MOST_ROWS;
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
    /// What was handed over breaks the rules for it.
    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, what)
    }

    /// It is in order, but holds what csvq can't compare.
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

    /// Two columns have the same name.
    pub(super) fn taken(name: &str) -> Self {
        let name = name.escape_debug();
        Self::unsupported(format!("two columns are called `{name}`; give each a name of its own"))
    }

    /// There are more rows than a frame can have.
    pub(super) fn too_long() -> Self {
        let what = format!("the table has more than {MOST_ROWS} rows, the most that fit; split it");
        Self::new(ErrorKind::LimitExceeded, what)
    }

    /// Seconds do not fit into milliseconds.
    pub(super) fn far_away() -> Self {
        Self::unsupported("it holds seconds so far away that they can't be said in milliseconds")
    }

    /// A decimal does not fit its type.
    pub(super) fn long_decimal() -> Self {
        Self::malformed("it holds a decimal of more digits than its type has")
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

/// What polars refused though it was checked before: a mistake of ours.
pub(super) fn unexpected(_: PolarsError) -> Fault {
    // Its text is left out: polars quotes values in some of them.
    Fault::new(ErrorKind::Internal, "its arrays did not fit together; please report it")
}
