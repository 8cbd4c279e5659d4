//! The example plugin in C, built by `cc` with nothing but the header, as the test kit sees it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them, in its helpers too")]
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use csvq_plugin_api::testing::{Call, Check, Plugin, Sample};
use csvq_plugin_api::{By, json};

fn plugin() -> Plugin {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("examples/plugins/ulp_compare/src");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "c")).collect();
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ulp_compare");
    std::fs::create_dir_all(&place).unwrap();
    // Each test loads a library of its own, for they are built at the same time.
    let name = format!("{:?}", std::thread::current().id());
    let library = place.join(format!("{}.{}", name.replace(['(', ')'], "_"), std::env::consts::DLL_EXTENSION));
    let built = Command::new("cc")
        .args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-fPIC",
            "-fvisibility=hidden",
            "-shared",
            "-I",
        ])
        .arg(root.join("include"))
        .args(sources)
        .arg("-o")
        .arg(&library)
        .output()
        .unwrap_or_else(|error| panic!("this test needs the compiler `cc`: {error}"));
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    // SAFETY: it was just built of sources in this repository.
    unsafe { Plugin::load(&library) }.unwrap()
}

#[test]
fn it_is_what_csvq_expects() {
    let plugin = plugin();
    Check::new(&plugin).run().assert();
    Check::new(&plugin).parameter("ulps", json!(0)).run().assert();
}

#[test]
fn numbers_that_lie_close_together_are_equal() {
    let plugin = plugin();
    // Two steps apart; far apart; whole numbers; texts; a number that is none.
    let left = Sample::csv("id,v\n1,0.30000000000000004\n2,1.5\n3,9007199254740993\n4,abc\n5,1e400\n6,-0.0\n");
    let right = Sample::csv("id,v\n6,0.0\n5,1e308\n4,abd\n3,9007199254740992\n2,1.6\n1,0.29999999999999993\n7,0\n");
    let lines = |ulps: u64| {
        let answer = plugin.compare(&Call::new(&left, &right).key(&["id"]).parameter("ulps", json!(ulps))).unwrap();
        let told = answer.lines.iter().map(|line| (line.left_row, line.right_row, line.extra["ulps"].as_u64()));
        assert_eq!(answer.outcome["extra"]["ulps"], ulps);
        told.collect::<Vec<_>>()
    };
    let far = |row: u64, ulps| (Some(row), Some(7 - row), ulps);
    let others =
        [far(2, Some(450_359_962_737_050)), far(3, None), far(4, None), far(5, Some(u64::MAX)), (None, Some(7), None)];
    assert_eq!(lines(4), others);
    assert_eq!(lines(1)[0], far(1, Some(2)));
    assert_eq!(lines(1)[1..], others);
}

#[test]
fn errors_say_what_is_wrong() {
    let plugin = plugin();
    let table = Sample::csv("id,v\n1,2\n");
    let key = "ä".repeat(600);
    for (call, message) in [
        (Call::new(&table, &table).parameter("ulps", json!(1.5)), "`ulps` is a whole number, and not below 0"),
        (Call::new(&table, &table).parameter("upls", json!(1)), "the one parameter is `ulps`"),
        (Call::new(&table, &table).key(&["no"]), "the left table has no column `no`"),
        (Call::new(&table, &table).by(By::Key), "rows are to find each other by key, and no key is given"),
        (Call::new(&table, &table).key(&[&key]), "the left table has no column `ääää"),
    ] {
        let failure = plugin.compare(&call).unwrap_err();
        assert!(!failure.is_broken_rule() && failure.message.starts_with(message), "{failure}");
    }
}
