//! Tries what the guards should refuse, and tells what came of it.
//!
//! Nothing that is tried does any harm where it succeeds: each call is made in a form that would fail by itself in
//! another way, or that changes nothing.

use std::fs::File;
use std::io;
use std::path::Path;
use std::ptr;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use rustix::net::{AddressFamily, SocketAddrV4, SocketType, connect, socket};
use rustix::process::{getppid, test_kill_process};
use rustix::thread::capabilities;

use super::files::Landlock;
use super::limits::{Bounds, MAX_DESCRIPTORS};
use crate::config::FileSystemAccess;
use crate::sandbox::child::inherited::are_closed;
use crate::sandbox::enforced::{Enforced, Held, Mechanism, Weakness};
use crate::sandbox::message::Limits;

/// The versions of Landlock that first knew of connections, of signals, and of datagrams.
const CONNECTIONS: u32 = 4;
const SIGNALS: u32 = 6;
const DATAGRAMS: u32 = 10;

/// Tries everything.
pub(super) fn try_all(limits: &Limits, bounds: &Bounds, landlock: Landlock, seccomp: bool) -> Enforced {
    let with = Layers { landlock, seccomp };
    Enforced {
        sandbox: true,
        landlock_abi: landlock.abi,
        network: if limits.network { Held::default() } else { with.network() },
        foreign_files: if limits.files == FileSystemAccess::Full { Held::default() } else { with.foreign_files() },
        exec: with.exec(),
        processes: with.processes(),
        memory: with.memory(limits, bounds),
        cpu: held_by_limit(bounds.cpu),
        time: Held::by([Mechanism::Host]),
        descriptors: descriptors(bounds),
        signals: with.signals(),
        kernel: with.kernel(),
    }
}

/// The layers that were put on, as far as they said so themselves.
struct Layers {
    landlock: Landlock,
    seccomp: bool,
}

impl Layers {
    fn network(&self) -> Held {
        let refused = |family, kind| socket(family, kind, None).err() == Some(Errno::PERM);
        let by_seccomp = self.seccomp
            && refused(AddressFamily::INET, SocketType::STREAM)
            && refused(AddressFamily::INET, SocketType::DGRAM)
            && refused(AddressFamily::INET6, SocketType::STREAM)
            && refused(AddressFamily::UNIX, SocketType::STREAM)
            && refused(AddressFamily::NETLINK, SocketType::RAW);
        let by_landlock = self.landlock.is_on && self.landlock.abi >= CONNECTIONS && (by_seccomp || connects_nowhere());
        let datagrams_too = by_seccomp || self.landlock.abi >= DATAGRAMS;
        let mechanisms = self.those(by_landlock, by_seccomp);
        let held = Held::by(mechanisms).weaker_if(by_landlock && !datagrams_too, Weakness::TcpOnly);
        let holds = held.holds && datagrams_too;
        Held { holds, ..self.explained(held, holds, CONNECTIONS) }
    }

    fn foreign_files(&self) -> Held {
        let outside = |path: &str, flags: OFlags| open(path, flags | OFlags::CLOEXEC, Mode::empty()).err();
        // Where there is no such file, nothing is lost.
        let is_refused = |error: Option<Errno>| matches!(error, Some(Errno::ACCESS | Errno::NOENT | Errno::PERM));
        let lists = outside("/", OFlags::RDONLY | OFlags::DIRECTORY);
        let refused = self.landlock.is_on
            && lists == Some(Errno::ACCESS)
            && is_refused(outside("/etc/passwd", OFlags::RDONLY))
            && is_refused(outside("/dev/tty", OFlags::RDWR))
            && is_refused(parents_environment());
        let held = Held::by(refused.then_some(Mechanism::Landlock));
        let holds = held.holds;
        self.explained(held, holds, 1)
    }

    fn exec(&self) -> Held {
        let nothing: [*const libc::c_char; 1] = [ptr::null()];
        // SAFETY: the path and the two lists end with NULs; there is no such program, so that the call returns.
        unsafe { libc::execve(c"/csvq/no/such/program".as_ptr(), nothing.as_ptr(), nothing.as_ptr()) };
        let by_seccomp = self.seccomp && last_error() == libc::EPERM;
        self.held(self.landlock.is_on, by_seccomp)
    }

    fn processes(&self) -> Held {
        // Handlers can't be shared without memory: nobody gets a process by this.
        let flags = libc::c_long::from(libc::CLONE_SIGHAND | libc::SIGCHLD);
        // SAFETY: with these flags, the call fails whatever else holds, so that there is never a second process here.
        let cloned = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
        let clone_is_refused = cloned == -1 && last_error() == libc::EPERM;
        // SAFETY: a size of 0 is none that the call takes.
        let cloned = unsafe { libc::syscall(libc::SYS_clone3, ptr::null::<u8>(), 0) };
        let clone3_is_refused = cloned == -1 && last_error() == libc::ENOSYS;
        self.held(false, self.seccomp && clone_is_refused && clone3_is_refused)
    }

    fn memory(&self, limits: &Limits, bounds: &Bounds) -> Held {
        let Some(bytes) = bounds.address_space else {
            return held_by_limit(false).weaker_if(limits.max_memory_bytes.is_none(), Weakness::NoLimit);
        };
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        // SAFETY: the system chooses where, and nothing is read from or written to it.
        let mapped = unsafe { mmap_anonymous(ptr::null_mut(), bytes, ProtFlags::empty(), MapFlags::PRIVATE) };
        if let Ok(mapped) = mapped {
            // SAFETY: it was mapped here, and nobody else knows of it.
            let _ = unsafe { munmap(mapped, bytes) };
        }
        let held = held_by_limit(mapped == Err(Errno::NOMEM));
        held.weaker_if(true, Weakness::AddressSpaceOnly).weaker_if(!self.seccomp, Weakness::TablesCount)
    }

    fn signals(&self) -> Held {
        // Signal 0 is none: it is asked whether there could be one. Without a parent that can be seen, the first
        // process is asked about.
        let other = getppid().or(rustix::process::Pid::from_raw(1));
        let signals_are_refused = other.is_some_and(|other| test_kill_process(other) == Err(Errno::PERM));
        let other = other.map_or(1, rustix::process::Pid::as_raw_pid);
        // SAFETY: nothing is to be read, and nothing to be written to.
        unsafe { libc::process_vm_readv(other, ptr::null(), 0, ptr::null(), 0, 0) };
        let by_seccomp = self.seccomp && signals_are_refused && last_error() == libc::EPERM;
        let by_landlock = self.landlock.is_on && self.landlock.abi >= SIGNALS && signals_are_refused;
        let held = Held::by(self.those(by_landlock, by_seccomp));
        let holds = held.holds;
        self.explained(held, holds, SIGNALS)
    }

    fn kernel(&self) -> Held {
        // SAFETY: nothing is unshared by this.
        let unshared = unsafe { libc::unshare(0) };
        let unshare_is_refused = unshared == -1 && last_error() == libc::EPERM;
        // SAFETY: no ring has no entries, so that none is made.
        let ring = unsafe { libc::syscall(libc::SYS_io_uring_setup, 0, ptr::null_mut::<u8>()) };
        let rings_are_refused = ring == -1 && last_error() == libc::EPERM;
        let by_seccomp = self.seccomp && unshare_is_refused && rings_are_refused;
        let has_none = capabilities(None).is_ok_and(|sets| sets.effective.is_empty() && sets.permitted.is_empty());
        let by = has_none.then_some(Mechanism::Capabilities).into_iter();
        let held = Held::by(by.chain(by_seccomp.then_some(Mechanism::Seccomp)));
        // Without privileges, there are still calls that most defects of the system were found in.
        Held { holds: held.holds && by_seccomp, ..held }.weaker_if(!by_seccomp, Weakness::NoSeccomp)
    }

    fn held(&self, by_landlock: bool, by_seccomp: bool) -> Held {
        Held::by(self.those(by_landlock, by_seccomp)).weaker_if(!by_seccomp, Weakness::NoSeccomp)
    }

    fn those(&self, by_landlock: bool, by_seccomp: bool) -> impl Iterator<Item = Mechanism> + use<> {
        let landlock = by_landlock.then_some(Mechanism::Landlock);
        landlock.into_iter().chain(by_seccomp.then_some(Mechanism::Seccomp))
    }

    /// Says which layer is missing, where an effect does not hold.
    fn explained(&self, held: Held, holds: bool, needed: u32) -> Held {
        let is_older = self.landlock.is_on && self.landlock.abi < needed;
        held.weaker_if(!holds && !self.landlock.is_on, Weakness::NoLandlock)
            .weaker_if(!holds && is_older, Weakness::OlderLandlock)
            .weaker_if(!holds && !self.seccomp, Weakness::NoSeccomp)
    }
}

fn held_by_limit(holds: bool) -> Held {
    Held::by(holds.then_some(Mechanism::ResourceLimit))
}

fn descriptors(bounds: &Bounds) -> Held {
    let beyond = i32::try_from(MAX_DESCRIPTORS).unwrap_or(i32::MAX);
    let is_bounded = bounds.descriptors && fcntl_dupfd_cloexec(io::stdin(), beyond).err() == Some(Errno::INVAL);
    let held = held_by_limit(is_bounded);
    Held { holds: held.holds && are_closed(), ..held }.weaker_if(!are_closed(), Weakness::InheritedOpen)
}

/// Whether no connection can be made: tried with a port that nobody should listen to, on this machine.
fn connects_nowhere() -> bool {
    let Ok(socket) = socket(AddressFamily::INET, SocketType::STREAM, None) else { return true };
    let address = SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 1);
    connect(&socket, &address) == Err(Errno::ACCESS)
}

/// Why the environment of the process that started this one can't be read.
fn parents_environment() -> Option<Errno> {
    let Some(parent) = getppid() else { return Some(Errno::NOENT) };
    let path = format!("/proc/{}/environ", parent.as_raw_pid());
    let error = File::open(Path::new(&path)).err()?;
    Errno::from_io_error(&error)
}

fn last_error() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
