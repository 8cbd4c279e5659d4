//! Landlock: which files a worker may open, and that it reaches neither ports nor processes outside.
//!
//! What Landlock doesn't look at, the list of system calls does: changing modes, owners, times and attributes of files,
//! and datagrams.

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};

use crate::config::FileSystemAccess;
use crate::sandbox::message::Limits;
use crate::sandbox::model::Entry;

/// The newest version of Landlock whose rights are asked for. A system that has an older one gives what it has.
const NEWEST: ABI = ABI::V10;

/// What libraries need of the system. None of it tells of users, of other processes, or of what the machine does.
const SYSTEM: &[&str] = &[
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/usr/share/locale",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/proc/self/cgroup",
    "/proc/self/maps",
    "/proc/self/stat",
    "/proc/self/statm",
    "/proc/self/status",
    "/sys/devices/system/cpu",
    "/sys/kernel/mm/transparent_hugepage",
];

/// What looking up names and checking certificates needs, where the network is allowed.
const NETWORK: &[&str] = &[
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/tls/certs",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
    "/usr/share/ca-certificates",
];

/// What may be written to, and is nothing.
const NOTHING: &[&str] = &["/dev/null"];

/// What the system's Landlock holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Landlock {
    /// Whether it holds anything.
    pub(super) is_on: bool,
    /// Its version; 0 where there is none.
    pub(super) abi: u32,
}

/// Puts Landlock's rules on.
pub(super) fn restrict(entry: Option<&Entry>, limits: &Limits) -> Landlock {
    let Ok(status) = try_restrict(entry, limits) else { return Landlock::default() };
    let (is_on, status) = status;
    let abi = match status {
        LandlockStatus::Available { effective_abi, kernel_abi } => {
            kernel_abi.and_then(|abi| u32::try_from(abi).ok()).unwrap_or(effective_abi as u32)
        }
        _ => 0,
    };
    Landlock { is_on: is_on && abi > 0, abi }
}

fn try_restrict(entry: Option<&Entry>, limits: &Limits) -> Result<(bool, LandlockStatus), RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let mut rules = Ruleset::default().handle_access(handled(limits.files))?.scope(Scope::from_all(NEWEST))?;
    if !limits.network {
        rules = rules.handle_access(AccessNet::from_all(NEWEST))?;
    }
    let mut rules = rules.create()?;
    if limits.files != FileSystemAccess::Full {
        let own: Vec<PathBuf> =
            entry.map(|entry| entry.folder.clone()).into_iter().chain(limits.readable.clone()).collect();
        rules = rules.add_rules(path_beneath_rules(SYSTEM, read))?;
        rules = rules.add_rules(path_beneath_rules(own, read))?;
        rules = rules
            .add_rules(path_beneath_rules(NOTHING, AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate))?;
        if limits.network {
            rules = rules.add_rules(path_beneath_rules(NETWORK, read))?;
        }
        rules = rules.add_rules(path_beneath_rules(limits.scratch.as_ref(), scratch()))?;
    }
    // Each worker tries what it may not do: that would fill the system's own log.
    let status = rules.log_same_exec(false)?.restrict_self()?;
    Ok((status.ruleset != RulesetStatus::NotEnforced, status.landlock))
}

/// What is forbidden but for the rules. No file is ever run as a program.
fn handled(files: FileSystemAccess) -> BitFlags<AccessFs> {
    match files {
        FileSystemAccess::None | FileSystemAccess::Restricted => AccessFs::from_all(NEWEST),
        FileSystemAccess::Full => AccessFs::Execute.into(),
    }
}

/// What may be done in the scratch folder: everything but to run files, and to make devices and sockets.
fn scratch() -> BitFlags<AccessFs> {
    AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeDir
        | AccessFs::MakeReg
        | AccessFs::MakeFifo
        | AccessFs::MakeSym
        | AccessFs::RemoveDir
        | AccessFs::RemoveFile
        | AccessFs::Refer
}
