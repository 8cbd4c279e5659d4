//! How the system's allocator is told to go about large pieces of memory.

/// Pieces of at most so many bytes are kept for the next ones; it is the most that the allocator takes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 32 << 20;

/// Columns come and go, each in pieces of some megabytes: memory that is given back to the system each time has to be
/// cleared by it each time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn keep_large_pieces() {
    for (option, value) in [(libc::M_MMAP_THRESHOLD, KEPT), (libc::M_TRIM_THRESHOLD, libc::c_int::MAX)] {
        // SAFETY: both are options of the allocator with a number each, and it takes a lock of its own.
        let taken = unsafe { libc::mallopt(option, value) };
        if taken == 0 {
            tracing::debug!(option, value, "the allocator does not take this option");
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn keep_large_pieces() {}
