//! Tests of streams: what goes out and comes back, what foreign programs hand over, and what is wrong with it.

mod exports;
mod foreign;
mod forge;
#[cfg(target_os = "linux")]
mod fork;
mod frames;
mod laws;
mod malformed;
mod round_trip;
mod schemas;
mod streams;

use self::forge::Forged;
use super::ArrowArrayStream;
use crate::error::{ErrorKind, Result};
use crate::table::Table;

/// Imports a stream that keeps what the interface demands and one can't see.
fn import(mut stream: ArrowArrayStream) -> Result<Table> {
    // SAFETY: each test hands over a stream whose lists, texts and buffers are as long as they must be.
    let table = unsafe { Table::import_stream("left", &raw mut stream) };
    assert!(stream.is_released(), "the stream was not moved");
    table
}

/// A table of one batch.
fn import_columns(columns: Vec<Forged>) -> Result<Table> {
    let length = columns.first().map_or(0, |column| column.array.length);
    import(forge::stream_of(columns, length))
}

/// Checks that a column is refused with such words, which name it, and that everything of it is released.
#[track_caller]
fn check_refused(column: Forged, kind: ErrorKind, words: &str) {
    let error = import_columns(vec![column]).expect_err("it was taken");
    assert_eq!((error.kind(), error.message().contains(words)), (kind, true), "{words:?} is not in {error}");
    assert!(error.message().contains("column `v"), "{error}");
    assert_eq!(error.context().column.as_deref(), Some("v"));
    assert_eq!(error.context().input.as_deref(), Some("left"));
    forge::check_all_released();
}
