//! How much memory the join's records may take, over all threads.

use std::sync::atomic::{AtomicU64, Ordering};

/// A count of bytes in use against a limit.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    used: AtomicU64,
    spilled: AtomicU64,
}

impl Budget {
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, used: AtomicU64::new(0), spilled: AtomicU64::new(0) }
    }

    /// Takes so many bytes where they are to be had.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        if self.used.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.limit {
            return true;
        }
        self.used.fetch_sub(bytes, Ordering::Relaxed);
        false
    }

    /// Notes bytes that went to a file instead.
    pub(super) fn note_spilled(&self, bytes: usize) {
        self.spilled.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes that went to files.
    pub(super) fn spilled(&self) -> u64 {
        self.spilled.load(Ordering::Relaxed)
    }
}
