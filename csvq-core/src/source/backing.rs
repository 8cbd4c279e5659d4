//! The bytes of a source that is no text, with its name, and whether they are still what they were.

use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use super::guard::in_input;
use super::positioned::{Bytes, Window};
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a source that knows its length.
#[derive(Clone, Debug)]
pub(crate) struct Backing {
    name: Arc<str>,
    bytes: Bytes,
    len: u64,
    modified: Option<SystemTime>,
}

impl Backing {
    /// A regular file.
    pub(crate) fn file(name: &str, file: File, metadata: &Metadata) -> Self {
        Self { name: name.into(), bytes: file.into(), len: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Bytes in memory.
    pub(crate) fn memory(name: &str, bytes: Arc<[u8]>) -> Self {
        Self { name: name.into(), len: bytes.len() as u64, bytes: bytes.into(), modified: None }
    }

    /// The source's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The bytes alone.
    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone()
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
        self.bytes.window(0, self.len)
    }

    /// Refuses a file that is no longer what it was.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        let Bytes::File(file) = &self.bytes else { return Ok(()) };
        match file.metadata() {
            Ok(now) if now.len() == self.len && now.modified().ok() == self.modified => Ok(()),
            _ => {
                let message = "the file changed while it was compared; compare again once nobody writes to it";
                Err(Error::new(ErrorKind::InputChanged, message).with_context(in_input(&self.name)))
            }
        }
    }
}
