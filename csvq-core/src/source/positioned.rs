//! Bytes that can be read anywhere, by several threads at once: a file by positioned reads, or memory.
//!
//! Files are never mapped: a mapped file that someone cuts short ends the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// A file, or bytes in memory. Clones share them.
#[derive(Clone, Debug)]
pub(crate) enum Bytes {
    /// A regular file.
    File(Arc<File>),
    /// Bytes in memory.
    Memory(Arc<[u8]>),
}

impl From<File> for Bytes {
    fn from(file: File) -> Self {
        Self::File(Arc::new(file))
    }
}

impl From<Arc<[u8]>> for Bytes {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self::Memory(bytes)
    }
}

impl Bytes {
    /// How many there are.
    pub(crate) fn len(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Reads all of `len` bytes at an offset.
    ///
    /// # Errors
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) where there are fewer, for which nothing is reserved.
    pub(crate) fn read_at(&self, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        let there = self.len()?.saturating_sub(offset);
        let count = usize::try_from(len).ok().filter(|_| len <= there).ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut bytes = vec![0; count];
        self.window(offset, len).read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A reader of the `len` bytes at an offset, for which they are all there is.
    pub(crate) fn window(&self, start: u64, len: u64) -> Window {
        Window { bytes: self.clone(), start, len, at: 0 }
    }

    /// Fills some of a buffer, as [`Read::read`] does.
    fn fill(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::File(file) => read_file_at(file, buffer, offset),
            Self::Memory(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                Ok(count)
            }
        }
    }
}

/// A stretch of bytes, with a position of its own.
#[derive(Debug)]
pub(crate) struct Window {
    bytes: Bytes,
    start: u64,
    len: u64,
    at: u64,
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = rest.min(buffer.len());
        let Some(offset) = self.start.checked_add(self.at).filter(|_| wanted > 0) else { return Ok(0) };
        let count = self.bytes.fill(&mut buffer[..wanted], offset)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_window_ends_where_it_ends() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        for bytes in [Bytes::from(file), Bytes::from(Arc::from(&b"0123456789"[..]))] {
            assert_eq!(bytes.len().unwrap(), 10);
            let mut window = bytes.window(2, 4);
            let mut text = String::new();
            window.read_to_string(&mut text).unwrap();
            assert_eq!(text, "2345");
            window.seek(SeekFrom::End(-1)).unwrap();
            text.clear();
            window.read_to_string(&mut text).unwrap();
            assert_eq!(text, "5");
            window.seek(SeekFrom::Start(1 << 60)).unwrap();
            assert_eq!(window.read(&mut [0; 4]).unwrap(), 0);
            assert!(window.seek(SeekFrom::Current(-(1 << 61))).is_err());
            assert_eq!(bytes.read_at(8, 2).unwrap(), b"89");
            assert_eq!(bytes.read_at(8, u64::MAX).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
            assert!(bytes.read_at(u64::MAX, 2).is_err());
        }
    }
}
