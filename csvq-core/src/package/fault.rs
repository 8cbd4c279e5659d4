//! The errors of packages: which file, which entry of it, and why. Names that come from outside are shown harmlessly.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use crate::control::{Control, Stop};
use crate::error::{Context, Error, ErrorKind, Result};

/// Longer words of others than this are cut.
const LONGEST: usize = 300;

/// An error about a file whose content is wrong.
pub(crate) fn package(input: &str, message: impl Into<String>) -> Error {
    of_kind(ErrorKind::Package, input, message)
}

/// An error of a kind about a file.
pub(crate) fn of_kind(kind: ErrorKind, input: &str, message: impl Into<String>) -> Error {
    let context = Context { input: Some(input.to_owned()), ..Context::default() };
    Error::new(kind, message).with_context(context)
}

/// An error about one entry of a package.
pub(crate) fn entry(input: &str, entry: &str, message: &str) -> Error {
    package(input, format!("`{}`: {message}", shown(entry)))
}

/// The error for what the system said about a file.
pub(crate) fn io(path: &Path, what: &str, error: &io::Error) -> Error {
    of_kind(ErrorKind::Io, &path.display().to_string(), format!("cannot {what}: {error}"))
}

/// An error where someone asked for the work to end.
pub(crate) fn stopped(control: &Control) -> Result<()> {
    match control.stopped() {
        None => Ok(()),
        Some(Stop::Cancelled) => Err(Error::new(ErrorKind::Cancelled, "it was cancelled; nothing was changed")),
        Some(Stop::TimedOut) => Err(Error::new(ErrorKind::TimedOut, "it ran out of time; nothing was changed")),
    }
}

/// A text of others as it may stand in a message: without characters that drive a terminal or break a line, and not
/// longer than a few lines.
pub(crate) fn shown(text: &str) -> String {
    let mut clean = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            clean.push('…');
            break;
        }
        if super::names::is_invisible(character) {
            // Writing to a string can't fail.
            let _ = write!(clean, "{}", character.escape_default());
        } else {
            clean.push(character);
        }
    }
    clean
}
