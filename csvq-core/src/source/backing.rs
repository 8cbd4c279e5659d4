//! Bytes that are read in pieces, from any thread: a file, by position and never mapped, or memory.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use super::guard::in_input;
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a source that knows its length.
#[derive(Clone, Debug)]
pub(crate) struct Backing {
    name: Arc<str>,
    bytes: Bytes,
    len: u64,
}

#[derive(Clone, Debug)]
enum Bytes {
    File(Arc<File>, Option<SystemTime>),
    Memory(Arc<[u8]>),
}

impl Backing {
    /// A regular file.
    pub(crate) fn file(name: &str, file: File, metadata: &Metadata) -> Self {
        Self { name: name.into(), len: metadata.len(), bytes: Bytes::File(Arc::new(file), metadata.modified().ok()) }
    }

    /// Bytes in memory.
    pub(crate) fn memory(name: &str, bytes: Arc<[u8]>) -> Self {
        Self { name: name.into(), len: bytes.len() as u64, bytes: Bytes::Memory(bytes) }
    }

    /// The source's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Reads a range, which must be within the bytes.
    pub(crate) fn read(&self, range: Range<u64>) -> Result<Vec<u8>> {
        if range.start > range.end || range.end > self.len {
            let message = "it is cut short or damaged: it speaks of bytes beyond its end";
            return Err(Error::new(ErrorKind::Malformed, message).with_context(in_input(&self.name)));
        }
        let mut bytes = vec![0; (range.end - range.start) as usize];
        let mut filled = 0;
        while filled < bytes.len() {
            match self.read_at(&mut bytes[filled..], range.start + filled as u64) {
                Ok(0) => return Err(self.changed()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let error = Error::new(ErrorKind::Io, format!("cannot read: {error}"));
                    return Err(error.with_context(in_input(&self.name)));
                }
            }
        }
        Ok(bytes)
    }

    /// Reads what is there at a place into a buffer.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.bytes {
            Bytes::File(file, _) => read_file_at(file, buffer, offset),
            Bytes::Memory(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                Ok(count)
            }
        }
    }

    /// Refuses a file that is no longer what it was.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        let Bytes::File(file, modified) = &self.bytes else { return Ok(()) };
        match file.metadata() {
            Ok(now) if now.len() == self.len && now.modified().ok() == *modified => Ok(()),
            _ => Err(self.changed()),
        }
    }

    fn changed(&self) -> Error {
        let message = "the file changed while it was compared; compare again once nobody writes to it";
        Error::new(ErrorKind::InputChanged, message).with_context(in_input(&self.name))
    }

    /// A reader of its own place.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor { backing: self.clone(), at: 0 }
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Reads a backing from a place that moves on.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    backing: Backing,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.backing.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(beyond) => self.backing.len.checked_add_signed(beyond),
            SeekFrom::Current(beyond) => self.at.checked_add_signed(beyond),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
