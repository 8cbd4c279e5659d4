//! A source's bytes as they are stored, whatever they mean.

use std::fs::File;
use std::io;

use super::Source;
use super::backing::Backing;
use super::guard::{in_input, io_error};
use super::positioned::Window;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};

/// The bytes of a source.
#[derive(Debug)]
pub(crate) struct Raw(Backing);

/// Opens the bytes of a source that keeps them: a file, or bytes in memory.
pub(crate) fn raw(source: &Source) -> Result<Raw> {
    let refused = |message: &str| {
        Err(Error::new(ErrorKind::Unsupported, message).with_context(in_input(&source.name())))
    };
    match source {
        Source::Bytes { name, bytes } => Backing::new(name, std::sync::Arc::clone(bytes)).map(Raw),
        Source::Path(path) => {
            let name = path.display().to_string();
            let failed = |error: io::Error| {
                Error::new(ErrorKind::Io, format!("cannot open: {error}")).with_context(in_input(&name))
            };
            let file = File::open(path).map_err(failed)?;
            if !file.metadata().map_err(failed)?.is_file() {
                return refused("only a regular file has bytes that can be hashed as they are stored");
            }
            Backing::new(&name, file).map(Raw)
        }
        Source::Stdin => refused("standard input has no stored bytes to hash; write it to a file first"),
        Source::Table(_) => refused("a table in memory has no stored bytes to hash; hash its values"),
    }
}

impl Raw {
    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.0.len()
    }

    /// A reader of all of them.
    pub(crate) fn reader(&self) -> Window {
        self.0.reader()
    }

    /// The error for what reading said.
    pub(crate) fn error(&self, error: &io::Error, control: &Control) -> Error {
        io_error(error, self.0.name(), control)
    }

    /// Refuses a file that is no longer what it was.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        self.0.check_unchanged()
    }
}
