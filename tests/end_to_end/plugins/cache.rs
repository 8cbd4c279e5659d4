//! Kept results.

use std::fs;
use std::time::Duration;

use csvq_tests::plugins::{Homestead, library};
use serde_json::Value;

use super::answer;
use crate::{report, stdout};

/// Longer than the grain of the clock by which files count as unchanged.
const SETTLED: Duration = Duration::from_millis(150);

fn stats(homestead: &Homestead) -> Value {
    answer(&homestead.run(&["cache", "stats", "--format", "json"]).unwrap())
}

#[test]
fn the_result_of_a_deterministic_plugin_is_kept_until_something_changes() {
    let homestead = Homestead::new().unwrap();
    let path = library("fuzzy_compare").display().to_string();
    answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
    std::thread::sleep(SETTLED);
    let first = report(&homestead.compare("fuzzy_compare", &[]).unwrap());
    let again = report(&homestead.compare("fuzzy_compare", &[]).unwrap());
    assert_eq!((stats(&homestead)["hits"].clone(), stats(&homestead)["entries"].clone()), (1.into(), 1.into()));
    assert_eq!(again.details, first.details);
    assert_eq!(again.highlights, first.highlights);

    // The rows of a hit are there for every format.
    let lines = homestead.run(&[
        "compare",
        "left.csv",
        "right.csv",
        "--key",
        "id",
        "--with",
        "fuzzy_compare",
        "--format",
        "csv",
    ]);
    assert!(stdout(&lines.unwrap()).contains("changed,1,1,1,name,alpha,alpa"));
    assert_eq!(stats(&homestead)["hits"], 2);

    // Other parameters, another spec, other content: another result.
    report(&homestead.compare("fuzzy_compare", &["--param", "threshold=0.5"]).unwrap());
    report(&homestead.compare("fuzzy_compare", &["--ignore", "city"]).unwrap());
    assert_eq!(stats(&homestead)["hits"], 2);
    fs::write(homestead.place.path().join("right.csv"), "id,name,city\n1,alpha,Graz\n2,bravo,Linz\n3,charlie,Wien\n")
        .unwrap();
    assert!(report(&homestead.compare("fuzzy_compare", &[]).unwrap()).is_equal);
    assert_eq!(stats(&homestead)["hits"], 2);

    // A damaged entry is dropped, and made again.
    std::thread::sleep(SETTLED);
    report(&homestead.compare("fuzzy_compare", &[]).unwrap());
    for entry in walk(&homestead.home().join("plugins/cache")) {
        let mut bytes = fs::read(&entry).unwrap();
        if let Some(byte) = bytes.last_mut() {
            *byte ^= 1;
        }
        fs::write(&entry, bytes).unwrap();
    }
    assert!(report(&homestead.compare("fuzzy_compare", &[]).unwrap()).is_equal);
    assert!(stats(&homestead)["dropped"].as_u64().unwrap() >= 1);

    answer(&homestead.run(&["cache", "clear", "--format", "json"]).unwrap());
    assert_eq!(stats(&homestead)["entries"], 0);
}

#[test]
fn the_cache_can_be_turned_off_by_the_environment() {
    let homestead = Homestead::new().unwrap();
    let path = library("fuzzy_compare").display().to_string();
    answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
    std::thread::sleep(SETTLED);
    for _ in 0..2 {
        let args = ["compare", "left.csv", "right.csv", "--key", "id", "--with", "fuzzy_compare", "--format", "json"];
        report(&homestead.command(&args).env("PLUGIN_CACHE_ENABLED", "false").output().unwrap());
    }
    let stats = stats(&homestead);
    assert_eq!((&stats["hits"], &stats["misses"]), (&0.into(), &0.into()));
}

/// The files below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
