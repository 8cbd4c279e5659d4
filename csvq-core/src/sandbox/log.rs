//! What a worker logs and prints: bounded, made harmless, and told to whoever listens to `tracing`.
//!
//! Where there is more than may be kept, the beginning and the end are: how it started, and what it said last.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, BorrowedFd};

use super::host::MAX_LINE;
use super::model::{LogLevel, LogLine};
use super::text::clean;

/// How much is read from the pipe before other things get their turn.
const MAX_TURN: usize = 256 << 10;

/// The most bytes of a line that are gathered before it is broken in two.
const MAX_PENDING: usize = MAX_LINE;

/// The lines of one worker.
#[derive(Debug, Default)]
pub(super) struct Log {
    plugin: String,
    max_bytes: usize,
    first: Vec<LogLine>,
    first_bytes: usize,
    first_is_full: bool,
    last: VecDeque<LogLine>,
    last_bytes: usize,
    dropped_bytes: u64,
}

impl Log {
    /// Says whose log it is and how much is kept; what came before is kept in any case.
    pub(super) fn name(&mut self, plugin: &str, max_bytes: usize) {
        self.max_bytes = max_bytes;
        plugin.clone_into(&mut self.plugin);
        for line in self.first.iter_mut().chain(&mut self.last) {
            plugin.clone_into(&mut line.plugin);
        }
    }

    /// Adds a line.
    pub(super) fn add(&mut self, level: LogLevel, text: &str) {
        let line = LogLine { plugin: self.plugin.clone(), level, message: clean(text, MAX_LINE) };
        let size = line.message.len() + 1;
        if !self.first_is_full && self.first_bytes + size <= self.max_bytes.div_ceil(2) {
            trace(&line);
            self.first_bytes += size;
            self.first.push(line);
            return;
        }
        self.first_is_full = true;
        self.last_bytes += size;
        self.last.push_back(line);
        while self.last_bytes > self.max_bytes / 2 {
            let Some(line) = self.last.pop_front() else { break };
            self.last_bytes -= line.message.len() + 1;
            self.dropped_bytes += line.message.len() as u64 + 1;
        }
    }

    /// All that is kept, with a line where some was left out.
    pub(super) fn take(&mut self) -> Vec<LogLine> {
        let mut last = std::mem::take(&mut self.last);
        if self.dropped_bytes > 0 {
            let message = format!("[{} bytes of the log are left out here]", self.dropped_bytes);
            last.push_front(LogLine { plugin: self.plugin.clone(), level: LogLevel::Warn, message });
        }
        last.iter().for_each(trace);
        let mut lines = std::mem::take(&mut self.first);
        lines.extend(last);
        *self = Self { plugin: std::mem::take(&mut self.plugin), max_bytes: self.max_bytes, ..Self::default() };
        lines
    }
}

/// Tells a line to whoever listens.
fn trace(line: &LogLine) {
    let (plugin, message) = (line.plugin.as_str(), line.message.as_str());
    match line.level {
        LogLevel::Error => tracing::error!(target: "csvq::plugin", plugin, "{message}"),
        LogLevel::Warn => tracing::warn!(target: "csvq::plugin", plugin, "{message}"),
        LogLevel::Info => tracing::info!(target: "csvq::plugin", plugin, "{message}"),
        LogLevel::Debug => tracing::debug!(target: "csvq::plugin", plugin, "{message}"),
        LogLevel::Trace => tracing::trace!(target: "csvq::plugin", plugin, "{message}"),
    }
}

/// The pipe that a worker prints to. Reading it never blocks.
#[derive(Debug)]
pub(super) struct Output {
    pipe: Option<PipeReader>,
    pending: Vec<u8>,
}

impl Output {
    /// Takes the end of a pipe that was made not to block.
    pub(super) fn new(pipe: PipeReader) -> Self {
        Self { pipe: Some(pipe), pending: Vec::new() }
    }

    /// Reads what is there, up to a bound, and adds its lines to the log; whether more may be there.
    pub(super) fn drain(&mut self, log: &mut Log) -> bool {
        let mut chunk = [0; 16 << 10];
        let mut turn = 0;
        while let Some(pipe) = &mut self.pipe {
            if turn >= MAX_TURN {
                return true;
            }
            match pipe.read(&mut chunk) {
                Ok(0) => self.pipe = None,
                Ok(length) => {
                    turn += length;
                    self.split(chunk.get(..length).unwrap_or_default(), log);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(_) => self.pipe = None,
            }
        }
        false
    }

    /// Reads what is left once the worker is dead, and closes the pipe. A process that escaped and still prints is not
    /// listened to.
    pub(super) fn finish(&mut self, log: &mut Log) {
        for _ in 0..16 {
            if !self.drain(log) {
                break;
            }
        }
        self.pipe = None;
        if !self.pending.is_empty() {
            let rest = std::mem::take(&mut self.pending);
            log.add(LogLevel::Info, &String::from_utf8_lossy(&rest));
        }
    }

    /// The descriptor, for waiting.
    pub(super) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    fn split(&mut self, bytes: &[u8], log: &mut Log) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.pending.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.pending.len() >= MAX_PENDING {
                let text = String::from_utf8_lossy(&self.pending);
                log.add(LogLevel::Info, text.strip_suffix('\n').unwrap_or(&text));
                self.pending.clear();
            }
        }
    }
}
