//! A column's metadata: keys and values, of which one key matters.

use std::ffi::c_char;
use std::{ptr, slice};

use crate::table::fault::{Checked, Fault};

/// What makes a column one of an extension type.
const EXTENSION: &[u8] = b"ARROW:extension:name";

/// The name of the extension type that metadata make of a column.
pub(super) fn extension(metadata: *const c_char) -> Checked<Option<String>> {
    if metadata.is_null() {
        return Ok(None);
    }
    let mut rest = metadata.cast::<u8>();
    let pairs = number(&mut rest)?;
    for _ in 0..pairs {
        let key = bytes(&mut rest)?;
        let value = bytes(&mut rest)?;
        if key == EXTENSION {
            return Ok(Some(String::from_utf8_lossy(value).into_owned()));
        }
    }
    Ok(None)
}

/// The bytes after their number, and on past them.
fn bytes<'a>(rest: &mut *const u8) -> Checked<&'a [u8]> {
    let length = number(rest)?;
    let start = *rest;
    // SAFETY: the producer vouches for so many bytes there, within the metadata.
    *rest = unsafe { start.add(length) };
    // SAFETY: as above; they live as long as the schema, which outlives the reader.
    Ok(unsafe { slice::from_raw_parts(start, length) })
}

/// A number of 32 bits, aligned or not, and on past it.
fn number(rest: &mut *const u8) -> Checked<usize> {
    let start = *rest;
    // SAFETY: the producer vouches for a number there.
    let number = unsafe { ptr::read_unaligned(start.cast::<i32>()) };
    // SAFETY: as above.
    *rest = unsafe { start.add(size_of::<i32>()) };
    usize::try_from(number).map_err(|_| Fault::malformed("its metadata have a negative length"))
}
