//! What must not get past a scan, and must not end it.

use std::fs;
use std::time::{Duration, Instant};

use super::super::file::sha256;
use super::super::{FileToScan, Outcome, Rules, ScanReport, files_in, lone_file, scan};
use super::library::Library;
use super::{ids, laid_out, scan_files};
use crate::control::Control;
use crate::error::ErrorKind;

fn scan_listed(folder: &std::path::Path, files: &[FileToScan]) -> ScanReport {
    scan(folder, files, &Rules::built_in(), None, &Control::new())
}

#[track_caller]
fn check_failed(report: &ScanReport, part: &str) {
    assert_eq!(report.outcome, Outcome::Failed, "{report:?}");
    assert!(report.failures[0].message.contains(part), "{:?}", report.failures);
    assert!(report.summary().starts_with("the scan failed: "), "{}", report.summary());
}

#[test]
fn other_bytes_than_those_that_will_be_installed_fail() {
    let content = b"x = 1\n";
    let folder = laid_out(&[("plugin.py", content), ("data.csv", content)]);
    for path in ["plugin.py", "data.csv"] {
        let right = FileToScan::new(path, 6, sha256(content));
        assert_eq!(scan_listed(folder.path(), std::slice::from_ref(&right)).outcome, Outcome::Clean);
        let upper = FileToScan { sha256: right.sha256.to_uppercase(), ..right.clone() };
        assert_eq!(scan_listed(folder.path(), &[upper]).outcome, Outcome::Clean);
        let other = FileToScan { sha256: sha256(b"y = 1\n"), ..right.clone() };
        check_failed(&scan_listed(folder.path(), &[other]), "not the bytes");
        check_failed(&scan_listed(folder.path(), &[FileToScan { size: 5, ..right.clone() }]), "longer than");
        check_failed(&scan_listed(folder.path(), &[FileToScan { size: 7, ..right.clone() }]), "not the bytes");
        check_failed(&scan_listed(folder.path(), &[FileToScan { sha256: String::new(), ..right }]), "not the bytes");
    }
}

#[test]
fn paths_that_lead_elsewhere_fail() {
    let folder = laid_out(&[("inner/plugin.py", b"x = 1\n"), ("secret.py", b"x = 1\n")]);
    let digest = sha256(b"x = 1\n");
    let absolute = folder.path().join("secret.py").display().to_string();
    for path in ["../secret.py", "a/../../secret.py", &absolute, "", ".", "a\\..\\secret.py"] {
        let report = scan_listed(&folder.path().join("inner"), &[FileToScan::new(path, 6, digest.clone())]);
        check_failed(&report, "leads out of the folder");
    }
    let report = scan_listed(folder.path(), &[FileToScan::new("missing.py", 6, digest)]);
    check_failed(&report, "cannot open the file");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_folders_are_no_files() {
    use std::os::unix::fs::symlink;
    let folder = laid_out(&[("plugin.py", b"x = 1\n")]);
    let control = Control::new();
    symlink(folder.path().join("plugin.py"), folder.path().join("link.py")).unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    let pipe = folder.path().join("pipe.py");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    for path in ["link.py", "inner", "pipe.py"] {
        let report = scan_listed(folder.path(), &[FileToScan::new(path, 6, sha256(b"x = 1\n"))]);
        check_failed(&report, "cannot open the file");
        assert!(lone_file(&folder.path().join(path), &control).is_err(), "{path}");
    }
    let error = files_in(folder.path(), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Package, "{error}");
    fs::remove_file(&pipe).unwrap();
    let error = files_in(folder.path(), &control).unwrap_err();
    assert!(error.message().contains("symbolic link"), "{error}");
    fs::remove_file(folder.path().join("link.py")).unwrap();
    assert_eq!(files_in(folder.path(), &control).unwrap().len(), 1);
    let (parent, file) = lone_file(&folder.path().join("plugin.py"), &control).unwrap();
    assert_eq!(scan_listed(&parent, &[file]).outcome, Outcome::Clean);
    symlink(folder.path(), folder.path().join("inner/again")).unwrap();
    assert!(files_in(&folder.path().join("inner/again"), &control).is_err());
}

#[test]
fn what_cannot_be_read_fails() {
    for (path, content, part) in [
        ("plugin.py", b"def f(:\n".to_vec(), "line 1: this is no valid Python"),
        ("plugin.py", b"x = '\xff'\n".to_vec(), "no UTF-8"),
        ("plugin.py", b"# coding: utf-7\n".to_vec(), "declares the encoding `utf-7`"),
        ("plugin.py", b"x = 1\0\n".to_vec(), "NUL"),
        ("plugin.py", b"x\n".repeat(3 << 20), "longer than 4 MiB"),
        ("plugin.py", [vec![b'('; 100_000], vec![b')'; 100_000]].concat(), "nested too deep"),
        ("plugin.py", format!("x = {}1\n", "not ".repeat(100_000)).into_bytes(), "nested too deep"),
        ("plugin.py", format!("x = 1{}\n", "+1".repeat(100_000)).into_bytes(), "nested too deep"),
        ("plugin.py", format!("x = a{}\n", ".a".repeat(100_000)).into_bytes(), "nested too deep"),
        ("plugin.py", format!("x = {}\n", "f'{".repeat(100_000)).into_bytes(), ""),
        ("lib.so", b"\x7fELF".to_vec(), "no well-formed"),
        ("lib.so", Library::honest().bytes()[..3000].to_vec(), "outside of the file"),
        ("lib.so", b"\xca\xfe\xba\xbe\0\0\0\x02".to_vec(), "no well-formed"),
        ("lib.so", b"\xcf\xfa\xed\xfe\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(), "no well-formed"),
    ] {
        check_failed(&scan_files(&[(path, &content)]), part);
    }
}

/// Depth that passes is held by the stack of the walk, too.
#[test]
fn what_is_nearly_too_deep_is_read() {
    let deep = [
        format!("x = {}1\n", "not ".repeat(1_900)),
        format!("x = {}1{}\n", "(".repeat(900), ")".repeat(900)),
        format!("x = {}1{}\n", "[".repeat(900), "]".repeat(900)),
        format!("x = a{}\n", ".a".repeat(900)),
        format!("x = f{}\n", "()".repeat(900)),
        format!("x = {}1\n", "lambda: ".repeat(900)),
        format!("x = 'a'{}\n", "+'a'".repeat(900)),
        (0..90).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect::<String>() + &" ".repeat(90) + "y\n",
    ];
    for text in deep {
        let report = scan_files(&[("plugin.py", text.as_bytes())]);
        assert_eq!(report.outcome, Outcome::Clean, "{report:?}");
    }
}

/// Nothing grows faster than what is scanned.
#[test]
fn large_files_take_no_longer_than_they_are_large() {
    let began = Instant::now();
    let text = b"a text of words, without an end ".repeat(50 << 15);
    assert_eq!(scan_files(&[("data.txt", &text)]).outcome, Outcome::Clean);
    let names = (0..40_000).map(|at| format!("a{at} = os\n")).collect::<String>();
    let chain = (0..20_000).map(|at| format!("b{} = b{at}\n", at + 1)).collect::<String>();
    let sums = format!("x = [{}]\n", format!("{},", ["'a'"; 400].join("+")).repeat(300));
    let gets = "getattr(getattr(getattr(os, 'a'), 'b'), 'c')\n".repeat(10_000);
    let stars = (0..2_000).map(|at| format!("from m{at} import *\n")).collect::<String>() + &"a.b(c)\n".repeat(20_000);
    for text in [names, chain, sums, gets, stars] {
        let source = format!("import os\nb0 = os\n{text}");
        let report = scan_files(&[("plugin.py", source.as_bytes())]);
        assert!(report.failures.is_empty(), "{report:?}");
    }
    let mut library = Library::honest();
    library.imports = (0..100_000).map(|at| format!("name_{at}")).collect();
    assert_eq!(scan_files(&[("lib.so", &library.bytes())]).outcome, Outcome::Clean);
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
}

#[test]
fn findings_are_bounded_and_still_flag() {
    let text = "import os\n".to_owned() + &"os.system('x')\n".repeat(10_000);
    let files: Vec<(String, Vec<u8>)> = (0..5).map(|at| (format!("p{at}.py"), text.clone().into_bytes())).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_slice())).collect();
    let report = scan_files(&files);
    assert_eq!(report.outcome, Outcome::Flagged);
    assert!(report.findings.len() < 300 && report.findings_left_out > 40_000, "{}", report.findings.len());
}

#[test]
fn names_from_outside_are_shown_harmlessly() {
    let folder = laid_out(&[]);
    let file = FileToScan::new("a\u{1b}[31m\u{202e}\n.py", 1, "00");
    let report = scan_listed(folder.path(), &[file]);
    let text = serde_json::to_string(&report).unwrap() + &report.summary();
    assert!(!text.chars().any(|character| character.is_control() || character == '\u{202e}'), "{text}");
}

#[test]
fn a_scan_that_is_ended_has_failed() {
    let folder = laid_out(&[("plugin.py", b"x = 1\n")]);
    let control = Control::new();
    let files = files_in(folder.path(), &control).unwrap();
    control.cancel();
    let report = scan(folder.path(), &files, &Rules::built_in(), None, &control);
    check_failed(&report, "cancelled");
    assert_eq!(files_in(folder.path(), &control).unwrap_err().kind(), ErrorKind::Cancelled);
}

/// A package of which one file fails and another is flagged has failed: nobody knows what else there is.
#[test]
fn failing_weighs_more_than_flagging() {
    let report = scan_files(&[("a.py", b"import socket\n"), ("b.py", b"def f(:\n")]);
    assert_eq!((report.outcome, ids(&report)), (Outcome::Failed, vec!["python.network"]));
}
