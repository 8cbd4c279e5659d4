//! What a worker gives up before a plugin runs: its terminal, and every privilege that its user has.

use std::fs::File;
use std::os::fd::AsRawFd;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, CapabilitySets, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_capabilities_secure_bits, set_no_new_privs,
};

/// Lets go of the terminal that the host may have, so that nothing can be typed into it from here.
///
/// A session of its own would do that, too. It costs some milliseconds, though: the system then schedules the worker as a
/// group by itself. Whoever can't leave the group and the session that the host put it into has no need of one.
pub(super) fn leave_terminal() {
    // Where there is none, it can't be opened.
    let Ok(terminal) = File::open("/dev/tty") else { return };
    // SAFETY: the call takes no memory; the descriptor is open.
    unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCNOTTY) };
}

/// Gives up all privileges, for good: what is run later, by whatever user, has none either. What the system refuses is
/// found out when everything is tried.
pub(super) fn give_up() {
    let _ = set_no_new_privs(true);
    // No other process of this user looks into it, and no dump of its memory is written.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let _ = clear_ambient_capability_set();
    for number in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << number);
        // The first that the system doesn't know, or that it doesn't let go.
        if remove_capability_from_bounding_set(capability).is_err() {
            break;
        }
    }
    let _ = set_capabilities_secure_bits(
        CapabilitiesSecureBits::NO_ROOT
            | CapabilitiesSecureBits::NO_ROOT_LOCKED
            | CapabilitiesSecureBits::NO_SETUID_FIXUP
            | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
            | CapabilitiesSecureBits::KEEP_CAPS_LOCKED
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE_LOCKED,
    );
    let none = CapabilitySet::empty();
    let _ = set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none });
}
