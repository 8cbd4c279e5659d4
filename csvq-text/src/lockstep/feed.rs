//! Reading on: the next block of an input, read when it is wanted or, on a thread of its own, before.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::Scope;

use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;

/// Room before each block, where what is left of the block before is put.
const ROOM: usize = 1 << 16;
/// Blocks under way between the reading thread and the walk.
const AHEAD: usize = 2;

/// A buffer: `bytes[start..end]` holds text that was read.
#[derive(Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Where blocks come from.
pub(super) enum Feed<'a> {
    /// Read when wanted, from this offset on.
    Direct { input: &'a Input, offset: u64, size: usize },
    /// Read ahead by a thread, which gets used buffers back.
    Ahead { blocks: Receiver<Result<Block>>, used: Sender<Block> },
}

impl<'a> Feed<'a> {
    /// Reads when wanted.
    pub(super) fn direct(input: &'a Input, offset: u64, size: usize) -> Self {
        Self::Direct { input, offset, size }
    }

    /// Reads ahead on a thread of the scope, which ends when the feed is dropped.
    pub(super) fn ahead<'scope>(
        scope: &'scope Scope<'scope, '_>,
        input: &'scope Input,
        offset: u64,
        size: usize,
    ) -> Self {
        let (filled, blocks) = sync_channel(AHEAD);
        let (used, free) = channel();
        scope.spawn(move || read_ahead(input, offset, size, &filled, &free));
        Self::Ahead { blocks, used }
    }

    /// The next block; empty at the end of the input. `old` is a buffer to use again.
    pub(super) fn next(&mut self, old: Block) -> Result<Block> {
        match self {
            Self::Direct { input, offset, size } => {
                let block = read(input, *offset, *size, old)?;
                *offset += (block.end - block.start) as u64;
                Ok(block)
            }
            Self::Ahead { blocks, used } => {
                // The thread may have ended, having read all: then nobody wants the buffer.
                let _ = used.send(old);
                blocks.recv().unwrap_or_else(|_| Err(Error::new(ErrorKind::Io, "the reading thread ended early")))
            }
        }
    }
}

fn read_ahead(input: &Input, start: u64, size: usize, filled: &SyncSender<Result<Block>>, free: &Receiver<Block>) {
    let mut offset = start;
    loop {
        let block = read(input, offset, size, free.try_recv().unwrap_or_default());
        let count = block.as_ref().map_or(0, |block| block.end - block.start);
        offset += count as u64;
        // Nobody listens any more: the walk has ended.
        if filled.send(block).is_err() {
            return;
        }
    }
}

fn read(input: &Input, offset: u64, size: usize, mut block: Block) -> Result<Block> {
    if block.bytes.len() != ROOM + size {
        block.bytes = vec![0; ROOM + size];
    }
    let count = input.read_at(offset, &mut block.bytes[ROOM..])?;
    (block.start, block.end) = (ROOM, ROOM + count);
    Ok(block)
}

impl Block {
    /// Puts text before the block's own.
    pub(super) fn prepend(&mut self, text: &[u8]) {
        if text.len() <= self.start {
            self.start -= text.len();
        } else {
            // A record longer than the room: the block moves up.
            let mut bytes = vec![0; text.len()];
            bytes.extend_from_slice(&self.bytes[self.start..self.end]);
            (self.start, self.end) = (0, bytes.len());
            self.bytes = bytes;
        }
        self.bytes[self.start..self.start + text.len()].copy_from_slice(text);
    }
}
