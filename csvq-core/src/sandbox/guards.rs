//! What a worker may do, and what it is held to: plain data, as the policy of an administrator says it.

use std::num::NonZeroU32;
use std::path::PathBuf;

use crate::config::FileSystemAccess;

/// What a worker is held to, besides time, memory and the size of its result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Guards {
    /// Whether the worker puts its guards on. Without, it may do what the user may who runs the host.
    pub sandbox: bool,
    /// Whether the plugin may use the network.
    pub network: bool,
    /// Which files the plugin may use.
    pub files: FileSystemAccess,
    /// Whether a worker refuses to load a plugin where something is missing: see
    /// [`Enforced::missing`](super::Enforced::missing).
    pub strict: bool,
    /// Where scratch folders are made; with none, a plugin has nowhere to write. The host makes a folder in it for each
    /// worker, which `TMPDIR` names, and removes it once the worker is reaped; see
    /// [`sweep_scratch`](super::sweep_scratch) for what a host that was killed leaves.
    pub scratch: Option<PathBuf>,
    /// The most bytes that the files in a scratch folder may take.
    pub max_scratch_bytes: u64,
    /// The most processor time of all threads together, in seconds. Where it is not said, it follows from the timeouts,
    /// on all processors; where there are none of those either, it is not bounded.
    pub max_cpu_seconds: Option<u64>,
    /// A control group that is delegated to the host: a folder of Linux's version 2, or of version 1's memory
    /// controller. Each worker gets a group of its own beneath it, which bounds the memory that it has resident.
    pub cgroup: Option<PathBuf>,
    /// The most threads that the usual libraries start by themselves; it is told to them by their environment.
    pub threads: Option<NonZeroU32>,
}

impl Guards {
    /// None at all.
    #[must_use]
    pub fn off() -> Self {
        Self { sandbox: false, ..Self::default() }
    }
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            sandbox: true,
            network: false,
            files: FileSystemAccess::Restricted,
            strict: false,
            scratch: None,
            max_scratch_bytes: 256 << 20,
            max_cpu_seconds: None,
            cgroup: None,
            threads: None,
        }
    }
}
