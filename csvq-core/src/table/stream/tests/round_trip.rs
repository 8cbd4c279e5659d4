//! Out and back in: every type, whatever its chunks and slices.

use polars::prelude::*;
use polars_arrow::array::Int64Array;

use super::frames::{check_same, every_type};
use super::import;
use crate::table::Table;

#[track_caller]
fn check(frame: &DataFrame) {
    let table = Table::new("left", frame.clone()).expect("a table");
    let back = import(table.export_stream()).expect("an import");
    check_same(frame, back.frame());
    assert_eq!(back.fields(), table.fields());
}

#[test]
fn every_type_comes_back() {
    check(&every_type());
}

#[test]
fn slices_come_back() {
    let frame = every_type();
    for (offset, length) in [(0, 3), (1, 3), (1, 2), (2, 1), (3, 1), (0, 0), (2, 0), (4, 0)] {
        check(&frame.slice(offset, length));
    }
}

#[test]
fn chunks_come_back_whether_they_are_aligned_or_not() {
    let whole = every_type();
    let chunked = whole.slice(1, 2).vstack(&whole).expect("a stack").vstack(&whole.slice(3, 1)).expect("a stack");
    check(&chunked);

    let one_chunk = renamed(chunked.clone().align_chunks_par().clone(), "one of ");
    let mut columns = one_chunk
        .columns()
        .iter()
        .map(|column| Column::from(column.as_materialized_series().rechunk()))
        .collect::<Vec<_>>();
    columns.extend(chunked.columns().iter().cloned());
    let other_chunks = whole.vstack(&whole.slice(0, 3)).expect("a stack");
    columns.extend(renamed(other_chunks, "other of ").columns().iter().cloned());
    check(&DataFrame::new_infer_height(columns).expect("columns of one length"));
}

fn renamed(frame: DataFrame, prefix: &str) -> DataFrame {
    let columns =
        frame.columns().iter().map(|column| column.clone().with_name(format!("{prefix}{}", column.name()).into()));
    DataFrame::new(frame.height(), columns.collect()).expect("columns of one length")
}

#[test]
fn lists_of_dictionaries_come_back_from_chunks_without_items() {
    let texts =
        Series::new("".into(), ["a", "b", "c"]).cast(&DataType::from_categories(Categories::global())).expect("a cast");
    let lists = |rows: Vec<Series>| {
        let lists: ListChunked = rows.into_iter().map(Some).collect();
        DataFrame::new_infer_height(vec![lists.with_name("l".into()).into_series().into()]).expect("a frame")
    };
    let empty = lists(vec![texts.slice(0, 0), texts.slice(0, 0)]);
    let full = lists(vec![texts.slice(0, 3), texts.slice(1, 1)]);
    check(&empty.vstack(&full).expect("a stack").vstack(&empty).expect("a stack").vstack(&full).expect("a stack"));
}

#[test]
fn tables_without_rows_or_columns_come_back() {
    check(&every_type().clear());
    check(&DataFrame::empty());
    check(&DataFrame::empty_with_height(7));
}

#[test]
fn an_enum_comes_back_as_the_text_that_it_stands_for() {
    let categories = FrozenCategories::new(["b", "a"]).expect("categories");
    let texts = Series::new("e".into(), [Some("a"), None, Some("b")]);
    let values = texts.cast(&DataType::from_frozen_categories(categories)).expect("a cast");
    let table =
        Table::new("left", DataFrame::new_infer_height(vec![values.into()]).expect("a frame")).expect("a table");
    let back = import(table.export_stream()).expect("an import");
    let column = back.frame().columns()[0].as_materialized_series().cast(&DataType::String).expect("a cast");
    assert!(column.equals_missing(&texts), "{column:?}");
    assert_eq!(back.fields(), table.fields());
}

#[test]
fn numbers_text_and_lists_share_their_memory() {
    let text = "a text of more than twelve bytes";
    let numbers = Series::new("n".into(), [1_i64, 2, 3]);
    let lists: ListChunked = [Some(numbers.slice(0, 2)), Some(numbers.slice(0, 1)), None].into_iter().collect();
    let frame = DataFrame::new_infer_height(vec![
        numbers.into(),
        Series::new("f".into(), [0.5_f32, 1.5, 2.5]).into(),
        Series::new("t".into(), [text, text, text]).into(),
        lists.with_name("l".into()).into_series().into(),
    ])
    .expect("a frame");
    let table = Table::new("left", frame).expect("a table");
    let back = import(table.export_stream()).expect("an import");
    let of = |table: &Table| {
        let series = |index: usize| table.frame().columns()[index].as_materialized_series().clone();
        let lists = series(3).list().expect("lists").downcast_as_array().clone();
        let text = series(2).str().expect("text").downcast_as_array().value(1).as_ptr();
        let items = lists.values().as_any().downcast_ref::<Int64Array>().expect("integers").values().as_ptr();
        (
            series(0).i64().expect("integers").cont_slice().expect("one chunk").as_ptr(),
            series(1).f32().expect("floats").cont_slice().expect("one chunk").as_ptr(),
            text,
            lists.offsets().as_slice().as_ptr(),
            items,
        )
    };
    assert_eq!(of(&table), of(&back));
}

#[test]
fn the_memory_outlives_the_exported_table() {
    let frame = every_type();
    let stream = Table::new("left", frame.slice(1, 3)).expect("a table").export_stream();
    let expected = frame.slice(1, 3);
    drop(frame);
    check_same(&expected, import(stream).expect("an import").frame());
}
