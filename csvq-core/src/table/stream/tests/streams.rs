//! Streams themselves: what is missing in them, what their producers say, and their release.

use std::ptr;

use polars::prelude::{Column, DataFrame};

use super::super::interface::{ArrowArray, ArrowArrayStream, ArrowSchema};
use super::forge::{self, Failure, i32s, ints, named};
use super::import;
use crate::error::ErrorKind::{Io, Malformed};
use crate::error::{Error, ErrorKind};
use crate::table::Table;

#[track_caller]
fn check(error: &Error, kind: ErrorKind, words: &str) {
    assert_eq!((error.kind(), error.message().contains(words)), (kind, true), "{words:?} is not in {error}");
    assert_eq!(error.context().input.as_deref(), Some("left"));
    forge::check_all_released();
}

fn one_column() -> ArrowSchema {
    forge::schema("+s", "", vec![ints(&[]).schema], None)
}

fn batch(values: &[i32]) -> ArrowArray {
    forge::array(values.len() as i64, vec![None], vec![ints(values).array], None)
}

#[test]
fn pointers_and_callbacks() {
    // SAFETY: a null pointer is refused, not followed.
    let error = unsafe { Table::import_stream("left", ptr::null_mut()) }.expect_err("it was taken");
    check(&error, Malformed, "null or not aligned");
    // SAFETY: a pointer that is not aligned is refused, not followed.
    let error = unsafe { Table::import_stream("left", ptr::without_provenance_mut(1)) }.expect_err("it was taken");
    check(&error, Malformed, "null or not aligned");
    check(&import(ArrowArrayStream::released()).expect_err("it was taken"), Malformed, "released already");
    let spoilt = |spoil: fn(&mut ArrowArrayStream)| {
        let mut stream = forge::stream(one_column(), Vec::new());
        spoil(&mut stream);
        import(stream).expect_err("it was taken")
    };
    check(&spoilt(|stream| stream.get_schema = None), Malformed, "no `get_schema`");
    check(&spoilt(|stream| stream.get_next = None), Malformed, "no `get_next`");
    check(&spoilt(|stream| stream.get_last_error = None), Malformed, "no `get_last_error`");
    let released = forge::stream(ArrowSchema::released(), Vec::new());
    check(&import(released).expect_err("it was taken"), Malformed, "schema is released already");
}

#[test]
fn failures_of_the_producer() {
    let failures: [(Failure, &str); 6] = [
        ((5, Some(b"the disk is gone".to_vec())), "failed in `get_next` (code 5): the disk is gone"),
        ((-7, Some(b"not \xff UTF-8".to_vec())), "(code -7): not \u{fffd} UTF-8"),
        ((1, None), "failed in `get_next` (code 1)"),
        ((1, Some(Vec::new())), "failed in `get_next` (code 1)"),
        ((1, Some(b"two\nlines \x1b[2J".to_vec())), "two\nlines \u{fffd}[2J"),
        ((1, Some(vec![b'x'; 1 << 20])), "xxx"),
    ];
    for (failure, words) in failures {
        let error = import(forge::stream(one_column(), vec![Ok(batch(&[1])), Err(failure)])).expect_err("it was taken");
        check(&error, Io, words);
        assert!(error.message().starts_with("batch 2: ") && error.message().len() < 5000);
    }
    let error = import(forge::stream_with(Err((12, Some(b"no".to_vec()))), Vec::new())).expect_err("it was taken");
    check(&error, Io, "failed in `get_schema` (code 12): no");
}

#[test]
fn a_stream_can_be_read_once() {
    let mut stream = forge::stream(one_column(), vec![Ok(batch(&[1, 2]))]);
    // SAFETY: the stream is in order.
    let table = unsafe { Table::import_stream("left", &raw mut stream) }.expect("an import");
    // SAFETY: the stream is released, which may be asked of any.
    let again = unsafe { Table::import_stream("left", &raw mut stream) }.expect_err("it was taken");
    assert_eq!(again.kind(), Malformed);
    stream.release();
    drop(stream);
    assert_eq!(table.rows(), 2);
    drop(table);
    forge::check_all_released();
}

#[test]
fn batches_live_as_long_as_what_looks_at_them() {
    let table = import(forge::stream(one_column(), vec![Ok(batch(&[1, 2])), Ok(batch(&[])), Ok(batch(&[3]))]));
    let table = table.expect("an import");
    let column = table.frame().columns()[0].clone();
    assert_eq!(column.n_chunks(), 2);
    drop(table);
    let values: Vec<Option<i32>> = column.i32().expect("integers").iter().collect();
    assert_eq!(values, [Some(1), Some(2), Some(3)]);
    drop(column);
    forge::check_all_released();
}

#[test]
fn the_numbers_are_the_producers_own() {
    let one = batch(&[1, 2, 3]);
    // SAFETY: the batch has a child, of two buffers.
    let child = unsafe { *one.children };
    // SAFETY: as above.
    let child = unsafe { &*child };
    // SAFETY: as above.
    let place = unsafe { child.buffers.add(1) };
    // SAFETY: as above.
    let values = unsafe { *place }.cast::<i32>();
    let table = import(forge::stream(one_column(), vec![Ok(one)])).expect("an import");
    let held = table.frame().columns()[0].i32().expect("integers").cont_slice().expect("one chunk").as_ptr();
    assert_eq!(held, values);
}

#[test]
fn a_stream_without_batches_or_columns() {
    let table = import(forge::stream(one_column(), Vec::new())).expect("an import");
    assert_eq!((table.rows(), table.fields().len()), (0, 1));
    let table = import(forge::stream_of(Vec::new(), 3)).expect("an import");
    assert_eq!((table.rows(), table.fields().len()), (3, 0));
}

#[test]
fn an_array_alone() {
    let (mut schema, mut array) = (one_column(), batch(&[7, 8]));
    // SAFETY: both are forged by the rules of the interface.
    let table = unsafe { Table::import_array("left", &raw mut schema, &raw mut array) }.expect("it is well-formed");
    assert!(schema.is_released() && array.is_released(), "they were not moved");
    assert_eq!((table.rows(), table.fields().len()), (2, 1));
    drop(table);
    forge::check_all_released();

    // SAFETY: what is released or null is refused, not followed.
    let error = unsafe { Table::import_array("left", &raw mut schema, &raw mut array) }.expect_err("it was taken");
    check(&error, Malformed, "released already");
    // SAFETY: as above.
    let error = unsafe { Table::import_array("left", ptr::null_mut(), &raw mut array) }.expect_err("it was taken");
    check(&error, Malformed, "null or not aligned");
    let (mut schema, mut array) = (forge::schema("i", "", vec![], None), ints(&[1]).array);
    // SAFETY: both are forged by the rules of the interface.
    let error = unsafe { Table::import_array("left", &raw mut schema, &raw mut array) }.expect_err("it was taken");
    check(&error, Malformed, "struct");
}

#[test]
fn batches_of_many_rows() {
    let rows = 1 << 16;
    let text = |row: usize| (!row.is_multiple_of(7)).then(|| format!("{}{row}", "ä".repeat(row % 13)));
    let frame = DataFrame::new_infer_height(vec![
        Column::new("id".into(), (0..rows as i64).collect::<Vec<_>>()),
        Column::new("text".into(), (0..rows).map(text).collect::<Vec<_>>()),
        Column::new("flag".into(), (0..rows).map(|row| row.is_multiple_of(3)).collect::<Vec<_>>()),
    ]);
    let frame = frame.expect("the columns have one length");
    let table = Table::new("left", frame.clone()).expect("its types can be compared");
    assert_eq!(import(table.export_stream()).expect("it is our own").frame(), &frame);

    // What is wrong in one column is told of it, whoever reads the others.
    let mut bytes = vec![b'x'; rows];
    bytes[rows / 2] = 0xff;
    let offsets: Vec<i32> = (0..=rows as i32).collect();
    let ids = || forge::leaf("i", rows as i64, vec![None, i32s(&vec![7; rows])]);
    let spoilt = forge::leaf("u", rows as i64, vec![None, i32s(&offsets), Some(bytes)]);
    let columns = vec![named(ids(), "a"), named(spoilt, "v"), named(ids(), "z")];
    let error = import(forge::stream_of(columns, rows as i64)).expect_err("it was taken");
    check(&error, Malformed, "not UTF-8");
    assert_eq!(error.context().column.as_deref(), Some("v"));
}
