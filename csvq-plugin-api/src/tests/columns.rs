//! Differences read back from the raw structs that they become.

use std::ffi::CStr;
use std::slice;

use csvq_plugin_abi::{ArrowArray, ArrowSchema};

use crate::Differences;
use crate::differences::{ExtraColumn, ExtraType, Kind};

fn children(schema: &ArrowSchema) -> Vec<(String, String)> {
    // SAFETY: the schema was made here, and has as many children as it says.
    let children = unsafe { slice::from_raw_parts(schema.children, schema.n_children as usize) };
    // SAFETY: formats and names end in NUL, and live as long as the schema.
    let text = |pointer| unsafe { CStr::from_ptr(pointer) }.to_str().unwrap().to_owned();
    let child = |child: &*mut ArrowSchema| {
        // SAFETY: a child is there until the schema is released.
        let child = unsafe { &**child };
        (text(child.name), text(child.format))
    };
    children.iter().map(child).collect()
}

fn child(array: &ArrowArray, index: usize) -> &ArrowArray {
    // SAFETY: the array was made here, and has as many children as it says.
    let children = unsafe { slice::from_raw_parts(array.children, array.n_children as usize) };
    // SAFETY: a child is there until the array is released.
    unsafe { &*children[index] }
}

/// Some values of a buffer.
fn buffer<T: Copy>(array: &ArrowArray, index: usize, count: usize) -> Vec<T> {
    // SAFETY: the array was made here, and has as many buffers as it says.
    let buffers = unsafe { slice::from_raw_parts(array.buffers, array.n_buffers as usize) };
    // SAFETY: the test asks for no more than there is.
    unsafe { slice::from_raw_parts(buffers[index].cast::<T>(), count) }.to_vec()
}

#[test]
fn differences_have_the_columns_of_the_contract() {
    let extra = [
        ("note", ExtraType::Text),
        ("rank", ExtraType::Integer),
        ("share", ExtraType::Number),
        ("sure", ExtraType::Truth),
    ];
    let extra = extra.map(|(name, data_type)| ExtraColumn::new(name, data_type));
    let mut differences = Differences::with_columns(extra.to_vec());
    differences.note(0, "before any line there is nothing to note");
    differences.added(2);
    differences.changed(3, 4, "ä", Some("1"), None);
    differences.note(0, "why");
    differences.note(1, -7);
    differences.note(1, -8);
    differences.note(2, 0.5);
    differences.note(3, true);
    differences.note(3, "of another type");
    differences.note(9, 1);
    differences.line(Kind::Removed, Some(5), None, None, None, None);
    let mut stream = differences.into_stream();
    let schema = stream.schema().unwrap();
    let columns: Vec<String> =
        children(schema.as_raw()).iter().map(|(name, format)| format!("{name} {format}")).collect();
    assert_eq!(
        columns,
        [
            "kind U",
            "left_row L",
            "right_row L",
            "column U",
            "left U",
            "right U",
            "note U",
            "rank l",
            "share g",
            "sure b"
        ]
    );
    let batch = stream.next_batch().unwrap().unwrap();
    let raw = batch.as_raw();
    assert_eq!((raw.length, raw.n_children), (3, 10));
    assert_eq!(buffer::<i64>(child(raw, 0), 1, 4), [0, 5, 12, 19]);
    assert_eq!(buffer::<u8>(child(raw, 0), 2, 19), b"addedchangedremoved");
    assert_eq!(child(raw, 0).null_count, 0);
    assert_eq!((child(raw, 1).null_count, buffer::<u8>(child(raw, 1), 0, 1)), (1, vec![0b110]));
    assert_eq!(buffer::<u64>(child(raw, 1), 1, 3), [0, 3, 5]);
    assert_eq!(buffer::<u64>(child(raw, 2), 1, 3), [2, 4, 0]);
    assert_eq!((child(raw, 3).null_count, buffer::<u8>(child(raw, 3), 0, 1)), (2, vec![0b010]));
    assert_eq!(buffer::<u8>(child(raw, 3), 2, 2), "ä".as_bytes());
    assert_eq!((child(raw, 6).null_count, buffer::<u8>(child(raw, 6), 2, 3)), (2, b"why".to_vec()));
    assert_eq!(buffer::<i64>(child(raw, 7), 1, 3), [0, -8, 0]);
    assert_eq!(buffer::<f64>(child(raw, 8), 1, 3), [0.0, 0.5, 0.0]);
    assert_eq!((buffer::<u8>(child(raw, 9), 0, 1), buffer::<u8>(child(raw, 9), 1, 1)), (vec![0b010], vec![0b010]));
    assert!(stream.next_batch().unwrap().is_none());
    // A batch outlives the stream that it came from.
    drop(stream);
    assert_eq!(buffer::<u64>(child(batch.as_raw(), 2), 1, 3), [2, 4, 0]);
}

#[test]
fn a_column_whose_name_arrow_cannot_carry_is_refused() {
    let differences = Differences::with_columns(vec![ExtraColumn::new("a\0b", ExtraType::Text)]);
    assert!(differences.schema().unwrap_err().message().contains("NUL"));
    assert!(differences.into_stream().schema().is_err());
}
