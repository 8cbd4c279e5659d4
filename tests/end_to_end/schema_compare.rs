//! `schema_compare`: what became of columns, and what of it a mode calls equal.

use csvq_core::compare::{Comparator as _, Job, SchemaCompare};
use csvq_core::control::Control;
use csvq_core::report::{RenameEvidence, Report};
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;
use csvq_core::table::Table;
use csvq_core::types::TypeRelation;
use csvq_tests::Workplace;
use polars::prelude::{Column, DataFrame};

use super::{report, stdout};

fn frame(columns: Vec<Column>) -> Source {
    Source::Table(Table::new("frame", DataFrame::new_infer_height(columns).unwrap()).unwrap())
}

fn compare(left: Source, right: Source, strict: bool) -> Report {
    let parameters = [("strict_mode".to_owned(), strict.into())].into_iter().collect();
    let job = Job { left, right, spec: CompareSpec::default(), parameters, control: Control::new() };
    SchemaCompare.compare(job).unwrap().report
}

fn text(text: &str) -> Source {
    Source::Bytes { name: "text".to_owned(), bytes: text.as_bytes().into() }
}

fn integers() -> [Source; 3] {
    let ids = |name: &str| Column::new(name.into(), [1_i32, 2]);
    let wide = Column::new("a".into(), [1_i64, 2]);
    [frame(vec![ids("a"), ids("b")]), frame(vec![ids("b"), ids("a")]), frame(vec![wide, ids("b")])]
}

#[test]
fn strict_mode_asks_for_order_and_exact_types() {
    let [base, reordered, wider] = integers();
    let verdict = |left: &Source, right: &Source| {
        [false, true].map(|strict| compare(left.clone(), right.clone(), strict).is_equal)
    };
    assert_eq!(verdict(&base, &base), [true, true]);
    assert_eq!(verdict(&base, &reordered), [true, false]);
    assert_eq!(verdict(&base, &wider), [true, false]);
    assert_eq!(verdict(&wider, &base), [false, false]);
    let found = compare(wider, base, false).details.schema;
    assert_eq!((found.type_changes[0].column.as_str(), found.type_changes[0].change), ("a", TypeRelation::Narrowed));
    let shorter = frame(vec![Column::new("a".into(), [1_i32])]);
    let [base, ..] = integers();
    let found = compare(base, shorter, false);
    assert_eq!((found.is_equal, &found.details.schema.only_left[..]), (false, &["b".to_owned()][..]));
}

#[test]
fn text_is_of_the_type_that_it_can_be_read_as() {
    let [base, ..] = integers();
    assert!(compare(base.clone(), text("a,b\n1,2\n"), true).is_equal);
    let found = compare(base, text("a,b\n1.5,2\n"), false);
    let change = &found.details.schema.type_changes[0];
    assert_eq!(
        (change.left.as_str(), change.right.as_str(), change.change),
        ("int32", "decimal", TypeRelation::Widened)
    );
    let found = compare(text("a,b,c\n1,2024-01-01,x\n"), text("a,b,c\n1.5,2024-01-01T10:00:00,7\n"), false);
    let changes: Vec<_> =
        found.details.schema.type_changes.iter().map(|change| (change.column.as_str(), change.change)).collect();
    assert_eq!(changes, [("a", TypeRelation::Widened), ("b", TypeRelation::Widened), ("c", TypeRelation::Narrowed)]);
}

/// Tables whose `city` became `town` in another order of rows, with as many booleans that mean something else.
fn renamed() -> Workplace {
    let rows: Vec<(u32, String, bool, bool)> =
        (0..400).map(|id| (id, format!("city {}", id * 7 % 93), id % 2 == 0, id % 3 == 0)).collect();
    let left: String = rows.iter().map(|(id, city, one, _)| format!("{id},{city},{one},{}\n", id % 5)).collect();
    let right: String =
        rows.iter().rev().map(|(id, city, _, other)| format!("{},{id},{city},{other}\n", id % 5)).collect();
    let files =
        [("left.csv", format!("id,city,is_new,rank\n{left}")), ("right.csv", format!("rank,id,town,is_old\n{right}"))];
    Workplace::with(&files.each_ref().map(|(name, text)| (*name, text.as_str()))).unwrap()
}

#[test]
fn renamed_columns_are_found_by_what_they_hold() {
    let place = renamed();
    let run = |more: &[&str]| {
        let base = ["compare", "left.csv", "right.csv", "--with", "schema_compare", "--format", "json"];
        report(&place.run(&[&base[..], more].concat()).unwrap()).details.schema
    };
    for (more, evidence) in [(&[][..], RenameEvidence::Values), (&["--key", "id"], RenameEvidence::Key)] {
        let found = run(more);
        assert_eq!(found.renamed.len(), 1, "{found:?}");
        let column = &found.renamed[0];
        assert_eq!((column.left.as_str(), column.right.as_str()), ("city", "town"));
        assert_eq!((column.evidence, column.rows, column.share, column.distinct), (evidence, 400, 1.0, 93));
        assert_eq!(found.reordered, ["id", "rank"]);
    }
    assert_eq!(run(&["--param", "find_renamed=false"]).renamed, []);
    // Where rows are matched, the same values in other rows are no evidence.
    let mut mixed = String::from("id,town\n");
    (0..400).for_each(|id| mixed.push_str(&format!("{id},city {}\n", (id + 1) * 7 % 93)));
    place.write("right.csv", mixed).unwrap();
    assert_eq!(run(&["--key", "id", "--ignore", "rank,is_new"]).renamed, []);
}

#[test]
fn sparse_columns_are_not_taken_for_each_other() {
    let sparse = |name: &str, word: &str| {
        let cell = |row: u32| if row.is_multiple_of(20) { format!("{word} {row}") } else { String::new() };
        let rows: String = (0..1000).map(|row| format!("{row},{}\n", cell(row))).collect();
        format!("id,{name}\n{rows}")
    };
    let zeros = |name: &str, factor: u32| {
        let rows: String = (0..1000_u32)
            .map(|row| format!("{row},{}\n", if row.is_multiple_of(20) { row * factor } else { 0 }))
            .collect();
        format!("id,{name}\n{rows}")
    };
    for (left, right) in [(sparse("note", "a"), sparse("hint", "b")), (zeros("debit", 3), zeros("weight", 7))] {
        assert_eq!(compare(text(&left), text(&right), false).details.schema.renamed, []);
    }
    let found = compare(text(&sparse("note", "a")), text(&sparse("hint", "a")), false).details.schema.renamed;
    assert_eq!((found.len(), found[0].distinct), (1, 50));
}

#[test]
fn columns_without_any_value_are_of_any_type() {
    assert!(compare(text("a,b\n"), text("a,b\n1,x\n"), true).is_equal);
    assert!(compare(text("a,b\n,1\n"), integers()[0].clone(), true).is_equal);
}

#[test]
fn every_format_tells_of_schemas() {
    let place = renamed();
    let run = |more: &[&str]| {
        let base = ["compare", "left.csv", "right.csv", "--with", "schema_compare"];
        place.run(&[&base[..], more].concat()).unwrap()
    };
    let text = stdout(&run(&[]));
    assert!(text.starts_with("Incompatible: 4 columns on one side alone\n"), "{text}");
    assert!(text.contains("city → town (100% of the values in 400 rows are the same)"), "{text}");
    assert!(stdout(&run(&["--format", "markdown"])).contains("`city` → `town`"));
    let csv = stdout(&run(&["--format", "csv", "--export", "out"]));
    assert!(csv.contains("\nrenamed,city,town,,,,1.0\n") && csv.contains("\nonly_left,is_new,,,,,\n"), "{csv}");
    assert_eq!(place.read("out/schema.csv").unwrap(), csv);
    assert_eq!(run(&[]).status.code(), Some(1));
}
