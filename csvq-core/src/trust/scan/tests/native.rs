//! Libraries: every rule about them finds something, and nothing in an honest one.

use super::super::model::FileToScan;
use super::super::rules::{Kind, Rules};
use super::super::{Outcome, scan};
use super::library::Library;
use super::{check, ids, laid_out, scan_files};
use crate::config::Severity;
use crate::control::Control;

const PATH: &str = "libplugin.so";

#[test]
fn an_honest_library_is_clean_and_a_plugin() {
    let report = scan_files(&[(PATH, &Library::honest().bytes())]);
    assert_eq!(report.outcome, Outcome::Clean, "{report:?}");
    assert_eq!(report.findings, [], "nothing at all is to be said of it");
}

/// A name that a pattern matches.
fn sample(pattern: &str) -> String {
    pattern.replace("[[]]", "[]").replace('*', "X")
}

#[test]
fn every_pattern_of_an_import_a_library_and_a_text_is_found() {
    for rule in Rules::built_in().all() {
        for pattern in &rule.patterns {
            let mut library = Library::honest();
            match rule.kind {
                Kind::NativeImport => library.imports.push(sample(pattern)),
                Kind::NativeLibrary => library.needed.push(sample(pattern)),
                Kind::NativeRunPath => library.run_paths.push(sample(pattern)),
                Kind::NativeString => library.data.extend(pattern.as_bytes()),
                _ => continue,
            }
            let report = scan_files(&[(PATH, &library.bytes())]);
            let found: Vec<_> = report.findings.iter().filter(|finding| finding.rule == rule.id).collect();
            assert_eq!(found.len(), 1, "{} by {pattern}: {report:?}", rule.id);
            assert_eq!(report.outcome == Outcome::Flagged, found[0].severity >= Severity::Medium, "{}", rule.id);
        }
    }
}

#[test]
fn names_that_only_hold_another_are_not_meant() {
    let mut library = Library::honest();
    for name in ["my_socket", "reconnect", "system_of_units", "executive", "forked", "killer", "bind_columns"] {
        library.imports.push(name.to_owned());
    }
    for name in ["libzstd.so.1", "libstdc++.so.6", "libgomp.so.1", "ld-linux-x86-64.so.2"] {
        library.needed.push(name.to_owned());
    }
    library.run_paths = vec!["$ORIGIN".to_owned(), "$ORIGIN/lib".to_owned()];
    let report = scan_files(&[(PATH, &library.bytes())]);
    assert_eq!(report.findings, []);
}

/// Checks that a change of an honest library is found by a rule.
#[track_caller]
fn check_shape(rule: &str, change: impl FnOnce(&mut Library)) {
    let mut library = Library::honest();
    change(&mut library);
    check(rule, PATH, (&library.bytes(), &Library::honest().bytes()));
}

#[test]
fn how_a_library_is_built_is_found() {
    check_shape("native.executable_stack", |library| library.stack_flags = Some(7));
    check_shape("native.executable_stack", |library| library.stack_flags = None);
    check_shape("native.writable_code", |library| library.code_flags = 7);
    check_shape("native.text_relocations", |library| library.entries.push((22, 0)));
    check_shape("native.text_relocations", |library| library.entries.push((30, 4)));
    check_shape("native.constructors", |library| library.entries.push((27, 8)));
    check_shape("native.audit", |library| library.entries.push((0x6fff_fefc, 1)));
    check_shape("native.foreign_platform", |library| library.machine = 8);
    check_shape("native.is_program", |library| library.kind = 2);
    check_shape("native.is_program", |library| library.interpreter = true);
    check_shape("native.no_library", |library| library.kind = 1);
    check_shape("native.no_plugin", |library| library.exports.clear());
    check_shape("native.packed", |library| library.code = noise(20_000));
    check_shape("native.packed_data", |library| library.data = noise(600_000));
    // A packer leaves its mark near the beginning.
    check_shape("native.packed", |library| library.exports.push("UPX!".to_owned()));
}

/// Bytes without any order, always the same ones.
pub(super) fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

#[test]
fn a_library_must_be_of_the_platform_that_the_manifest_says() {
    let bytes = Library { machine: 62, ..Library::honest() }.bytes();
    let folder = laid_out(&[(PATH, &bytes)]);
    let control = Control::new();
    let file = FileToScan::new(PATH, bytes.len() as u64, super::super::file::sha256(&bytes));
    let of = |target: &str| {
        let file = file.clone().for_target(target);
        scan(folder.path(), &[file], &Rules::built_in(), None, &control).outcome
    };
    for (target, expected) in [
        ("x86_64-unknown-linux-gnu", Outcome::Clean),
        ("x86_64-unknown-linux-musl", Outcome::Clean),
        ("aarch64-unknown-linux-gnu", Outcome::Flagged),
        ("x86_64-apple-darwin", Outcome::Flagged),
        ("x86_64-pc-windows-msvc", Outcome::Flagged),
        ("nonsense", Outcome::Flagged),
    ] {
        assert_eq!(of(target), expected, "{target}");
    }
}

/// Sections are what tools look at, and nobody who loads a library: there are none here, or false ones.
#[test]
fn what_is_loaded_is_seen_without_sections() {
    let mut library = Library::honest();
    library.imports.push("socket".to_owned());
    let mut bytes = library.bytes();
    assert!(ids(&scan_files(&[(PATH, &bytes)])).contains(&"native.network"));
    // e_shoff and e_shnum lead to nowhere.
    bytes[0x28..0x30].copy_from_slice(&u64::MAX.to_le_bytes());
    bytes[0x3c..0x3e].copy_from_slice(&9u16.to_le_bytes());
    assert!(ids(&scan_files(&[(PATH, &bytes)])).contains(&"native.network"));
}

/// The loader looks a name up in other libraries first, even where this one has one of its own.
#[test]
fn a_name_that_is_defined_and_still_looked_up_is_seen() {
    let mut library = Library::honest();
    library.imports.push("system".to_owned());
    let mut bytes = library.bytes();
    // The symbol gets a section, as if it were the library's own.
    let name = bytes.windows(8).position(|window| window == b"\0system\0").unwrap() + 1;
    let strings = bytes.windows(8).position(|window| window == b"\0malloc\0").unwrap();
    let name = ((name - strings) as u32).to_le_bytes();
    let symbol = bytes.windows(8).position(|window| window[..4] == name && window[4] == 0x12).unwrap();
    bytes[symbol + 6] = 1;
    assert!(ids(&scan_files(&[(PATH, &bytes)])).contains(&"native.program"));
}

#[test]
fn machine_code_is_found_whatever_its_name() {
    let mut library = Library::honest();
    library.imports.push("execve".to_owned());
    for path in ["data/table.csv", "plugin.py", "README.md"] {
        let report = scan_files(&[(path, &library.bytes())]);
        let found = ids(&report);
        assert!(found.contains(&"native.program") && found.contains(&"content.disguised_library"), "{path}: {found:?}");
    }
}
