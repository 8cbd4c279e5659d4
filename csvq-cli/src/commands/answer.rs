//! How commands of a home answer: as text for people, or as JSON.

use csvq_core::control::Control;
use csvq_core::sandbox::harmless;
use csvq_core::{Error, ErrorKind, Result};
use serde::Serialize;

use crate::args::ListFormat;
use crate::output;

/// Writes an answer to standard output: the value as JSON, or its text.
///
/// # Errors
/// [`Io`](ErrorKind::Io) where it can't be written.
pub(super) fn answer<T: Serialize + ?Sized>(
    format: ListFormat,
    value: &T,
    text: impl FnOnce() -> String,
) -> Result<()> {
    let text = match format {
        ListFormat::Json => {
            let json = serde_json::to_string_pretty(value);
            json.map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))? + "\n"
        }
        // Names, descriptions and errors come from elsewhere, and must not drive the terminal.
        ListFormat::Text => harmless(&text()).into_owned(),
    };
    output::write(None, &Control::new(), &mut |out| Ok(out.write_all(text.as_bytes())?))
}
