//! How much memory a comparison may take where nobody says so: a quarter of what the process may use.

use std::fs;

/// Where the system does not tell what there is.
const UNKNOWN: u64 = 2 << 30;
const LEAST: u64 = 64 << 20;

/// A quarter of the machine's memory, or of the control group's limit or the process's where that is lower.
pub(super) fn default_budget() -> u64 {
    let limits = [machine(), control_group(), address_space()];
    let least = limits.into_iter().flatten().min().map_or(UNKNOWN, |bytes| bytes / 4);
    least.max(LEAST)
}

fn machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// The limit of this process's control group and of those above it.
fn control_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let unified = groups.lines().find_map(|line| line.strip_prefix("0::"));
    let mut least = None;
    if let Some(path) = unified {
        let mut path = path.trim_end_matches('/');
        loop {
            least = lower(least, limit(&format!("/sys/fs/cgroup{path}/memory.max")));
            match path.rsplit_once('/') {
                Some((parent, _)) => path = parent,
                None => break,
            }
        }
    }
    lower(least, limit("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
}

/// The limit of this process's address space (`ulimit -v`).
#[cfg(unix)]
fn address_space() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

#[cfg(not(unix))]
fn address_space() -> Option<u64> {
    None
}

fn limit(file: &str) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn lower(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    [one, other].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_limit_counts() {
        assert_eq!(lower(None, None), None);
        assert_eq!(lower(Some(3), None), Some(3));
        assert_eq!(lower(Some(3), Some(2)), Some(2));
        assert!(default_budget() >= LEAST);
    }
}
