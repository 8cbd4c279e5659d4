//! Ends a worker whose host is gone, whatever the plugin is doing.
//!
//! The thread that reads the host's messages can't be relied on for that: a plugin may hold a lock that it needs. The
//! one that matters is glibc's lock of the loader, which `dlopen` holds while it runs a library's constructors. A
//! constructor that hangs holds it for ever, and every thread that then begins to use a thread-local value with a
//! destructor waits for it; a thread of Rust does so as it starts.
//!
//! So there is a thread that does nothing but to wait for the host to hang up, and then to kill. It is past its start
//! before anything of a plugin runs, and on its way from there are three system calls, made without libc where `rustix`
//! has its own: it allocates nothing, takes no lock, and uses nothing that is made when it is first used.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::Shared;
use crate::error::{Error, ErrorKind, Result};

/// Starts the thread, and returns once it is watching.
pub(super) fn start(shared: &Arc<Shared>) -> Result<()> {
    let (starting, started) = channel::<()>();
    let shared = Arc::clone(shared);
    std::thread::Builder::new()
        .name("csvq-host-watch".to_owned())
        .spawn(move || {
            // That it is gone is the sign: by now the thread has all that threads are given as they start.
            drop(starting);
            wait_for_hang_up(&shared.socket);
            if !shared.is_over.load(Ordering::SeqCst) {
                end_group(shared.is_busy.load(Ordering::SeqCst));
            }
        })
        .map_err(|error| Error::new(ErrorKind::Io, format!("cannot serve as a worker: {error}")))?;
    // Nothing is ever sent: it ends with the error that the other side is gone.
    let _ = started.recv();
    Ok(())
}

/// Waits until the other end of a socket is closed. What can be read is left to others.
fn wait_for_hang_up(socket: impl AsFd) {
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    loop {
        // Linux tells of these three whether one asks or not; others want to be asked.
        let mut watched = [PollFd::new(&socket, PollFlags::HUP)];
        match poll(&mut watched, None) {
            Err(Errno::INTR) => {}
            Ok(_) if !watched.iter().any(|one| one.revents().intersects(gone)) => {}
            // What keeps it from watching the host is as if the host were gone.
            _ => return,
        }
    }
}

/// Kills all that the plugin started, and this process with it; where it leads no group, only if it has to. Under its
/// guards it may signal nobody but itself, and has started nothing.
pub(super) fn end_group(is_busy: bool) {
    use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group, kill_process};
    // In a group that someone else leads, the others are not ours to end.
    let leads = getpgrp() == getpid();
    if leads {
        let _ = kill_current_process_group(Signal::KILL);
    }
    if leads || is_busy {
        let _ = kill_process(getpid(), Signal::KILL);
    }
}
