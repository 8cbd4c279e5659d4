//! Control groups: they bound the memory that a worker has resident, and the number of its threads, where an
//! administrator has delegated a group to the host.
//!
//! Nothing is made where none is named, and a worker without one is held by the limits of its process.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What the names of groups begin with; the number of the host follows, and that of the group.
const PREFIX: &str = "csvq-worker-";

/// The most threads of a worker.
const MAX_TASKS: &str = "512";

/// How long the system may take to let go of a group whose processes were killed.
const LET_GO: Duration = Duration::from_secs(1);

/// How many groups this process has made.
static MADE: AtomicU64 = AtomicU64::new(0);

/// The group of one worker. Dropping it kills what is in it, and removes it.
#[derive(Debug)]
pub(super) struct Group {
    folder: PathBuf,
    /// The process that made it: a fork of that has no say.
    host: u32,
}

impl Group {
    /// Makes a group for a worker beneath one that is delegated, and puts the worker into it.
    pub(super) fn make(base: &Path, max_memory_bytes: Option<u64>, worker: i32) -> io::Result<Self> {
        sweep(base);
        let host = std::process::id();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let group = Self { folder: base.join(format!("{PREFIX}{host}-{number}")), host };
        let is_second_version = base.join("cgroup.controllers").exists();
        if is_second_version {
            // They may be on already, or it may not be ours to say.
            let _ = fs::write(base.join("cgroup.subtree_control"), "+memory +pids");
        }
        fs::create_dir(&group.folder)?;
        if let Some(max) = max_memory_bytes {
            let (limit, swap) = if is_second_version {
                ("memory.max", ("memory.swap.max", "0".to_owned()))
            } else {
                ("memory.limit_in_bytes", ("memory.memsw.limit_in_bytes", max.to_string()))
            };
            group.set(limit, &max.to_string())?;
            // Not every system counts swap.
            let _ = group.set(swap.0, &swap.1);
        }
        if is_second_version {
            let _ = group.set("pids.max", MAX_TASKS);
        }
        group.set("cgroup.procs", &worker.to_string())?;
        Ok(group)
    }

    fn set(&self, name: &str, value: &str) -> io::Result<()> {
        // The file is the system's: where it is not there, it must not be made.
        let mut file = fs::OpenOptions::new().write(true).open(self.folder.join(name))?;
        io::Write::write_all(&mut file, value.as_bytes())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.host != std::process::id() {
            return;
        }
        // The worker is reaped by now. What is left is what it started, where it could.
        if self.set("cgroup.kill", "1").is_err() {
            kill_all(&self.folder);
        }
        let until = Instant::now() + LET_GO;
        while let Err(error) = fs::remove_dir(&self.folder) {
            if error.kind() == io::ErrorKind::NotFound {
                return;
            }
            if Instant::now() >= until {
                tracing::warn!("the control group {} can't be removed: {error}", self.folder.display());
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Kills the processes of a group one by one, where the system can't do that at once.
fn kill_all(folder: &Path) {
    use rustix::process::{Pid, Signal, kill_process};
    let listed = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    for pid in listed.lines().filter_map(|line| Pid::from_raw(line.trim().parse().ok()?)) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Removes the groups of hosts that are gone. One that is still in use can't be removed.
fn sweep(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let host = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-')?.0.parse::<u32>().ok());
        if host.is_some_and(|host| !Path::new(&format!("/proc/{host}")).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}
