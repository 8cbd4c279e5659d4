//! Several processes at once: this very test program, started again.

use std::env;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::version;
use crate::error::{ErrorKind, Result};
use crate::state::database::Database;
use crate::state::{PluginStatus, State, Timestamp};

/// What a child does, as `work: path`; a process without it is no child.
const WORK: &str = "CSVQ_TEST_STATE_CHILD";

/// What a child writes before each of its lines, since the test program writes lines of its own.
const MARK: &str = "child: ";

/// Another process that works on a state. It waits for [`go`](Process::go) and dies with this one's end.
pub(super) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(super) fn start(work: &str, path: &Path) -> Self {
        let (_, module) = module_path!().split_once("::").unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::child"), "--nocapture", "--test-threads=1"])
            .env(WORK, format!("{work}: {}", path.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Self { child, lines };
        assert_eq!(process.line().as_deref(), Some("ready"));
        process
    }

    pub(super) fn go(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// The next line that it writes; none where it ended.
    pub(super) fn line(&mut self) -> Option<String> {
        self.lines.by_ref().map_while(Result::ok).find_map(|line| Some(line.split_once(MARK)?.1.to_owned()))
    }

    /// Ends it as a crash would: SIGKILL.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn last_line(mut self) -> String {
        let mut last = String::new();
        while let Some(line) = self.line() {
            last = line;
        }
        assert!(self.child.wait().unwrap().success());
        last
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts so many at once, lets them go together, and gives the last lines that they write.
pub(super) fn together(count: usize, work: &str, path: &Path) -> Vec<String> {
    let mut processes: Vec<Process> = (0..count).map(|_| Process::start(work, path)).collect();
    processes.iter_mut().for_each(Process::go);
    processes.into_iter().map(Process::last_line).collect()
}

fn say(line: &str) {
    // Past the capture of the test program, and in one piece.
    std::io::stdout().write_all(format!("\n{MARK}{line}\n").as_bytes()).unwrap();
}

/// Tries until it works: where a disk is slow, the others may take longer than one waits for them.
pub(super) fn insisting<T>(mut attempt: impl FnMut() -> Result<T>) -> T {
    loop {
        match attempt() {
            Ok(done) => return done,
            Err(error) => assert!(error.message().starts_with("another process has held"), "{error}"),
        }
    }
}

/// No test by itself: what a child runs.
#[test]
fn child() {
    let Ok(work) = env::var(WORK) else { return };
    let (work, path) = work.split_once(": ").unwrap();
    say("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let state = State::open(&PathBuf::from(path)).unwrap();
    match work {
        "open" => say(&state.plugins().unwrap().len().to_string()),
        "use" => {
            for _ in 0..50 {
                assert!(insisting(|| state.record_usage("p", Timestamp::now())));
                insisting(|| state.bump("used", 1));
            }
        }
        "add" => match state.add_version("p", "P", &version("1.0.0")) {
            Ok(()) => say("added"),
            Err(error) => say(error.kind().name()),
        },
        "toggle" => {
            for _ in 0..10 {
                state.set_status("p", PluginStatus::Disabled, None).unwrap();
                state.enable("p").unwrap();
            }
            say(state.release("p").unwrap_err().kind().name());
        }
        "update" => super::crashes::update_for_ever(&state, say),
        "audit" => super::audit::write_lines(&state, say),
        "audit for ever" => super::crashes::audit_for_ever(&state, say),
        "export" => super::audit::export_in_bounds(&state, say),
        "hang" => super::crashes::hang_in_a_transaction(&state, say),
        other => assert_eq!(other, ""),
    }
}

#[test]
fn a_fresh_home_can_be_opened_by_many_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/state.db");
        assert_eq!(together(6, "open", &path), vec!["0"; 6]);
        State::open(&path).unwrap().check().unwrap();
    }
}

#[test]
fn no_use_is_lost() {
    let home = super::Home::with_plugin();
    together(4, "use", home.state.path());
    assert_eq!(home.state.plugin("p").unwrap().unwrap().usage_count, 200);
    assert_eq!(home.state.counters("used").unwrap()["used"], 200);
}

#[test]
fn one_of_many_adds_a_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let mut answers = together(5, "add", &path);
    answers.sort();
    assert_eq!(answers, ["added", "conflict", "conflict", "conflict", "conflict"]);
    assert_eq!(State::open(&path).unwrap().plugin("p").unwrap().unwrap().versions.len(), 1);
}

#[test]
fn statuses_stay_sound_under_many() {
    let home = super::Home::with_plugin();
    let answers = together(3, "toggle", home.state.path());
    assert_eq!(answers, vec![ErrorKind::Conflict.name(); 3]);
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.status, plugin.status_before), (PluginStatus::Active, Some(PluginStatus::Disabled)));
}

#[test]
fn statistics_give_up_sooner_than_lifecycle() {
    let home = super::Home::with_plugin();
    let patience = |database: &Database| {
        database
            .read(|transaction| Ok(transaction.pragma_query_value(None, "busy_timeout", |row| row.get(0))?))
            .unwrap()
    };
    let inner = &home.state.inner;
    let waits: (i64, i64) = (patience(&inner.lasting), patience(&inner.passing));
    assert_eq!(waits, (10_000, 1_000));
    let refused = inner.lasting.write(|_| Ok(home.state.bump("used", 1).unwrap_err())).unwrap();
    let expected = "another process has held the state database for 1 s: try again, and look for a csvq that hangs";
    assert_eq!((refused.kind(), refused.message()), (ErrorKind::State, expected));
    home.state.bump("used", 1).unwrap();
}
