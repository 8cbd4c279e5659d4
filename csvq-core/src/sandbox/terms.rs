//! The terms between a host and a worker: what it is given and told before it loads a plugin, and what is made of what it
//! says holds.

use std::ffi::OsString;
use std::path::PathBuf;

use super::enforced::{Enforced, Held, Mechanism, Weakness};
use super::message::Limits;
use super::model::{WorkerLimits, WorkerProgram};
use super::scratch::Scratch;
use crate::config::FileSystemAccess;
use crate::error::Result;

/// The environment of a worker: what is allowed of what its program was given, where its temporary files go, and how many
/// threads libraries may start.
pub(super) fn environment(
    program: &WorkerProgram,
    limits: &WorkerLimits,
    scratch: Option<&Scratch>,
) -> Vec<(OsString, OsString)> {
    let guards = &limits.guards;
    let keeps_temporary = !guards.sandbox || guards.files == FileSystemAccess::Full;
    let is_allowed = |name: &OsString| {
        WorkerProgram::ALLOWED.iter().any(|allowed| name == allowed) && (keeps_temporary || name != "TMPDIR")
    };
    let mut environment = Vec::from_iter(program.environment.iter().filter(|(name, _)| is_allowed(name)).cloned());
    environment.extend(scratch.map(|scratch| ("TMPDIR".into(), scratch.folder().into())));
    let threads =
        guards.threads.iter().flat_map(|threads| WorkerProgram::THREADS.iter().zip(std::iter::repeat(threads)));
    environment.extend(threads.map(|(name, threads)| (name.into(), threads.to_string().into())));
    environment
}

/// The most bytes that any file of a worker may have. A result may get a little larger than it may be, so that it is the
/// host that finds out, and can say so.
pub(super) fn file_bytes(limits: &WorkerLimits) -> u64 {
    const MORE: u64 = 1 << 20;
    limits.max_result_bytes.saturating_add(MORE).max(limits.guards.max_scratch_bytes)
}

/// What it is told to hold itself to.
pub(super) fn told(limits: &WorkerLimits, scratch: Option<&Scratch>, readable: &[PathBuf]) -> Limits {
    let guards = &limits.guards;
    Limits {
        sandbox: guards.sandbox,
        network: guards.network,
        files: guards.files,
        strict: guards.strict,
        scratch: scratch.map(|scratch| scratch.folder().to_owned()),
        readable: readable.to_owned(),
        max_memory_bytes: limits.max_memory_bytes,
        max_cpu_seconds: limits.cpu_seconds(),
        max_file_bytes: file_bytes(limits),
    }
}

/// What a worker says holds, with what the host adds to it; an error where that is less than it has to be.
pub(super) fn settled(mut enforced: Enforced, limits: &WorkerLimits, in_group: bool) -> Result<Enforced> {
    enforced.time = Held::by([Mechanism::Host]);
    if in_group && limits.max_memory_bytes.is_some() {
        enforced.memory.holds = true;
        enforced.memory.by.push(Mechanism::ControlGroup);
        enforced.memory.weaker.retain(|weakness| *weakness != Weakness::AddressSpaceOnly);
    } else if limits.guards.sandbox && limits.guards.cgroup.is_some() && !in_group {
        enforced.memory.weaker.push(Weakness::NoControlGroup);
    }
    let missing = enforced.missing(&limits.guards);
    if limits.guards.strict && !missing.is_empty() { Err(enforced.refusal(&missing)) } else { Ok(enforced) }
}
