//! The host's end of the socket to a worker. It never blocks: what can't be sent yet waits here.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use super::frame::{self, Incoming};
use super::message::{FromWorker, ToWorker, broken};
use super::socket;
use crate::error::{Error, ErrorKind, Result};

/// How much is received at once.
const CHUNK: usize = 64 << 10;

/// A frame on its way out.
#[derive(Debug)]
struct Parcel {
    bytes: Vec<u8>,
    sent: usize,
    descriptors: Vec<OwnedFd>,
}

/// The host's end of the socket.
#[derive(Debug)]
pub(super) struct Link {
    socket: UnixStream,
    incoming: Incoming,
    outgoing: VecDeque<Parcel>,
    has_ended: bool,
}

impl Link {
    /// Takes a socket.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the system refuses.
    pub(super) fn new(socket: UnixStream) -> Result<Self> {
        socket.set_nonblocking(true).map_err(|error| failed(&error))?;
        Ok(Self { socket, incoming: Incoming::default(), outgoing: VecDeque::new(), has_ended: false })
    }

    /// Puts a message in line. `what` names it where it is too large.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] where it is too large for a frame.
    pub(super) fn queue(&mut self, message: &ToWorker, what: &str, descriptors: Vec<OwnedFd>) -> Result<()> {
        self.outgoing.push_back(Parcel { bytes: frame::encode(message, what)?, sent: 0, descriptors });
        Ok(())
    }

    /// Sends what can be sent. A worker that is gone is no error here: it is noticed where its messages are received.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the system refuses.
    pub(super) fn send(&mut self) -> Result<()> {
        while let Some(parcel) = self.outgoing.front_mut() {
            let descriptors: Vec<BorrowedFd<'_>> = parcel.descriptors.iter().map(AsFd::as_fd).collect();
            let rest = parcel.bytes.get(parcel.sent..).unwrap_or_default();
            match socket::send(&self.socket, rest, &descriptors) {
                Ok(sent) => {
                    parcel.sent += sent;
                    parcel.descriptors.clear();
                    if parcel.sent >= parcel.bytes.len() {
                        self.outgoing.pop_front();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) => {
                    self.outgoing.clear();
                }
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(())
    }

    /// Whether something waits for the worker to take it.
    pub(super) fn has_outgoing(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Receives what is there, up to one chunk; whether that was anything.
    ///
    /// # Errors
    /// [`ErrorKind::Plugin`] where descriptors came along, which are closed.
    pub(super) fn receive(&mut self) -> Result<bool> {
        if self.has_ended {
            return Ok(false);
        }
        let mut chunk = [0; CHUNK];
        let mut descriptors = Vec::new();
        match socket::receive(&self.socket, &mut chunk, &mut descriptors) {
            Ok(received) if received.too_many_descriptors || !descriptors.is_empty() => {
                Err(broken("a message came with an open file"))
            }
            Ok(received) => {
                self.has_ended = received.bytes == 0;
                self.incoming.extend(chunk.get(..received.bytes).unwrap_or_default());
                Ok(received.bytes > 0)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(_) => {
                self.has_ended = true;
                Ok(false)
            }
        }
    }

    /// The next whole message that was received.
    ///
    /// # Errors
    /// [`ErrorKind::Plugin`] where the worker broke the protocol.
    pub(super) fn next(&mut self) -> Result<Option<FromWorker>> {
        self.incoming.next()?.map(FromWorker::read).transpose()
    }

    /// Receives what is there; whether the worker has said nothing that was not asked for yet.
    pub(super) fn is_silent(&mut self) -> bool {
        matches!(self.receive(), Ok(false)) && self.incoming.is_empty()
    }

    /// Whether the worker closed its end, and everything that it sent was received.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The descriptor, for waiting.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn failed(error: &io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot speak with the plugin's worker: {error}"))
}
