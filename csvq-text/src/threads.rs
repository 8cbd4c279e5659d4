//! Waiting for a thread of a comparison.

use std::thread::ScopedJoinHandle;

use crate::error::{Error, ErrorKind, Result};

/// What a thread returned; an error where it panicked, which nothing but a defect makes it do.
pub(crate) fn join<T>(handle: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    handle.join().unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "a thread of the comparison ended by a panic; please report this"))
    })
}
