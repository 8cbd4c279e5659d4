//! A host that remembers what it was told.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use csvq_plugin_abi::{HostV1, SizePrefixed, TextV1};

/// What a plugin told the host, and how it is answered.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    /// After how many questions the comparison counts as cancelled.
    pub(super) cancel_after: Option<u64>,
    /// How often the plugin asked whether it is cancelled.
    pub(super) asked: AtomicU64,
    /// How much was done, and of how much.
    pub(super) progress: Mutex<Vec<(u64, u64)>>,
    /// Lines of the log, with their level.
    pub(super) log: Mutex<Vec<(i32, String)>>,
}

impl Recorder {
    /// The callbacks, valid as long as this is.
    pub(super) fn callbacks(&self) -> HostV1 {
        HostV1 {
            context: ptr::from_ref(self).cast_mut().cast(),
            is_cancelled: Some(is_cancelled),
            progress: Some(progress),
            log: Some(log),
            ..HostV1::EMPTY
        }
    }
}

unsafe extern "C" fn is_cancelled(context: *mut c_void) -> i32 {
    // SAFETY: `callbacks` made the context.
    let Some(recorder) = (unsafe { context.cast::<Recorder>().as_ref() }) else { return 0 };
    let asked = recorder.asked.fetch_add(1, Ordering::Relaxed);
    i32::from(recorder.cancel_after.is_some_and(|after| asked >= after))
}

unsafe extern "C" fn progress(context: *mut c_void, done: u64, total: u64) {
    // SAFETY: `callbacks` made the context.
    let Some(recorder) = (unsafe { context.cast::<Recorder>().as_ref() }) else { return };
    recorder.progress.lock().unwrap_or_else(PoisonError::into_inner).push((done, total));
}

unsafe extern "C" fn log(context: *mut c_void, level: i32, text: TextV1) {
    // SAFETY: `callbacks` made the context.
    let Some(recorder) = (unsafe { context.cast::<Recorder>().as_ref() }) else { return };
    // SAFETY: the plugin lends it during the call.
    let text = unsafe { text.bytes() }.and_then(|text| std::str::from_utf8(text).ok());
    let text = text.unwrap_or("(a line that is not UTF-8)").to_owned();
    recorder.log.lock().unwrap_or_else(PoisonError::into_inner).push((level, text));
}
