//! Worker processes: what runs a plugin that is not built in, so that the host outlives whatever the plugin does.
//!
//! A worker serves one call and ends. [`Worker`] is the host's side: it starts the process, has it load the plugin,
//! gives it two tables, follows it, ends it, and takes the result. [`serve`] is the worker's side: it speaks the
//! protocol and asks a [`Serve`] for what has to do with plugins, of which this module knows nothing. [`Pool`] keeps
//! workers of hot plugins ready.
//!
//! Before it loads a plugin, a worker puts [`Guards`] on itself, tries whether they hold, and tells the host:
//! [`Enforced`]. [`probe`] asks for that without a plugin.
//!
//! Tables and results are Arrow IPC in memory files that are sealed before anyone reads them; this module looks at
//! none of their bytes. What a worker says is never believed: a message that is unknown, out of turn, too large or no
//! JSON ends it. `docs/workers.md` tells the protocol message by message.
//!
//! Workers need Unix. Elsewhere everything here exists, and answers [`Unsupported`](crate::ErrorKind::Unsupported).

#[cfg_attr(not(unix), allow(dead_code, reason = "where there are no workers, nothing holds one"))]
mod enforced;
#[cfg_attr(not(unix), allow(dead_code, reason = "where there are no workers, messages are read and never made"))]
mod frame;
mod guards;
mod host;
#[cfg_attr(not(unix), allow(dead_code, reason = "where there are no workers, messages are read and never made"))]
mod message;
mod model;
mod pool;
mod text;

#[cfg(unix)]
mod child;
#[cfg(unix)]
mod group;
#[cfg(unix)]
mod guard;
#[cfg(unix)]
mod link;
#[cfg(unix)]
mod log;
#[cfg(unix)]
mod memory;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod scratch;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod talk;
#[cfg(unix)]
mod terms;
#[cfg(unix)]
mod worker;

#[cfg(not(unix))]
mod elsewhere;

#[cfg(test)]
mod tests;

pub use self::enforced::{Effect, Enforced, Held, Mechanism, Weakness};
pub use self::guards::Guards;
pub use self::host::{Host, ResultWriter};
pub use self::message::PROTOCOL;
pub(crate) use self::model::result_too_large;
pub use self::model::{
    Call, Descriptor, Entry, EntryKind, Finished, LogLevel, LogLine, Serve, Served, WorkerAnswer, WorkerLimits,
    WorkerProgram,
};
pub use self::pool::{Pool, PoolCounts, PoolLimits};
pub use self::text::harmless;

#[cfg(unix)]
pub use self::child::inherited::socket_from_stdin;
#[cfg(unix)]
pub use self::child::serve;
#[cfg(unix)]
pub use self::memory::memory_file;
#[cfg(target_os = "linux")]
pub(crate) use self::process::peak_memory_bytes;
#[cfg(unix)]
pub use self::scratch::sweep_scratch;
#[cfg(unix)]
pub use self::worker::{Worker, probe};

#[cfg(not(unix))]
pub use self::elsewhere::{Worker, memory_file, probe, serve, socket_from_stdin, sweep_scratch};

use crate::error::Result;

/// Reads bytes as the host reads what a worker sends, without a worker: how many sound messages there are before the
/// bytes end, in the middle of one or after it. For fuzzing.
///
/// # Errors
/// [`Plugin`](crate::ErrorKind::Plugin) where they are no frames, or a frame holds no message of a worker.
///
/// ```
/// let bytes = b"\x1d\0\0\0{\"type\":\"hello\",\"protocol\":2}\x07";
/// assert_eq!(csvq_core::sandbox::count_messages(bytes)?, 1);
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub fn count_messages(bytes: &[u8]) -> Result<usize> {
    let (mut rest, mut messages) = (bytes, 0);
    while let Some((content, taken)) = frame::decode(rest)? {
        message::FromWorker::read(content)?;
        messages += 1;
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(messages)
}
