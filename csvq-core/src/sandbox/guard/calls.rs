//! The system calls that a worker may use, by seccomp.
//!
//! It is a list of what is allowed: what computing takes, threads, memory, time, and files that Landlock looks at. A list
//! of what is forbidden would be shorter, and would let through whatever Linux gets next, as `io_uring` once was: a
//! second way to open, connect and send past every rule. What is not on the list is answered `EPERM`, and the plugin goes
//! on; a call of another architecture kills it. Some calls are answered as by a system that doesn't have them (`ENOSYS`),
//! where libraries then use one that can be looked into (`clone3`, `openat2`), or that are newer than this list.
//!
//! The list was made from what Rust, C, C++, OpenMP and Python programs use. Of calls that are harmless or not by what
//! they are told, only the harmless forms are on it. What lies behind a pointer can't be looked at: so calls that take
//! what matters there are not on it.

mod listed;

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Compare, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};

/// So many calls that may be made up yet are answered as unknown.
const UNKNOWN: i64 = 32;

/// The bit by which `open` makes a file without a name, which nobody can find to measure it.
const UNNAMED_FILE: u64 = 0o20_000_000;

/// The bits of a socket's type that say which one it is.
const SOCKET_TYPE: u64 = 0xf;

/// The calls with the forms in which they are allowed; in any form where there are none.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Allows what is on the list from now on, to all threads; whether that holds. With `network`, sockets can be made; with
/// `all_files`, modes, owners, times and attributes of files can be changed.
pub(super) fn restrict(network: bool, all_files: bool) -> bool {
    let Some((unknown, allowed)) = programs(network, all_files) else { return false };
    // The second one would not let another be put on.
    apply_filter_all_threads(&unknown).is_ok() && apply_filter_all_threads(&allowed).is_ok()
}

/// What answers that there is no such call, and what allows the rest of the list.
fn programs(network: bool, all_files: bool) -> Option<(BpfProgram, BpfProgram)> {
    let target: TargetArch = ARCH.try_into().ok()?;
    let mut absent: Rules = listed::ABSENT.iter().map(|call| (*call, Vec::new())).collect();
    absent.extend((listed::FIRST_UNKNOWN..listed::FIRST_UNKNOWN + UNKNOWN).map(|call| (call, Vec::new())));
    let mut allowed = rules(network, all_files)?;
    // They have to get past this one to be answered by the other.
    allowed.extend(absent.clone());
    let errno = |code: i32| SeccompAction::Errno(code.unsigned_abs());
    let unknown = SeccompFilter::new(absent, SeccompAction::Allow, errno(libc::ENOSYS), target).ok()?;
    let allowed = SeccompFilter::new(allowed, errno(libc::EPERM), SeccompAction::Allow, target).ok()?;
    Some((unknown.try_into().ok()?, allowed.try_into().ok()?))
}

fn rules(network: bool, all_files: bool) -> Option<Rules> {
    let mut rules: Rules = listed::ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    rules.extend(listed::ALLOWED_HERE.iter().map(|call| (*call, Vec::new())));
    let mut extend = |calls: &[i64]| rules.extend(calls.iter().map(|call| (*call, Vec::new())));
    if all_files {
        extend(listed::FILE_STATUS);
        extend(listed::FILE_STATUS_HERE);
    }
    if network {
        extend(listed::NETWORK);
    }
    rules.extend(forms(network)?);
    Some(rules)
}

/// The calls that are allowed in some forms.
fn forms(network: bool) -> Option<Rules> {
    use libc::{
        SYS_clone, SYS_fcntl, SYS_ioctl, SYS_kill, SYS_openat, SYS_prctl, SYS_prlimit64, SYS_rt_sigqueueinfo,
        SYS_rt_tgsigqueueinfo, SYS_sched_setaffinity, SYS_sendto, SYS_socket, SYS_socketpair, SYS_tgkill, SYS_tkill,
    };
    let own = u64::from(std::process::id());
    let mut rules = Rules::new();
    let mut allow = |call: i64, forms: Option<Vec<SeccompRule>>| -> Option<()> {
        rules.insert(call, forms?);
        Some(())
    };
    for call in [SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo] {
        allow(call, any([form([is(0, own)])]))?;
    }
    allow(SYS_clone, any([form([bits(0, listed::CLONE_BITS, listed::CLONE_THREAD)])]))?;
    allow(SYS_openat, any([form([bits(2, UNNAMED_FILE, 0)])]))?;
    #[cfg(target_arch = "x86_64")]
    allow(libc::SYS_open, any([form([bits(1, UNNAMED_FILE, 0)])]))?;
    allow(SYS_fcntl, any([form(listed::FOREIGN_FCNTL.iter().map(|command| is_not(1, *command)))]))?;
    allow(SYS_ioctl, any(listed::IOCTL.iter().map(|request| form([is(1, *request)]))))?;
    allow(SYS_prctl, any(listed::PRCTL.iter().map(|option| form([is(0, *option)]))))?;
    // Limits may be read, and not be set.
    let limits_of = |process: u64| form([is(0, process), is_null(2)]);
    allow(SYS_prlimit64, any([limits_of(0), limits_of(own)]))?;
    allow(SYS_sched_setaffinity, any([form([is(0, 0)])]))?;
    let (local, stream) = (libc::AF_UNIX.unsigned_abs().into(), libc::SOCK_STREAM.unsigned_abs().into());
    let datagram = libc::SOCK_DGRAM.unsigned_abs().into();
    // A pair of streams reaches nobody else. Of datagrams, each could be sent elsewhere.
    allow(SYS_socketpair, any([form([is(0, local), bits(1, SOCKET_TYPE, stream)])]))?;
    if network {
        // No local ones: by those, a user reaches what does more for him than plugins may.
        let families = [libc::AF_INET, libc::AF_INET6].map(|family| u64::from(family.unsigned_abs()));
        let sockets = families.iter().flat_map(|family| [(*family, stream), (*family, datagram)]);
        let sockets = sockets.map(|(family, kind)| form([is(0, family), bits(1, SOCKET_TYPE, kind)]));
        // To look up a name, the machine's addresses are asked for. Without privileges, nothing can be changed by it.
        let netlink = form([is(0, libc::AF_NETLINK.unsigned_abs().into()), is(2, 0)]);
        allow(SYS_socket, any(sockets.chain([netlink])))?;
        allow(SYS_sendto, Some(Vec::new()))?;
    } else {
        allow(SYS_sendto, any([form([is_null(4)])]))?;
    }
    Some(rules)
}

fn any(forms: impl IntoIterator<Item = Option<SeccompRule>>) -> Option<Vec<SeccompRule>> {
    forms.into_iter().collect()
}

/// A form of a call: all of these are so.
fn form(conditions: impl IntoIterator<Item = Option<SeccompCondition>>) -> Option<SeccompRule> {
    SeccompRule::new(conditions.into_iter().collect::<Option<_>>()?).ok()
}

// The kernel takes numbers, commands and flags as 32 bits, and drops what is above: so must this.
fn is(argument: u8, value: u64) -> Option<SeccompCondition> {
    SeccompCondition::new(argument, Length::Dword, Compare::Eq, value).ok()
}

fn is_not(argument: u8, value: u64) -> Option<SeccompCondition> {
    SeccompCondition::new(argument, Length::Dword, Compare::Ne, value).ok()
}

fn bits(argument: u8, mask: u64, value: u64) -> Option<SeccompCondition> {
    SeccompCondition::new(argument, Length::Dword, Compare::MaskedEq(mask), value).ok()
}

/// A pointer is compared whole.
fn is_null(argument: u8) -> Option<SeccompCondition> {
    SeccompCondition::new(argument, Length::Qword, Compare::Eq, 0).ok()
}
