//! Files that have no name before they are complete.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Context, Error, ErrorKind, Result};

/// A file that only lacks its name. Dropped, it vanishes.
#[derive(Debug)]
pub(super) struct Complete {
    file: NamedTempFile,
    pub(super) target: PathBuf,
}

impl Complete {
    /// Brings a file to the disk, so that after a power cut it is not an empty one that has the name.
    pub(super) fn new(file: NamedTempFile, target: PathBuf) -> Result<Self> {
        match file.as_file().sync_all() {
            Ok(()) => Ok(Self { file, target }),
            Err(error) => Err(io_error(&target, "can't write", &error)),
        }
    }

    /// Refuses a target that can't be replaced: a rename would only find this out after others were done.
    pub(super) fn check(&self) -> Result<()> {
        if self.target.is_dir() {
            return Err(io_error(&self.target, "can't replace", &io::ErrorKind::IsADirectory.into()));
        }
        Ok(())
    }

    /// Gives the file its name.
    pub(super) fn put(self) -> Result<PathBuf> {
        match self.file.persist(&self.target) {
            Ok(_) => Ok(self.target),
            Err(failed) => Err(io_error(&self.target, "can't replace", &failed.error)),
        }
    }
}

/// A folder that goes with what was to be in it.
#[derive(Debug)]
pub(super) struct MadeFolder(Option<PathBuf>);

impl MadeFolder {
    /// Makes the folder where it is missing.
    pub(super) fn make(dir: &Path) -> Result<Self> {
        let made = Self((!dir.is_dir()).then(|| dir.to_owned()));
        fs::create_dir_all(dir).map_err(|error| io_error(dir, "can't make the folder", &error))?;
        Ok(made)
    }

    /// Leaves the folder where it is.
    pub(super) fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for MadeFolder {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Only an empty folder goes, and where that fails another error is the one to tell.
            let _ = fs::remove_dir(path);
        }
    }
}

/// A file in a folder, without a name that anyone looks for.
pub(super) fn temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".csvq-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file; the process's umask still takes away. The default is for the owner alone.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

pub(super) fn io_error(path: &Path, what: &str, error: &io::Error) -> Error {
    let context = Context { input: Some(path.display().to_string()), ..Context::default() };
    Error::new(ErrorKind::Io, format!("{what}: {error}")).with_context(context)
}
