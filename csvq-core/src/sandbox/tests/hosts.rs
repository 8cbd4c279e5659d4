//! What is left of workers when all is done, and when their host dies. The hosts are processes of their own, so that
//! nothing else is among what they count.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::json;

use super::programs::{LONG, act as call, entry, is_gone, limits, loaded, noted, program, run};
use crate::control::Control;
use crate::error::ErrorKind;
use crate::sandbox::{Pool, PoolLimits};

/// What a host writes before its lines, since the test program writes lines of its own.
const MARK: &str = "host: ";

pub(super) struct HostProcess {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl HostProcess {
    pub(super) fn start(what: &str) -> Self {
        Self::run(&format!("host {what}"))
    }

    fn run(what: &str) -> Self {
        let host = program(what);
        let mut command = Command::new(&host.program);
        command.args(&host.args).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(super) fn line(&mut self) -> String {
        let mut lines = self.lines.by_ref().map(Result::unwrap);
        lines.find_map(|line| Some(line.split_once(MARK)?.1.to_owned())).unwrap()
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(line: &str) {
    super::programs::say(&format!("\n{MARK}{line}"));
}

/// What a host does.
pub(super) fn host(what: &str) {
    let (what, rest) = what.split_once(' ').unwrap_or((what, ""));
    match what {
        "many" => {
            one_of_each();
            let before = counts();
            for _ in 0..10 {
                one_of_each();
            }
            say(&format!("{before:?} {:?}", counts()));
        }
        "pool" => {
            let _pool = hot_pool(rest);
            say("ready");
            super::endings::sleep_for_ever();
        }
        "call" => {
            let mut worker = super::programs::start("acts");
            worker.load(&entry("quiet", ""), &limits()).unwrap();
            let control = Control::new();
            let watched = control.clone();
            let pid = worker.description().unwrap()["pid"].clone();
            std::thread::spawn(move || {
                while watched.progress().bytes_done == 0 {
                    std::thread::yield_now();
                }
                say(&pid.to_string());
            });
            let _ = run(worker, &json!({"act": "hang"}), &limits(), &control);
        }
        "load" => {
            let mut worker = super::programs::start("acts");
            let pid = worker.process.pid();
            say(&pid.to_string());
            let _ = worker.load(&entry("hang", ""), &limits());
        }
        // Under guards, a worker may signal nobody but itself.
        "guarded" => {
            let worker = super::programs::loaded_under(&super::programs::guarded());
            say(&worker.process.pid().to_string());
            match rest {
                "busy" => drop(run(worker, &json!({"act": "spin"}), &limits(), &Control::new())),
                _ => super::endings::sleep_for_ever(),
            }
        }
        "scratch" => {
            let worker = super::guards_scratch::host(rest);
            say(&worker.process.pid().to_string());
            super::endings::sleep_for_ever();
        }
        "deaf" => {
            let mut started = crate::sandbox::process::start(&program("deaf"), Vec::new()).unwrap();
            rustix::io::ioctl_fionbio(&started.output, false).unwrap();
            let mut lines = BufReader::new(&mut started.output).lines().map(Result::unwrap);
            assert!(lines.any(|line| line.ends_with("watching")));
            say(&started.process.pid().to_string());
            super::endings::sleep_for_ever();
        }
        "careless" => {
            let careless = rustix::fs::memfd_create("left-open", rustix::fs::MemfdFlags::empty()).unwrap();
            let other = Command::new("ls").args(["-l", "/proc/self/fd"]).output().unwrap();
            let mut worker = super::programs::start("acts");
            let has = worker.load(&entry("descriptors", ""), &limits()).unwrap();
            let others = String::from_utf8(other.stdout).unwrap().contains("left-open");
            say(&format!("{others} {has}"));
            drop(careless);
        }
        other => panic!("no host {other}"),
    }
}

/// What the descriptors of this process lead to, the standard streams apart.
pub(super) fn descriptors() -> Vec<String> {
    let listed = std::fs::read_dir("/proc/self/fd").unwrap().map(|entry| entry.unwrap().path());
    let others = listed.filter(|path| path.file_name().unwrap().to_str().unwrap().parse::<i32>().unwrap() > 2);
    // What the list itself was read by is gone by now.
    let others: Vec<_> = others.collect();
    others.iter().filter_map(|path| Some(std::fs::read_link(path).ok()?.display().to_string())).collect()
}

/// Closes all, as where the system has no call for that.
pub(super) fn close_what_is_listed() {
    use std::os::fd::IntoRawFd;
    for _ in 0..3 {
        let _ = std::fs::File::open("/dev/null").unwrap().into_raw_fd();
    }
    let before = descriptors();
    crate::sandbox::child::inherited::close_listed().unwrap();
    say(&format!("{} {}", before.len() >= 3, descriptors().len()));
}

fn hot_pool(path: &str) -> Pool {
    let kept = PoolLimits { per_plugin: 2, hot_after: 1, ..PoolLimits::default() };
    let pool = Pool::new(program("acts"), kept);
    let entry = entry("note", path);
    assert!(pool.take(&entry, &limits()).is_none());
    assert!(pool.wait_until_ready(&entry, &limits(), 2, LONG));
    pool
}

fn one_of_each() {
    for act in ["echo", "exit", "abort", "fail", "leave a child", "print"] {
        let (answer, _) = call(&json!({"act": act, "number": 100_000}));
        assert_eq!(answer.is_ok(), matches!(act, "echo" | "leave a child" | "print"), "{act}");
    }
    let control = Control::new();
    control.cancel();
    let (answer, _) = run(loaded(), &json!({"act": "spin"}), &limits(), &control);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Cancelled);
    loaded().close(LONG);
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    std::fs::write(&notes, "").unwrap();
    drop(hot_pool(notes.to_str().unwrap()));
}

/// Open files, threads, and children, zombies among them.
fn counts() -> (usize, usize, usize) {
    let entries = |path: &str| std::fs::read_dir(path).unwrap().count();
    let children = std::fs::read_dir("/proc/self/task").unwrap().map(|task| {
        let children = std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
        children.split_whitespace().count()
    });
    (entries("/proc/self/fd"), entries("/proc/self/task"), children.sum())
}

#[test]
fn nothing_is_left_behind() {
    let mut host = HostProcess::start("many");
    let counts = host.line();
    let (before, after) = counts.split_once(") ").unwrap();
    assert_eq!(format!("{before})"), after, "open files, threads and children before and after");
    assert!(after.ends_with(", 0)"), "{after}");
}

#[test]
fn workers_end_with_their_host() {
    // The last one has nobody who hears the host's messages, as where a plugin holds a lock that this needs.
    for what in ["call", "load", "deaf", "guarded busy", "guarded idle"] {
        let mut host = HostProcess::start(what);
        let pid: i32 = host.line().parse().unwrap();
        let group = children_of(pid);
        assert_eq!(group.len(), usize::from(what == "call"));
        host.child.kill().unwrap();
        assert!(is_gone(pid), "{what}");
        assert!(group.into_iter().all(is_gone), "{what}: the grandchildren, too");
    }
}

#[test]
fn a_worker_has_nothing_that_its_host_left_open() {
    let line = HostProcess::start("careless").line();
    let (others, worker) = line.split_once(' ').unwrap();
    assert_eq!(others, "true", "a program that is no worker has it");
    assert!(worker.contains("socket:") && !worker.contains("left-open"), "{worker}");
    assert_eq!(worker.matches(',').count(), 0, "the socket to the host, and nothing else: {worker}");
    assert_eq!(HostProcess::run("closes").line(), "true 0");
}

fn children_of(pid: i32) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let children = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).unwrap());
    children
        .flat_map(|children| children.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn a_pool_ends_with_its_host() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    std::fs::write(&notes, "").unwrap();
    let mut host = HostProcess::start(&format!("pool {}", notes.display()));
    assert_eq!(host.line(), "ready");
    let pids = noted(&notes);
    assert_eq!(pids.len(), 2);
    host.child.kill().unwrap();
    assert!(pids.into_iter().all(is_gone));
}
