//! The programs that the tests start, all of them this very test program: workers with plugins that do what a test
//! wants, workers that say what a test wants, and hosts.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde_json::{Map, Value, json};

use super::{endings, hosts};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::sandbox::{
    Call, Entry, EntryKind, Guards, Host, LogLine, Serve, Served, Worker, WorkerAnswer, WorkerLimits, WorkerProgram,
    memory_file, serve, socket_from_stdin,
};

/// What a program does stands behind this, for which the harness of the tests has a use that does no harm: without it,
/// this is no program.
const PROGRAM: &str = "--skip";

/// More than anything here takes, unless it hangs.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// A worker program that serves [`Acts`], or that is `script a\nb\nc`: see [`follow`].
pub(super) fn program(what: &str) -> WorkerProgram {
    let (_, module) = module_path!().split_once("::").unwrap();
    let test = format!("{module}::program_of_a_test");
    let harness: [OsString; 4] = ["--exact".into(), test.into(), "--nocapture".into(), "--test-threads=1".into()];
    WorkerProgram::new(env::current_exe().unwrap(), harness.into_iter().chain([PROGRAM.into(), what.into()]))
}

/// No test by itself: what the programs run.
#[test]
fn program_of_a_test() {
    let Some(what) = env::args().skip_while(|argument| argument != PROGRAM).nth(1) else { return };
    let (what, rest) = what.split_once(' ').unwrap_or((&what, ""));
    match what {
        "acts" => serve(socket_from_stdin().unwrap(), &mut Acts::default()).unwrap(),
        "script" => follow(rest),
        "host" => hosts::host(rest),
        "holder" => endings::hold_mapped(),
        "deaf" => {
            crate::sandbox::child::watch_only(socket_from_stdin().unwrap()).unwrap();
            say("watching");
            endings::sleep_for_ever();
        }
        "closes" => hosts::close_what_is_listed(),
        other => panic!("no program {other}"),
    }
    std::process::exit(0);
}

/// A plugin whose entry says in its class what it does when it is loaded, and whose parameters what it does then.
pub(super) fn entry(class: &str, path: impl Into<PathBuf>) -> Entry {
    let class = Some(class.to_owned());
    let (path, folder) = (path.into(), PathBuf::new());
    Entry { id: "acts".to_owned(), kind: EntryKind::Native, path, folder, class, digest: "0".repeat(64) }
}

/// Limits under which nothing waits long, and what hangs ends.
pub(super) fn limits() -> WorkerLimits {
    let (cancel_grace, term_grace) = (Duration::from_millis(100), Duration::from_millis(100));
    let timeout = Some(LONG);
    let guards = Guards::off();
    WorkerLimits { timeout, load_timeout: timeout, cancel_grace, term_grace, guards, ..WorkerLimits::default() }
}

/// The same with all guards on that the system has, and a limit for memory.
pub(super) fn guarded() -> WorkerLimits {
    WorkerLimits { guards: Guards::default(), max_memory_bytes: Some(256 << 20), ..limits() }
}

/// Starts a worker under limits, without guards.
pub(super) fn start(what: &str) -> Worker {
    Worker::start(&program(what), &limits()).unwrap()
}

/// A worker with a plugin loaded that says nothing when it is.
pub(super) fn loaded() -> Worker {
    loaded_under(&limits())
}

/// A worker with a plugin loaded that says nothing when it is, under limits.
pub(super) fn loaded_under(limits: &WorkerLimits) -> Worker {
    let mut worker = Worker::start(&program("acts"), limits).unwrap();
    worker.load(&entry("quiet", ""), limits).unwrap();
    worker
}

/// A call with two small tables and what the plugin should do.
pub(super) fn run(
    worker: Worker,
    parameters: &Value,
    limits: &WorkerLimits,
    control: &Control,
) -> (Result<WorkerAnswer>, Vec<LogLine>) {
    let table = |text: &'static [u8]| memory_file("table", |file| write(file, text)).unwrap();
    let parameters: &Map<String, Value> = parameters.as_object().unwrap();
    let call = Call { left: table(b"left table"), right: table(b"right table"), parameters, job: &json!({"limit": 3}) };
    let finished = worker.run(&call, limits, control);
    (finished.answer, finished.log)
}

/// Starts a worker and has it do something.
pub(super) fn act(parameters: &Value) -> (Result<WorkerAnswer>, Vec<LogLine>) {
    run(loaded(), parameters, &limits(), &Control::new())
}

pub(super) fn write(file: &mut File, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).map_err(|error| Error::new(ErrorKind::Io, error.to_string()))
}

/// Prints a line, past what the test program captures.
pub(super) fn say(line: &str) {
    std::io::stdout().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Whether a process is gone, a zombie at most, before a long time is over.
pub(super) fn is_gone(pid: i32) -> bool {
    let Ok(watch) = pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()) else { return true };
    let until = Instant::now() + LONG;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let ended = poll(&mut [PollFd::new(&watch, PollFlags::IN)], Timespec::try_from(left).ok().as_ref());
        match ended {
            Ok(ended) => return ended > 0,
            Err(_) if left.is_zero() => return false,
            Err(_) => {}
        }
    }
}

/// The numbers that a plugin logged, as `name 1234`.
pub(super) fn logged(log: &[LogLine], name: &str) -> Vec<i32> {
    let numbers = log.iter().filter_map(|line| line.message.strip_prefix(name)?.trim().parse().ok());
    numbers.collect()
}

/// A plugin that does what it is told to.
#[derive(Default)]
struct Acts {
    entry: Option<Entry>,
    library: Option<std::os::fd::OwnedFd>,
}

impl Serve for Acts {
    fn prepare(&mut self, entry: &Entry) -> Result<()> {
        match entry.class.as_deref() {
            Some("library") => {
                let bytes = std::fs::read(&entry.path).unwrap();
                self.library = Some(memory_file("library", |file| write(file, &bytes))?);
            }
            Some("unprepared") => return Err(Error::new(ErrorKind::Package, "it is another library")),
            _ => {}
        }
        Ok(())
    }

    fn load(&mut self, entry: &Entry) -> Result<Value> {
        self.entry = Some(entry.clone());
        let pid = std::process::id();
        match entry.class.as_deref().unwrap_or_default() {
            "quiet" => {}
            "note" => writeln!(File::options().append(true).open(&entry.path).unwrap(), "{pid}").unwrap(),
            "fail" => return Err(Error::new(ErrorKind::Incompatible, "made for another csvq")),
            "panic" => panic!("the cell holds 42"),
            "exit" => std::process::exit(3),
            "hang" => endings::sleep_for_ever(),
            "descriptors" => return Ok(json!(hosts::descriptors())),
            "library" => return Ok(self.load_library()),
            "large" => return Ok(json!({"text": "x".repeat(2 << 20)})),
            other => panic!("no such load {other}"),
        }
        Ok(json!({"id": entry.id, "pid": pid}))
    }

    fn compare(
        &mut self,
        left: File,
        right: File,
        parameters: &Map<String, Value>,
        job: &Value,
        host: &Host<'_>,
        result: &mut File,
    ) -> Result<Served> {
        let act = parameters.get("act").and_then(Value::as_str).unwrap_or_default();
        let number = || parameters.get("number").and_then(Value::as_u64).unwrap_or_default();
        let served = |outcome| Ok(Served { outcome, has_differences: false });
        match act {
            "echo" => {
                let text = |mut file: File| {
                    let mut text = String::new();
                    file.read_to_string(&mut text).unwrap();
                    text
                };
                write(result, b"differences")?;
                let outcome = json!({"left": text(left), "right": text(right), "parameters": parameters, "job": job});
                Ok(Served { outcome, has_differences: true })
            }
            "fail" => Err(Error::new(ErrorKind::Key, "no such column\u{1b}[2J")),
            "large" => served(json!("x".repeat(2 << 20))),
            "attempts" => served(super::attempts::all(parameters)),
            "map" => served(super::guards_memory::map(&left, &right, number())),
            _ => match super::calls::act(act, number(), host)
                .or_else(|| super::guards_scratch::act(act, parameters))
                .or_else(|| super::logs::act(act, number(), host))
                .or_else(|| super::deaths::act(act, host))
                .or_else(|| endings::act(act, number(), host, result))
            {
                Some(done) => served(done?),
                None => panic!("no such act {act}"),
            },
        }
    }
}

impl Acts {
    /// Loads what was read before the guards were on.
    fn load_library(&self) -> Value {
        let library = std::os::fd::AsRawFd::as_raw_fd(self.library.as_ref().unwrap());
        let path = std::ffi::CString::new(format!("/proc/self/fd/{library}")).unwrap();
        // SAFETY: it is a library of the system, which this process has loaded already.
        let is_loaded = !unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) }.is_null();
        let path = &self.entry.as_ref().unwrap().path;
        json!({"loaded": is_loaded, "readable": File::open(path).is_ok()})
    }
}

/// Says what a script says, line by line. A line with a JSON object is sent as a message; besides these there are
/// `!hex 0a0b` (these very bytes), `!hear job` (reads until such a message came), `!file` (a message with an open
/// file), `!for-ever {…}` (that message again and again), `!close` (lets go of the socket), and `!stay` (lives until
/// it is killed).
fn follow(script: &str) {
    let mut socket = Some(UnixStream::from(socket_from_stdin().unwrap()));
    let frame = |content: &str| [&u32::try_from(content.len()).unwrap().to_le_bytes(), content.as_bytes()].concat();
    for line in script.lines() {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (command, &mut socket) {
            ("!hex", Some(socket)) => {
                let bytes = (0..rest.len()).step_by(2).map(|at| u8::from_str_radix(&rest[at..at + 2], 16).unwrap());
                socket.write_all(&bytes.collect::<Vec<u8>>()).unwrap();
            }
            ("!hear", Some(socket)) => while hear(socket) != rest {},
            ("!file", Some(socket)) => {
                let file = File::open("/dev/null").unwrap();
                let bytes = frame(r#"{"type":"progress","done":1,"total":2}"#);
                crate::sandbox::socket::send(socket, &bytes, &[std::os::fd::AsFd::as_fd(&file)]).unwrap();
            }
            ("!for-ever", Some(socket)) => while socket.write_all(&frame(rest)).is_ok() {},
            ("!close", _) => socket = None,
            ("!stay", Some(socket)) => {
                // Whatever it is told, it does not answer; it should not outlive the test, though.
                let _ = std::io::copy(socket, &mut std::io::sink());
            }
            ("!stay", None) => endings::sleep_for_ever(),
            (_, Some(socket)) => socket.write_all(&frame(line)).unwrap(),
            (_, None) => panic!("nothing can be sent"),
        }
    }
}

/// Reads one message of the host, and gives its type.
fn hear(socket: &mut UnixStream) -> String {
    let mut length = [0; 4];
    socket.read_exact(&mut length).unwrap();
    let mut content = vec![0; u32::from_le_bytes(length) as usize];
    socket.read_exact(&mut content).unwrap();
    let message: Value = serde_json::from_slice(&content).unwrap();
    message["type"].as_str().unwrap().to_owned()
}

/// A file for what is noted.
pub(super) fn noted(path: &Path) -> Vec<i32> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}
