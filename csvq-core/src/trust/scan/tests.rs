//! Whole scans of files that are made here.

mod attacks;
mod files;
mod honest;
mod laws;
mod library;
mod native;
mod other_formats;
#[cfg(unix)]
mod outside;
mod python;
mod rules;

use std::fs;

use super::{Rules, ScanReport, files_in, scan};
use crate::control::Control;

/// Scans files, each a path and its content.
fn scan_files(files: &[(&str, &[u8])]) -> ScanReport {
    scan_by(&Rules::built_in(), files)
}

fn scan_by(rules: &Rules, files: &[(&str, &[u8])]) -> ScanReport {
    let folder = laid_out(files);
    let control = Control::new();
    let list = files_in(folder.path(), &control).unwrap();
    scan(folder.path(), &list, rules, None, &control)
}

fn laid_out(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

/// The ids of the rules that found something, each once and ordered.
fn ids(report: &ScanReport) -> Vec<&str> {
    let mut ids: Vec<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Checks that a rule finds something in one file, and nothing in its honest twin.
#[track_caller]
fn check(rule: &str, path: &str, (bad, twin): (&[u8], &[u8])) {
    let report = scan_files(&[(path, bad)]);
    assert!(report.failures.is_empty(), "{rule}: {:?}", report.failures);
    assert!(ids(&report).contains(&rule), "{rule} finds nothing in {path}: {:?}", ids(&report));
    let report = scan_files(&[(path, twin)]);
    assert!(report.failures.is_empty(), "{rule}, twin: {:?}", report.failures);
    assert!(!ids(&report).contains(&rule), "{rule} finds something in the twin: {:?}", report.findings);
}
