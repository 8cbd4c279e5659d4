use serde_json::{Map, Value, json};

use super::{Answer, Delegated};
use crate::compare::{Comparator, ComparatorInfo, Job, RowCompare};
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::report::{Comparison, DifferenceKind, RowDifference};
use crate::source::Source;
use crate::spec::{By, CompareSpec};
use crate::table::{ColumnValues, Table};

const LEFT: &str = "id,name,city,price\n1,ann,Graz,1.0\n2,bob,Linz,2.5\n3,cid,Wien,3\n5,eve,,5\n";
const RIGHT: &str = "city,id,name,price\nLinz,2,Bob,2.5\nGraz,1,ann,1.0\nWien,3,cid,4\nBonn,6,fay,6\n";

fn job(left: &str, right: &str, spec: CompareSpec) -> Job {
    let side = |name: &str, text: &str| Source::Bytes { name: name.to_owned(), bytes: text.as_bytes().into() };
    Job { left: side("left", left), right: side("right", right), spec, parameters: Map::new(), control: Control::new() }
}

fn by_id() -> CompareSpec {
    CompareSpec { key: vec!["id".parse().unwrap()], ..CompareSpec::default() }
}

fn info() -> ComparatorInfo {
    ComparatorInfo { name: "other".into(), version: "1.0.0".into(), summary: "".into(), parameters: "{}".into() }
}

/// A difference as a plugin tells it.
type Told<'a> = (&'a str, Option<u64>, Option<u64>, Option<&'a str>);

fn differences(told: &[Told<'_>]) -> Table {
    let texts = |of: fn(&Told<'_>) -> Option<String>| ColumnValues::Texts(told.iter().map(of).collect());
    let rows = |of: fn(&Told<'_>) -> Option<u64>| ColumnValues::Unsigned(told.iter().map(of).collect());
    let columns = vec![
        ("kind".to_owned(), texts(|told| Some(told.0.to_owned()))),
        ("left_row".to_owned(), rows(|told| told.1)),
        ("right_row".to_owned(), rows(|told| told.2)),
        ("column".to_owned(), texts(|told| told.3.map(str::to_owned))),
    ];
    Table::from_columns("differences", columns).unwrap()
}

fn answered(job: &Job, outcome: Value, told: Option<&[Told<'_>]>) -> Result<Comparison> {
    let answer = Answer { outcome, differences: told.map(differences) };
    Delegated::open(job)?.comparison(info(), job, answer)
}

/// What a comparison found, as a plugin would tell it.
fn told(rows: &[RowDifference]) -> Vec<Told<'_>> {
    let mut told = Vec::new();
    for row in rows {
        if row.kind == DifferenceKind::Changed {
            let cells = row.cells.iter();
            told.extend(cells.map(|cell| ("changed", row.left_row, row.right_row, Some(cell.column.as_str()))));
        } else {
            told.push((row.kind.as_str(), row.left_row, row.right_row, None));
        }
    }
    told
}

#[test]
fn what_the_engine_finds_is_reported_the_same_when_others_tell_it() {
    let position = CompareSpec { by: By::Position, ..CompareSpec::default() };
    for spec in [by_id(), position, CompareSpec { limit: Some("1".parse().unwrap()), ..by_id() }] {
        let job = job(LEFT, RIGHT, spec);
        let all = Job { spec: CompareSpec { limit: None, ..job.spec.clone() }, ..job.clone() };
        let own = RowCompare.compare(job.clone()).unwrap();
        let rows = RowCompare.compare(all).unwrap().report.details.rows;
        let told = answered(&job, json!({ "is_equal": false }), Some(&told(&rows))).unwrap();
        assert_eq!(told.report.details.rows, own.report.details.rows);
        assert_eq!(told.report.details.counts, own.report.details.counts);
        assert_eq!(told.report.details.schema, own.report.details.schema);
        assert_eq!(told.report.highlights, own.report.highlights);
        assert_eq!(told.report.details.truncated, own.report.details.truncated);
        let changed = |comparison: &Comparison| -> Vec<(String, u64, Option<f64>)> {
            let columns = comparison.report.details.columns.iter();
            columns.map(|column| (column.name.clone(), column.changed, column.match_rate)).collect()
        };
        assert_eq!(changed(&told), changed(&own));
        for kind in [DifferenceKind::Added, DifferenceKind::Removed, DifferenceKind::Changed] {
            let (told, own) = (told.table(kind).unwrap(), own.table(kind).unwrap());
            assert_eq!(told.rows(), own.rows(), "{kind:?}");
        }
        assert_eq!(told.report.metadata.engine, "plugin");
    }
}

#[test]
fn the_document_names_the_paired_columns_and_hides_what_is_left_out() {
    let spec = CompareSpec { ignore: vec!["city".into()], ..by_id() };
    let delegated = Delegated::open(&job(LEFT, RIGHT, spec)).unwrap();
    let document = delegated.document();
    assert_eq!(document["key"], json!([{ "left": "id", "right": "id" }]));
    let columns = json!([{ "left": "name", "right": "name" }, { "left": "price", "right": "price" }]);
    assert_eq!(document["columns"], columns);
    let [left, right] = delegated.tables().unwrap();
    let names = |table: &Table| table.fields().iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&left), ["id", "name", "price"]);
    assert_eq!(names(&right), ["id", "name", "price"]);
    assert_eq!((left.rows(), right.rows()), (4, 4));
}

#[test]
fn an_answer_without_differences_is_taken_at_its_word() {
    let outcome = json!({
        "is_equal": false, "summary": "They drifted.\u{1b}[31m", "extra": { "score": 0.5 }, "errors": ["one\ntwo"],
        "counts": { "changed": 2, "unchanged": 1, "removed": 1, "added": 1, "changed_cells": 3 },
        "columns": [{ "name": "price", "changed": 2, "max_abs_diff": 1.5 }],
    });
    let details = answered(&job(LEFT, RIGHT, by_id()), outcome, None).unwrap().report.details;
    assert_eq!(details.summary, "They drifted. [31m");
    assert_eq!(details.errors, ["one two"]);
    assert_eq!(details.extra["score"], 0.5);
    assert_eq!((details.counts.matched, details.counts.changed, details.counts.changed_cells), (3, 2, 3));
    let price = details.columns.iter().find(|column| column.name == "price").unwrap();
    assert_eq!((price.changed, price.max_abs_diff), (2, Some(1.5)));
}

#[test]
fn answers_that_can_not_be_are_refused() {
    let job = job(LEFT, RIGHT, by_id());
    let not_equal = || json!({ "is_equal": false });
    let changed: Told<'_> = ("changed", Some(2), Some(1), Some("name"));
    let refused = |outcome: Value, told: Option<&[Told<'_>]>| {
        let error = answered(&job, outcome, told).err().expect("it should be refused");
        assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
        assert_eq!(error.context().plugin.as_deref(), Some("other"));
        error.to_string()
    };
    refused(json!({}), None);
    refused(json!([true]), None);
    refused(json!({ "is_equal": "no" }), None);
    refused(json!({ "is_equal": true }), Some(&[changed]));
    refused(json!({ "is_equal": false, "counts": { "left_rows": 7 } }), None);
    refused(json!({ "is_equal": false, "counts": { "changed": 2 } }), Some(&[changed]));
    refused(json!({ "is_equal": false, "counts": { "matched": 5 } }), None);
    refused(json!({ "is_equal": false, "counts": { "unchanged": u64::MAX } }), None);
    refused(json!({ "is_equal": false, "columns": [{ "name": "nothing" }] }), None);
    refused(json!({ "is_equal": false, "columns": [{ "name": "name", "changed": 7 }] }), Some(&[changed]));
    for wrong in [
        ("moved", Some(1), Some(1), None),
        ("changed", Some(0), Some(1), None),
        ("changed", Some(5), Some(1), None),
        ("changed", Some(1), Some(u64::MAX), None),
        ("changed", Some(1), None, None),
        ("changed", None, None, None),
        ("added", Some(1), Some(1), None),
        ("removed", None, Some(1), None),
        ("changed", Some(1), Some(1), Some("id")),
        ("changed", Some(1), Some(1), Some("nothing")),
    ] {
        refused(not_equal(), Some(&[wrong]));
    }
    refused(not_equal(), Some(&[changed, changed]));
    refused(not_equal(), Some(&[changed, ("changed", Some(2), Some(2), Some("city"))]));
    refused(not_equal(), Some(&[changed, ("removed", Some(2), None, None)]));
    let message = refused(not_equal(), Some(&[("changed", Some(9), Some(1), None)]));
    assert!(message.contains("rows count from 1 to 4"), "{message}");
    // A table of a plugin's own form is passed on; one that has some of the columns is to have them all.
    let one =
        |name: &str| Table::from_columns("x", vec![(name.to_owned(), ColumnValues::Integers(vec![Some(1)]))]).unwrap();
    let answer = Answer { outcome: not_equal(), differences: Some(one("score")) };
    let comparison = Delegated::open(&job).unwrap().comparison(info(), &job, answer).unwrap();
    assert_eq!(comparison.differences.unwrap().fields()[0].name, "score");
    let table = one("kind");
    let answer = Answer { outcome: not_equal(), differences: Some(table) };
    let error = Delegated::open(&job).unwrap().comparison(info(), &job, answer).err().expect("it should be refused");
    assert_eq!(error.kind(), ErrorKind::Plugin);
}

#[test]
fn duplicate_keys_are_refused_before_anybody_else_sees_them() {
    let twice = "id,v\n1,a\n1,b\n";
    let refuse = CompareSpec { duplicates: crate::spec::DuplicatePolicy::Error, ..by_id() };
    let error = Delegated::open(&job(twice, twice, refuse.clone())).err().expect("it should be refused");
    assert_eq!(error.kind(), ErrorKind::DuplicateKey, "{error}");
    Delegated::open(&job(LEFT, RIGHT, refuse)).unwrap();
    Delegated::open(&job(twice, twice, by_id())).unwrap();
}

#[test]
fn the_limit_is_a_number_or_nothing() {
    let limit = |limit: &str| {
        let spec = CompareSpec { limit: Some(limit.parse().unwrap()), ..by_id() };
        Delegated::open(&job(LEFT, RIGHT, spec)).unwrap().document()["limit"].clone()
    };
    assert_eq!((limit("all"), limit("7")), (Value::Null, json!(7)));
}

#[test]
fn a_pair_may_differ_as_a_whole() {
    let told: &[Told<'_>] = &[("changed", Some(1), Some(2), None)];
    let comparison = answered(&job(LEFT, RIGHT, by_id()), json!({ "is_equal": false }), Some(told)).unwrap();
    let details = &comparison.report.details;
    assert_eq!((details.counts.changed, details.counts.changed_cells), (1, 0));
    assert_eq!(details.rows[0].key, [Some("1".to_owned())]);
    assert!(details.rows[0].cells.is_empty());
}
