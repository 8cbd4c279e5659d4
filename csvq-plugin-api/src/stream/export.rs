//! Columns of Rust values as Arrow's C structs: only what differences need, so that it takes no other library.

use std::ffi::{CStr, CString, c_void};
use std::ptr;

use csvq_plugin_abi::{ArrowArray, ArrowSchema, FLAG_NULLABLE};

use super::{Array, Schema};
use crate::error::{Error, Result};

/// A column's name and type.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: String,
    /// Its type, as a format string.
    pub(crate) format: &'static CStr,
    /// Whether it may hold nulls.
    pub(crate) nullable: bool,
}

/// Some values in the form of one of Arrow's buffers.
#[derive(Debug)]
pub(crate) enum Buffer {
    /// No buffer, where there is no null.
    None,
    /// Bits and text.
    Bytes(Vec<u8>),
    /// Offsets and integers.
    Signed(Vec<i64>),
    /// Row numbers.
    Unsigned(Vec<u64>),
    /// Numbers.
    Floats(Vec<f64>),
}

/// A column of a batch.
#[derive(Debug)]
pub(crate) struct Column {
    /// How many values are null.
    pub(crate) nulls: usize,
    /// Its buffers, as its type says: which values are there, then the values.
    pub(crate) buffers: Vec<Buffer>,
}

impl Buffer {
    fn pointer(&self) -> *const c_void {
        match self {
            Self::None => ptr::null(),
            Self::Bytes(values) => values.as_ptr().cast(),
            Self::Signed(values) => values.as_ptr().cast(),
            Self::Unsigned(values) => values.as_ptr().cast(),
            Self::Floats(values) => values.as_ptr().cast(),
        }
    }
}

/// What a schema has in `private_data`.
struct Type {
    name: CString,
    children: Vec<*mut ArrowSchema>,
}

/// What an array has in `private_data`.
struct Values {
    // Held for the pointers into them.
    _buffers: Vec<Buffer>,
    pointers: Vec<*const c_void>,
    children: Vec<*mut ArrowArray>,
}

/// The type of a struct of columns.
///
/// # Errors
/// Where a name holds a NUL, which the interface can't carry.
pub(crate) fn schema(fields: &[Field]) -> Result<Schema> {
    let names = fields.iter().map(|field| {
        let refused = |_| Error::unsupported("the name of a column of the differences holds a NUL: rename it");
        CString::new(field.name.as_str()).map_err(refused)
    });
    // All names first, so that nothing is lost where one of them fails.
    let names: Vec<CString> = names.collect::<Result<_>>()?;
    let children = fields.iter().zip(names);
    let children = children.map(|(field, name)| raw_schema(name, field.format, field.nullable, Vec::new()));
    let children = children.map(|child| Box::into_raw(Box::new(child))).collect();
    Ok(Schema { raw: raw_schema(CString::default(), c"+s", false, children) })
}

fn raw_schema(name: CString, format: &'static CStr, nullable: bool, children: Vec<*mut ArrowSchema>) -> ArrowSchema {
    let own = Box::into_raw(Box::new(Type { name, children }));
    // SAFETY: it was just made, and nothing else refers to it.
    let held = unsafe { &mut *own };
    ArrowSchema {
        format: format.as_ptr(),
        name: held.name.as_ptr(),
        flags: if nullable { FLAG_NULLABLE } else { 0 },
        n_children: held.children.len() as i64,
        children: list(&mut held.children),
        release: Some(release_schema),
        private_data: own.cast(),
        ..ArrowSchema::EMPTY
    }
}

/// A batch of columns, which all have this length.
pub(crate) fn array(length: usize, columns: Vec<Column>) -> Array {
    let children = columns.into_iter().map(|column| raw_array(length, column, Vec::new()));
    let children = children.map(|child| Box::into_raw(Box::new(child))).collect();
    Array { raw: raw_array(length, Column { nulls: 0, buffers: vec![Buffer::None] }, children) }
}

fn raw_array(length: usize, column: Column, children: Vec<*mut ArrowArray>) -> ArrowArray {
    let pointers = column.buffers.iter().map(Buffer::pointer).collect();
    let own = Box::into_raw(Box::new(Values { _buffers: column.buffers, pointers, children }));
    // SAFETY: it was just made, and nothing else refers to it.
    let held = unsafe { &mut *own };
    ArrowArray {
        length: length as i64,
        null_count: column.nulls as i64,
        n_buffers: held.pointers.len() as i64,
        n_children: held.children.len() as i64,
        buffers: held.pointers.as_mut_ptr(),
        children: list(&mut held.children),
        release: Some(release_array),
        private_data: own.cast(),
        ..ArrowArray::EMPTY
    }
}

/// The pointer to a list; null where it is empty.
fn list<T>(items: &mut [T]) -> *mut T {
    if items.is_empty() { ptr::null_mut() } else { items.as_mut_ptr() }
}

unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: this is a callback of ours, which its caller gives a schema of ours, or null.
    let Some(schema) = (unsafe { schema.as_mut() }) else { return };
    let own = schema.take().private_data.cast::<Type>();
    if own.is_null() {
        return;
    }
    // SAFETY: `raw_schema` boxed it, and it is taken once, since the schema is released now.
    let own = unsafe { Box::from_raw(own) };
    for child in own.children {
        // SAFETY: `schema` boxed it, and it is taken once.
        let mut child = unsafe { Box::from_raw(child) };
        // SAFETY: it is one of ours, unless it was moved elsewhere and is released.
        unsafe { child.release() };
    }
}

unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: this is a callback of ours, which its caller gives an array of ours, or null.
    let Some(array) = (unsafe { array.as_mut() }) else { return };
    let own = array.take().private_data.cast::<Values>();
    if own.is_null() {
        return;
    }
    // SAFETY: `raw_array` boxed it, and it is taken once, since the array is released now.
    let own = unsafe { Box::from_raw(own) };
    for child in own.children {
        // SAFETY: `array` boxed it, and it is taken once.
        let mut child = unsafe { Box::from_raw(child) };
        // SAFETY: it is one of ours, unless it was moved elsewhere and is released.
        unsafe { child.release() };
    }
}
