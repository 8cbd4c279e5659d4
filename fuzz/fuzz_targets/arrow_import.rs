//! Streams of Arrow's C interface, right and wrong: each is imported or refused, and what was imported is the same
//! after it went out and came in again.
#![no_main]

use arbitrary::Unstructured;
use csvq_core::ErrorKind;
use csvq_core::table::{ArrowArrayStream, Table};
use csvq_fuzz::arrow;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut stream) = arrow::stream(&mut Unstructured::new(bytes)) else { return };
    let place = (&raw mut stream).cast::<ArrowArrayStream>();
    // SAFETY: both are laid out as the C interface says, and what can't be seen of the stream is in order.
    let table = match unsafe { Table::import_stream("left", place) } {
        Ok(table) => table,
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
            return;
        }
    };
    let mut again = table.export_stream();
    // SAFETY: the stream is one of csvq's own.
    let again = unsafe { Table::import_stream("left", &raw mut again) }.expect("what was exported can be imported");
    assert_eq!(again.fields(), table.fields());
    assert!(again.frame().equals_missing(table.frame()), "{:?} is not {:?}", again.frame(), table.frame());
});
