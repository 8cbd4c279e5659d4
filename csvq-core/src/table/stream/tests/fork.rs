//! A forked child may neither import nor export: it would wait for threads that it does not have.

use std::ptr;

use polars::prelude::*;

use super::super::interface::{ArrowArray, ArrowSchema};
use crate::error::ErrorKind;
use crate::table::Table;

#[test]
fn a_child_is_refused() {
    let frame = DataFrame::new_infer_height(vec![Column::new("a".into(), [1_i32])]).expect("a frame");
    let mut stream = Table::new("left", frame).expect("a table").export_stream();
    // SAFETY: the child calls nothing but what is tested, which takes no lock that another thread may have held but the
    // allocator's, which the C library frees in a child; then it ends without running anybody's code.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let code = i32::from(!refused(&mut stream));
        // SAFETY: ends the process.
        unsafe { libc::_exit(code) };
    }
    assert!(child > 0, "no child");
    let mut status = -1;
    // SAFETY: the child is ours, and the status a place to write to.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!((waited, status), (child, 0));
}

fn refused(stream: &mut super::ArrowArrayStream) -> bool {
    // SAFETY: a null pointer is refused, not followed.
    let import = unsafe { Table::import_stream("left", ptr::null_mut()) };
    let forked = import.is_err_and(|error| error.kind() == ErrorKind::Forked);
    let (Some(get_schema), Some(get_next)) = (stream.get_schema, stream.get_next) else { return false };
    let (mut schema, mut batch) = (ArrowSchema::released(), ArrowArray::released());
    // SAFETY: the stream is ours, and the schema a place to write to.
    let schema = unsafe { get_schema(ptr::from_mut(stream), &raw mut schema) };
    // SAFETY: the stream is ours, and the batch a place to write to.
    let batch = unsafe { get_next(ptr::from_mut(stream), &raw mut batch) };
    forked && schema == super::super::export::EIO && batch == super::super::export::EIO
}
