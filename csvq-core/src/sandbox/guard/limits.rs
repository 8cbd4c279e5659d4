//! The limits of the process: memory, processor time, descriptors, the size of files.
//!
//! Two of them are soft: the address space, since the host raises it by the size of the tables when it knows them, and
//! the size of files, which follows from the call. The worker itself can't raise them, since it may not use the system
//! call for that; where that can't be kept from it, they are hard.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::sandbox::message::Limits;

/// The most descriptors.
pub(super) const MAX_DESCRIPTORS: u64 = 256;

/// The most memory that is kept from being swapped.
const MAX_LOCKED: u64 = 64 << 10;

/// How much longer than its processor time a worker may run, that ignores the signal for it. In seconds.
const CPU_GRACE: u64 = 2;

/// What one arena of glibc's allocator reserves of the address space, and the share of the limit that all may take.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENA: u64 = 64 << 20;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENA_SHARE: u64 = 4;

/// Which limits are set.
#[derive(Debug)]
pub(super) struct Bounds {
    /// The most bytes of address space, all that was mapped before among them.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "where there are no guards, none is tried"))]
    pub(super) address_space: Option<u64>,
    /// Whether processor time is bounded.
    pub(super) cpu: bool,
    /// Whether the number of descriptors is.
    pub(super) descriptors: bool,
}

/// Sets the limits.
pub(super) fn set(limits: &Limits) -> Bounds {
    ignore_signal_for_large_files();
    hard(Resource::Core, 0);
    hard(Resource::Memlock, MAX_LOCKED);
    #[cfg(target_os = "linux")]
    for resource in [Resource::Msgqueue, Resource::Nice, Resource::Rtprio] {
        hard(resource, 0);
    }
    let descriptors = hard(Resource::Nofile, MAX_DESCRIPTORS);
    let cpu = limits.max_cpu_seconds.is_some_and(|seconds| {
        let seconds = seconds.max(1);
        set_one(Resource::Cpu, seconds, seconds.saturating_add(CPU_GRACE))
    });
    soft(Resource::Fsize, limits.max_file_bytes);
    let wanted = limits.max_memory_bytes.and_then(|memory| mapped_bytes()?.checked_add(memory));
    let address_space = wanted.filter(|bytes| soft(Resource::As, *bytes));
    if let Some(memory) = limits.max_memory_bytes {
        bound_arenas(memory);
    }
    Bounds { address_space, cpu, descriptors }
}

/// Makes hard what is soft.
#[cfg(target_os = "linux")]
pub(super) fn harden() {
    for resource in [Resource::As, Resource::Fsize] {
        if let Some(bytes) = getrlimit(resource).current {
            hard(resource, bytes);
        }
    }
}

fn hard(resource: Resource, most: u64) -> bool {
    set_one(resource, most, most)
}

fn soft(resource: Resource, most: u64) -> bool {
    set_one(resource, most, u64::MAX)
}

/// Sets a limit, lower where it was lower before; whether it holds.
fn set_one(resource: Resource, soft: u64, hard: u64) -> bool {
    let before = getrlimit(resource);
    let least = |wanted: u64, before: Option<u64>| Some(before.map_or(wanted, |before| before.min(wanted)));
    let maximum = if hard == u64::MAX { before.maximum } else { least(hard, before.maximum) };
    let current = least(least(soft, before.maximum).unwrap_or(soft), before.current);
    setrlimit(resource, Rlimit { current, maximum }).is_ok()
}

/// What this process has mapped.
#[cfg(target_os = "linux")]
fn mapped_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_ascii_whitespace().next()?.parse().ok()?;
    // SAFETY: the call takes a number, and tells one.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.checked_mul(u64::try_from(page).ok()?)
}

/// What a process has mapped is of no use as a measure here: the system bounds no address space.
#[cfg(not(target_os = "linux"))]
fn mapped_bytes() -> Option<u64> {
    None
}

/// Has a write that is too large fail, instead of ending the process: so that what went wrong can be told.
fn ignore_signal_for_large_files() {
    // SAFETY: to ignore a signal needs no handler that could be unsound.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

/// Keeps the threads of a plugin from reserving the whole address space for allocators of their own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn bound_arenas(memory: u64) {
    let arenas = (memory / ARENA_SHARE / ARENA).clamp(1, 64);
    // SAFETY: the call takes two integers; one that it doesn't know it refuses.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, libc::c_int::try_from(arenas).unwrap_or(1)) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn bound_arenas(_memory: u64) {}
