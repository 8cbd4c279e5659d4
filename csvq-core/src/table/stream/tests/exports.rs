//! The callbacks of an exported stream, called as another program calls them.

use std::ffi::{CStr, c_int};
use std::panic::resume_unwind;
use std::ptr;

use polars::prelude::*;

use super::super::export::{EINVAL, EIO, answer};
use super::super::interface::{ArrowArray, ArrowArrayStream, ArrowSchema};
use super::frames::every_type;
use crate::table::Table;

fn exported(columns: Vec<Column>) -> ArrowArrayStream {
    Table::new("left", DataFrame::new_infer_height(columns).expect("a frame")).expect("a table").export_stream()
}

fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    let get_schema = exported(Vec::new()).get_schema.expect("a callback");
    // SAFETY: the arguments are a stream of ours and a place to write to, or null.
    unsafe { get_schema(stream, out) }
}

fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    let get_next = exported(Vec::new()).get_next.expect("a callback");
    // SAFETY: the arguments are a stream of ours and a place to write to, or null.
    unsafe { get_next(stream, out) }
}

fn last_error(stream: *mut ArrowArrayStream) -> Option<String> {
    let get_last_error = exported(Vec::new()).get_last_error.expect("a callback");
    // SAFETY: the argument is a stream of ours, or null.
    let message = unsafe { get_last_error(stream) };
    // SAFETY: a message that is not null ends in NUL.
    (!message.is_null()).then(|| unsafe { CStr::from_ptr(message) }.to_str().expect("UTF-8").to_owned())
}

fn release(stream: *mut ArrowArrayStream) {
    let release = exported(Vec::new()).release.expect("a callback");
    // SAFETY: the argument is a stream of ours, or null.
    unsafe { release(stream) }
}

#[test]
fn nulls_are_refused() {
    let mut stream = exported(Vec::new());
    let (mut schema, mut array) = (ArrowSchema::released(), ArrowArray::released());
    assert_eq!(get_schema(ptr::null_mut(), &raw mut schema), EINVAL);
    assert_eq!(get_schema(&raw mut stream, ptr::null_mut()), EINVAL);
    assert_eq!(get_next(ptr::null_mut(), &raw mut array), EINVAL);
    assert_eq!(get_next(&raw mut stream, ptr::null_mut()), EINVAL);
    assert_eq!(last_error(ptr::null_mut()), None);
    assert_eq!(last_error(&raw mut stream), None);
    release(ptr::null_mut());
}

#[test]
fn to_release_twice_does_no_harm() {
    let mut stream = exported(every_type().columns().to_vec());
    let mut batch = ArrowArray::released();
    assert_eq!(get_next(&raw mut stream, &raw mut batch), 0);
    release(&raw mut stream);
    assert!(stream.is_released());
    release(&raw mut stream);
    let mut schema = ArrowSchema::released();
    assert_eq!(get_schema(&raw mut stream, &raw mut schema), EINVAL);
    assert_eq!(last_error(&raw mut stream), None);
    batch.release();
    batch.release();
    drop(stream);
}

#[test]
fn the_schema_can_be_asked_for_again_and_again_and_so_the_end() {
    let mut stream = exported(vec![Column::new("a".into(), [1_i32, 2])]);
    for _ in 0..2 {
        let mut schema = ArrowSchema::released();
        assert_eq!(get_schema(&raw mut stream, &raw mut schema), 0);
        assert_eq!(schema.n_children, 1);
    }
    let mut ends = 0;
    for call in 0..4 {
        let mut batch = ArrowArray::released();
        assert_eq!(get_next(&raw mut stream, &raw mut batch), 0);
        assert_eq!(batch.is_released(), call > 0);
        ends += usize::from(batch.is_released());
    }
    assert_eq!(ends, 3);
}

#[test]
fn types_are_the_newest() {
    let frame = every_type().select(["t", "binary", "categorical", "decimal[10,2]", "list 0"]).expect("columns");
    let mut stream = exported(frame.columns().to_vec());
    let mut schema = ArrowSchema::released();
    assert_eq!(get_schema(&raw mut stream, &raw mut schema), 0);
    let format = |schema: &ArrowSchema| {
        // SAFETY: an exported schema has a format that ends in NUL.
        unsafe { CStr::from_ptr(schema.format) }.to_str().expect("UTF-8").to_owned()
    };
    let child = |index: usize| {
        // SAFETY: there are so many children.
        let place = unsafe { schema.children.add(index) };
        // SAFETY: as above.
        let child = unsafe { *place };
        // SAFETY: as above.
        unsafe { &*child }
    };
    assert_eq!(format(&schema), "+s");
    let formats: Vec<String> = (0..5).map(|index| format(child(index))).collect();
    assert_eq!(formats, ["vu", "vz", "I", "d:10,2", "+L"]);
    // SAFETY: a categorical has a dictionary.
    assert_eq!(format(unsafe { &*child(2).dictionary }), "vu");
}

#[test]
fn batches_end_with_any_chunk() {
    let mut left = Series::new("a".into(), [1_i32, 2, 3]);
    left.append(&Series::new("a".into(), [4_i32, 5])).expect("the same type");
    let mut right = Series::new("b".into(), [1_i32]);
    right.append(&Series::new("b".into(), [2_i32, 3, 4, 5])).expect("the same type");
    let mut stream = exported(vec![left.into(), right.into()]);
    let mut lengths = Vec::new();
    loop {
        let mut batch = ArrowArray::released();
        assert_eq!(get_next(&raw mut stream, &raw mut batch), 0);
        if batch.is_released() {
            break;
        }
        lengths.push(batch.length);
    }
    assert_eq!(lengths, [1, 2, 2]);
}

#[test]
fn names_that_c_has_no_way_to_say() {
    let inner = DataFrame::new_infer_height(vec![Column::new("x\0y".into(), [1_i32])]).expect("a frame");
    let odd = [Column::new("a\0b".into(), [1_i32]), inner.into_struct("s".into()).into_series().into()];
    for (column, name) in odd.into_iter().zip(["a\\0b", "x\\0y"]) {
        let mut stream = exported(vec![column]);
        let mut schema = ArrowSchema::released();
        assert_eq!(get_schema(&raw mut stream, &raw mut schema), EIO);
        assert!(schema.is_released());
        let message = last_error(&raw mut stream).expect("a message");
        assert!(message.contains(&format!("column `{name}` holds a NUL")), "{message}");
    }
}

#[test]
fn a_panic_becomes_an_error() {
    let mut stream = exported(Vec::new());
    let mut out = 7;
    // SAFETY: the stream is ours, and the place may be written to. Nothing is printed, since the hook is passed by.
    let code = unsafe { answer(&raw mut stream, &raw mut out, |_| resume_unwind(Box::new("oh"))) };
    assert_eq!((code, out), (EIO, 7));
    assert!(last_error(&raw mut stream).expect("a message").contains("please report it"));
    // SAFETY: as above.
    let code = unsafe { answer(&raw mut stream, &raw mut out, |_| Ok(8)) };
    assert_eq!((code, out, last_error(&raw mut stream)), (0, 8, None));
}
