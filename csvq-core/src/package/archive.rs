//! Zip archives, read so that every reader of zips would find the same files in them.
//!
//! A zip says everything twice, in front of each file and in the directory at its end, and readers differ in what they
//! believe. So the whole structure is read here first ([`layout`]), and refused wherever two readers could differ; the
//! crate that then inflates the entries must have found the same ones. What is counted against the limits is what comes
//! out.

mod entry;
mod layout;
mod record;

use std::fs::File;
use std::io::{self, BufReader, Write};

use self::layout::Entry;
use super::digest;
use super::fault;
use super::limits::Limits;
use crate::error::{ErrorKind, Result};

/// An archive whose structure was found to be sound.
#[derive(Debug)]
pub(crate) struct Archive {
    zip: zip::ZipArchive<BufReader<File>>,
    entries: Vec<Entry>,
    name: String,
}

impl Archive {
    /// Reads the structure of an archive. `name` stands for it in errors.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) where it is none, is damaged or unsafe;
    /// [`LimitExceeded`](ErrorKind::LimitExceeded) where it is larger than allowed; [`Io`](ErrorKind::Io) where it
    /// can't be read.
    pub(crate) fn open(file: File, name: &str, limits: &Limits) -> Result<Self> {
        let entries = layout::read(&file, name, limits)?;
        let damaged = |error: zip::result::ZipError| fault::package(name, format!("this zip is damaged: {error}"));
        let zip = zip::ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
        let same = zip.len() == entries.len() && zip.offset() == 0 && !zip.has_duplicate_names();
        if !same {
            return Err(fault::package(name, "this zip holds other files for one reader than for another"));
        }
        Ok(Self { zip, entries, name: name.to_owned() })
    }

    /// What is in it, in the order of its directory.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Writes the content of an entry to somewhere, and gives its size and SHA-256.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) where it is damaged or of another size than it says; [`Io`](ErrorKind::Io) where
    /// it can't be written.
    pub(crate) fn extract(&mut self, index: usize, to: &mut impl Write) -> Result<(u64, String)> {
        let Some(entry) = self.entries.get(index) else {
            return Err(fault::of_kind(ErrorKind::Internal, &self.name, "there is no such entry"));
        };
        let damaged = |error: &dyn std::fmt::Display| {
            fault::entry(&self.name, &entry.path, &format!("it can't be unpacked: {error}"))
        };
        let mut reader = self.zip.by_index(index).map_err(|error| damaged(&error))?;
        let same = reader.name_raw() == entry.raw_name
            && reader.header_start() == entry.start
            && reader.size() == entry.size
            && reader.compressed_size() == entry.packed
            && reader.crc32() == entry.checksum
            && !reader.is_symlink();
        if !same {
            return Err(damaged(&"it is another entry for one reader than for another"));
        }
        // The writer's errors are told apart from those of damaged data.
        let mut to = Writing { to, failed: None };
        let copied = digest::copy(&mut reader, &mut to, entry.size);
        if let Some(error) = to.failed {
            return Err(fault::of_kind(ErrorKind::Io, &entry.path, format!("cannot be written: {error}")));
        }
        match copied {
            Ok((size, digest)) if size == entry.size => Ok((size, digest)),
            Ok(_) => Err(damaged(&"it is shorter than it says")),
            Err(error) if digest::is_over_limit(&error) => Err(damaged(&"it is larger than it says")),
            Err(error) => Err(damaged(&error)),
        }
    }
}

/// A writer that keeps its error.
struct Writing<'a, W> {
    to: &'a mut W,
    failed: Option<io::Error>,
}

impl<W: Write> Write for Writing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failed = Some(error);
            }
            kind.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
