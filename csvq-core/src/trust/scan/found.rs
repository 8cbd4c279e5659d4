//! Where findings are gathered: bounded, whatever a file brings up.

use std::collections::HashMap;

use super::model::{Failure, Finding, Outcome, ScanReport, ScannedFile};
use super::rules::{Kind, Rules};
use super::words;

/// So many findings of one rule in one file are kept.
const OF_ONE_RULE: u32 = 20;
/// So many findings are kept in all, and as many failures.
const IN_ALL: usize = 2_000;

/// What was found so far.
pub(super) struct Found<'a> {
    pub(super) rules: &'a Rules,
    file: Option<String>,
    findings: Vec<Finding>,
    failures: Vec<Failure>,
    left_out: u64,
    /// How many findings of each rule there are in this file.
    counts: HashMap<usize, u32>,
    /// The places where each rule found something last.
    last: HashMap<usize, (Option<u64>, String)>,
    flagged: bool,
}

impl<'a> Found<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        Self {
            rules,
            file: None,
            findings: Vec::new(),
            failures: Vec::new(),
            left_out: 0,
            counts: HashMap::new(),
            last: HashMap::new(),
            flagged: false,
        }
    }

    /// From here on it is about this file.
    pub(super) fn begin(&mut self, path: &str) {
        self.file = Some(words::shown(path));
        self.counts.clear();
        self.last.clear();
    }

    /// From here on it is about no file.
    pub(super) fn end_files(&mut self) {
        self.file = None;
        self.counts.clear();
        self.last.clear();
    }

    /// Adds what the rules of a kind say of a name, and gives the numbers of those that do.
    pub(super) fn check(&mut self, kind: Kind, text: &str, line: Option<u64>) -> Vec<usize> {
        let matched = self.rules.of_name(kind, text);
        for number in &matched {
            self.add(*number, text, line);
        }
        matched
    }

    /// Adds what a rule, by its number, found.
    pub(super) fn add(&mut self, number: usize, found: &str, line: Option<u64>) {
        let Some(rule) = self.rules.rule(number) else { return };
        self.flagged |= rule.severity >= self.rules.threshold();
        let found = words::word(found);
        let place = (line, found);
        if self.last.get(&number) == Some(&place) {
            return;
        }
        let count = self.counts.entry(number).or_default();
        *count += 1;
        if *count > OF_ONE_RULE || self.findings.len() >= IN_ALL {
            self.left_out += 1;
            return;
        }
        self.findings.push(Finding {
            file: self.file.clone(),
            line,
            rule: rule.id.clone(),
            severity: rule.severity,
            message: rule.message.clone(),
            found: Some(place.1.clone()),
        });
        self.last.insert(number, place);
    }

    /// Adds what an outside scanner found.
    pub(super) fn add_outside(&mut self, finding: Finding) {
        self.flagged |= finding.severity >= self.rules.threshold();
        if self.findings.len() >= IN_ALL {
            self.left_out += 1;
        } else {
            self.findings.push(finding);
        }
    }

    /// Says that something could not be looked at.
    pub(super) fn fail(&mut self, message: String) {
        if self.failures.len() < IN_ALL {
            self.failures.push(Failure { file: self.file.clone(), message });
        }
    }

    pub(super) fn into_report(mut self, files: Vec<ScannedFile>) -> ScanReport {
        let outcome = match (self.failures.is_empty(), self.flagged) {
            (false, _) => Outcome::Failed,
            (true, true) => Outcome::Flagged,
            (true, false) => Outcome::Clean,
        };
        // The order of files stays among findings of one severity.
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        ScanReport {
            outcome,
            threshold: self.rules.threshold(),
            findings: self.findings,
            findings_left_out: self.left_out,
            failures: self.failures,
            files,
            rules_sha256: self.rules.sha256().to_owned(),
            outside: None,
            elapsed_ms: 0,
        }
    }
}
