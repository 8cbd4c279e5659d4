//! Names and contents of files that are neither libraries nor Python.

use super::super::Outcome;
use super::super::rules::{Kind, Rules};
use super::{check, ids, scan_files};

#[test]
fn every_pattern_of_a_name_is_found() {
    for rule in Rules::built_in().all() {
        for pattern in &rule.patterns {
            let name = pattern.replace('*', "x");
            let path = match rule.kind {
                Kind::FileName => format!("some/folder/{name}"),
                Kind::PythonModule => format!("{name}.py"),
                _ => continue,
            };
            let report = scan_files(&[(&path, b"# nothing\n")]);
            assert!(ids(&report).contains(&rule.id.as_str()), "{} by {path}: {report:?}", rule.id);
            assert_eq!(report.outcome, Outcome::Flagged, "{path}");
        }
    }
}

#[test]
fn honest_names_are_clean() {
    let files: Vec<(&str, &[u8])> = vec![
        ("plugin.json", b"{}"),
        ("README.md", b"# A plugin\n"),
        ("LICENSE", b"MIT"),
        ("my_plugin.py", b"x = 1\n"),
        ("my_plugin/__init__.py", b""),
        // Inside of a package of its own, a name is no other's.
        ("my_plugin/types.py", b""),
        ("my_plugin/json.py", b""),
        ("data/names.csv", b"id,name\n1,Ann\n"),
        ("data/masses.csv", b"MZ,intensity\n100.5,3\n"),
        ("data/numbers.bin", b"\0\x01\x02\x03"),
    ];
    let report = scan_files(&files);
    assert_eq!((report.outcome, report.findings.len()), (Outcome::Clean, 0), "{report:?}");
    assert_eq!(report.files.len(), files.len());
}

#[test]
fn contents_are_found_and_their_twins_are_not() {
    let text: &[u8] = b"id,name\n1,Ann\n";
    let cases: &[(&str, &str, &[u8])] = &[
        ("content.archive", "data.bin", b"PK\x03\x04\x14\0\0\0"),
        ("content.archive", "data.csv", b"\x1f\x8b\x08\0\0\0\0\0"),
        ("content.archive", "data.csv", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ("content.bytecode", "data.bin", b"\xa7\x0d\r\n\0\0\0\0rest"),
        ("content.bytecode", "data.bin", b"\xca\xfe\xba\xbe\0\0\0\x3drest"),
        ("content.bytecode", "data.bin", b"\0asm\x01\0\0\0"),
        ("content.package", "data.bin", b"\xed\xab\xee\xdb\x03\0"),
        ("content.pickle", "data.bin", b"\x80\x04\x95\x10\0\0\0"),
        ("content.pickle", "data.npy", b"\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False}"),
        ("content.script", "run", b"#!/bin/sh\necho\n"),
        ("content.shortcut", "data.bin", b"L\0\0\0\x01\x14\x02\0\0\0\0\0"),
        ("content.disguised_library", "data.csv", &super::library::Library::honest().bytes()),
        ("content.no_library", "lib/libx.so", b"not a library"),
        ("data.test_file", "a.txt", b"X5O!...$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"),
        ("data.hidden_library", "a.bin", b"\0\0\0\x7fELF\x02\x01\x01\0"),
        ("data.private_key", "a.txt", b"-----BEGIN PRIVATE KEY-----\nMC4CAQ\n"),
    ];
    for (rule, path, bad) in cases {
        if *rule == "content.no_library" {
            check(rule, path, (bad, &super::library::Library::honest().bytes()));
        } else {
            check(rule, path, (bad, text));
        }
    }
    let covered: Vec<&str> = cases.iter().map(|(rule, _, _)| *rule).collect();
    for rule in Rules::built_in().all() {
        if matches!(rule.kind, Kind::FileContent | Kind::DataString) {
            assert!(covered.contains(&rule.id.as_str()), "no case for {}", rule.id);
        }
    }
}

#[test]
fn a_zip_behind_something_else_is_found() {
    let end = [b"PK\x05\x06".as_slice(), &[0; 16], &[5, 0], b"hello"].concat();
    let hidden = [b"id,name\n".repeat(100_000).as_slice(), &end].concat();
    let other = [b"id,name\n".repeat(100_000).as_slice(), &end, b"!"].concat();
    check("content.archive", "data.csv", (&hidden, &other));
}

/// A text is found where one block ends and the next begins.
#[test]
fn texts_are_found_across_blocks() {
    let needle = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE";
    for before in (256 * 1024 - needle.len() - 1)..=(256 * 1024 + 1) {
        if before % 5 != 0 && before % 7 != 0 {
            continue;
        }
        let bytes = [vec![b'x'; before].as_slice(), needle, &[b'y'; 10]].concat();
        assert_eq!(ids(&scan_files(&[("a.txt", &bytes)])), ["data.test_file"], "{before}");
    }
}
