//! Many at once: processes, and threads of one.

use std::path::PathBuf;

use super::processes::Process;
use super::{Place, source};
use crate::control::Control;

/// Lets processes go together, and gives their last lines, sorted.
fn together(mut processes: Vec<Process>) -> Vec<String> {
    processes.iter_mut().for_each(Process::go);
    let mut lines: Vec<_> = processes.into_iter().map(Process::last_line).collect();
    lines.sort();
    lines
}

fn installs(place: &Place, paths: &[PathBuf]) -> Vec<Process> {
    paths.iter().map(|path| Process::start("install", &place.home, &[path.to_str().unwrap()])).collect()
}

#[test]
fn ten_install_the_same() {
    let place = Place::new();
    let path = place.package("lengths", "1.0.0");
    let lines = together(installs(&place, &vec![path; 10]));
    let expected: Vec<_> = std::iter::repeat_n("conflict", 9).chain(["installed 1.0.0"]).collect();
    assert_eq!(lines, expected);
    assert_eq!(place.summary(), "lengths 1.0.0*");
    place.sound();
}

#[test]
fn ten_install_ten() {
    let place = Place::new();
    let paths: Vec<_> = (0..10).map(|number| place.package(&format!("plugin{number}"), "1.0.0")).collect();
    assert_eq!(together(installs(&place, &paths)), vec!["installed 1.0.0"; 10]);
    assert_eq!(place.state.plugins().unwrap().len(), 10);
    place.sound();
}

#[test]
fn ten_versions_come_and_some_go() {
    let place = Place::new();
    place.install("lengths", "0.9.0").unwrap();
    place.install("other", "1.0.0").unwrap();
    let paths: Vec<_> = (0..6).map(|number| place.package("lengths", &format!("1.0.{number}"))).collect();
    let mut processes = installs(&place, &paths);
    processes.extend((0..2).map(|_| Process::start("uninstall", &place.home, &["lengths"])));
    processes.extend((0..2).map(|_| Process::start("uninstall", &place.home, &["other"])));
    let lines = together(processes);
    assert_eq!(lines.iter().filter(|line| line.starts_with("installed")).count(), 6, "{lines:?}");
    assert!(place.plugin("other").is_none());
    place.sound();
}

#[test]
fn ten_take_in_what_was_dropped_in() {
    let place = Place::new();
    for number in 0..4 {
        place.drop_in(&format!("plugin{number}.py"), &source(&format!("plugin{number}"), "1.0.0"));
    }
    let processes = (0..10).map(|_| Process::start("take in", &place.home, &[])).collect();
    let taken: usize = together(processes).iter().map(|line| line.parse::<usize>().unwrap()).sum();
    assert_eq!(taken, 4);
    place.sound();
}

#[test]
fn threads_share_an_installer() {
    let place = Place::new();
    place.drop_in("dropped.py", &source("dropped", "1.0.0"));
    std::thread::scope(|scope| {
        for number in 0..4 {
            let place = &place;
            scope.spawn(move || {
                let id = format!("plugin{number}");
                place.install(&id, "1.0.0").unwrap();
                place.install(&id, "2.0.0").unwrap();
                place.installer.take_in(&Control::new(), false).unwrap();
                place.installer.rollback(&id).unwrap();
                place.installer.uninstall(&id, None).unwrap();
            });
        }
    });
    assert_eq!(place.summary(), "dropped 1.0.0*");
    place.sound();
}
