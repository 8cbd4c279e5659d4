//! The scanner as an installation meets it: what it flags does not come in, and what could not be scanned does neither.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use csvq_tests::plugins::library;
use serde_json::json;

use super::fort::{Fort, policy, process_name, processes, refused};
use super::zips::{package, part, zip};

/// A home that scans, also by a program of the administrator's.
fn scanned_by(script: Option<&str>, timeout: f64) -> Fort {
    let fort = Fort::empty(&policy(json!({ "scan_for_malicious_code": true }), json!({})));
    if let Some(script) = script {
        let outside = json!({
            "program": "/bin/sh", "args": ["-c", script, "{folder}"], "timeout_seconds": timeout, "mode": "findings",
        });
        let scanner = json!({ "scan_for_malicious_code": true, "scanner": { "outside": outside } });
        fort.decree(&policy(scanner, json!({})));
    }
    fort
}

fn scan(fort: &Fort, path: &Path) -> Option<i32> {
    fort.run(&["plugins", "scan", &path.display().to_string()]).status.code()
}

#[test]
fn honest_plugins_are_clean_and_attackers_are_flagged() {
    let fort = scanned_by(None, 1.0);
    for (plugin, status) in
        [("good", 0), ("ulp_compare", 0), ("fuzzy_compare", 0), ("contact_compare", 0), ("attacks", 1)]
    {
        assert_eq!(scan(&fort, &library(plugin)), Some(status), "{plugin}");
    }
    let good = fs::read(library("good")).unwrap();
    for (name, file, content) in [
        ("an archive within", "inner.zip", zip(&[part("x", "y")])),
        ("a start of Python", "sitecustomize.py", b"import os\n".to_vec()),
        ("a path of Python", "evil.pth", b"import os; os.system('id')\n".to_vec()),
        ("a module of the standard library", "json.py", b"import socket\n".to_vec()),
    ] {
        let parts = package("good", &good, &[(file, &content)]);
        let package = fort.homestead.place.write("evil.zip", zip(&parts)).unwrap();
        assert_eq!(scan(&fort, &package), Some(1), "{name}");
    }
    assert_eq!(scan(&fort, &fort.path("nowhere")), Some(2));
    fort.installed(&library("good"));
    fort.is_alive();
}

#[test]
fn what_is_flagged_is_not_installed() {
    let fort = scanned_by(None, 1.0);
    fort.decree(&policy(json!({ "scan_for_malicious_code": true, "quarantine_suspicious_plugins": false }), json!({})));
    let error = fort.not_installed(&library("attacks"));
    assert!(error.contains("scan"), "{error}");
    fort.told_of(&["scan_flagged", "install_refused"], "attacks");
}

/// A scanner that is absent, that crashes, that says nonsense or that never ends has not said that a package is clean.
#[test]
fn a_scanner_that_fails_lets_nothing_in() {
    let called = process_name();
    let endless = format!("printf {called} > /proc/$$/comm; while :; do sleep 1; done");
    let deaf = format!("trap '' TERM INT HUP; printf {called} > /proc/$$/comm; while :; do :; done");
    for (name, script, timeout) in [
        ("crashes", "kill -SEGV $$", 30.0),
        ("fails", "exit 3", 30.0),
        ("says nothing", "true", 30.0),
        ("says nonsense", "echo '{\"clean\": tru'", 30.0),
        ("says too much", "while :; do echo '[[[[[[[[[[[[[[[[[[[[[[[['; done", 30.0),
        ("never ends", endless.as_str(), 1.0),
        ("never ends, deaf", deaf.as_str(), 1.0),
    ] {
        let fort = scanned_by(Some(script), timeout);
        let began = Instant::now();
        let error = fort.not_installed(&library("good"));
        assert!(error.contains("scan"), "{name}: {error}");
        assert!(began.elapsed() < Duration::from_secs(25), "{name}: {:?}", began.elapsed());
        fort.told_of(&["scan_failed", "install_refused"], "good");
    }
    assert_eq!(processes(&called), Vec::<u32>::new());

    let fort = scanned_by(None, 1.0);
    let absent = json!({ "program": "/nonexistent/scanner", "args": ["{folder}"], "mode": "exit_code" });
    fort.decree(&policy(json!({ "scan_for_malicious_code": true, "scanner": { "outside": absent } }), json!({})));
    fort.not_installed(&library("good"));
    fort.told_of(&["scan_failed", "install_refused"], "good");
}

#[test]
fn an_outside_scanner_is_heeded() {
    let finding = r#"[{"file": "libgood.so", "rule": "outside.evil", "severity": "high", "message": "it is evil"}]"#;
    for (answer, is_taken) in [("[]", true), (finding, false)] {
        let fort = scanned_by(Some(&format!("echo '{answer}'")), 30.0);
        if is_taken {
            fort.installed(&library("good"));
        } else {
            let error = refused(&fort.install(&library("good")));
            assert!(error.contains("scan") && error.contains("quarantine"), "{error}");
            fort.told_of(&["scan_flagged", "install_refused"], "good");
            assert_eq!(fort.audited("quarantined").len(), 1);
        }
    }
    // It is shown the very files that are about to be installed.
    let fort = scanned_by(Some(r#"test -f "$0/libgood.so" && echo '[]'"#), 30.0);
    fort.installed(&library("good"));
}
