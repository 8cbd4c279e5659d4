//! What a worker inherits: the socket to its host, and nothing else that was left open.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// The first descriptor that is no standard stream.
const FIRST: RawFd = 3;

/// Whether they were closed in this process.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether what was inherited was closed: nothing is open then but what this process opened itself.
#[cfg(target_os = "linux")]
pub(in crate::sandbox) fn are_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Takes the socket that the host gave as standard input, and puts an empty input in its place, so that no plugin reads
/// messages, and no program that it starts inherits the socket.
///
/// Before that, it closes all descriptors but the three standard streams: what the program around the host left open
/// for its children is not for plugins. So call it first of all: whatever this process opened itself is closed, too,
/// behind the back of whoever holds it.
///
/// # Errors
/// [`ErrorKind::Io`] where standard input is no socket: workers are started by csvq itself. Nothing is closed then.
/// Also where the system gives no means to close what is open.
pub fn socket_from_stdin() -> Result<OwnedFd> {
    let taken = || -> io::Result<OwnedFd> {
        let stdin = io::stdin();
        if !rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&stdin)?.st_mode).is_socket() {
            return Err(io::Error::other("standard input is no socket; workers are started by csvq itself"));
        }
        close_inherited()?;
        CLOSED.store(true, Ordering::Relaxed);
        let socket = rustix::io::fcntl_dupfd_cloexec(stdin.as_fd(), FIRST)?;
        let empty = File::open("/dev/null")?;
        rustix::stdio::dup2_stdin(empty)?;
        Ok(socket)
    };
    taken().map_err(|error| Error::new(ErrorKind::Io, format!("cannot serve as a worker: {error}")))
}

fn close_inherited() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if close_range() {
        return Ok(());
    }
    close_listed()
}

/// Closes them by one call. Kernels before 5.9 don't know it, and some sandboxes refuse it.
#[cfg(target_os = "linux")]
fn close_range() -> bool {
    // SAFETY: the call takes three integers, as `close_range(2)` says, and reads no memory of ours. The descriptors
    // that it closes are those of whoever started this process; that nobody here owns one is what
    // `socket_from_stdin` asks of its caller.
    unsafe { libc::syscall(libc::SYS_close_range, libc::c_long::from(FIRST), libc::c_long::from(u32::MAX), 0) == 0 }
}

/// Closes them one by one, as the system lists them.
pub(in crate::sandbox) fn close_listed() -> io::Result<()> {
    let folder = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    let mut listed = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let number = entry?.file_name().to_str().and_then(|name| name.parse::<RawFd>().ok());
        listed.extend(number.filter(|number| *number >= FIRST));
    }
    for descriptor in listed {
        // The one that the list was read by is among them, and is closed already. Nothing was opened in its place: this
        // is the only thread.
        // SAFETY: as above, nobody here owns it; a number that is not open is an error of the call, and no harm.
        unsafe { libc::close(descriptor) };
    }
    Ok(())
}
