//! What a plugin may ask of whoever called it.

use std::ffi::c_void;
use std::ptr;

use crate::sized::{SizePrefixed, ends};
use crate::text::TextV1;

/// How important a line of the log is.
pub mod level {
    /// Something failed.
    pub const ERROR: i32 = 1;
    /// Something is odd, and the comparison goes on.
    pub const WARN: i32 = 2;
    /// Something that a user may want to know.
    pub const INFO: i32 = 3;
    /// Something that the author may want to know.
    pub const DEBUG: i32 = 4;
    /// More than that.
    pub const TRACE: i32 = 5;
}

type IsCancelled = Option<unsafe extern "C" fn(context: *mut c_void) -> i32>;
type Progress = Option<unsafe extern "C" fn(context: *mut c_void, done: u64, total: u64)>;
type Log = Option<unsafe extern "C" fn(context: *mut c_void, level: i32, text: TextV1)>;

/// The host's callbacks, valid during the call that they were passed to. They may be called from any thread, several at
/// once, and never unwind. A callback that is null is not offered.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HostV1 {
    /// How many bytes of this struct its maker knows.
    pub size: u64,
    /// To be passed to the callbacks.
    pub context: *mut c_void,
    /// Whether the plugin should stop and return [`CANCELLED`](crate::code::CANCELLED): 0 for no. It is cheap: ask it at
    /// least ten times a second.
    pub is_cancelled: IsCancelled,
    /// Says how much of the work is done. `total` is 0 where that is not known.
    pub progress: Progress,
    /// Writes a line to the host's log, at a level of [`level`]. The host shortens what is too long.
    pub log: Log,
}

// SAFETY: the fields are those of the struct, in order, and each of them may be null.
unsafe impl SizePrefixed for HostV1 {
    const EMPTY: Self = Self {
        size: size_of::<Self>() as u64,
        context: ptr::null_mut(),
        is_cancelled: None,
        progress: None,
        log: None,
    };
    const ENDS: &'static [usize] = ends!(HostV1 {
        size: u64,
        context: *mut c_void,
        is_cancelled: IsCancelled,
        progress: Progress,
        log: Log,
    });
}
