//! Text and bytes, as views on the memory that a batch holds them in.
//!
//! Text is checked to be UTF-8 wherever there is a value. What lies under a null may be anything.

use std::ops::Range;
use std::str;

use polars_arrow::array::{BinaryViewArrayGeneric, View, ViewType};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::types::Offset;
use polars_buffer::Buffer;

use super::build;
use super::node::{Node, Window};
use super::number::is_null;
use crate::table::Array;
use crate::table::fault::{Checked, Fault};

/// The longest value, and the farthest place in a buffer, that a view can tell.
const FARTHEST: usize = i32::MAX as usize;

/// Views that are looked at together.
const BLOCK: usize = u64::BITS as usize;

/// Values that lie one after another, each from one offset to the next.
pub(super) fn with_offsets<O: Offset, T: ViewType + ?Sized>(node: Node<'_>, window: Window) -> Checked<Array> {
    let offsets = build::offsets::<O>(node, window)?;
    let first = offsets.first().map_or(0, |first| first.to_usize());
    let last = offsets.last().map_or(0, |last| last.to_usize());
    let bytes: Buffer<u8> = node.values(2, first, last - first)?;
    let ranges = offsets.windows(2).map(|pair| pair[0].to_usize() - first..pair[1].to_usize() - first);
    viewed::<T>(bytes, ranges, node.validity(window)?)
}

/// Values of one width, one after another.
pub(super) fn of_width(node: Node<'_>, width: usize, window: Window) -> Checked<Array> {
    let start = node.start_of(window)?;
    let much = || Fault::malformed("its values would be longer than the memory there can be");
    let first = start.checked_mul(width).ok_or_else(much)?;
    let length = window.length.checked_mul(width).ok_or_else(much)?;
    let bytes: Buffer<u8> = node.values(1, first, length)?;
    let ranges = (0..window.length).map(|slot| slot * width..(slot + 1) * width);
    viewed::<[u8]>(bytes, ranges, node.validity(window)?)
}

/// Views, as polars has them too.
pub(super) fn with_views<T: ViewType + ?Sized>(node: Node<'_>, window: Window) -> Checked<Array> {
    let start = node.start_of(window)?;
    let validity = node.validity(window)?;
    let mut views: Buffer<View> = node.values(1, start, window.length)?;
    let buffers = if window.length == 0 { Buffer::new() } else { variadic(node)? };

    let texts = if T::IS_UTF8 { texts(&buffers, window.length) } else { Vec::new() };
    let (mut wrong_nulls, mut length) = (false, 0);
    for (start, block) in (0..).step_by(BLOCK).zip(views.chunks(BLOCK)) {
        // Of short and long values in turn nobody can guess which is next: a mask of all is made first.
        let mut others = 0;
        for (at, view) in block.iter().enumerate() {
            others |= u64::from(!is_short_ascii(*view)) << at;
            length += view.length as usize;
        }
        while others != 0 {
            let slot = start + others.trailing_zeros() as usize;
            others &= others - 1;
            match value::<T>(views[slot], &buffers, &texts) {
                Err(_) if is_null(validity.as_ref(), slot) => wrong_nulls = true,
                checked => checked?,
            }
        }
    }
    if wrong_nulls {
        // Some readers follow the views of nulls too.
        let cleared =
            |(slot, view): (usize, &View)| if is_null(validity.as_ref(), slot) { View::default() } else { *view };
        views = views.iter().enumerate().map(cleared).collect();
    }
    // The views of nulls may claim any length.
    let length = validity.is_none().then_some(length);
    Ok(assembled::<T>(views, buffers, validity, length))
}

/// The buffers that views may refer to, by the lengths that the last buffer gives.
fn variadic(node: Node<'_>) -> Checked<Buffer<Buffer<u8>>> {
    let lengths_at = node.buffers() - 1;
    let lengths: Buffer<i64> = node.values(lengths_at, 0, lengths_at - 2)?;
    let mut total = 0_usize;
    let mut buffers = Vec::with_capacity(lengths.len());
    for (index, length) in lengths.iter().enumerate() {
        let length = super::node::count(*length, "array's length of a buffer")?;
        total = total
            .checked_add(length)
            .ok_or_else(|| Fault::malformed("its array's buffers exceed the memory there can be"))?;
        buffers.push(node.values(2 + index, 0, length)?);
    }
    Ok(Buffer::from(buffers))
}

/// Whether a view holds its value itself, and the value is ASCII and followed by zeros, which most are and is quick to see.
#[inline(always)]
fn is_short_ascii(view: View) -> bool {
    const SHORT: usize = View::MAX_INLINE_SIZE as usize;
    /// For each length, the bits of a view that must be zero then.
    const ZEROS: [u128; SHORT + 2] = {
        // A longer view has a length, so that it is not zero.
        let mut zeros = [u128::MAX; SHORT + 2];
        let mut length = 0;
        while length <= SHORT {
            let value = (1_u128 << (8 * length)) - 1;
            let high = 0x80_80_80_80_80_80_80_80_80_80_80_80 & value;
            zeros[length] = (high | (!value & ((1 << (8 * SHORT)) - 1))) << 32;
            length += 1;
        }
        zeros
    };
    view.as_u128().to_le() & ZEROS[(view.length as usize).min(SHORT + 1)] == 0
}

/// Buffers that are text as a whole, which costs less to check than each value; none where they are far larger than so
/// many values would make them, since most of them may be in no value.
fn texts(buffers: &[Buffer<u8>], values: usize) -> Vec<Option<&str>> {
    const MOST_OF_VALUE: usize = 64;
    let bytes: usize = buffers.iter().map(|buffer| buffer.len()).sum();
    if bytes / MOST_OF_VALUE > values {
        return Vec::new();
    }
    buffers.iter().map(|buffer| str::from_utf8(buffer).ok()).collect()
}

/// Checks one view on buffers, of which some are known to be text.
fn value<T: ViewType + ?Sized>(view: View, buffers: &[Buffer<u8>], texts: &[Option<&str>]) -> Checked<()> {
    if view.is_inline() {
        let bits = view.as_u128().to_le() >> 32;
        let used = view.length * 8;
        if bits >> used != 0 {
            return Err(Fault::malformed("a short view has bytes after its value that are not zero"));
        }
        let bytes = bits.to_le_bytes();
        return is_text::<T>(&bytes[..view.length as usize]);
    }
    let buffer = buffers.get(view.buffer_idx as usize);
    let buffer = buffer.ok_or_else(|| Fault::malformed("a view refers to a buffer that there is not"))?;
    let (start, length) = (view.offset as usize, view.length as usize);
    if start > FARTHEST || length > FARTHEST {
        return Err(Fault::malformed("a view's length or offset is negative"));
    }
    let bytes = buffer.get(start..start.saturating_add(length));
    let bytes = bytes.ok_or_else(|| Fault::malformed("a view reaches beyond its buffer"))?;
    if !bytes.starts_with(&view.prefix.to_le_bytes()) {
        return Err(Fault::malformed("a view's prefix is not how its value starts"));
    }
    match texts.get(view.buffer_idx as usize) {
        Some(Some(text)) if text.is_char_boundary(start) && text.is_char_boundary(start + length) => Ok(()),
        _ => is_text::<T>(bytes),
    }
}

fn is_text<T: ViewType + ?Sized>(bytes: &[u8]) -> Checked<()> {
    // Short text is told to be ASCII more quickly than to be UTF-8.
    if T::IS_UTF8 && !bytes.is_ascii() && str::from_utf8(bytes).is_err() {
        return Err(not_text());
    }
    Ok(())
}

fn not_text() -> Fault {
    Fault::malformed("it holds text that is not UTF-8; give it as bytes")
}

/// Views on ranges of bytes, which rise.
fn viewed<T: ViewType + ?Sized>(
    bytes: Buffer<u8>,
    ranges: impl ExactSizeIterator<Item = Range<usize>>,
    validity: Option<Bitmap>,
) -> Checked<Array> {
    // One check for all of the text is far cheaper than one for each value; it may fail for what lies under nulls
    // alone.
    let whole = if T::IS_UTF8 { str::from_utf8(&bytes).ok() } else { None };
    let mut views = Vec::with_capacity(ranges.len());
    let mut pieces: Vec<Buffer<u8>> = Vec::new();
    let (mut base, mut length) = (0, 0);
    for (slot, range) in ranges.enumerate() {
        if is_null(validity.as_ref(), slot) {
            views.push(View::default());
            continue;
        }
        let value = &bytes[range.clone()];
        match whole {
            Some(whole) if !whole.is_char_boundary(range.start) || !whole.is_char_boundary(range.end) => {
                return Err(not_text());
            }
            Some(_) => {}
            None => is_text::<T>(value)?,
        }
        if value.len() > FARTHEST {
            return Err(Fault::unsupported(format!("it holds a value of more than {FARTHEST} bytes")));
        }
        if value.len() > View::MAX_INLINE_SIZE as usize && (pieces.is_empty() || range.end - base > FARTHEST) {
            base = range.start;
            let end = bytes.len().min(base.saturating_add(FARTHEST));
            pieces.push(bytes.clone().sliced(base..end));
        }
        length += value.len();
        let piece = pieces.len().saturating_sub(1) as u32;
        // An inline view has no use for the place.
        views.push(View::new_from_bytes(value, piece, range.start.saturating_sub(base) as u32));
    }
    Ok(assembled::<T>(views.into(), pieces.into(), validity, Some(length)))
}

/// An array of views, and the length of all values together where that is known: polars asks for it, and would count.
fn assembled<T: ViewType + ?Sized>(
    views: Buffer<View>,
    buffers: Buffer<Buffer<u8>>,
    validity: Option<Bitmap>,
    length: Option<usize>,
) -> Array {
    let held = buffers.iter().map(|buffer| buffer.len()).sum();
    // SAFETY: each view of a value lies in its buffer and is UTF-8 where it must be, and each of a null is checked or
    // empty; the lengths of the buffers add up to what fits a `usize`.
    let array =
        unsafe { BinaryViewArrayGeneric::<T>::new_unchecked(T::DATA_TYPE, views, buffers, validity, length, held) };
    array.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ascii_is_told_by_every_byte() {
        for length in 0..=View::MAX_INLINE_SIZE as usize {
            let mut bytes = [0_u8; 16];
            bytes[0] = length as u8;
            bytes[4..4 + length].fill(b'\x7f');
            let view = |bytes: [u8; 16]| View::from(u128::from_le_bytes(bytes));
            assert!(is_short_ascii(view(bytes)), "{length}");
            for at in 4..16 {
                let mut spoilt = bytes;
                // Within the value a byte of UTF-8, after it anything.
                spoilt[at] = if at < 4 + length { 0xc3 } else { 1 };
                assert!(!is_short_ascii(view(spoilt)), "{length} {at}");
            }
        }
        assert!(!is_short_ascii(View::from(13)));
    }
}
