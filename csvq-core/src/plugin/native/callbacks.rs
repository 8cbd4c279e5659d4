//! The host's callbacks.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use csvq_plugin_abi::{HostV1, TextV1, level};

use crate::sandbox::LogLevel;

/// The most bytes of a line of the log that are looked at.
const LONGEST_LINE: usize = 64 << 10;

/// What a plugin may ask of whoever runs it, from any of its threads.
pub(in crate::plugin) trait PluginHost: Sync {
    /// Whether it should stop.
    fn is_cancelled(&self) -> bool;
    /// How much of its work is done; 0 for a total that it does not know.
    fn progress(&self, done: u64, total: u64);
    /// A line of its log.
    fn log(&self, level: LogLevel, line: &str);
}

/// A host behind C functions.
pub(super) struct Callbacks<'a>(&'a dyn PluginHost);

impl<'a> Callbacks<'a> {
    pub(super) fn new(host: &'a dyn PluginHost) -> Self {
        Self(host)
    }

    /// The table for the plugin, which must not outlive this.
    pub(super) fn table(&self) -> HostV1 {
        HostV1 {
            size: size_of::<HostV1>() as u64,
            context: std::ptr::from_ref(self).cast_mut().cast(),
            is_cancelled: Some(is_cancelled),
            progress: Some(progress),
            log: Some(log),
        }
    }
}

/// The host of a context; nothing unwinds out of what is done with it.
///
/// # Safety
/// `context` is null or that of a table of [`Callbacks::table`] that is still valid.
unsafe fn with<T>(context: *mut c_void, otherwise: T, act: impl FnOnce(&dyn PluginHost) -> T) -> T {
    // SAFETY: the caller vouches for it.
    let Some(callbacks) = (unsafe { context.cast::<Callbacks<'_>>().as_ref() }) else { return otherwise };
    catch_unwind(AssertUnwindSafe(|| act(callbacks.0))).unwrap_or(otherwise)
}

unsafe extern "C" fn is_cancelled(context: *mut c_void) -> i32 {
    // SAFETY: the plugin passes the context that it was given.
    unsafe { with(context, 1, |host| i32::from(host.is_cancelled())) }
}

unsafe extern "C" fn progress(context: *mut c_void, done: u64, total: u64) {
    // SAFETY: as above.
    unsafe { with(context, (), |host| host.progress(done, total)) }
}

unsafe extern "C" fn log(context: *mut c_void, level: i32, text: TextV1) {
    // SAFETY: the text is valid during the call.
    let Some(bytes) = (unsafe { text.bytes() }) else { return };
    let line = |host: &dyn PluginHost| {
        let line = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_LINE)]);
        host.log(log_level(level), &line);
    };
    // SAFETY: as above.
    unsafe { with(context, (), line) }
}

fn log_level(number: i32) -> LogLevel {
    match number {
        level::ERROR => LogLevel::Error,
        level::WARN => LogLevel::Warn,
        level::DEBUG => LogLevel::Debug,
        level::TRACE => LogLevel::Trace,
        _ => LogLevel::Info,
    }
}
