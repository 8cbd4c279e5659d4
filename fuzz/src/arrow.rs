//! Streams of Arrow's C interface out of the fuzzer's bytes: right, nearly right, and wrong in whatever an importer can
//! see.
//!
//! What it can't see is kept, as the contract of `Table::import_stream` demands it: lists, texts and buffers are
//! exactly as long as they must be, so that the sanitizer finds every byte that is read beyond them.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;

use arbitrary::{Result, Unstructured};

/// `struct ArrowSchema`.
#[repr(C)]
pub struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

/// `struct ArrowArray`.
#[repr(C)]
pub struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

/// `struct ArrowArrayStream`.
#[repr(C)]
pub struct Stream {
    get_schema: Option<unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

macro_rules! released_once {
    ($struct:ident, $parts:ident, $release:ident) => {
        impl Drop for $struct {
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: it is set by what made the struct, and unset by the release.
                    unsafe { release(self) };
                }
            }
        }

        unsafe extern "C" fn $release(this: *mut $struct) {
            // SAFETY: the importer hands over what was made here.
            let this = unsafe { &mut *this };
            assert!(this.release.take().is_some(), "released twice");
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(this.private_data.cast::<$parts>()) });
        }
    };
}

released_once!(Schema, SchemaParts, release_schema);
released_once!(Array, ArrayParts, release_array);
released_once!(Stream, StreamParts, release_stream);

/// Children, and the list of pointers to them.
struct Children<T> {
    owned: Vec<*mut T>,
    shown: Vec<*mut T>,
}

impl<T> Children<T> {
    fn new(children: Vec<T>) -> Self {
        let owned: Vec<*mut T> = children.into_iter().map(|child| Box::into_raw(Box::new(child))).collect();
        Self { shown: owned.clone(), owned }
    }
}

impl<T> Drop for Children<T> {
    fn drop(&mut self) {
        for child in &self.owned {
            // SAFETY: `new` boxed it.
            drop(unsafe { Box::from_raw(*child) });
        }
    }
}

struct SchemaParts {
    format: CString,
    name: CString,
    metadata: Option<Vec<u8>>,
    children: Children<Schema>,
    dictionary: Children<Schema>,
}

struct ArrayParts {
    buffers: Vec<Vec<u8>>,
    shown: Vec<*const c_void>,
    children: Children<Array>,
    dictionary: Children<Array>,
}

struct StreamParts {
    schema: Option<Schema>,
    batches: Vec<Array>,
}

/// A column: its type, and that of what is in it.
struct Kind {
    format: String,
    name: String,
    children: Vec<Kind>,
    dictionary: Option<Box<Kind>>,
}

const CODES: &[&str] = &["c", "C", "s", "S", "i", "I", "l", "L"];

const LEAVES: &[&str] = &[
    "n",
    "b",
    "c",
    "C",
    "s",
    "S",
    "i",
    "I",
    "l",
    "L",
    "e",
    "f",
    "g",
    "z",
    "Z",
    "vz",
    "u",
    "U",
    "vu",
    "tdD",
    "tdm",
    "tts",
    "ttm",
    "ttu",
    "ttn",
    "tDs",
    "tDm",
    "tDu",
    "tDn",
    "tss:",
    "tsm:UTC",
    "tsu:+01:00",
    "w:3",
    "d:5,2",
    "d:5,2,32",
    "d:18,0,64",
    "d:38,38",
];

const REFUSED: &[&str] =
    &["tsn:x", "tiM", "w:0", "w:-1", "d:5,2,256", "d:9,-1", "+r", "+us:0", "_pli128", "", "x", "\u{1b}"];

/// A stream.
pub fn stream(u: &mut Unstructured<'_>) -> Result<Stream> {
    let count = u.int_in_range(0..=4)?;
    let children = (0..count).map(|index| kind(u, 0, index)).collect::<Result<_>>()?;
    let top = Kind { format: "+s".to_owned(), name: String::new(), children, dictionary: None };
    let schema = Some(schema(u, &top)?);
    let count = u.int_in_range(0..=3)?;
    let batches = (0..count).map(|_| array(u, &top)).collect::<Result<_>>()?;
    Ok(Stream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release_stream),
        private_data: Box::into_raw(Box::new(StreamParts { schema, batches })).cast(),
    })
}

fn kind(u: &mut Unstructured<'_>, level: usize, index: usize) -> Result<Kind> {
    let name = if rarely(u, 16)? { "same".to_owned() } else { format!("{}{index}", u.choose(&["a", "\u{1f980}\n"])?) };
    let choice = if level > 3 { 0 } else { u.int_in_range(0..=9)? };
    let nested = |u: &mut Unstructured<'_>, count: usize| {
        (0..count).map(|index| kind(u, level + 1, index)).collect::<Result<Vec<_>>>()
    };
    let (format, children) = match choice {
        0..=4 => {
            let formats = if rarely(u, 64)? { REFUSED } else { LEAVES };
            ((*u.choose(formats)?).to_owned(), Vec::new())
        }
        5 => ((*u.choose(&["+l", "+L", "+m"])?).to_owned(), nested(u, 1)?),
        6 => {
            let entries =
                Kind { format: "+s".to_owned(), name: "e".to_owned(), children: nested(u, 2)?, dictionary: None };
            ("+m".to_owned(), vec![entries])
        }
        7 => (format!("+w:{}", u.int_in_range(0..=3)?), nested(u, 1)?),
        8 => {
            let count = u.int_in_range(0..=3)?;
            ("+s".to_owned(), nested(u, count)?)
        }
        _ => {
            let dictionary = Some(Box::new(kind(u, level + 1, 0)?));
            return Ok(Kind { format: (*u.choose(CODES)?).to_owned(), name, children: Vec::new(), dictionary });
        }
    };
    Ok(Kind { format, name, children, dictionary: None })
}

fn schema(u: &mut Unstructured<'_>, kind: &Kind) -> Result<Schema> {
    let mut parts = Box::new(SchemaParts {
        format: CString::new(kind.format.as_str()).unwrap_or_default(),
        name: CString::new(kind.name.as_str()).unwrap_or_default(),
        metadata: rarely(u, 32)?.then(|| metadata(u)).transpose()?,
        children: Children::new(kind.children.iter().map(|child| schema(u, child)).collect::<Result<_>>()?),
        dictionary: Children::new(kind.dictionary.iter().map(|kind| schema(u, kind)).collect::<Result<_>>()?),
    });
    forget_one(u, &mut parts.children.shown)?;
    Ok(Schema {
        format: if rarely(u, 256)? { ptr::null() } else { parts.format.as_ptr() },
        name: if rarely(u, 64)? { ptr::null() } else { parts.name.as_ptr() },
        metadata: parts.metadata.as_ref().map_or(ptr::null(), |bytes| bytes.as_ptr().cast()),
        flags: u.arbitrary()?,
        n_children: at_most(u, parts.children.shown.len())?,
        children: parts.children.shown.as_mut_ptr(),
        dictionary: parts.dictionary.shown.first().copied().unwrap_or(ptr::null_mut()),
        release: Some(release_schema),
        private_data: Box::into_raw(parts).cast(),
    })
}

fn metadata(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let count = if rarely(u, 8)? { -1 } else { u.int_in_range(0..=2_i32)? };
    let mut bytes = count.to_ne_bytes().to_vec();
    for _ in 0..2 * count.max(0) {
        let text = *u.choose(&["", "key", "ARROW:extension:metadata", "key", "ARROW:extension:name"])?;
        let length = if rarely(u, 64)? { -1 } else { text.len() as i32 };
        bytes.extend(length.to_ne_bytes());
        bytes.extend(text.as_bytes());
    }
    Ok(bytes)
}

fn array(u: &mut Unstructured<'_>, kind: &Kind) -> Result<Array> {
    let (length, offset) = (u.int_in_range(0..=9_usize)?, u.int_in_range(0..=4_usize)?);
    let buffers = buffers(u, kind, offset + length)?;
    let mut shown = Vec::with_capacity(buffers.len());
    let mut owned = Vec::with_capacity(buffers.len());
    for buffer in buffers {
        let Some(bytes) = buffer.filter(|_| !rarely(u, 256).unwrap_or_default()) else {
            shown.push(ptr::null());
            continue;
        };
        // Some buffers are not aligned. They end where their memory ends.
        let shift = if rarely(u, 8)? { u.int_in_range(1..=8)? } else { 0 };
        let mut shifted = vec![0; shift];
        shifted.extend(bytes);
        shifted.shrink_to_fit();
        shown.push(shifted.as_ptr().wrapping_add(shift).cast());
        owned.push(shifted);
    }
    let mut parts = Box::new(ArrayParts {
        buffers: owned,
        shown,
        children: Children::new(kind.children.iter().map(|child| array(u, child)).collect::<Result<_>>()?),
        dictionary: Children::new(kind.dictionary.iter().map(|kind| array(u, kind)).collect::<Result<_>>()?),
    });
    forget_one(u, &mut parts.children.shown)?;
    debug_assert!(parts.buffers.len() <= parts.shown.len());
    // With fewer buffers, another one would be taken for the lengths that views need.
    let fewer = if kind.format.starts_with('v') { parts.shown.len().min(2) } else { parts.shown.len() };
    let count = at_most(u, fewer)?;
    Ok(Array {
        length: at_most(u, length)?,
        null_count: if rarely(u, 32)? { *u.choose(&[0, 1, 2, i64::MAX, -2])? } else { -1 },
        offset: at_most(u, offset)?,
        n_buffers: if count == fewer as i64 { parts.shown.len() as i64 } else { count },
        n_children: at_most(u, parts.children.shown.len())?,
        buffers: parts.shown.as_mut_ptr(),
        children: parts.children.shown.as_mut_ptr(),
        dictionary: parts.dictionary.shown.first().copied().unwrap_or(ptr::null_mut()),
        release: Some(release_array),
        private_data: Box::into_raw(parts).cast(),
    })
}

/// The count, nearly always; else one that is smaller, or negative.
fn at_most(u: &mut Unstructured<'_>, count: usize) -> Result<i64> {
    if rarely(u, 128)? { u.int_in_range(-1..=count as i64) } else { Ok(count as i64) }
}

/// One time of so many; and not where there are no bytes left.
fn rarely(u: &mut Unstructured<'_>, times: u32) -> Result<bool> {
    Ok(u.int_in_range(1..=times)? == times)
}

fn forget_one<T>(u: &mut Unstructured<'_>, pointers: &mut [*mut T]) -> Result<()> {
    if !pointers.is_empty() && rarely(u, 256)? {
        let index = u.choose_index(pointers.len())?;
        pointers[index] = ptr::null_mut();
    }
    Ok(())
}

/// The buffers of `n` values, each as long as it must be.
fn buffers(u: &mut Unstructured<'_>, kind: &Kind, n: usize) -> Result<Vec<Option<Vec<u8>>>> {
    let validity = if !rarely(u, 2)? { Some(bytes(u, n.div_ceil(8))?) } else { None };
    let width = match kind.format.as_str() {
        "n" => return Ok(Vec::new()),
        "+s" => return Ok(vec![validity]),
        format if format.starts_with("+w") => return Ok(vec![validity]),
        "b" => return Ok(vec![validity, Some(bytes(u, n.div_ceil(8))?)]),
        "+l" | "+m" => return Ok(vec![validity, Some(offsets(u, n, 4)?.0)]),
        "+L" => return Ok(vec![validity, Some(offsets(u, n, 8)?.0)]),
        format @ ("u" | "z" | "U" | "Z") => {
            let (offsets, last) = offsets(u, n, if format < "a" { 8 } else { 4 })?;
            return Ok(vec![validity, Some(offsets), Some(text(u, last)?)]);
        }
        "vu" | "vz" => return views(u, validity, n),
        "c" | "C" => 1,
        "s" | "S" | "e" => 2,
        "i" | "I" | "f" | "tdD" | "tts" | "ttm" | "d:5,2,32" => 4,
        "w:3" => 3,
        format if format.starts_with("d:") && !format.ends_with(",64") => 16,
        _ => 8,
    };
    // Small numbers: codes that a dictionary has, times within a day.
    let mut values = bytes(u, n * width)?;
    if !rarely(u, 4)? {
        values.iter_mut().enumerate().for_each(|(at, byte)| *byte = if at % width == 0 { *byte % 8 } else { 0 });
    }
    Ok(vec![validity, Some(values)])
}

/// `n + 1` offsets, and the last of them: mostly such as rise, and never one that data could not be made for.
fn offsets(u: &mut Unstructured<'_>, n: usize, width: usize) -> Result<(Vec<u8>, usize)> {
    let mut next = if rarely(u, 4)? { u.int_in_range(0..=3)? } else { 0 };
    let mut offsets = Vec::with_capacity(n + 1);
    for _ in 0..=n {
        offsets.push(if rarely(u, 256)? { *u.choose(&[-1, 1, i64::MAX, i64::MIN, 1 << 31])? } else { next });
        next += u.int_in_range(0..=20)?;
    }
    let last = &mut offsets[n];
    *last = (*last).min(1 << 12);
    let length = usize::try_from(*last).unwrap_or_default();
    let written =
        |offset: &i64| if width == 8 { offset.to_ne_bytes().to_vec() } else { (*offset as i32).to_ne_bytes().to_vec() };
    Ok((offsets.iter().flat_map(written).collect(), if width == 8 { length } else { length.min(1 << 12) }))
}

fn views(u: &mut Unstructured<'_>, validity: Option<Vec<u8>>, n: usize) -> Result<Vec<Option<Vec<u8>>>> {
    let count = u.int_in_range(0..=2_usize)?;
    let mut lengths = Vec::new();
    let mut data: Vec<Vec<u8>> = Vec::new();
    for _ in 0..count {
        let length = u.int_in_range(0..=40_usize)?;
        data.push(text(u, length)?);
        lengths.push(if rarely(u, 128)? { -1 } else { length as i64 });
    }
    let mut views = Vec::with_capacity(n * 16);
    for _ in 0..n {
        let length = u.int_in_range(-1..=20_i32)?;
        let (buffer, offset) = (u.int_in_range(-1..=2_i32)?, u.int_in_range(-1..=30_i32)?);
        let value = usize::try_from(buffer).ok().and_then(|buffer| data.get(buffer)).map_or(&[][..], |data| data);
        let prefix = value.get(usize::try_from(offset).unwrap_or_default()..).and_then(|value| value.get(..4));
        views.extend(length.to_ne_bytes());
        if length > 12 {
            views.extend(prefix.unwrap_or(&[0; 4]));
            views.extend(buffer.to_ne_bytes());
            views.extend(offset.to_ne_bytes());
        } else {
            let length = usize::try_from(length).unwrap_or_default();
            views.extend(text(u, length)?);
            views.extend(vec![u8::from(rarely(u, 256)?); 12 - length]);
        }
    }
    let lengths = lengths.iter().flat_map(|length: &i64| length.to_ne_bytes()).collect();
    let data = data.into_iter().map(Some);
    Ok([validity, Some(views)].into_iter().chain(data).chain([Some(lengths)]).collect())
}

fn bytes(u: &mut Unstructured<'_>, length: usize) -> Result<Vec<u8>> {
    (0..length).map(|_| u.arbitrary()).collect()
}

fn text(u: &mut Unstructured<'_>, length: usize) -> Result<Vec<u8>> {
    let any = rarely(u, 64)?;
    (0..length).map(|_| if any { u.arbitrary() } else { u.int_in_range(b'a'..=b'c') }).collect()
}

unsafe fn parts<'a>(stream: *mut Stream) -> &'a mut StreamParts {
    // SAFETY: the importer hands over what was made here.
    let stream = unsafe { &*stream };
    assert!(stream.release.is_some(), "used after its release");
    // SAFETY: as above.
    unsafe { &mut *stream.private_data.cast() }
}

unsafe extern "C" fn get_schema(stream: *mut Stream, out: *mut Schema) -> c_int {
    // SAFETY: the importer hands over what was made here.
    let Some(schema) = unsafe { parts(stream) }.schema.take() else { return 1 };
    // SAFETY: the importer gives a place to write to.
    unsafe { out.write(schema) };
    0
}

unsafe extern "C" fn get_next(stream: *mut Stream, out: *mut Array) -> c_int {
    // SAFETY: the importer hands over what was made here.
    if let Some(batch) = unsafe { parts(stream) }.batches.pop() {
        // SAFETY: the importer gives a place to write to, where a released array is.
        unsafe { out.write(batch) };
    }
    0
}

unsafe extern "C" fn get_last_error(_: *mut Stream) -> *const c_char {
    c"no \xff more".as_ptr()
}
