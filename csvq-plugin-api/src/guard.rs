//! Nothing unwinds through a function that a host calls.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Error, Result};

/// Does something, and makes an error of a panic. What was half done when it panicked is not looked at again: the host
/// lets go of an instance or stream that panicked.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|thrown| {
        let error = Error::panicked(&*thrown);
        // To drop what was thrown could throw again.
        mem::forget(thrown);
        Err(error)
    })
}
