//! The bytes of a source that is no text, with its name, and whether they are still what they were.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use super::guard::in_input;
use super::positioned::{Bytes, Window};
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a source, and what they were when it was opened.
#[derive(Clone, Debug)]
pub(crate) struct Backing {
    name: Arc<str>,
    bytes: Bytes,
    state: State,
}

/// What tells that a file was written to: its length, and when that was.
type State = (u64, Option<SystemTime>);

fn state(bytes: &Bytes) -> io::Result<State> {
    let modified = match bytes {
        Bytes::File(file) => file.metadata()?.modified().ok(),
        Bytes::Memory(_) => None,
    };
    Ok((bytes.len()?, modified))
}

impl Backing {
    /// A regular file, or bytes in memory.
    pub(crate) fn new(name: &str, bytes: impl Into<Bytes>) -> Result<Self> {
        let bytes = bytes.into();
        let state = state(&bytes)
            .map_err(|error| Error::new(ErrorKind::Io, format!("cannot read: {error}")).with_context(in_input(name)))?;
        Ok(Self { name: name.into(), bytes, state })
    }

    /// The source's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.state.0
    }

    /// The bytes alone.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Reads a range.
    pub(crate) fn read(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let len = range.end.saturating_sub(range.start);
        self.bytes.read_at(range.start, len).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.check_unchanged().err().unwrap_or_else(|| {
                let message = "it is cut short or damaged: it speaks of bytes beyond its end";
                Error::new(ErrorKind::Malformed, message).with_context(in_input(&self.name))
            }),
            _ => Error::new(ErrorKind::Io, format!("cannot read: {error}")).with_context(in_input(&self.name)),
        })
    }

    /// A reader of all bytes.
    pub(crate) fn reader(&self) -> Window {
        self.bytes.window(0, self.len())
    }

    /// Refuses a file that is no longer what it was.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        if state(&self.bytes).is_ok_and(|now| now == self.state) {
            return Ok(());
        }
        let message = "the file changed while it was compared; compare a copy that nobody writes to";
        Err(Error::new(ErrorKind::InputChanged, message).with_context(in_input(&self.name)))
    }
}
