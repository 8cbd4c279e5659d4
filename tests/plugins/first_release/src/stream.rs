//! The differences as an Arrow C stream: one line for each row that one table has more, in batches of at most a thousand.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

use csvq_plugin_abi::{ArrowArray, ArrowArrayStream, ArrowSchema, FLAG_NULLABLE};

/// Names and types of the columns.
const COLUMNS: [(&CStr, &CStr); 6] = [
    (c"kind", c"u"),
    (c"left_row", c"L"),
    (c"right_row", c"L"),
    (c"column", c"u"),
    (c"left", c"u"),
    (c"right", c"u"),
];

/// The most lines of a batch.
const BATCH: u64 = 1000;

/// What is left to tell: rows of one side.
struct Rows {
    is_added: bool,
    next: u64,
    last: u64,
}

/// What a column owns.
struct Column {
    validity: Vec<u8>,
    numbers: Vec<u64>,
    ends: Vec<i32>,
    text: Vec<u8>,
    buffers: Vec<*const c_void>,
}

/// The rows that one table has more, as a stream.
pub(crate) fn differences(left: u64, right: u64) -> ArrowArrayStream {
    let rows = Rows { is_added: right > left, next: left.min(right) + 1, last: left.max(right) };
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release_stream),
        private_data: Box::into_raw(Box::new(rows)).cast(),
    }
}

/// The type of the batches.
pub(crate) fn schema() -> ArrowSchema {
    let child = |(name, format): (&'static CStr, &'static CStr)| {
        Box::into_raw(Box::new(ArrowSchema {
            format: format.as_ptr(),
            name: name.as_ptr(),
            flags: FLAG_NULLABLE,
            release: Some(release_schema),
            ..ArrowSchema::EMPTY
        }))
    };
    let children = Box::into_raw(Box::new(COLUMNS.map(child)));
    ArrowSchema {
        format: c"+s".as_ptr(),
        name: c"".as_ptr(),
        n_children: COLUMNS.len() as i64,
        children: children.cast(),
        release: Some(release_schema),
        private_data: children.cast(),
        ..ArrowSchema::EMPTY
    }
}

unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: it is one of those above.
    let schema = unsafe { &mut *schema };
    let children = schema.take().private_data.cast::<[*mut ArrowSchema; COLUMNS.len()]>();
    if !children.is_null() {
        // SAFETY: `schema` boxed them.
        for child in *unsafe { Box::from_raw(children) } {
            // SAFETY: as above.
            let mut child = unsafe { Box::from_raw(child) };
            // SAFETY: as above.
            unsafe { child.release() };
        }
    }
}

fn column(name: &CStr, rows: &Rows, count: u64) -> ArrowArray {
    let is_there = match name.to_bytes() {
        b"kind" => true,
        b"left_row" => !rows.is_added,
        b"right_row" => rows.is_added,
        _ => false,
    };
    let kind = if rows.is_added { "added" } else { "removed" };
    let text = if name == c"kind" { kind } else { "" };
    let mut own = Column {
        validity: vec![if is_there { 0xFF } else { 0 }; count.div_ceil(8) as usize],
        numbers: (0..count).map(|row| rows.next + row).collect(),
        ends: (0..=count).map(|end| end as i32 * text.len() as i32).collect(),
        text: text.repeat(count as usize).into_bytes(),
        buffers: Vec::new(),
    };
    let is_number = name.to_bytes().ends_with(b"_row");
    own.buffers.push(own.validity.as_ptr().cast());
    if is_number {
        own.buffers.push(own.numbers.as_ptr().cast());
    } else {
        own.buffers.extend([own.ends.as_ptr().cast(), own.text.as_ptr().cast::<c_void>()]);
    }
    let mut own = Box::new(own);
    ArrowArray {
        length: count as i64,
        null_count: if is_there { 0 } else { count as i64 },
        n_buffers: own.buffers.len() as i64,
        buffers: own.buffers.as_mut_ptr(),
        release: Some(release_column),
        private_data: Box::into_raw(own).cast(),
        ..ArrowArray::EMPTY
    }
}

unsafe extern "C" fn release_column(array: *mut ArrowArray) {
    // SAFETY: it is one of those above.
    let own = unsafe { &mut *array }.take().private_data.cast::<Column>();
    // SAFETY: `column` boxed it.
    drop(unsafe { Box::from_raw(own) });
}

/// What a batch owns.
struct Batch {
    children: [*mut ArrowArray; COLUMNS.len()],
    buffers: [*const c_void; 1],
}

unsafe extern "C" fn release_batch(array: *mut ArrowArray) {
    // SAFETY: `get_next` made it.
    let own = unsafe { &mut *array }.take().private_data.cast::<Batch>();
    // SAFETY: `get_next` boxed it.
    for child in unsafe { Box::from_raw(own) }.children {
        // SAFETY: as above.
        let mut child = unsafe { Box::from_raw(child) };
        // SAFETY: as above.
        unsafe { child.release() };
    }
}

unsafe extern "C" fn get_schema(_: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: the host passes a place to write to.
    unsafe { out.write(schema()) };
    0
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: the stream is one of those above, and not released.
    let rows = unsafe { &mut *(*stream).private_data.cast::<Rows>() };
    let count = (rows.last + 1 - rows.next).min(BATCH);
    let mut batch = ArrowArray::EMPTY;
    if count > 0 {
        let children = COLUMNS.map(|(name, _)| Box::into_raw(Box::new(column(name, rows, count))));
        let own = Box::into_raw(Box::new(Batch { children, buffers: [ptr::null()] }));
        batch = ArrowArray {
            length: count as i64,
            n_buffers: 1,
            n_children: COLUMNS.len() as i64,
            // SAFETY: it was just made.
            buffers: unsafe { &raw mut (*own).buffers }.cast(),
            // SAFETY: as above.
            children: unsafe { &raw mut (*own).children }.cast(),
            release: Some(release_batch),
            private_data: own.cast(),
            ..ArrowArray::EMPTY
        };
        rows.next += count;
    }
    // SAFETY: the host passes a place to write to.
    unsafe { out.write(batch) };
    0
}

unsafe extern "C" fn get_last_error(_: *mut ArrowArrayStream) -> *const c_char {
    ptr::null()
}

unsafe extern "C" fn release_stream(stream: *mut ArrowArrayStream) {
    // SAFETY: it is one of those above.
    let rows = unsafe { &mut *stream }.take().private_data.cast::<Rows>();
    // SAFETY: `differences` boxed it.
    drop(unsafe { Box::from_raw(rows) });
}
