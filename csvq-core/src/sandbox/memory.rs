//! Memory files: how tables reach a worker, and how its result comes back.
//!
//! On Linux they are sealed: once that is done nobody can change, grow or cut them, whoever holds a descriptor.
//! Elsewhere they are files without a name.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};

/// How long processes that were killed may take to let go of the result.
const LET_GO: Duration = Duration::from_secs(2);

/// Makes a memory file, has it written, and seals it. The name is for whoever looks at open files.
///
/// # Errors
/// [`ErrorKind::Io`] where the system refuses, and those of `write`.
///
/// ```
/// use std::io::{Read, Write};
/// let table = csvq_core::sandbox::memory_file("left", |file| {
///     file.write_all(b"a table").map_err(|error| csvq_core::Error::new(csvq_core::ErrorKind::Io, error.to_string()))
/// })?;
/// let mut text = String::new();
/// std::fs::File::from(table).read_to_string(&mut text).unwrap();
/// assert_eq!(text, "a table");
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub fn memory_file(name: &str, write: impl FnOnce(&mut File) -> Result<()>) -> Result<OwnedFd> {
    let mut file = system::create(name).map_err(|error| failed(&error))?;
    write(&mut file)?;
    file.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
    system::seal(&file).map_err(|error| failed(&error))?;
    Ok(file.into())
}

/// A descriptor of a table for a worker: for reading, with an offset of its own, where the system allows that.
///
/// # Errors
/// [`ErrorKind::Io`] where the system refuses.
pub(super) fn table_for_worker(table: &OwnedFd) -> Result<OwnedFd> {
    let reopened = system::reopen(table.as_fd(), false).map(OwnedFd::from).or_else(|_| table.try_clone());
    reopened.map_err(|error| failed(&error))
}

/// Where a worker writes its differences: made by the host, sealed once the worker is dead.
#[derive(Debug)]
pub(super) struct ResultFile(File);

impl ResultFile {
    /// Makes one, with nothing in it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the system refuses.
    pub(super) fn new() -> Result<Self> {
        Ok(Self(system::create("csvq-differences").map_err(|error| failed(&error))?))
    }

    /// A descriptor for the worker, with an offset of its own where the system allows that.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the system refuses.
    pub(super) fn for_worker(&self) -> Result<OwnedFd> {
        let reopened = system::reopen(self.0.as_fd(), true).or_else(|_| self.0.try_clone());
        Ok(reopened.map_err(|error| failed(&error))?.into())
    }

    /// Fails where it is larger now than it may be.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`], and [`ErrorKind::Io`] where the system refuses.
    pub(super) fn check_size(&self, max: u64) -> Result<()> {
        if self.0.metadata().map_err(|error| failed(&error))?.len() <= max {
            return Ok(());
        }
        Err(super::model::result_too_large(max))
    }

    /// Seals it, which fails for as long as a process has it mapped for writing: those that were killed get a moment to
    /// let go. It is read from its beginning, through a descriptor that nobody shares.
    ///
    /// # Errors
    /// [`ErrorKind::Plugin`] where a process that escaped holds on, [`ErrorKind::LimitExceeded`] where it is too large.
    pub(super) fn seal(self, max: u64) -> Result<File> {
        let until = Instant::now() + LET_GO;
        loop {
            match system::seal(&self.0) {
                Ok(()) => break,
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy && Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => {
                    let why = match error.kind() {
                        io::ErrorKind::ResourceBusy => "a process that the plugin left behind still writes to it",
                        _ => "the plugin put seals of its own on it",
                    };
                    return Err(Error::new(ErrorKind::Plugin, format!("its result can't be sealed: {why}")));
                }
            }
        }
        self.check_size(max)?;
        if let Ok(reopened) = system::reopen(self.0.as_fd(), false) {
            return Ok(reopened);
        }
        let mut file = self.0;
        file.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
        Ok(file)
    }
}

fn failed(error: &io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot keep a table in memory for a plugin's worker: {error}"))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsRawFd, BorrowedFd};

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
    use rustix::io::Errno;

    /// Nothing may be written, and nobody may loosen that.
    fn sealed() -> SealFlags {
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL
    }

    pub(super) fn create(name: &str) -> io::Result<File> {
        let name: String = name.chars().filter(|character| *character != '\0').take(60).collect();
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        // Kernels before 6.3 do not know how to forbid that such a file is executed.
        let made = match memfd_create(name.as_str(), flags | MemfdFlags::NOEXEC_SEAL) {
            Err(Errno::INVAL) => memfd_create(name.as_str(), flags),
            made => made,
        };
        Ok(File::from(made?))
    }

    pub(super) fn seal(file: &File) -> io::Result<()> {
        // One that is sealed already, by whoever, must have all the seals, too.
        let added = fcntl_add_seals(file, sealed());
        match fcntl_get_seals(file) {
            Ok(seals) if seals.contains(sealed()) => Ok(()),
            Ok(_) => Err(added.err().map_or_else(|| io::Error::other("the seals do not hold"), Into::into)),
            Err(error) => Err(error.into()),
        }
    }

    /// The same file with an offset of its own.
    pub(super) fn reopen(file: BorrowedFd<'_>, write: bool) -> io::Result<File> {
        File::options().read(true).write(write).open(format!("/proc/self/fd/{}", file.as_raw_fd()))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::BorrowedFd;

    pub(super) fn create(_name: &str) -> io::Result<File> {
        tempfile::tempfile()
    }

    pub(super) fn seal(_file: &File) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn reopen(_file: BorrowedFd<'_>, _write: bool) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
