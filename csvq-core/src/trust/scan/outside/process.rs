//! The process of an outside scanner: its start, its end, and what it writes.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::control::{Control, Stop};

/// No more is read of what it writes.
const LONGEST: usize = 1 << 20;
/// How often is looked whether it has to end.
const TICK: Duration = Duration::from_millis(20);
/// How long its output is waited for once its processes were killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// The environment that it gets.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ("LANG", "C.UTF-8"),
    ("LC_ALL", "C.UTF-8"),
];

/// A scanner that ended by itself.
pub(super) struct Ended {
    /// Its exit code, unless a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) output: Vec<u8>,
}

/// Runs it to its end. The error goes on where the scanner's name ends.
pub(super) fn run(program: &Path, args: &[OsString], timeout: Duration, control: &Control) -> Result<Ended, String> {
    let began = Instant::now();
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(ENVIRONMENT.iter().copied());
    command.current_dir(std::env::temp_dir());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| format!("can't be started: {error}"))?;
    let output = child.stdout.take().map(read_all);
    let mut group = Group { child, reaped: false };
    let output = output.ok_or("has no output")?;
    let mut read = None;
    loop {
        match output.recv_timeout(TICK) {
            Ok(bytes) if bytes.len() > LONGEST => return Err("writes more than 1 MiB".to_owned()),
            Ok(bytes) => read = Some(bytes),
            Err(RecvTimeoutError::Timeout) => {}
            // It has said all: what is left is to end.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK),
        }
        if group.has_ended() {
            break;
        }
        match control.stopped() {
            Some(Stop::Cancelled) => return Err("was ended, since the scan was cancelled".to_owned()),
            Some(Stop::TimedOut) => return Err("was ended, since the scan ran out of time".to_owned()),
            None if began.elapsed() >= timeout => {
                return Err(format!("took longer than {} seconds", timeout.as_secs_f64()));
            }
            None => {}
        }
    }
    let code = group.end()?;
    let output = match read {
        Some(bytes) => bytes,
        // What it started may have kept its output open until it was killed.
        None => output.recv_timeout(PATIENCE).map_err(|_| "left its output open".to_owned())?,
    };
    if output.len() > LONGEST {
        return Err("writes more than 1 MiB".to_owned());
    }
    Ok(Ended { code, output })
}

/// Reads on a thread of its own: what was written, and one byte more than is taken where that is too much.
fn read_all(from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read until it broke off is what there is: the exit code tells the rest.
        let _ = from.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// The process and all that it started, killed when this is dropped.
struct Group {
    child: Child,
    reaped: bool,
}

impl Group {
    /// Whether the process ended. It keeps its number, so that its group can still be killed.
    #[cfg(unix)]
    fn has_ended(&mut self) -> bool {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        pid.is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills what is left of the group, and gives the exit code.
    fn end(&mut self) -> Result<Option<i32>, String> {
        self.kill();
        self.reaped = true;
        self.child.wait().map(|status| status.code()).map_err(|error| format!("can't be waited for: {error}"))
    }

    #[cfg(unix)]
    fn kill(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It is gone where nothing of it is left.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn kill(&mut self) {
        // It is gone where it has ended.
        let _ = self.child.kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.reaped {
            self.kill();
            let _ = self.child.wait();
        }
    }
}
