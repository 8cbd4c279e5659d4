//! Makes schemas, arrays and streams as another program would, with everything for a test to spoil.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use super::super::interface::{ArrowArray, ArrowArrayStream, ArrowSchema};

thread_local! {
    /// Of which everything that was made in this thread, and not released, has a share.
    static LIVE: Arc<()> = Arc::new(());
}

/// A column: its schema and its array.
pub(super) struct Forged {
    pub(super) schema: ArrowSchema,
    pub(super) array: ArrowArray,
}

impl Forged {
    /// Spoils the schema.
    pub(super) fn with_schema(mut self, spoil: impl FnOnce(&mut ArrowSchema)) -> Self {
        spoil(&mut self.schema);
        self
    }

    /// Spoils the array.
    pub(super) fn with_array(mut self, spoil: impl FnOnce(&mut ArrowArray)) -> Self {
        spoil(&mut self.array);
        self
    }

    /// With a place to start from, and so many values from there.
    pub(super) fn sliced(self, offset: i64, length: i64) -> Self {
        self.with_array(|array| {
            array.offset = offset;
            array.length = length;
            array.null_count = -1;
        })
    }
}

/// Checks that everything made in this thread was released.
#[track_caller]
pub(super) fn check_all_released() {
    LIVE.with(|live| assert_eq!(Arc::strong_count(live) - 1, 0, "something was not released"));
}

/// A column `v` without children, of buffers of which the first says what is null.
pub(super) fn leaf(format: &str, length: i64, buffers: Vec<Option<Vec<u8>>>) -> Forged {
    nested(format, length, buffers, Vec::new())
}

/// A column `v` with children.
pub(super) fn nested(format: &str, length: i64, buffers: Vec<Option<Vec<u8>>>, children: Vec<Forged>) -> Forged {
    let (schemas, arrays) = children.into_iter().map(|child| (child.schema, child.array)).unzip();
    Forged { schema: schema(format, "v", schemas, None), array: array(length, buffers, arrays, None) }
}

/// A column `v` of codes.
pub(super) fn coded(format: &str, length: i64, buffers: Vec<Option<Vec<u8>>>, dictionary: Forged) -> Forged {
    Forged {
        schema: schema(format, "v", Vec::new(), Some(dictionary.schema)),
        array: array(length, buffers, Vec::new(), Some(dictionary.array)),
    }
}

/// A column `v` of text, with 32-bit offsets and no nulls.
pub(super) fn texts(values: &[&str]) -> Forged {
    let ends = values.iter().scan(0, |end, value| {
        *end += value.len() as i32;
        Some(*end)
    });
    let offsets: Vec<i32> = [0].into_iter().chain(ends).collect();
    leaf("u", values.len() as i64, vec![None, i32s(&offsets), Some(values.concat().into_bytes())])
}

/// A column `v` of 32-bit integers without nulls.
pub(super) fn ints(values: &[i32]) -> Forged {
    leaf("i", values.len() as i64, vec![None, i32s(values)])
}

pub(super) fn named(mut column: Forged, name: &str) -> Forged {
    let old = std::mem::replace(&mut column.schema, ArrowSchema::released());
    column.schema = renamed(old, name);
    column
}

/// A stream of one batch.
pub(super) fn stream_of(columns: Vec<Forged>, length: i64) -> ArrowArrayStream {
    let (schemas, arrays) = columns.into_iter().map(|column| (column.schema, column.array)).unzip();
    stream(schema("+s", "", schemas, None), vec![Ok(array(length, vec![None], arrays, None))])
}

pub(super) fn i32s(values: &[i32]) -> Option<Vec<u8>> {
    Some(values.iter().flat_map(|value| value.to_ne_bytes()).collect())
}

pub(super) fn i64s(values: &[i64]) -> Option<Vec<u8>> {
    Some(values.iter().flat_map(|value| value.to_ne_bytes()).collect())
}

pub(super) fn i128s(values: &[i128]) -> Option<Vec<u8>> {
    Some(values.iter().flat_map(|value| value.to_ne_bytes()).collect())
}

/// A view on bytes that may lie in a buffer, at a place there.
pub(super) fn view(bytes: &[u8], buffer: i32, offset: i32) -> Vec<u8> {
    let mut view = (bytes.len() as i32).to_ne_bytes().to_vec();
    if bytes.len() <= 12 {
        view.extend_from_slice(bytes);
        view.resize(16, 0);
    } else {
        view.extend_from_slice(&bytes[..4]);
        view.extend_from_slice(&buffer.to_ne_bytes());
        view.extend_from_slice(&offset.to_ne_bytes());
    }
    view
}

struct SchemaParts {
    format: CString,
    name: CString,
    children: Vec<*mut ArrowSchema>,
    dictionary: *mut ArrowSchema,
    _live: Arc<()>,
}

pub(super) fn schema(
    format: &str,
    name: &str,
    children: Vec<ArrowSchema>,
    dictionary: Option<ArrowSchema>,
) -> ArrowSchema {
    let mut parts = Box::new(SchemaParts {
        format: CString::new(format).expect("no NUL"),
        name: CString::new(name).expect("no NUL"),
        children: children.into_iter().map(boxed).collect(),
        dictionary: dictionary.map_or(ptr::null_mut(), boxed),
        _live: LIVE.with(Arc::clone),
    });
    ArrowSchema {
        format: parts.format.as_ptr(),
        name: parts.name.as_ptr(),
        metadata: ptr::null(),
        flags: 2,
        n_children: parts.children.len() as i64,
        children: parts.children.as_mut_ptr(),
        dictionary: parts.dictionary,
        release: Some(release_schema),
        private_data: Box::into_raw(parts).cast(),
    }
}

fn renamed(mut schema: ArrowSchema, name: &str) -> ArrowSchema {
    // SAFETY: it was made above.
    let parts = unsafe { &mut *schema.private_data.cast::<SchemaParts>() };
    parts.name = CString::new(name).expect("no NUL");
    schema.name = parts.name.as_ptr();
    schema
}

unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: the importer hands over what was made above.
    let schema = unsafe { &mut *schema };
    assert!(schema.release.take().is_some(), "it was released before");
    // SAFETY: as above.
    let parts = unsafe { Box::from_raw(schema.private_data.cast::<SchemaParts>()) };
    parts.children.iter().chain([&parts.dictionary]).for_each(|child| unboxed(*child));
}

struct ArrayParts {
    // Of 16-byte words, so that every buffer is aligned unless a test moves it.
    _buffers: Vec<Option<Vec<u128>>>,
    pointers: Vec<*const c_void>,
    children: Vec<*mut ArrowArray>,
    dictionary: *mut ArrowArray,
    _live: Arc<()>,
}

pub(super) fn array(
    length: i64,
    buffers: Vec<Option<Vec<u8>>>,
    children: Vec<ArrowArray>,
    dictionary: Option<ArrowArray>,
) -> ArrowArray {
    let buffers: Vec<_> = buffers.into_iter().map(|buffer| buffer.map(|bytes| words(&bytes))).collect();
    let pointer = |buffer: &Option<Vec<u128>>| buffer.as_ref().map_or(ptr::null(), |words| words.as_ptr().cast());
    let mut parts = Box::new(ArrayParts {
        pointers: buffers.iter().map(pointer).collect(),
        _buffers: buffers,
        children: children.into_iter().map(boxed).collect(),
        dictionary: dictionary.map_or(ptr::null_mut(), boxed),
        _live: LIVE.with(Arc::clone),
    });
    ArrowArray {
        length,
        null_count: -1,
        offset: 0,
        n_buffers: parts.pointers.len() as i64,
        n_children: parts.children.len() as i64,
        buffers: parts.pointers.as_mut_ptr(),
        children: parts.children.as_mut_ptr(),
        dictionary: parts.dictionary,
        release: Some(release_array),
        private_data: Box::into_raw(parts).cast(),
    }
}

fn words(bytes: &[u8]) -> Vec<u128> {
    let word = |chunk: &[u8]| {
        let mut word = [0; 16];
        word[..chunk.len()].copy_from_slice(chunk);
        u128::from_ne_bytes(word)
    };
    // One more word, for tests that move a buffer off its alignment.
    bytes.chunks(16).map(word).chain([0]).collect()
}

unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: the importer hands over what was made above.
    let array = unsafe { &mut *array };
    assert!(array.release.take().is_some(), "it was released before");
    // SAFETY: as above.
    let parts = unsafe { Box::from_raw(array.private_data.cast::<ArrayParts>()) };
    parts.children.iter().chain([&parts.dictionary]).for_each(|child| unboxed(*child));
}

fn boxed<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

fn unboxed<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: `boxed` made it, and its owner is released once.
        drop(unsafe { Box::from_raw(pointer) });
    }
}

/// A failure of a producer: what it returns, and the bytes of its message.
pub(super) type Failure = (c_int, Option<Vec<u8>>);

struct StreamParts {
    schema: Option<Result<ArrowSchema, Failure>>,
    batches: VecDeque<Result<ArrowArray, Failure>>,
    message: RefCell<Option<Vec<u8>>>,
    _live: Arc<()>,
}

pub(super) fn stream(schema: ArrowSchema, batches: Vec<Result<ArrowArray, Failure>>) -> ArrowArrayStream {
    stream_with(Ok(schema), batches)
}

pub(super) fn stream_with(
    schema: Result<ArrowSchema, Failure>,
    batches: Vec<Result<ArrowArray, Failure>>,
) -> ArrowArrayStream {
    let parts = Box::new(StreamParts {
        schema: Some(schema),
        batches: batches.into(),
        message: RefCell::default(),
        _live: LIVE.with(Arc::clone),
    });
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release_stream),
        private_data: Box::into_raw(parts).cast(),
    }
}

unsafe fn parts<'a>(stream: *mut ArrowArrayStream) -> &'a mut StreamParts {
    // SAFETY: the importer hands over what was made above.
    let stream = unsafe { &*stream };
    assert!(stream.release.is_some(), "it was used after its release");
    // SAFETY: as above.
    unsafe { &mut *stream.private_data.cast::<StreamParts>() }
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: the importer hands over what was made above.
    let parts = unsafe { parts(stream) };
    match parts.schema.take().expect("it was asked for twice") {
        Ok(schema) => {
            // SAFETY: the importer gives a place to write to.
            unsafe { out.write(schema) };
            0
        }
        Err(failure) => fail(parts, failure),
    }
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: the importer hands over what was made above.
    let parts = unsafe { parts(stream) };
    match parts.batches.pop_front().unwrap_or_else(|| Ok(ArrowArray::released())) {
        Ok(array) => {
            // SAFETY: the importer gives a place to write to.
            unsafe { out.write(array) };
            0
        }
        Err(failure) => fail(parts, failure),
    }
}

fn fail(parts: &StreamParts, (code, message): Failure) -> c_int {
    *parts.message.borrow_mut() = message.map(|bytes| bytes.into_iter().chain([0]).collect());
    code
}

unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    // SAFETY: the importer hands over what was made above.
    let parts = unsafe { parts(stream) };
    parts.message.borrow().as_ref().map_or(ptr::null(), |bytes| bytes.as_ptr().cast())
}

unsafe extern "C" fn release_stream(stream: *mut ArrowArrayStream) {
    // SAFETY: the importer hands over what was made above.
    let stream = unsafe { &mut *stream };
    assert!(stream.release.take().is_some(), "it was released before");
    // SAFETY: as above.
    drop(unsafe { Box::from_raw(stream.private_data.cast::<StreamParts>()) });
}
