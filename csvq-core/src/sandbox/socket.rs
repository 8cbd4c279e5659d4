//! A Unix stream socket that carries bytes and, with them, descriptors.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};

/// The most descriptors that come with one message.
pub(super) const MAX_DESCRIPTORS: usize = 3;

/// A host that went away is an error of the call, and no signal.
#[cfg(not(target_vendor = "apple"))]
const SEND: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const SEND: SendFlags = SendFlags::empty();

#[cfg(not(target_vendor = "apple"))]
const RECEIVE: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(target_vendor = "apple")]
const RECEIVE: RecvFlags = RecvFlags::empty();

/// What one call of [`receive`] brought.
#[derive(Debug)]
pub(super) struct Received {
    /// How many bytes; 0 at the end.
    pub(super) bytes: usize,
    /// Whether there were more descriptors than any message has; those are closed.
    pub(super) too_many_descriptors: bool,
}

/// A pair of connected sockets that no program started by anyone else inherits.
pub(super) fn pair() -> io::Result<(UnixStream, UnixStream)> {
    let (host, worker) = UnixStream::pair()?;
    #[cfg(target_vendor = "apple")]
    for end in [&host, &worker] {
        rustix::net::sockopt::set_socket_nosigpipe(end, true)?;
    }
    Ok((host, worker))
}

/// Sends some of the bytes, and the descriptors with the first of them.
pub(super) fn send(socket: &UnixStream, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::other("more descriptors than a message may have"));
    }
    loop {
        match sendmsg(socket.as_fd(), &[IoSlice::new(bytes)], &mut control, SEND) {
            Err(rustix::io::Errno::INTR) => {}
            sent => return Ok(sent?),
        }
    }
}

/// Receives some bytes, and the descriptors that came with them.
pub(super) fn receive(socket: &UnixStream, bytes: &mut [u8], descriptors: &mut Vec<OwnedFd>) -> io::Result<Received> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let message = loop {
        match recvmsg(socket.as_fd(), &mut [IoSliceMut::new(bytes)], &mut control, RECEIVE) {
            Err(rustix::io::Errno::INTR) => {}
            received => break received?,
        }
    };
    for ancillary in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = ancillary {
            descriptors.extend(received);
        }
    }
    Ok(Received { bytes: message.bytes, too_many_descriptors: message.flags.contains(ReturnFlags::CTRUNC) })
}
