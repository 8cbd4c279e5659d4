//! Attacks on an installation: cut off, out of room, by many at once, led astray, and not allowed at all.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use csvq_tests::plugins::library;
use serde_json::json;

use super::fort::{Fort, limits, policy, refused};
use super::zips::{package, part, zip};
use crate::stderr;

#[test]
fn an_installation_that_is_killed_leaves_the_old_or_the_new() {
    let fort = Fort::new(&limits(json!({})));
    let path = library("newer_abi").display().to_string();
    let (mut was_cut, mut was_done) = (0, 0);
    for delay in 0..24 {
        let mut child = fort.command(&["plugins", "install", &path]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay * 3));
        // It may be over.
        let _ = child.kill();
        child.wait().unwrap();
        let listed = fort.ask(&["plugins", "list"]).to_string();
        assert!(listed.contains("row_compare") && listed.contains("\"good\""), "{listed}");
        let is_there = listed.contains("\"newer_abi\"");
        assert_eq!(fort.home().join("plugins/custom/newer_abi/1.0.0").exists(), is_there, "after {delay}");
        assert_eq!(fort.left_over().iter().filter(|name| name.starts_with("staging/")).count(), 0, "after {delay}");
        if is_there {
            assert_eq!(fort.compare("newer_abi", &[]).status.code(), Some(0));
            fort.ask(&["plugins", "uninstall", "newer_abi", "--yes"]);
            was_done += 1;
        } else {
            was_cut += 1;
        }
    }
    assert!(was_cut > 0, "none of {was_done} was cut off");
    let sound = fort.run(&["audit", "verify"]);
    assert!(sound.status.success(), "{}", stderr(&sound));
    fort.is_alive();
}

/// No file may grow beyond half a megabyte, as on a disk that is full.
#[test]
fn an_installation_without_room_installs_nothing() {
    let fort = Fort::new(&limits(json!({})));
    let noise = vec![7; 4 << 20];
    let parts = package("newer_abi", &fs::read(library("newer_abi")).unwrap(), &[("data.bin", &noise)]);
    let large = fort.homestead.place.write("large.zip", zip(&parts)).unwrap();
    let before = fort.files();
    let install = fort.command(&["plugins", "install", &large.display().to_string()]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""]).arg(install.get_program());
    shell.args(install.get_args()).current_dir(fort.path("")).env("TMPDIR", fort.temporary());
    let error = refused(&shell.output().unwrap());
    assert_eq!((fort.files(), fort.left_over()), (before, Vec::new()), "{error}");
    assert!(!fort.ask(&["plugins", "list"]).to_string().contains("\"newer_abi\""));
    fort.is_alive();
    // With room it is.
    fort.installed(&large);
}

fn start(fort: &Fort, args: &[&str]) -> Child {
    fort.command(args).stdin(Stdio::null()).spawn().unwrap()
}

#[test]
fn of_ten_installations_at_once_one_wins() {
    let fort = Fort::new(&limits(json!({})));
    let path = library("newer_abi").display().to_string();
    let children: Vec<Child> = (0..10).map(|_| start(&fort, &["plugins", "install", &path])).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let (won, lost): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
    assert_eq!(won.len(), 1, "{:?}", outputs.iter().map(stderr).collect::<Vec<_>>());
    lost.into_iter().for_each(|output| drop(refused(output)));
    assert_eq!(fort.compare("newer_abi", &[]).status.code(), Some(0));
    assert_eq!(fort.audited("plugin_installed").iter().filter(|line| line["subject"] == "newer_abi").count(), 1);
    assert_eq!(fort.left_over(), Vec::<String>::new());
    fort.is_alive();
}

#[test]
fn installing_removing_and_running_at_once_break_nothing() {
    let fort = Fort::new(&limits(json!({})));
    let path = library("newer_abi").display().to_string();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..5 {
                    for args in [&["plugins", "install", &path][..], &["plugins", "uninstall", "newer_abi", "--yes"]] {
                        let output = fort.run(args);
                        assert!(output.status.success() || !refused(&output).is_empty());
                    }
                }
            });
        }
        for _ in 0..8 {
            let output = fort.compare("newer_abi", &[]);
            assert!(output.status.success() || refused(&output).contains("newer_abi"));
        }
    });
    fort.run(&["plugins", "uninstall", "newer_abi", "--yes"]);
    fort.installed(&library("newer_abi"));
    assert_eq!(fort.compare("newer_abi", &[]).status.code(), Some(0));
    assert_eq!(fort.left_over(), Vec::<String>::new());
    fort.is_alive();
}

/// What csvq writes to by name may have been replaced by a way out of the home.
#[test]
fn folders_that_are_links_lead_nowhere() {
    for name in [".staging", "custom", "custom/newer_abi", "quarantine"] {
        let fort = Fort::new(&limits(json!({})));
        let (outside, inside) = (fort.path("outside"), fort.home().join("plugins").join(name));
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("mine"), "mine").unwrap();
        if inside.exists() {
            fs::rename(&inside, fort.path("was")).unwrap();
        }
        symlink(&outside, &inside).unwrap();
        let output = fort.install(&library("newer_abi"));
        assert!(output.status.success() || !refused(&output).is_empty());
        let there: Vec<_> = fs::read_dir(&outside).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(there, ["mine"], "{name}: {}", stderr(&output));
        assert_eq!(fs::read_to_string(outside.join("mine")).unwrap(), "mine", "{name}");
    }
}

/// A manifest's id is a folder's name.
#[test]
fn manifests_with_ids_that_lead_elsewhere_are_refused() {
    let fort = Fort::new(&limits(json!({})));
    let long = "a".repeat(10_000);
    let good = fs::read(library("good")).unwrap();
    for id in ["../evil", "..", "a/b", "a\\b", "a\0b", "A", "", "con", "a\u{202e}b", &long] {
        let mut parts = package("good", &good, &[]);
        let mut manifest: serde_json::Value = serde_json::from_slice(&parts[0].content).unwrap();
        manifest["id"] = id.into();
        parts[0] = part("plugin.json", manifest.to_string());
        let package = fort.homestead.place.write("evil.zip", zip(&parts)).unwrap();
        let error = fort.not_installed(&package);
        assert!(error.contains("evil.zip") && error.len() < 5_000, "{id}: {error}");
        assert!(!error.contains(['\0', '\u{202e}']), "{error:?}");
    }
    fort.told_of(&["install_refused"], "evil.zip");
    fort.is_alive();
}

/// What the log of audits says in one line stays one line.
#[test]
fn a_name_writes_no_line_of_its_own_into_the_log() {
    let fort = Fort::new(&limits(json!({})));
    let name = "evil\n{\"action\": \"plugin_installed\"}\u{1b}[2J\u{2028}.zip";
    let package = fort.homestead.place.write(name, b"no zip").unwrap();
    let error = refused(&fort.install(&package));
    assert!(!error.contains('\u{1b}'), "{error:?}");
    let exported = fort.run(&["audit", "export"]);
    let text = String::from_utf8(exported.stdout).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{2028}']), "{text:?}");
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), fort.audit().len());
    assert!(lines.iter().all(|line| line["time"].is_string()), "{text}");
    fort.told_of(&["install_refused"], "evil");
}

#[test]
fn plugins_of_others_are_not_taken_where_the_policy_has_none() {
    let none = policy(json!({ "allow_external_plugins": false }), json!({}));
    let fort = Fort::new(&limits(json!({})));
    fort.decree(&none);
    let error = fort.not_installed(&library("newer_abi"));
    assert!(error.contains("allow_external_plugins"), "{error}");
    fort.told_of(&["install_refused"], "newer_abi");
    // Nor does what is there already run; what is built in does.
    let error = refused(&fort.compare("good", &[]));
    assert!(error.contains("good"), "{error}");
    fort.told_of(&["load_refused", "run_refused"], "good");
    assert_eq!(fort.compare("row_compare", &[]).status.code(), Some(1));
}

/// A policy that can't be read is none that allows anything.
#[test]
fn a_policy_that_is_broken_allows_nothing() {
    let fort = Fort::new(&limits(json!({})));
    for text in
        [r#"{"plugin_security": "#, r#"{"plugin_securty": {}}"#, r#"{"execution_limits": {"sandbox": "no"}}"#, ""]
    {
        fs::write(fort.home().join("config/security_policy.json"), text).unwrap();
        for output in [fort.install(&library("newer_abi")), fort.compare("good", &[])] {
            let error = refused(&output);
            assert!(error.contains("security_policy.json"), "{text}: {error}");
        }
    }
    assert!(!fort.home().join("plugins/custom/newer_abi").exists());
    fort.decree(&limits(json!({})));
    fort.is_alive();
}
