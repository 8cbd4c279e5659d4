//! The process of a worker: its start, its end, and what it took.
//!
//! It leads a group of its own, to which everything belongs that the plugin starts, so that one signal ends them all.
//! It is started without forking the host, and reaped only after its group was killed: until then the system gives
//! its number to nobody else.

use std::ffi::OsString;
use std::io::{self, PipeReader};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

use super::model::WorkerProgram;
use super::socket;
use crate::error::{Error, ErrorKind, Result};

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It exited with a code.
    Exited(i32),
    /// A signal ended it.
    Signalled(i32),
    /// Someone else in this process asked how, and was told.
    Unknown,
}

/// A worker that was reaped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) how: How,
    pub(super) cpu: Option<Duration>,
    pub(super) peak_memory_bytes: Option<u64>,
}

/// A running worker, which is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    pid: Pid,
    /// The process that started it: a fork of that has no say.
    host: u32,
    /// Becomes readable when the worker ends, where the system has that.
    watch: Option<OwnedFd>,
    /// The most memory that it was seen to have.
    peak_memory_bytes: Option<u64>,
    ended: Option<Ended>,
}

/// A worker that was started.
pub(super) struct Started {
    pub(super) process: Process,
    pub(super) socket: UnixStream,
    pub(super) output: PipeReader,
}

/// Starts a worker, with this environment and no other.
///
/// # Errors
/// [`ErrorKind::Io`] where the program can't be started.
pub(super) fn start(program: &WorkerProgram, environment: Vec<(OsString, OsString)>) -> Result<Started> {
    spawn(program, environment).map_err(|error| {
        let message = format!("cannot start `{}` as a worker for plugins: {error}", program.program.display());
        Error::new(ErrorKind::Io, message)
    })
}

fn spawn(program: &WorkerProgram, environment: Vec<(OsString, OsString)>) -> io::Result<Started> {
    let (socket, theirs) = socket::pair()?;
    let (output, input) = io::pipe()?;
    rustix::io::ioctl_fionbio(&output, true)?;
    let mut command = Command::new(&program.program);
    command.args(&program.args).env_clear().envs(environment).process_group(0);
    command.stdin(Stdio::from(OwnedFd::from(theirs)));
    command.stdout(Stdio::from(OwnedFd::from(input.try_clone()?))).stderr(Stdio::from(OwnedFd::from(input)));
    let child = command.spawn()?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
    let process = Process { pid, host: std::process::id(), watch: watch(pid), peak_memory_bytes: None, ended: None };
    Ok(Started { process, socket, output })
}

#[cfg(target_os = "linux")]
fn watch(pid: Pid) -> Option<OwnedFd> {
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn watch(_pid: Pid) -> Option<OwnedFd> {
    None
}

impl Process {
    /// A descriptor that becomes readable when the worker ends, where the system has that.
    pub(super) fn watch(&self) -> Option<BorrowedFd<'_>> {
        self.watch.as_ref().map(AsFd::as_fd)
    }

    /// Gives it room for tables that it maps, besides the memory that it may take, and for files as large as that. It
    /// can't do so itself.
    #[cfg(target_os = "linux")]
    pub(super) fn make_room(&self, table_bytes: u64, file_bytes: u64) {
        self.raise(libc::RLIMIT_AS.into(), |limit| limit.saturating_add(table_bytes));
        self.raise(libc::RLIMIT_FSIZE.into(), |limit| limit.max(file_bytes));
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn make_room(&self, _table_bytes: u64, _file_bytes: u64) {}

    /// Raises a limit of the worker, where it has one. It is no error where that can't be: the worker then finds out.
    #[cfg(target_os = "linux")]
    fn raise(&self, resource: libc::c_long, raised: impl FnOnce(u64) -> u64) {
        let pid = libc::c_long::from(self.pid.as_raw_nonzero().get());
        let mut limit = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
        let nothing = std::ptr::null_mut::<libc::rlimit64>();
        // SAFETY: the worker was not reaped, so that its number is nobody else's; nothing is set, and what is told goes to
        // memory of ours that is as large as the call needs.
        let told = unsafe { libc::syscall(libc::SYS_prlimit64, pid, resource, nothing, &raw mut limit) };
        if told == 0 && limit.rlim_cur != u64::MAX {
            limit.rlim_cur = raised(limit.rlim_cur).min(limit.rlim_max);
            // SAFETY: as above; what was is not asked for.
            unsafe { libc::syscall(libc::SYS_prlimit64, pid, resource, &raw const limit, nothing) };
        }
    }

    /// Its number.
    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether it ended. It is not reaped by asking.
    pub(super) fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.ended.is_some() || !matches!(waitid(WaitId::Pid(self.pid), options), Ok(None))
    }

    /// Waits until it ended, for so long at most; whether it did.
    pub(super) fn wait(&self, at_most: Duration) -> bool {
        let began = Instant::now();
        while !self.has_ended() {
            let left = at_most.saturating_sub(began.elapsed());
            if left.is_zero() {
                return false;
            }
            match self.watch() {
                Some(watch) => wait_for([(watch, false)], left),
                None => std::thread::sleep(left.min(Duration::from_millis(1))),
            }
        }
        true
    }

    /// Asks it and all that it started to end.
    pub(super) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Kills it and all that it started, and reaps it.
    pub(super) fn end(&mut self) -> Ended {
        if let Some(ended) = self.ended {
            return ended;
        }
        self.note_memory();
        self.signal(Signal::KILL);
        let mut ended = self.reap();
        ended.peak_memory_bytes = ended.peak_memory_bytes.or(self.peak_memory_bytes);
        self.ended = Some(ended);
        ended
    }

    /// Keeps how much memory it had resident at most so far. What the system tells once it is dead is of no use on Linux:
    /// it begins with the memory of the host that it was started from.
    pub(super) fn note_memory(&mut self) {
        let now = peak_memory_bytes(&self.pid.as_raw_nonzero().to_string());
        self.peak_memory_bytes = now.or(self.peak_memory_bytes);
    }

    /// Sends a signal to the group, and to the worker itself, which may have left its group: for as long as it is
    /// ours to signal, which is until someone reaped it.
    fn signal(&self, signal: Signal) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        if self.ended.is_none() && waitid(WaitId::Pid(self.pid), options).is_ok() {
            // One that has ended already is what was wanted.
            let _ = kill_process_group(self.pid, signal);
            let _ = kill_process(self.pid, signal);
        }
    }

    fn reap(&self) -> Ended {
        let mut status = 0;
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        loop {
            // SAFETY: both pointers are to memory of ours that is as large as the call needs.
            let reaped =
                unsafe { libc::wait4(self.pid.as_raw_nonzero().get(), &raw mut status, 0, usage.as_mut_ptr()) };
            if reaped > 0 {
                break;
            }
            if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return Ended { how: How::Unknown, cpu: None, peak_memory_bytes: None };
            }
        }
        // SAFETY: it is made of integers, for which zeros are values, and the call filled it.
        let usage = unsafe { usage.assume_init() };
        let how = if libc::WIFSIGNALED(status) {
            How::Signalled(libc::WTERMSIG(status))
        } else {
            How::Exited(libc::WEXITSTATUS(status))
        };
        let cpu = Some(duration(usage.ru_utime) + duration(usage.ru_stime));
        let peak = u64::try_from(usage.ru_maxrss).ok();
        Ended { how, cpu, peak_memory_bytes: if cfg!(target_vendor = "apple") { peak } else { None } }
    }
}

/// The most memory that a process had resident so far, by its number or `self`, where there is `/proc`.
pub(crate) fn peak_memory_bytes(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.host == std::process::id() {
            self.end();
        }
    }
}

impl How {
    /// How it ended, as the end of a sentence that begins with "the worker".
    pub(super) fn describe(self) -> String {
        match self {
            Self::Exited(code) => format!("exited with status {code}"),
            Self::Signalled(libc::SIGKILL) => {
                "was killed by SIGKILL, as the system does when memory runs out".to_owned()
            }
            Self::Signalled(signal) => format!("was ended by {}", signal_name(signal)),
            Self::Unknown => "ended, and how is not known, since the program around csvq reaps its children".to_owned(),
        }
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGHUP => "SIGHUP",
        libc::SIGILL => "SIGILL",
        libc::SIGINT => "SIGINT",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let microseconds = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(microseconds)
}

/// Waits until one of the descriptors can be read, or written where that is said of it, or until the time is over.
pub(super) fn wait_for<'a>(descriptors: impl IntoIterator<Item = (BorrowedFd<'a>, bool)>, at_most: Duration) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let wanted = |write| if write { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
    let waiting =
        descriptors.into_iter().map(|(descriptor, write)| PollFd::from_borrowed_fd(descriptor, wanted(write)));
    let mut waiting: Vec<PollFd<'_>> = waiting.collect();
    let timeout = Timespec::try_from(at_most).ok();
    // What kept it from waiting, such as a signal, shows at the next look.
    let _ = poll(&mut waiting, timeout.as_ref());
}
