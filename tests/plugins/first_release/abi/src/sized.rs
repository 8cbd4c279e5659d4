//! Structs that begin with their own size, and grow at their end alone.

use std::mem::{self, MaybeUninit};
use std::ptr;

/// A struct whose first field is its size in bytes, as the side that made it knows it.
///
/// # Safety
/// The struct is `repr(C)`, its first field is a `u64`, [`ENDS`](Self::ENDS) are the ends of its fields, rising, and
/// any of its fields may be taken from [`EMPTY`](Self::EMPTY) while those before it are not.
pub unsafe trait SizePrefixed: Sized {
    /// The struct with nothing in it: its full size, and every other field null or 0.
    const EMPTY: Self;

    /// Where each field ends, in bytes from the start.
    const ENDS: &'static [usize];

    /// Copies a struct of any size: as many whole fields as both sides know, and the others from
    /// [`EMPTY`](Self::EMPTY). What was copied has the size that it was found with.
    ///
    /// None where the pointer is null or not aligned, or where the size does not even cover the fields that tell its
    /// version.
    ///
    /// # Safety
    /// `from` is null, or points to as many initialized bytes as its first field says, and at least eight, of this
    /// struct as any release of version 1 has it.
    #[must_use]
    unsafe fn read(from: *const Self) -> Option<Self> {
        if from.is_null() || !from.is_aligned() {
            return None;
        }
        // SAFETY: the caller vouches for the first eight bytes.
        let size = unsafe { from.cast::<u64>().read() };
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(mem::size_of::<Self>());
        let whole = Self::ENDS.iter().copied().filter(|end| *end <= size).max()?;
        if whole < Self::LEAST {
            return None;
        }
        let mut read = MaybeUninit::new(Self::EMPTY);
        // SAFETY: both are valid for `whole` bytes, one by the caller and the other by its type.
        unsafe { ptr::copy_nonoverlapping(from.cast::<u8>(), read.as_mut_ptr().cast::<u8>(), whole) };
        // SAFETY: it was made of a whole struct, in which whole fields were exchanged for others of their type.
        Some(unsafe { read.assume_init() })
    }

    /// The least size that says anything: that of the fields by which one tells the version.
    const LEAST: usize = mem::size_of::<u64>();
}

/// Says where the fields of a struct end, and so that the struct ends with the last of them.
macro_rules! ends {
    ($struct:ty { $($field:ident: $type:ty),+ $(,)? }) => {
        &[$(::std::mem::offset_of!($struct, $field) + ::std::mem::size_of::<$type>()),+]
    };
}

pub(crate) use ends;
