//! An opened input: its text as UTF-8, readable at any offset.
//!
//! A plain UTF-8 file is read where it lies, by positioned reads: it is never mapped, so that a file which someone
//! truncates is an error and not a signal. Whatever is compressed, in another encoding, or a stream is decoded once
//! into memory or, when large, into an unlinked temporary file ([`spool`]). Nothing here knows of records.

mod decode;
mod encoding;
mod open;
mod spool;

use std::fs::File;
use std::sync::Arc;
use std::time::SystemTime;

pub use self::encoding::Encoding;
pub use self::open::OpenOptions;
use crate::error::{Error, ErrorKind, Result};

/// How an input was compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, of one or more members.
    Gzip,
    /// Zstandard, of one or more frames.
    Zstd,
}

impl Compression {
    /// The name as reports write it: `none`, `gzip`, `zstd`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// An opened input.
#[derive(Debug)]
pub struct Input {
    name: String,
    backing: Backing,
    len: u64,
    start: u64,
    encoding: &'static str,
    compression: Compression,
    stamp: Option<Stamp>,
}

/// Where the text lies.
#[derive(Debug)]
enum Backing {
    File(File),
    Bytes(Arc<[u8]>),
}

/// What a file was when it was opened.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: &File) -> std::io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { len: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl Input {
    /// The name it was opened under, for messages and reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The length of its text in bytes, a byte order mark included.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has no byte of text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == self.start
    }

    /// Where its text starts: after the byte order mark, if there is one.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The encoding it was read as, by its WHATWG name.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// How it was compressed.
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// The whole text, where it is in memory.
    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        match &self.backing {
            Backing::Bytes(bytes) => Some(bytes),
            Backing::File(_) => None,
        }
    }

    /// Fills `buffer` from `offset` on, up to the end of the text, and says how much was filled: nothing beyond the end.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], and [`ErrorKind::Changed`] where the file has become shorter.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let wanted = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let buffer = &mut buffer[..wanted];
        match &self.backing {
            Backing::Bytes(bytes) => {
                // A length in memory fits usize, and so do offsets below it.
                let offset = offset as usize;
                buffer.copy_from_slice(&bytes[offset..offset + wanted]);
            }
            Backing::File(file) => self.read_file(file, offset, buffer)?,
        }
        Ok(wanted)
    }

    fn read_file(&self, file: &File, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let mut done = 0;
        while done < buffer.len() {
            match read_file_at(file, &mut buffer[done..], offset + done as u64) {
                Ok(0) => return Err(self.changed()),
                Ok(count) => done += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io("cannot read", &error).in_input(&self.name)),
            }
        }
        Ok(())
    }

    /// Checks that the file is still the one that was opened.
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] where its length or modification time is another.
    pub fn check_unchanged(&self) -> Result<()> {
        let (Backing::File(file), Some(stamp)) = (&self.backing, &self.stamp) else { return Ok(()) };
        let now = Stamp::of(file).map_err(|error| Error::io("cannot read", &error).in_input(&self.name))?;
        if now == *stamp { Ok(()) } else { Err(self.changed()) }
    }

    /// The error for a file that is no longer as it was opened.
    pub(crate) fn changed(&self) -> Error {
        Error::new(ErrorKind::Changed, "the file changed while it was compared; compare a copy that nobody writes to")
            .in_input(&self.name)
    }

    /// Adds this input's name to an error and, where the error has a byte offset, the line. What is wrong with a file that
    /// was written to meanwhile is that.
    pub(crate) fn place(&self, error: Error) -> Error {
        if matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::TimedOut) {
            return error;
        }
        if error.kind() == ErrorKind::Malformed && error.input().is_none() && self.check_unchanged().is_err() {
            return self.changed();
        }
        let error = if error.input().is_none() { error.in_input(&self.name) } else { error };
        match (error.byte(), error.line()) {
            (Some(byte), None) if error.input() == Some(&self.name) => match self.line_at(byte) {
                Ok(line) => error.at_line(line),
                Err(_) => error,
            },
            _ => error,
        }
    }

    /// The line of a byte, from 1.
    fn line_at(&self, byte: u64) -> Result<u64> {
        let mut buffer = vec![0; 1 << 18];
        let (mut at, mut line) = (0, 1);
        while at < byte {
            let wanted = usize::try_from(byte - at).unwrap_or(usize::MAX).min(buffer.len());
            let count = self.read_at(at, &mut buffer[..wanted])?;
            if count == 0 {
                break;
            }
            line += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64;
            at += count as u64;
        }
        Ok(line)
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let mut buffer = [7; 4];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "abc").unwrap();
        let inputs = [
            Input::from_bytes("bytes", b"abc"[..].into(), &OpenOptions::default()).unwrap(),
            Input::open(&path, &OpenOptions::default()).unwrap(),
        ];
        for input in inputs {
            assert_eq!(input.read_at(1, &mut buffer).unwrap(), 2);
            for offset in [3, 4, u64::MAX] {
                assert_eq!(input.read_at(offset, &mut buffer).unwrap(), 0);
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_that_changed_is_that() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "id\n1\n").unwrap();
        let input = Input::open(&path, &OpenOptions::default()).unwrap();
        let wrong = || input.place(Error::malformed("it is wrong", 3));
        assert_eq!((wrong().kind(), wrong().line()), (ErrorKind::Malformed, Some(2)));
        std::fs::write(&path, "id\n1\n2\n").unwrap();
        assert_eq!(wrong().kind(), ErrorKind::Changed);
        let cancelled = Error::new(ErrorKind::Cancelled, "cancelled");
        assert_eq!(input.place(cancelled.clone()), cancelled);
    }
}
