//! Laws that hold for any cells.

use std::collections::HashSet;

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::fixtures::{Fixture, Record, Row};
use super::rendered;
use crate::report::DifferenceKind;
use crate::report::export::{ExportOptions, export};
use crate::report::quote::RecordWriter;
use crate::report::render::{Format, RenderOptions};

/// What means something to HTML or JavaScript inside a string of JSON.
const ACTING: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

/// A small reader of RFC 4180, written apart from the writer.
pub(super) fn read_records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut characters = text.chars().peekable();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    assert!(!quoted && record.is_empty() && field.is_empty(), "the last record has no end");
    records
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab,\"\r\n\t=|\\\\ ]{0,6}",
        "\\PC{0,12}",
        any::<String>(),
        "[a-z]{0,3}[\u{1b}\u{202e}\u{fe0f}\u{301}\u{200d}👩❤1東]{0,8}",
        "x{40,400}",
    ]
}

fn nullable() -> impl Strategy<Value = Option<String>> {
    prop_oneof![1 => Just(None), 6 => cell().prop_map(Some)]
}

/// Any comparison of three columns, the first the key.
pub(super) fn comparison() -> impl Strategy<Value = Fixture> {
    let record = || prop::collection::vec(nullable(), 3);
    let rows = prop::collection::vec((0..3_u8, record(), record()), 0..6);
    (rows, cell(), cell(), any::<bool>()).prop_map(|(rows, key, name, keyed)| {
        let names = [key.as_str(), name.as_str(), "third"];
        let mut fixture = Fixture::new(&names, &names, if keyed { &names[..1] } else { &[] });
        let mut rows = rows;
        rows.sort_by_key(|row| row.0);
        for (number, (kind, left, mut right)) in (1..).zip(rows) {
            match kind {
                0 => {
                    if keyed {
                        right[0].clone_from(&left[0]);
                    }
                    fixture.push(DifferenceKind::Changed, Some(number), Some(number), left, right);
                }
                1 => fixture.push(DifferenceKind::Removed, Some(number), None, left, Record::new()),
                _ => fixture.push(DifferenceKind::Added, None, Some(number), Record::new(), right),
            }
        }
        fixture.unchanged = 7;
        fixture
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_records_are_read_back(records in prop::collection::vec(prop::collection::vec(cell(), 1..4), 0..5)) {
        let mut writer = RecordWriter::new(Vec::new(), false);
        for record in &records {
            writer.write(record).expect("writing to memory");
        }
        let text = String::from_utf8(writer.into_inner()).expect("UTF-8");
        prop_assert_eq!(read_records(&text), records);
    }

    #[test]
    fn text_stays_within_its_width_and_acts_on_no_terminal(fixture in comparison(), width in 0..130_usize) {
        let comparison = fixture.build();
        let text = rendered(&comparison, Format::Text, &RenderOptions { width, ..RenderOptions::default() });
        for line in text.split('\n') {
            prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
            prop_assert!(!line.contains(char::is_control), "{line:?}");
        }
        let coloured = RenderOptions { colour: true, width, ..RenderOptions::default() };
        prop_assert_eq!(without_styles(&rendered(&comparison, Format::Text, &coloured)), text);
    }

    #[test]
    fn tables_of_markdown_never_break(fixture in comparison()) {
        let comparison = fixture.build();
        let text = rendered(&comparison, Format::Markdown, &RenderOptions::default());
        let mut cells = None;
        for line in text.split('\n') {
            let pipes = line.matches('|').count();
            prop_assert!(pipes == 0 || cells.is_none_or(|cells| cells == pipes), "{line:?}");
            cells = (pipes > 0).then_some(pipes);
            let tags = ["<code>", "</code>", "<!-- -->"];
            let left = tags.iter().fold(line.to_owned(), |line, tag| line.replace(tag, ""));
            prop_assert!(!left.contains(['<', '[', ']']), "{line:?}");
        }
    }

    #[test]
    fn json_is_safe_in_pages_and_reads_back(fixture in comparison()) {
        let comparison = fixture.build();
        let text = rendered(&comparison, Format::Json, &RenderOptions::default());
        prop_assert!(!text.contains(ACTING));
        prop_assert_eq!(&serde_json::from_str::<crate::report::Report>(&text).expect("a report"), &comparison.report);
        let lines = rendered(&comparison, Format::Jsonl, &RenderOptions::default());
        prop_assert!(!lines.contains(ACTING));
        let rows: Result<Vec<crate::report::RowDifference>, _> = lines.lines().map(serde_json::from_str).collect();
        prop_assert_eq!(&rows.expect("rows"), &comparison.report.details.rows);
    }

    #[test]
    fn csv_has_a_record_for_each_cell(fixture in comparison()) {
        let comparison = fixture.build();
        let records = read_records(&rendered(&comparison, Format::Csv, &RenderOptions::default()));
        let rows = &comparison.report.details.rows;
        let expected: usize = rows.iter().map(|row| row.cells.len().max(1)).sum();
        prop_assert_eq!(records.len(), 1 + expected);
        prop_assert!(records.iter().all(|record| record.len() == records[0].len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn exports_hold_the_records(fixture in comparison()) {
        let comparison = fixture.clone().build();
        let home = tempfile::tempdir().expect("a folder");
        let summary = export(&comparison, home.path(), &ExportOptions::default()).expect("an export");
        let counts = &comparison.report.details.counts;
        let expected = [counts.added, counts.removed, counts.changed];
        let counted = ["added", "removed", "changed"].map(|name| summary.records(name).expect("a file"));
        prop_assert_eq!(counted, expected);
        for (file, count) in summary.files.iter().zip(expected) {
            let records = read_records(&std::fs::read_to_string(&file.path).expect("a file"));
            prop_assert_eq!(records.len() as u64, 1 + count);
            prop_assert!(records.iter().all(|record| record.len() == records[0].len()));
        }
        let names: HashSet<&String> = fixture.layout.left_columns.iter().collect();
        if names.len() == fixture.layout.left_columns.len() {
            let mut expected = records_of(&fixture, |row| &row.right);
            let files = [0, 1, 2].map(|at| std::fs::read_to_string(&summary.files[at].path).expect("a file"));
            let mut patched = patched(&fixture, &files);
            expected.sort();
            patched.sort();
            prop_assert_eq!(patched, expected);
        }
    }
}

/// The records of one side among the rows that differ, nulls as empty cells.
fn records_of(fixture: &Fixture, side: impl Fn(&Row) -> &Record) -> Vec<Vec<String>> {
    let records = fixture.rows.iter().map(side).filter(|record| !record.is_empty());
    records.map(|record| record.iter().map(|cell| cell.clone().unwrap_or_default()).collect()).collect()
}

/// The left records with the exported files (added, removed, changed) applied to them.
fn patched(fixture: &Fixture, files: &[String; 3]) -> Vec<Vec<String>> {
    let [added, removed, changed] = files.each_ref().map(|text| read_records(text));
    let numbers = fixture.rows.iter().filter_map(|row| row.left_row);
    let mut left: Vec<(u64, Vec<String>)> = numbers.zip(records_of(fixture, |row| &row.left)).collect();
    let sides = 2 + fixture.layout.key.len();
    for record in &changed[1..] {
        let number: u64 = record[0].parse().expect("a row's number");
        let target = left.iter_mut().find(|(row, _)| *row == number).expect("the row");
        for (index, name) in fixture.layout.left_columns.iter().enumerate() {
            let header = format!("{name}.right");
            // Pairs of columns follow the key; the second of a pair is the right side.
            let right = (sides + 1..record.len()).step_by(2).find(|&at| changed[0][at] == header);
            if let Some(at) = right {
                target.1[index].clone_from(&record[at]);
            }
        }
    }
    for record in &removed[1..] {
        let at = left.iter().position(|(_, left)| left == record).expect("the removed record");
        left.remove(at);
    }
    left.into_iter().map(|(_, record)| record).chain(added.into_iter().skip(1)).collect()
}

fn without_styles(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').expect("the end of a style").1;
    }
    plain + rest
}
