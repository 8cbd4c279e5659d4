//! The guards that a worker puts on itself, before it loads a plugin and while it has one thread.
//!
//! There are four layers, and most effects are held by two of them: limits of the process ([`limits`]), privileges given
//! up ([`privileges`]), Landlock's rules for files, ports and signals ([`files`]), and the list of the system calls that
//! are allowed ([`calls`]). In the end everything is tried ([`trial`]): what is told to the host is what was seen to hold.
//!
//! None of them can be taken off again by this process, whatever runs in it. Where the system lacks a layer, the others
//! are put on all the same, and what is missing is told. Elsewhere than on Linux there are the limits alone.

mod limits;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls;
#[cfg(all(target_os = "linux", not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod calls {
    //! System calls are filtered where their numbers are known to this module.

    /// Says that nothing is filtered.
    pub(super) fn restrict(_network: bool, _all_files: bool) -> bool {
        false
    }
}
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod privileges;
#[cfg(target_os = "linux")]
mod trial;

use super::enforced::Enforced;
use super::message::Limits;
use super::model::Entry;

/// Puts the guards on, and says which hold. `entry` is the plugin that is to be loaded, if any.
pub(super) fn enforce(entry: Option<&Entry>, limits: &Limits) -> Enforced {
    if !limits.sandbox {
        return Enforced::nothing();
    }
    put_on(entry, limits)
}

#[cfg(target_os = "linux")]
fn put_on(entry: Option<&Entry>, limits: &Limits) -> Enforced {
    use crate::config::FileSystemAccess;

    privileges::leave_terminal();
    let bounds = limits::set(limits);
    privileges::give_up();
    let landlock = files::restrict(entry, limits);
    let seccomp = calls::restrict(limits.network, limits.files == FileSystemAccess::Full);
    if !seccomp {
        // Nothing else keeps it from raising what is soft.
        limits::harden();
    }
    trial::try_all(limits, &bounds, landlock, seccomp)
}

/// Elsewhere the limits of the process are all there is; what the system makes of them is not tried.
#[cfg(not(target_os = "linux"))]
fn put_on(_entry: Option<&Entry>, limits: &Limits) -> Enforced {
    use super::enforced::{Held, Mechanism};
    let bounds = limits::set(limits);
    let limit = |is_set: bool| Held::by(is_set.then_some(Mechanism::ResourceLimit));
    Enforced { sandbox: true, cpu: limit(bounds.cpu), descriptors: limit(bounds.descriptors), ..Enforced::nothing() }
}
