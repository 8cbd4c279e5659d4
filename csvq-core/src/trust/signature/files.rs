//! Keys in files: written so that nobody else reads them and nothing is overwritten, read within bounds.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind as IoKind, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::fault;
use super::key::PublicKey;
use super::private::PrivateKey;
use crate::error::{ErrorKind, Result};

/// A file that is longer than this holds no key.
const LONGEST: usize = 16 * 1024;

/// Where a pair of keys was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyFiles {
    /// `private.pem`, which only its owner can read.
    pub private: PathBuf,
    /// `public.pem`, to be given away.
    pub public: PathBuf,
}

/// Writes `private.pem` and `public.pem` into a folder, which is made if it is not there. Both are written or none.
///
/// On Unix only the owner can read the private key; elsewhere it has the permissions of its folder.
///
/// # Errors
/// [`Conflict`](ErrorKind::Conflict) where one of them is there already: keys are never overwritten;
/// [`Io`](ErrorKind::Io) where they can't be written; those of [`PrivateKey::to_pem`].
pub fn write_keys(folder: &Path, key: &PrivateKey, password: Option<&str>) -> Result<KeyFiles> {
    let files = KeyFiles { private: folder.join("private.pem"), public: folder.join("public.pem") };
    let (private, public) = (key.to_pem(password)?, key.public().to_pem()?);
    make_folder(folder)?;
    if let Some(there) = [&files.private, &files.public].into_iter().find(|file| file.symlink_metadata().is_ok()) {
        return Err(is_there(there));
    }
    create(&files.private, private.as_bytes(), true)?;
    if let Err(error) = create(&files.public, public.as_bytes(), false) {
        // It was made just now, and has no other half.
        let _ = fs::remove_file(&files.private);
        return Err(error);
    }
    Ok(files)
}

/// Reads the text of a private key, for [`PrivateKey::is_encrypted`] and [`PrivateKey::from_pem`]. It is overwritten
/// when it is dropped.
///
/// # Errors
/// [`Io`](ErrorKind::Io) where the file can't be read; [`Config`](ErrorKind::Config) where it is too large or no text.
pub fn read_private_key(path: &Path) -> Result<Zeroizing<String>> {
    read(path)
}

/// Reads a public key.
///
/// # Errors
/// Those of reading the file and of [`PublicKey::from_pem`].
pub fn read_public_key(path: &Path) -> Result<PublicKey> {
    fault::about(path, PublicKey::from_pem(&read(path)?))
}

/// Reads a key's file whole. It may be a private key, wanted or not.
fn read(path: &Path) -> Result<Zeroizing<String>> {
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe without a writer would be waited for for ever.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path).map_err(|error| fault::system(path, "open the file", &error))?;
    let metadata = file.metadata().map_err(|error| fault::system(path, "open the file", &error))?;
    if !metadata.is_file() {
        return Err(fault::file(ErrorKind::Io, path, "cannot read the file: a key lies in a plain file"));
    }
    // As large as it may get, so that it is never moved and left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    let read = file.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| fault::system(path, "read the file", &error))?;
    if bytes.len() > LONGEST {
        return Err(fault::file(ErrorKind::Config, path, "this is longer than 16 KiB, which no key is"));
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(fault::file(ErrorKind::Config, path, "this is no key in PEM: it holds bytes that are no text"))
        }
    }
}

/// Writes a file that must not be there.
fn create(path: &Path, content: &[u8], private: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    // Also where a link has the name, wherever it leads.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = private;
    let mut file = match options.open(path) {
        Err(error) if error.kind() == IoKind::AlreadyExists => return Err(is_there(path)),
        opened => opened.map_err(|error| fault::system(path, "write the file", &error))?,
    };
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a key is none.
        let _ = fs::remove_file(path);
        fault::system(path, "write the file", &error)
    })?;
    sync_folder(path);
    Ok(())
}

fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| fault::system(folder, "make the folder", &error))
}

/// Makes a new name last, where the file system can.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(Ok(folder)) = path.parent().map(fs::File::open) {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn is_there(path: &Path) -> crate::error::Error {
    let message = "this file is there already, and keys are never overwritten: name another folder, or move it away";
    fault::file(ErrorKind::Conflict, path, message)
}
