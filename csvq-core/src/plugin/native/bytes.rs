//! The bytes of a library: checked, and then loaded as they were checked.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::sha256;

/// A library whose bytes nobody can change between the check and the loading.
pub(in crate::plugin) struct Loadable {
    path: PathBuf,
    /// What holds the bytes; the path leads to it.
    _held: Held,
}

impl Loadable {
    /// Reads a library, and checks its SHA-256, which is given in hexadecimal.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) where the digest is another one, [`Io`](ErrorKind::Io).
    pub(in crate::plugin) fn open(path: &Path, digest: &str) -> Result<Self> {
        let bytes = fs::read(path).map_err(|error| {
            let kind = if error.kind() == std::io::ErrorKind::NotFound { ErrorKind::NotFound } else { ErrorKind::Io };
            at(path, Error::new(kind, format!("cannot read the plugin's library: {error}")))
        })?;
        if !sha256(&bytes).eq_ignore_ascii_case(digest) {
            let message =
                "the library is not the one that was installed: its digest is another one; install the plugin again";
            return Err(at(path, Error::new(ErrorKind::Package, message)));
        }
        let (path, held) = held(path, &bytes)?;
        Ok(Self { path, _held: held })
    }

    /// Where the checked bytes can be loaded from, for as long as this lives.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn at(path: &Path, error: Error) -> Error {
    error.with_context(Context { input: Some(path.display().to_string()), ..Context::default() })
}

#[cfg(target_os = "linux")]
type Held = std::os::fd::OwnedFd;

/// A sealed memory file.
#[cfg(target_os = "linux")]
fn held(_: &Path, bytes: &[u8]) -> Result<(PathBuf, Held)> {
    use std::io::Write;
    use std::os::fd::AsRawFd;

    let file = crate::sandbox::memory_file("csvq-plugin", |file| {
        file.write_all(bytes)
            .map_err(|error| Error::new(ErrorKind::Io, format!("cannot hold the plugin's library: {error}")))
    })?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())), file))
}

#[cfg(not(target_os = "linux"))]
type Held = ();

/// The file itself: only Linux has files that nobody can change.
#[cfg(not(target_os = "linux"))]
fn held(path: &Path, _: &[u8]) -> Result<(PathBuf, Held)> {
    Ok((path.to_owned(), ()))
}
