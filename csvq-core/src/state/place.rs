//! Where a database may lie: not on file systems whose locks or shared memory fail several processes.

use std::fs;
use std::io::ErrorKind as IoKind;
use std::path::Path;

use super::failure::place;
use crate::error::{Error, ErrorKind, Result};

/// Makes the folder and an empty file, which nobody else may read, and refuses file systems that can't hold it.
pub(super) fn prepare(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    make_folder(folder).map_err(|error| {
        let message = match error.kind() {
            IoKind::NotFound => "the home is not there: make it with `csvq init`".to_owned(),
            _ => format!("the folder of the state database can't be made: {error}"),
        };
        Error::new(ErrorKind::State, message).with_context(place(folder))
    })?;
    refuse_remote(folder)?;
    make_file(path).map_err(|error| {
        let message = format!("the state database can't be made: {error}");
        Error::new(ErrorKind::State, message).with_context(place(path))
    })?;
    // A link may lead the file itself to another file system than its folder's.
    refuse_remote(path)
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix sets a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == IoKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made,
    }
}

/// A file that is there is never opened here: closing it would take away the locks that this process holds on it
/// through other connections (POSIX locks belong to the process).
fn make_file(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == IoKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

#[cfg(target_os = "linux")]
fn refuse_remote(path: &Path) -> Result<()> {
    let Some(name) = remote_of(path) else { return Ok(()) };
    let message = format!(
        "csvq's home lies on {name}, where several processes can't share its state safely: put the home on a local disk \
         (`--home DIR` or CSVQ_HOME)"
    );
    Err(Error::new(ErrorKind::State, message).with_context(place(path)))
}

#[cfg(not(target_os = "linux"))]
fn refuse_remote(_path: &Path) -> Result<()> {
    Ok(())
}

/// Whether a file lies on a file system of another machine or of a program, as far as the platform tells.
pub(crate) fn is_remote(path: &Path) -> bool {
    remote_of(path).is_some()
}

/// The name of the file system that a path is on, where it can't hold a database.
#[cfg(target_os = "linux")]
fn remote_of(path: &Path) -> Option<&'static str> {
    // Whatever is wrong with the path, opening what it leads to says it better.
    let system = rustix::fs::statfs(path).ok()?;
    // On some platforms the field is 32 bits wide and signed; the numbers are of 32 bits.
    remote(system.f_type as u32)
}

#[cfg(not(target_os = "linux"))]
fn remote_of(_path: &Path) -> Option<&'static str> {
    None
}

/// The name of a file system that can't hold a database, by the magic number of `statfs(2)` and `linux/magic.h`.
#[cfg(any(target_os = "linux", test))]
pub(super) fn remote(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "NFS",
        0x0000_517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB",
        0x6573_5546 => "FUSE",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x00c3_6400 => "Ceph",
        0x7375_7245 => "Coda",
        0x0bd0_0bd0 => "Lustre",
        _ => return None,
    })
}
