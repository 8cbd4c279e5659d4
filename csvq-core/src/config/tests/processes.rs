//! Several processes that edit at once, and ones that are killed: this very test program, started again.

use std::env;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::super::{Config, Editor, Environment, Home};
use super::{Place, allow, path};

/// What a child edits: a home's folder and a plugin's name; a process without it is no child.
const WORK: &str = "CSVQ_TEST_CONFIG_CHILD";

/// What a child writes before each number, since the test program writes lines of its own.
const MARK: &str = "child: ";

/// How many edits a child makes that is not killed.
const EDITS: u64 = 25;

struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(home: &Home, work: &str) -> Self {
        let (_, module) = module_path!().split_once("::").unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::child"), "--nocapture", "--test-threads=1"])
            .env(WORK, format!("{work} {}", home.root().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn go(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// The next number that it says is written; none where it ended.
    fn said(&mut self) -> Option<u64> {
        self.lines.by_ref().map_while(Result::ok).find_map(|line| line.split_once(MARK)?.1.parse().ok())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// No test by itself: what a child runs.
#[test]
fn child() {
    let Ok(work) = env::var(WORK) else { return };
    let (name, home) = work.split_once(' ').unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let editor = Editor::new(&Home::at(home), &Environment::default());
    let edits = if name == "endless" { u64::MAX } else { EDITS };
    for number in 0..edits {
        let at = path("plugin_settings").name(name).name(&format!("x{}", number % EDITS));
        editor.set(&at, &number.into(), &allow).unwrap();
        std::io::stdout().write_all(format!("\n{MARK}{number}\n").as_bytes()).unwrap();
    }
}

#[test]
fn parallel_writers_lose_nothing() {
    let place = Place::new();
    let names = ["a", "b", "c", "d", "e"];
    let mut processes: Vec<Process> = names.iter().map(|name| Process::start(&place.home, name)).collect();
    processes.iter_mut().for_each(Process::go);
    for mut process in processes {
        while process.said().is_some() {}
        assert!(process.child.wait().unwrap().success());
    }
    let config = Config::load(&place.home, &Environment::default()).unwrap();
    for name in names {
        let parameters = config.default_parameters(&[name]);
        assert!((0..EDITS).all(|number| parameters[&format!("x{number}")] == number), "{name}: {parameters:?}");
    }
}

#[test]
fn a_kill_leaves_the_old_file_or_the_new() {
    let place = Place::new();
    for round in 1..8u64 {
        let mut process = Process::start(&place.home, "endless");
        process.go();
        let mut last = 0;
        for _ in 0..round * 3 {
            last = process.said().unwrap();
        }
        drop(process);
        let config = Config::load(&place.home, &Environment::default()).unwrap();
        let parameters = config.default_parameters(&["endless"]);
        assert!(parameters[&format!("x{}", last % EDITS)].as_u64() >= Some(last));
        // Nobody holds the lock any more, and edits go on.
        place.set("plugin_settings.other.round", round).unwrap();
    }
}
