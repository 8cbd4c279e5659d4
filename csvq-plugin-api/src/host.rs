//! What a plugin may ask of whoever called it.

use csvq_plugin_abi::{HostV1, SizePrefixed, TextV1, level};

use crate::error::{Error, Result};

/// How important a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is odd, and the comparison goes on.
    Warn,
    /// Something that a user may want to know.
    Info,
    /// Something that the author may want to know.
    Debug,
    /// More than that.
    Trace,
}

/// The host, during a comparison. Threads may share it.
///
/// ```
/// # use csvq_plugin_api::{Host, Result};
/// fn sum(numbers: &[f64], host: &Host) -> Result<f64> {
///     let mut sum = 0.0;
///     for (done, numbers) in numbers.chunks(100_000).enumerate() {
///         host.check()?;
///         sum += numbers.iter().sum::<f64>();
///         host.progress(100_000 * done as u64, None);
///     }
///     Ok(sum)
/// }
/// ```
#[derive(Debug)]
pub struct Host {
    callbacks: HostV1,
}

// SAFETY: the interface lets callbacks be called from any thread, several at once, and the context is theirs.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

impl Host {
    /// A host that never cancels, and does not care for progress and logs: for tests of a plugin's own functions.
    #[must_use]
    pub fn nobody() -> Self {
        Self { callbacks: HostV1::EMPTY }
    }

    /// The host of a call. Nobody, where the pointer is null or of a size that says nothing.
    ///
    /// # Safety
    /// The pointer is what a host passed, and the call does not end before the value does.
    pub(crate) unsafe fn of_call(host: *const HostV1) -> Self {
        // SAFETY: the caller vouches for the pointer.
        let callbacks = unsafe { HostV1::read(host) };
        Self { callbacks: callbacks.unwrap_or(HostV1::EMPTY) }
    }

    /// Whether the comparison should end: ask at least ten times a second. It is cheap.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        let HostV1 { is_cancelled, context, .. } = self.callbacks;
        // SAFETY: the call that the callbacks belong to is not over.
        is_cancelled.is_some_and(|is_cancelled| unsafe { is_cancelled(context) } != 0)
    }

    /// Fails where the comparison should end: `host.check()?` in every loop.
    ///
    /// # Errors
    /// [`Error::cancelled`], where the host asked for it.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Says how much of the work is done, in any unit, and how much there is, where that is known.
    pub fn progress(&self, done: u64, total: Option<u64>) {
        let HostV1 { progress, context, .. } = self.callbacks;
        if let Some(progress) = progress {
            // SAFETY: the call that the callbacks belong to is not over.
            unsafe { progress(context, done, total.unwrap_or(0)) };
        }
    }

    /// Writes a line to the host's log. Never what is in a cell: logs outlive the data.
    pub fn log(&self, level: Level, line: &str) {
        let level = match level {
            Level::Error => level::ERROR,
            Level::Warn => level::WARN,
            Level::Info => level::INFO,
            Level::Debug => level::DEBUG,
            Level::Trace => level::TRACE,
        };
        let HostV1 { log, context, .. } = self.callbacks;
        if let Some(log) = log {
            // SAFETY: the call that the callbacks belong to is not over.
            unsafe { log(context, level, TextV1::of(line)) };
        }
    }
}
