//! What can go wrong in the text engine, and where. Never the contents of a cell.

use std::fmt;
use std::path::Path;

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A dialect, encoding or plan that can't be.
    Setting,
    /// An input or a temporary file can't be opened, read or written.
    Io,
    /// The text is malformed: quotes, ragged records, encoding, NUL.
    Malformed,
    /// An input changed while it was compared.
    Changed,
    /// A key occurs more than once and the plan refuses that.
    DuplicateKey,
    /// A limit was exceeded.
    Limit,
    /// The comparison was cancelled.
    Cancelled,
    /// The comparison ran out of time.
    TimedOut,
    /// The engine contradicts itself; please report it.
    Internal,
}

/// Why a comparison could not be made.
///
/// ```
/// use csvq_text::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::Malformed, "there is a NUL byte here").in_input("left.csv").at_line(3);
/// assert_eq!(error.to_string(), "left.csv: line 3: there is a NUL byte here");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    input: Option<String>,
    byte: Option<u64>,
    line: Option<u64>,
}

impl Error {
    /// Makes an error of a kind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), input: None, byte: None, line: None }
    }

    /// Names the input.
    #[must_use]
    pub fn in_input(mut self, name: &str) -> Self {
        self.input = Some(name.to_owned());
        self
    }

    /// Says at which byte of the decoded text, from 0.
    #[must_use]
    pub fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }

    /// Says at which line of the decoded text, from 1.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn malformed(message: impl Into<String>, byte: u64) -> Self {
        Self::new(ErrorKind::Malformed, message).at_byte(byte)
    }

    pub(crate) fn io(doing: &str, error: &std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("{doing}: {error}"))
    }

    pub(crate) fn temporary_file(folder: &Path, error: &std::io::Error) -> Self {
        Self::io(&format!("cannot write a temporary file in {}", folder.display()), error)
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The input it happened in.
    #[must_use]
    pub fn input(&self) -> Option<&str> {
        self.input.as_deref()
    }

    /// The byte offset in the decoded text, from 0.
    #[must_use]
    pub fn byte(&self) -> Option<u64> {
        self.byte
    }

    /// The line in the decoded text, from 1.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.line
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(input) = &self.input {
            write!(f, "{input}: ")?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(byte) = self.byte {
            write!(f, "byte {byte}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A result of the text engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;
