//! Frames: how messages lie in the stream of bytes between host and worker.
//!
//! A frame is the length of its content, four bytes, least significant first, and then the content. It knows nothing
//! of what the content means.

use serde::Serialize;

use super::message::broken;
use crate::error::{Error, ErrorKind, Result};

/// The most bytes that the content of a frame may have.
pub(super) const MAX_CONTENT: usize = 1 << 20;

/// The bytes of the length.
const LENGTH: usize = 4;

/// The content of the first frame in `bytes`, and how many bytes the whole frame takes; nothing where it is not
/// complete yet.
///
/// # Errors
/// [`ErrorKind::Plugin`] where its length is none that a frame may have; that is found out as soon as the length is
/// there.
pub(super) fn decode(bytes: &[u8]) -> Result<Option<(&[u8], usize)>> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else { return Ok(None) };
    let length = u32::from_le_bytes(*length) as usize;
    if length == 0 {
        return Err(broken("a message is empty"));
    }
    if length > MAX_CONTENT {
        return Err(broken(&format!("a message has {length} bytes, and {MAX_CONTENT} are the most there may be")));
    }
    Ok(rest.get(..length).map(|content| (content, LENGTH + length)))
}

/// The frame of a message.
///
/// # Errors
/// [`ErrorKind::LimitExceeded`] where it is larger than a frame may be; `what` names it there.
pub(super) fn encode(message: &impl Serialize, what: &str) -> Result<Vec<u8>> {
    let mut frame = vec![0; LENGTH];
    serde_json::to_writer(&mut frame, message)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("{what} can't be written as JSON: {error}")))?;
    let length = frame.len() - LENGTH;
    let Some(header) = u32::try_from(length).ok().filter(|_| length <= MAX_CONTENT) else {
        let message = format!("{what} takes {length} bytes as JSON, and {MAX_CONTENT} are the most there may be");
        return Err(Error::new(ErrorKind::LimitExceeded, message));
    };
    for (place, byte) in frame.iter_mut().zip(header.to_le_bytes()) {
        *place = byte;
    }
    Ok(frame)
}

/// Bytes that came in, of which whole frames are taken.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    taken: usize,
}

impl Incoming {
    /// Adds bytes that came in.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether there is nothing that was not taken.
    pub(super) fn is_empty(&self) -> bool {
        self.taken >= self.bytes.len()
    }

    /// The content of the next whole frame.
    ///
    /// # Errors
    /// Those of [`decode`].
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>> {
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        Ok(decode(rest)?.map(|(content, taken)| {
            self.taken += taken;
            content
        }))
    }
}
