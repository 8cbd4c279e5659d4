//! What a plugin can say to its host while it compares, as the worker sees it.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::message::FromWorker;
use super::model::{LogLevel, result_too_large};
use super::text::clean;

/// Progress is told no more often than this.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// The most characters of one line of the log.
pub(super) const MAX_LINE: usize = 8 << 10;

/// What a line of the log costs besides its own bytes: so that lines without any are not free.
pub(super) const LINE_COST: usize = 32;

/// Takes messages to the host. Whether they arrive is not told: a host that is gone ends the worker anyway.
pub(super) type Tell<'a> = &'a (dyn Fn(&FromWorker) + Sync);

/// The host, as a worker sees it while its plugin compares. Any thread of the plugin may use it.
pub struct Host<'a> {
    cancelled: &'a AtomicBool,
    tell: Tell<'a>,
    max_result_bytes: u64,
    log_bytes_left: Mutex<usize>,
    told: Mutex<Option<Instant>>,
}

impl<'a> Host<'a> {
    pub(super) fn new(cancelled: &'a AtomicBool, tell: Tell<'a>, max_result_bytes: u64, max_log_bytes: usize) -> Self {
        let log_bytes_left = Mutex::new(max_log_bytes);
        Self { cancelled, tell, max_result_bytes, log_bytes_left, told: Mutex::new(None) }
    }

    /// A host that hears nothing, for trying a [`Serve`](super::Serve) without a worker.
    ///
    /// ```
    /// use std::sync::atomic::AtomicBool;
    /// use csvq_core::sandbox::Host;
    /// let cancelled = AtomicBool::new(true);
    /// assert!(Host::unconnected(&cancelled, 1 << 20).is_cancelled());
    /// ```
    #[must_use]
    pub fn unconnected(cancelled: &'a AtomicBool, max_result_bytes: u64) -> Self {
        Self::new(cancelled, &|_| {}, max_result_bytes, 0)
    }

    /// Whether the comparison is asked to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Tells that `done` of `total` is done, in whatever the plugin counts; 0 for a total that it does not know. It
    /// may be called as often as one likes: not every call is sent on.
    pub fn progress(&self, done: u64, total: u64) {
        let now = Instant::now();
        let mut told = self.told.lock();
        let is_due = told.is_none_or(|at| now.duration_since(at) >= PROGRESS_EVERY) || (total > 0 && done >= total);
        if is_due {
            *told = Some(now);
            (self.tell)(&FromWorker::Progress { done, total });
        }
    }

    /// Logs the lines of a text. What is beyond the bytes that the host keeps is not sent, and the last line that is
    /// says so.
    pub fn log(&self, level: LogLevel, message: &str) {
        for line in message.lines() {
            let line = clean(line, MAX_LINE);
            let left = {
                let mut left = self.log_bytes_left.lock();
                let before = *left;
                *left = before.saturating_sub(line.len() + LINE_COST);
                if before == 0 {
                    return;
                }
                *left
            };
            (self.tell)(&FromWorker::Log { level, message: line });
            if left == 0 {
                let message = "[what the plugin logs from here on is left out]".to_owned();
                (self.tell)(&FromWorker::Log { level: LogLevel::Warn, message });
                return;
            }
        }
    }

    /// The most bytes that the differences may have.
    #[must_use]
    pub fn max_result_bytes(&self) -> u64 {
        self.max_result_bytes
    }

    /// Writes to the result, and fails before it grows larger than the host takes.
    pub fn result_writer<'f>(&self, result: &'f mut File) -> ResultWriter<'f> {
        ResultWriter { result, left: self.max_result_bytes, max: self.max_result_bytes }
    }
}

/// A result that is written, and may not grow beyond what the host takes. See [`Host::result_writer`].
#[derive(Debug)]
pub struct ResultWriter<'f> {
    result: &'f mut File,
    left: u64,
    max: u64,
}

impl Write for ResultWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        if length > self.left {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, result_too_large(self.max).message().to_owned()));
        }
        let written = self.result.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.result.flush()
    }
}
