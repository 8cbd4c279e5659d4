//! A place for decoded text: memory while it is small, then an unlinked temporary file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Backing;
use crate::error::{Error, Result};

/// Collects decoded text.
pub(super) struct Spool {
    memory: Vec<u8>,
    file: Option<File>,
    threshold: usize,
    folder: PathBuf,
    len: u64,
}

impl Spool {
    /// A spool that keeps up to `threshold` bytes in memory, and more in a file in `folder`.
    pub(super) fn new(threshold: usize, folder: &Path) -> Self {
        Self { memory: Vec::new(), file: None, threshold, folder: folder.to_owned(), len: 0 }
    }

    /// How many bytes were written.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Adds text.
    pub(super) fn write(&mut self, text: &[u8]) -> Result<()> {
        self.write_inner(text).map_err(|error| Error::temporary_file(&self.folder, &error))?;
        self.len += text.len() as u64;
        Ok(())
    }

    fn write_inner(&mut self, text: &[u8]) -> io::Result<()> {
        if self.file.is_none() && self.memory.len() + text.len() > self.threshold {
            let mut file = tempfile::tempfile_in(&self.folder)?;
            file.write_all(&self.memory)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(text),
            None => {
                self.memory.extend_from_slice(text);
                Ok(())
            }
        }
    }

    /// The text as an input's backing.
    pub(super) fn finish(self) -> Backing {
        match self.file {
            Some(file) => Backing::File(file),
            None => Backing::Bytes(self.memory.into()),
        }
    }
}
