//! Several processes: this very test program, started again.

use std::env;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::{Trial, first_steps};
use crate::config::Home;
use crate::control::Control;
use crate::install::{InstallOptions, Installer, OpenGate, Step};
use crate::state::{QuarantineReason, State};

/// What a child does: its work, the home, and what that work needs; one a line. A process without it is no child.
const WORK: &str = "CSVQ_TEST_INSTALL_CHILD";
/// What a child writes before each of its lines, since the test program writes lines of its own.
const MARK: &str = "child: ";

/// Another process that works on a home. It waits for [`go`](Process::go) and dies with this one's end.
pub(super) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(super) fn start(work: &str, home: &Home, arguments: &[&str]) -> Self {
        Self::start_as(Command::new(env::current_exe().unwrap()), work, home, arguments)
    }

    /// Starts one that can't write a file beyond so many kilobytes, as on a full disk.
    pub(super) fn start_limited(kilobytes: usize, work: &str, home: &Home, arguments: &[&str]) -> Self {
        let mut shell = Command::new("/bin/sh");
        // In blocks of 512 bytes. Without the trap, a signal would end it.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kilobytes * 2);
        shell.args(["-c", &script, "sh"]).arg(env::current_exe().unwrap());
        Self::start_as(shell, work, home, arguments)
    }

    fn start_as(mut program: Command, work: &str, home: &Home, arguments: &[&str]) -> Self {
        let (_, module) = module_path!().split_once("::").unwrap();
        let work = [&[work, home.root().to_str().unwrap()], arguments].concat().join("\n");
        let mut child = program
            .args(["--exact", &format!("{module}::child"), "--nocapture", "--test-threads=1"])
            .env(WORK, work)
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

    /// The last line that it writes, even if it fails then; none where it writes none.
    pub(super) fn last_words(mut self) -> Option<String> {
        let mut last = None;
        while let Some(line) = self.line() {
            last = Some(line);
        }
        last
    }

    pub(super) fn last_line(mut self) -> String {
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

fn say(line: &str) {
    // Past the capture of the test program, and in one piece.
    std::io::stdout().write_all(format!("\n{MARK}{line}\n").as_bytes()).unwrap();
}

fn wait() {
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// No test by itself: what a child runs.
#[test]
fn child() {
    let Ok(work) = env::var(WORK) else { return };
    let work: Vec<&str> = work.split('\n').collect();
    let (work, home, arguments) = (work[0], Home::at(work[1]), &work[2..]);
    say("ready");
    wait();
    let state = State::open(&home.state_db()).unwrap();
    let installer = Installer::new(&home, &state, Box::new(OpenGate), Box::new(Trial)).unwrap();
    // At the step that is named, after so many of them, it says so and goes no further.
    let stop_at = |name: &str, count: &str| {
        let (name, mut left) = (name.to_owned(), count.parse::<usize>().unwrap());
        move |step: Step| {
            if step.name() == name {
                if left == 0 {
                    say(&name);
                    wait();
                }
                left = left.saturating_sub(1);
            }
        }
    };
    match work {
        "install" => say(&install(&installer, arguments[0], false, &mut |_| {})),
        "uninstall" => say(&uninstall(&installer, arguments[0], &mut |_| {})),
        "install, stopped" => {
            let force = arguments[3] == "force";
            say(&install(&installer, arguments[0], force, &mut stop_at(arguments[1], arguments[2])));
        }
        "uninstall, stopped" => say(&uninstall(&installer, arguments[0], &mut stop_at(arguments[1], arguments[2]))),
        "quarantine, stopped" => {
            let mut step = stop_at(arguments[1], arguments[2]);
            let reason = QuarantineReason::ByHand;
            let held = installer.quarantine(arguments[0], reason, "a test", serde_json::Value::Null, &mut step);
            say(&held.map_or_else(|error| error.kind().name().to_owned(), |entry| entry.name));
        }
        "release, stopped" => {
            let mut step = stop_at(arguments[1], arguments[2]);
            let released = installer.release_from_quarantine(arguments[0], false, &Control::new(), &mut step);
            say(&released.map_or_else(|error| error.kind().name().to_owned(), |entry| entry.name));
        }
        "take in" => say(&installer.take_in(&Control::new(), false).unwrap().taken.len().to_string()),
        "for ever" => for_ever(&installer, arguments),
        other => panic!("{other}"),
    }
}

fn install(installer: &Installer, path: &str, force: bool, step: &mut dyn FnMut(Step)) -> String {
    let options = InstallOptions { force, ..InstallOptions::default() };
    match installer.install(Path::new(path), &options, &Control::new(), step) {
        Ok(installed) => format!("installed {}", installed.version),
        Err(error) => error.kind().name().to_owned(),
    }
}

fn uninstall(installer: &Installer, id: &str, step: &mut dyn FnMut(Step)) -> String {
    match installer.uninstall_with(id, None, &Control::new(), step) {
        Ok(removed) => format!("removed {}", removed.versions.len()),
        Err(error) => error.kind().name().to_owned(),
    }
}

/// Installs all packages again and again, and removes what they made; says each step.
fn for_ever(installer: &Installer, packages: &[&str]) {
    assert!(!first_steps().is_empty());
    loop {
        for path in packages {
            install(installer, path, true, &mut |step| say(step.name()));
        }
        uninstall(installer, "lengths", &mut |step| say(step.name()));
    }
}
