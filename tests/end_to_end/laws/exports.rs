//! The exported files, applied to the left table, give the right one.

use std::fs;

use csvq_core::compare::{Job, comparator};
use csvq_core::control::Control;
use csvq_core::report::export::{ExportOptions, export};
use csvq_core::source::Source;
use csvq_core::spec::{By, ColumnPair, CompareSpec};
use csvq_tests::naive::{Pairing, Rules};
use csvq_tests::writing::{read, write};
use proptest::prelude::*;

use super::tables::{Pair, Rows, pair};

/// Exports the differences of two texts, and reads back the added, the removed and the changed records.
fn exported(pair: &Pair, header: [&[String]; 2], right: &Rows) -> [Vec<Vec<String>>; 3] {
    let source = |name: &str, bytes: Vec<u8>| Source::Bytes { name: name.to_owned(), bytes: bytes.into() };
    let key = |width: usize| pair.header()[..width].iter().map(ColumnPair::same).collect();
    let spec = match pair.pairing {
        Pairing::Key(width) => CompareSpec { key: key(width), ..CompareSpec::default() },
        Pairing::Position => CompareSpec { by: By::Position, ..CompareSpec::default() },
        Pairing::Content => CompareSpec { by: By::Content, ..CompareSpec::default() },
    };
    let job = Job {
        left: source("left", write(header[0], &pair.left, &pair.styles[0])),
        right: source("right", write(header[1], right, &pair.styles[1])),
        spec: CompareSpec { delimiter: Some(",".to_owned()), threads: Some(1), ..spec },
        parameters: serde_json::Map::new(),
        control: Control::new(),
    };
    let comparison = comparator("row_compare").unwrap().compare(job).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let summary = export(&comparison, folder.path(), &ExportOptions::default()).unwrap();
    let counts = ["added", "removed", "changed"].map(|name| summary.records(name).unwrap());
    let [added, removed, changed] = <[_; 3]>::try_from(summary.files).unwrap();
    let records = [added, removed, changed].map(|file| read(&fs::read_to_string(file.path).unwrap()));
    assert_eq!(counts, records.each_ref().map(|records| records.len() as u64 - 1));
    records
}

/// The right table as the left one and the exported files make it, in no particular order.
fn patched(left: &Rows, names: &[String], [added, removed, changed]: [Vec<Vec<String>>; 3]) -> Rows {
    let mut rows: Vec<Option<Vec<String>>> = left.iter().cloned().map(Some).collect();
    let mut patched = Vec::new();
    let header = &changed[0];
    for record in &changed[1..] {
        let mut row = rows[record[0].parse::<usize>().unwrap() - 1].take().unwrap();
        for (name, cell) in header.iter().zip(record) {
            if let Some(name) = name.strip_suffix(".right") {
                row[names.iter().position(|own| own == name).unwrap()].clone_from(cell);
            }
        }
        patched.push(row);
    }
    for record in &removed[1..] {
        let row = rows.iter_mut().find(|row| row.as_ref() == Some(record)).unwrap();
        *row = None;
    }
    let places: Vec<usize> =
        names.iter().map(|name| added[0].iter().position(|other| other == name).unwrap()).collect();
    patched.extend(added[1..].iter().map(|record| places.iter().map(|place| record[*place].clone()).collect()));
    patched.extend(rows.into_iter().flatten());
    patched.sort();
    patched
}

proptest! {
    #![proptest_config(super::config())]

    #[test]
    fn patching_the_left_gives_the_right(pair in pair(), turned: bool) {
        let mut pair = Pair { rules: Rules::default(), ..pair };
        pair.styles.iter_mut().for_each(|style| style.escapes = false);
        let header = pair.header();
        let turn = |row: &Vec<String>| -> Vec<String> {
            if turned { row.iter().rev().cloned().collect() } else { row.clone() }
        };
        let right: Rows = pair.right.iter().map(turn).collect();
        let files = exported(&pair, [&header, &turn(&header)], &right);
        let mut expected = pair.right.clone();
        expected.sort();
        prop_assert_eq!(patched(&pair.left, &header, files), expected);
    }
}
