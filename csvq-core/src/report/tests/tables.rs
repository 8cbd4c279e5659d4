//! What a comparison found, as tables.

use super::fixtures::{Fixture, equal, ordinary};
use crate::error::ErrorKind;
use crate::report::{ColumnStatistics, Comparison, Digests, SchemaMode};
use crate::table::{Table, Value};

fn names(table: &Table) -> Vec<&str> {
    table.fields().iter().map(|field| field.name.as_str()).collect()
}

fn types(table: &Table) -> Vec<String> {
    table.fields().iter().map(|field| field.data_type.to_string()).collect()
}

/// A column as text; numbers in digits, `∅` for null.
fn column(table: &Table, index: usize) -> Vec<String> {
    let text = |value: Value<'_>| match value {
        Value::Text(text) => text.to_owned(),
        Value::Unsigned(number) => number.to_string(),
        Value::Null => "∅".to_owned(),
        other => format!("{other:?}"),
    };
    table.values(index).expect("values").iter().map(text).collect()
}

#[test]
fn there_is_a_row_for_each_cell() {
    let cells = ordinary().cells().expect("a table");
    assert_eq!(cells.name(), "cells");
    assert_eq!(names(&cells), ["left_row", "right_row", "id", "column", "left", "right"]);
    assert_eq!(types(&cells), ["uint64", "uint64", "text", "text", "text", "text"]);
    assert_eq!(column(&cells, 0), ["17", "17", "204", "204", "204", "377", "377"]);
    assert_eq!(column(&cells, 1), ["17", "17", "206", "206", "206", "379", "379"]);
    assert_eq!(column(&cells, 2)[1..3], ["1017", "1204"]);
    assert_eq!(column(&cells, 3), ["price", "updated", "name", "price", "stock", "city", "price"]);
    assert_eq!(column(&cells, 4)[2..6], ["Teapot, blue", "39.00", "3", ""]);
    assert_eq!(column(&cells, 5)[2..6], ["Teapot, green", "41.00", "0", "∅"]);
}

#[test]
fn cells_of_equal_tables_are_none_and_have_their_types() {
    let cells = equal().cells().expect("a table");
    assert_eq!((cells.rows(), types(&cells)), (0, types(&ordinary().cells().expect("a table"))));
}

#[test]
fn a_key_column_gives_way_to_a_name_that_is_taken() {
    let columns = ["left", "key.left", "a"];
    let comparison = Fixture::new(&columns, &columns, &["left", "key.left"])
        .changed((1, 1), &["x", "y", "1"], &["x", "y", "2"])
        .build();
    let cells = comparison.cells().expect("a table");
    assert_eq!(names(&cells), ["left_row", "right_row", "key.left", "key.key.left", "column", "left", "right"]);
}

#[test]
fn cells_need_rows() {
    let error = Comparison { rows: None, ..ordinary() }.cells().expect_err("no rows");
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    let mut failing = Fixture::new(&["id"], &["id"], &["id"]).removed(1, &["1"]).removed(2, &["2"]);
    failing.fails_after = Some(1);
    let error = failing.build().cells().expect_err("rows that can't be read");
    assert_eq!(error.kind(), ErrorKind::InputChanged);
}

#[test]
fn findings_are_tables_by_name() {
    let mut by_column = ordinary();
    by_column.report.details.columns[0].statistics = Some(ColumnStatistics::default());
    let table = by_column.findings_table("columns").expect("a table");
    assert_eq!(
        (table.name(), table.rows(), &column(&table, 0)[..2]),
        ("columns", 5, &["name".into(), "city".into()][..])
    );
    let table = by_column.findings_table("concentrations").expect("a table");
    assert_eq!((table.rows(), names(&table)[0]), (0, "kind"));

    let mut by_digest = ordinary();
    by_digest.report.details.digests = Some(Digests::default());
    let mut by_schema = ordinary();
    by_schema.report.details.schema.mode = Some(SchemaMode::Strict);
    let table = by_schema.findings_table("schema").expect("a table");
    assert_eq!(column(&table, 0), ["only_left", "only_right", "only_right", "reordered", "reordered"]);
    for (comparison, there_are) in [
        (&by_column, "no findings of that name; this comparison has columns, concentrations"),
        (&by_digest, "no findings of that name; this comparison has digests"),
        (&by_schema, "no findings of that name; this comparison has schema"),
        (&ordinary(), "this comparison found nothing besides its rows"),
    ] {
        let error = comparison.findings_table("rows").expect_err("no such findings");
        assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, there_are));
    }
}
