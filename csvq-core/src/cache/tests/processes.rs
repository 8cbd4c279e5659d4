//! Several processes that share a cache, some of which are killed: this very test program, started again.

use std::env;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::super::{Cache, folder};
use super::{CacheLimits, Place, key};
use crate::state::State;

/// What a child does, as `work folder`; a process without it is no child.
const WORK: &str = "CSVQ_TEST_CACHE_CHILD";

/// What a child writes before each of its lines, since the test program writes lines of its own.
const MARK: &str = "child: ";

/// Room for a few of the results that children keep.
const LIMITS: CacheLimits = CacheLimits { max_age: super::HOUR, max_bytes: 400_000 };

struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(work: &str, folder: &Path) -> Self {
        let (_, module) = module_path!().split_once("::").unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::child"), "--nocapture", "--test-threads=1"])
            .env(WORK, format!("{work} {}", folder.display()))
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

    /// The next line that it writes; none where it ended.
    fn line(&mut self) -> Option<String> {
        self.lines.by_ref().map_while(Result::ok).find_map(|line| Some(line.split_once(MARK)?.1.to_owned()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A result that shows whose it is.
fn result(number: u64) -> Vec<u8> {
    let length = 20_000 + usize::try_from(number).unwrap() * 1000;
    number.to_le_bytes().into_iter().cycle().take(length).collect()
}

/// Looks up and keeps results in an order that is each process's own, and says how many lookups found one.
fn work(cache: &Cache, rounds: u64) -> u64 {
    let seed = u64::from(std::process::id());
    let mut hits = 0;
    for round in 0..rounds {
        let number = (seed.wrapping_mul(31) + round * 7) % 23;
        match cache.get(&key(number)) {
            Some(found) => {
                assert!(found == result(number), "another result than the one of {number}");
                hits += 1;
            }
            None => _ = cache.put(&key(number), &result(number)).unwrap(),
        }
        if round % 50 == 0 {
            std::io::stdout().write_all(format!("\n{MARK}{round}\n").as_bytes()).unwrap();
        }
    }
    hits
}

/// No test by itself: what a child runs.
#[test]
fn child() {
    let Ok(asked) = env::var(WORK) else { return };
    let (asked, folder) = asked.split_once(' ').unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let folder = Path::new(folder);
    let state = State::open(&folder.join("state.db")).unwrap();
    let cache = Cache::open(&folder.join("plugins/cache"), LIMITS, &state).unwrap();
    let hits = work(&cache, if asked == "endless" { u64::MAX } else { 300 });
    std::io::stdout().write_all(format!("\n{MARK}hits {hits}\n").as_bytes()).unwrap();
}

#[test]
fn many_share_a_cache() {
    let place = Place::new();
    let mut processes: Vec<Process> = (0..4).map(|_| Process::start("work", place.folder.path())).collect();
    processes.iter_mut().for_each(Process::go);
    let mut hits = 0;
    for process in &mut processes {
        let last = std::iter::from_fn(|| process.line()).last().unwrap();
        hits += last.strip_prefix("hits ").unwrap().parse::<u64>().unwrap();
        assert!(process.child.wait().unwrap().success());
    }
    let stats = place.open(LIMITS).stats().unwrap();
    assert_eq!((stats.hits, stats.hits + stats.misses), (hits, 4 * 300));
    assert!(stats.dropped == 0 && stats.stored <= stats.misses && stats.stored > 0);
    assert!(stats.bytes <= LIMITS.max_bytes, "{stats:?}");
    // All that is there besides is what it counts in.
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count() as u64, stats.entries + 1);
}

#[test]
fn a_kill_leaves_whole_entries() {
    let place = Place::new();
    for round in 1..6 {
        let mut processes: Vec<Process> = (0..2).map(|_| Process::start("endless", place.folder.path())).collect();
        processes.iter_mut().for_each(Process::go);
        for process in &mut processes {
            (0..round).for_each(|_| drop(process.line().unwrap()));
        }
        drop(processes);
        let cache = place.open(LIMITS);
        for number in 0..23 {
            assert!(cache.get(&key(number)).is_none_or(|found| found == result(number)));
        }
        assert_eq!(cache.stats().unwrap().dropped, 0);
        cache.put(&key(0), &result(0)).unwrap();
        let held: u64 = folder::entries(&place.path()).unwrap().iter().map(|entry| entry.size).sum();
        assert!(held <= LIMITS.max_bytes);
    }
}
