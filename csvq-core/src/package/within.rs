//! Small files that may be missing, such as manifests and signatures.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::fault;
use crate::error::Result;

/// Reads a file as far as a limit, and one byte more, so that one that is larger shows; none where it is not there.
///
/// # Errors
/// [`Io`](crate::ErrorKind::Io) where it can't be read.
pub(crate) fn read_within(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault::io(path, "read it", &error)),
    }
}
