//! One array of a batch: its counts checked against each other and its pointers before anything is read through them.

use std::mem;

use polars_arrow::bitmap::Bitmap;
use polars_arrow::types::NativeType;
use polars_buffer::Buffer;

use super::foreign::{self, Owner};
use super::interface::ArrowArray;
use crate::table::fault::{Checked, Fault};

/// More bytes than any program can have: a claim of more is a lie, whatever follows it. No 64-bit processor gives a
/// program more than 56 bits of addresses.
const TOO_MANY_BYTES: usize = if cfg!(target_pointer_width = "64") { 1 << 56 } else { isize::MAX as usize };

/// Some of an array's values: so many, from one of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) start: usize,
    pub(super) length: usize,
}

/// What an array of a type must have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// How many buffers, at least and at most.
    pub(super) buffers: (usize, usize),
    pub(super) children: usize,
    pub(super) dictionary: bool,
}

/// One array of a batch, of which the counts are in order.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    array: &'a ArrowArray,
    owner: &'a Owner,
    length: usize,
    offset: usize,
    buffers: usize,
}

impl<'a> Node<'a> {
    /// The batch itself.
    pub(super) fn root(owner: &'a Owner, parts: Parts) -> Checked<Self> {
        Self::new(owner.batch(), owner, parts)
    }

    fn new(array: &'a ArrowArray, owner: &'a Owner, parts: Parts) -> Checked<Self> {
        if array.is_released() {
            return Err(Fault::malformed("its array is released already"));
        }
        let length = count(array.length, "length")?;
        let offset = count(array.offset, "offset")?;
        if offset.checked_add(length).is_none_or(|end| end > isize::MAX as usize) {
            return Err(Fault::malformed("its array's offset and length exceed the memory there can be"));
        }
        if array.null_count < -1 || array.null_count > array.length {
            let count = array.null_count;
            return Err(Fault::malformed(format!("its array has {length} values and claims {count} nulls")));
        }
        let buffers = count(array.n_buffers, "number of buffers")?;
        let (least, most) = parts.buffers;
        if buffers < least || buffers > most {
            return Err(Fault::malformed(format!("its array has {buffers} buffers, which does not fit its type")));
        }
        if buffers > 0 && !readable(array.buffers) {
            return Err(Fault::malformed("its array's list of buffers is null or not aligned"));
        }
        let children = count(array.n_children, "number of children")?;
        if children != parts.children {
            let expected = parts.children;
            return Err(Fault::malformed(format!("its array has {children} children, and its type {expected}")));
        }
        if children > 0 && !readable(array.children) {
            return Err(Fault::malformed("its array's list of children is null or not aligned"));
        }
        if array.dictionary.is_null() == parts.dictionary {
            let what = if parts.dictionary { "no dictionary" } else { "a dictionary, and its type none" };
            return Err(Fault::malformed(format!("its array has {what}")));
        }
        Ok(Self { array, owner, length, offset, buffers })
    }

    /// All of its values.
    pub(super) fn window(&self) -> Window {
        Window { start: 0, length: self.length }
    }

    /// Where its values end in the buffers.
    pub(super) fn end(&self) -> usize {
        self.offset + self.length
    }

    /// How many buffers it has.
    pub(super) fn buffers(&self) -> usize {
        self.buffers
    }

    /// A child, by its number.
    pub(super) fn child(&self, index: usize, parts: Parts) -> Checked<Self> {
        // SAFETY: `new` saw an aligned list of so many children; that it is as long, the producer vouches for.
        let place = unsafe { self.array.children.add(index) };
        // SAFETY: as above.
        let child = unsafe { *place };
        self.related(child, "child", parts)
    }

    /// The dictionary, which `new` saw.
    pub(super) fn dictionary(&self, parts: Parts) -> Checked<Self> {
        self.related(self.array.dictionary, "dictionary", parts)
    }

    fn related(&self, other: *mut ArrowArray, what: &str, parts: Parts) -> Checked<Self> {
        if !readable(other) {
            return Err(Fault::malformed(format!("its array's {what} is null or not aligned")));
        }
        // SAFETY: it is neither null nor misaligned, and lives as long as the batch, which the owner holds.
        let other = unsafe { &*other };
        Self::new(other, self.owner, parts)
    }

    /// Where a window starts in the buffers, once it is known to lie in the array.
    pub(super) fn start_of(&self, window: Window) -> Checked<usize> {
        match window.start.checked_add(window.length) {
            Some(end) if end <= self.length => Ok(self.offset + window.start),
            _ => Err(Fault::malformed(format!("its array has {} values, fewer than what refers to it", self.length))),
        }
    }

    /// Which of a window's values there are; `None` where none is null.
    pub(super) fn validity(&self, window: Window) -> Checked<Option<Bitmap>> {
        let start = self.start_of(window)?;
        if window.length == 0 {
            return Ok(None);
        }
        let nulls = usize::try_from(self.array.null_count).ok();
        let Some(bitmap) = self.bits(0, start, window.length)? else {
            return match nulls {
                Some(1..) => Err(Fault::malformed("its array claims nulls and does not say which")),
                _ => Ok(None),
            };
        };
        let unset = bitmap.unset_bits();
        if nulls.is_some_and(|nulls| if window.length == self.length { nulls != unset } else { nulls < unset }) {
            // Readers differ in which of the two they believe; to guess would be to compare what nobody meant.
            return Err(Fault::malformed("its array's count of nulls is not what its validity says"));
        }
        Ok((unset > 0).then_some(bitmap))
    }

    /// Bits of a buffer; `None` where the buffer is null.
    pub(super) fn bits(&self, index: usize, start: usize, length: usize) -> Checked<Option<Bitmap>> {
        let (first, shift) = (start / 8, start % 8);
        if length == 0 {
            return Ok(Some(Bitmap::new()));
        }
        if self.pointer(index).is_null() {
            return Ok(None);
        }
        let bytes: Buffer<u8> = self.values(index, first, (shift + length).div_ceil(8))?;
        // SAFETY: the bytes hold `shift + length` bits, and the count of unset ones is left to be made.
        Ok(Some(unsafe { Bitmap::from_inner_unchecked(bytes.into_storage(), shift, length, None) }))
    }

    /// Values of a buffer from one of them, without copying unless they are not aligned.
    pub(super) fn values<T: NativeType>(&self, index: usize, start: usize, length: usize) -> Checked<Buffer<T>> {
        if length == 0 {
            return Ok(Buffer::new());
        }
        let pointer = self.pointer(index);
        if pointer.is_null() {
            return Err(Fault::malformed(format!("its array's buffer {index} is null, though there are values")));
        }
        let end = start.checked_add(length).and_then(|end| end.checked_mul(mem::size_of::<T>()));
        if end.is_none_or(|end| end >= TOO_MANY_BYTES || pointer.addr().checked_add(end).is_none()) {
            return Err(Fault::malformed(format!("its array's buffer {index} would exceed the memory there can be")));
        }
        // SAFETY: the end was computed above, and up to there the producer vouches for the buffer.
        let first = unsafe { pointer.add(start * mem::size_of::<T>()) };
        let typed = first.cast::<T>();
        if typed.is_aligned() {
            // SAFETY: it is aligned and not null, and the producer vouches for so many values until the release.
            return Ok(unsafe { foreign::share(typed, length, self.owner) });
        }
        let mut copy = Vec::<T>::with_capacity(length);
        // SAFETY: source and target hold so many bytes, the target being fresh; and any bytes are a native value.
        unsafe { first.copy_to_nonoverlapping(copy.as_mut_ptr().cast::<u8>(), length * mem::size_of::<T>()) };
        // SAFETY: they were all written.
        unsafe { copy.set_len(length) };
        Ok(Buffer::from(copy))
    }

    fn pointer(&self, index: usize) -> *const u8 {
        // SAFETY: every caller asks for a buffer below the count that `new` checked, and the list was aligned.
        let place = unsafe { self.array.buffers.add(index) };
        // SAFETY: as above.
        unsafe { *place }.cast()
    }
}

/// Whether a pointer may be followed, as far as one can see that.
pub(super) fn readable<T>(pointer: *const T) -> bool {
    !pointer.is_null() && pointer.is_aligned()
}

/// A count, which the interface has as signed.
pub(super) fn count(claimed: i64, what: &str) -> Checked<usize> {
    usize::try_from(claimed).map_err(|_| Fault::malformed(format!("its {what} is negative ({claimed})")))
}
