//! Outside scanners, for real: honest ones, and those that are absent, crash, hang, flood or talk nonsense.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::{Outcome, OutsideMode, OutsideScanner, Rules, ScanReport, Severity, files_in, scan};
use super::laid_out;
use crate::control::Control;

/// A shell script that stands for a scanner.
fn program(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("my-scanner.sh");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn ask(script: &str, mode: OutsideMode, timeout: Duration, control: &Control) -> ScanReport {
    let tools = tempfile::tempdir().unwrap();
    let program = program(tools.path(), script);
    ask_program(&program, &["--folder={folder}"], mode, timeout, control)
}

fn ask_program(program: &Path, args: &[&str], mode: OutsideMode, timeout: Duration, control: &Control) -> ScanReport {
    let folder = laid_out(&[("plugin.py", b"x = 1\n"), ("data.csv", b"a,b\n")]);
    let files = files_in(folder.path(), control).unwrap();
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    let outside = OutsideScanner { program: program.to_owned(), args, timeout, mode };
    scan(folder.path(), &files, &Rules::built_in(), Some(&outside), control)
}

const LONG: Duration = Duration::from_secs(60);

#[track_caller]
fn check_failed(report: &ScanReport, part: &str) {
    assert_eq!(report.outcome, Outcome::Failed, "{report:?}");
    assert!(report.failures.iter().any(|failure| failure.message.contains(part)), "{:?}", report.failures);
}

#[test]
fn exit_codes_are_told_apart() {
    for (script, expected) in [
        ("exit 0", Outcome::Clean),
        ("exit 1", Outcome::Flagged),
        ("exit 2", Outcome::Failed),
        ("exit 255", Outcome::Failed),
        ("kill -SEGV $$", Outcome::Failed),
        ("kill -KILL $$", Outcome::Failed),
    ] {
        let report = ask(script, OutsideMode::ExitCode, LONG, &Control::new());
        assert_eq!(report.outcome, expected, "{script}: {report:?}");
    }
}

#[test]
fn findings_are_taken_in() {
    let found = r#"echo '[{"file": "plugin.py", "line": 3, "rule": "eicar", "severity": "high", "message": "bad"}]'"#;
    for script in [found.to_owned(), format!("{found}; exit 1")] {
        let report = ask(&script, OutsideMode::Findings, LONG, &Control::new());
        assert_eq!(report.outcome, Outcome::Flagged);
        let finding = &report.findings[0];
        assert_eq!((finding.file.as_deref(), finding.line), (Some("plugin.py"), Some(3)));
        assert_eq!((finding.rule.as_str(), finding.severity), ("my-scanner.eicar", Severity::High));
        assert!(report.outside.unwrap().ends_with("my-scanner.sh"));
    }
    for (script, expected) in [
        ("echo '[]'", Outcome::Clean),
        ("echo '[{\"rule\": \"a\", \"severity\": \"low\", \"message\": \"m\"}]'", Outcome::Clean),
        ("echo '[{\"rule\": \"a\", \"severity\": \"medium\", \"message\": \"m\"}]'", Outcome::Flagged),
    ] {
        assert_eq!(ask(script, OutsideMode::Findings, LONG, &Control::new()).outcome, expected, "{script}");
    }
}

#[test]
fn words_of_a_scanner_are_shown_harmlessly() {
    let script = r#"printf '%s' '[{"rule": "a\u001b[31m", "severity": "high", "message": "x\u202e\n"}]'"#;
    let report = ask(script, OutsideMode::Findings, LONG, &Control::new());
    let finding = &report.findings[0];
    assert!(!format!("{finding}").chars().any(char::is_control), "{finding}");
    assert!(finding.message.contains("\\u{202e}"), "{finding}");
}

#[test]
fn garbage_lets_nothing_pass() {
    for (script, part) in [
        ("true", "not JSON"),
        ("echo clean", "not JSON"),
        ("echo '{}'", "a list of findings"),
        ("echo '[{}]'", "a list of findings"),
        ("echo '[[null, null, \"a\", \"low\", \"m\"]]'", "a list of findings"),
        ("echo '[] []'", "not JSON"),
        ("echo '[{\"rule\": \"a\", \"severity\": \"none\", \"message\": \"m\"}]'", "a list of findings"),
        ("echo '[{\"rule\": \"a\", \"severity\": \"low\", \"message\": \"m\", \"more\": 1}]'", "a list of findings"),
        ("echo '[]'; exit 1", "told of nothing"),
        ("echo '[]'; exit 3", "exited with 3"),
        ("echo '[]'; kill -KILL $$", "by a signal"),
        ("printf '[\"\\377\"]'", "JSON"),
        ("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", "more than 1 MiB"),
    ] {
        check_failed(&ask(script, OutsideMode::Findings, LONG, &Control::new()), part);
    }
}

#[test]
fn a_scanner_that_cannot_be_asked_lets_nothing_pass() {
    let control = Control::new();
    let of =
        |program: &str, args: &[&str]| ask_program(Path::new(program), args, OutsideMode::ExitCode, LONG, &control);
    check_failed(&of("/nowhere/at/all", &["{folder}"]), "can't be started");
    check_failed(&of("/etc", &["{folder}"]), "can't be started");
    check_failed(&of("true", &["{folder}"]), "whole path");
    check_failed(&of("/bin/true", &["folder"]), "`{folder}`");
    let none = ask_program(Path::new("/bin/true"), &["{folder}"], OutsideMode::ExitCode, Duration::ZERO, &control);
    check_failed(&none, "some time");
}

/// What it started has to end with it: a lock that it holds is free afterwards.
#[test]
fn a_scanner_that_hangs_is_killed_with_all_that_it_started() {
    for script in ["sleep 1000 & sleep 1000", "trap '' TERM INT; sleep 1000 & wait"] {
        let began = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        fs::write(&path, "").unwrap();
        let script = format!("exec 9<'{}'; flock 9; {script}", path.display());
        let report = ask(&script, OutsideMode::ExitCode, Duration::from_millis(700), &Control::new());
        check_failed(&report, "took longer than 0.7 seconds");
        assert!(began.elapsed() < Duration::from_secs(50));
        // Waits for as long as anyone has the file.
        fs::File::open(&path).unwrap().lock().unwrap();
        assert!(began.elapsed() < Duration::from_secs(50));
    }
}

#[test]
fn what_a_scanner_leaves_behind_keeps_nothing_waiting() {
    let began = Instant::now();
    let report = ask("sleep 1000 & echo '[]'", OutsideMode::Findings, LONG, &Control::new());
    assert_eq!(report.outcome, Outcome::Clean, "{report:?}");
    assert!(began.elapsed() < Duration::from_secs(50));
}

#[test]
fn a_cancelled_scan_ends_its_scanner() {
    let control = Control::new();
    let folder = tempfile::tempdir().unwrap();
    let started = folder.path().join("started");
    let script = format!("echo > '{}'; sleep 1000", started.display());
    let report = std::thread::scope(|scope| {
        let running = scope.spawn(|| ask(&script, OutsideMode::ExitCode, LONG, &control));
        while !started.exists() {
            std::thread::yield_now();
        }
        control.cancel();
        running.join().unwrap()
    });
    check_failed(&report, "cancelled");
}

#[test]
fn a_scanner_gets_an_environment_of_its_own_and_no_shell() {
    let script = r#"
        [ "$(env | cut -d= -f1 | grep -v -e '^PWD$' -e '^SHLVL$' -e '^_$' -e '^OLDPWD$' | sort | tr '\n' ' ')" = "LANG LC_ALL PATH " ] || exit 7
        case "$1" in --folder=/*) ;; *) exit 8 ;; esac
        [ -f "${1#--folder=}/plugin.py" ] || exit 9
        [ "$2" = '; exit 0 $(id) `id`' ] || exit 10
        read line && exit 11
        exit 0"#;
    let tools = tempfile::tempdir().unwrap();
    let program = program(tools.path(), script);
    let args = ["--folder={folder}", "; exit 0 $(id) `id`"];
    let report = ask_program(&program, &args, OutsideMode::ExitCode, LONG, &Control::new());
    assert_eq!(report.outcome, Outcome::Clean, "{report:?}");
}
