//! Text that passes the boundary: UTF-8 with its length, without a NUL at its end.

use std::ffi::c_void;
use std::{ptr, slice};

/// Text that is lent for the time of a call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TextV1 {
    /// UTF-8; may be null where `len` is 0.
    pub data: *const u8,
    /// How many bytes it has.
    pub len: u64,
}

/// Text that whoever was handed it owns, and releases.
///
/// Its producer says by `release` how: a callback that frees the text and sets itself to null, or null where nothing
/// needs to be freed, such as for text that is part of the library.
#[repr(C)]
#[derive(Debug)]
pub struct OwnedTextV1 {
    /// UTF-8; may be null where `len` is 0.
    pub data: *const u8,
    /// How many bytes it has.
    pub len: u64,
    /// Frees the text, and sets itself to null; null where there is nothing to free. May be called from any thread.
    pub release: Option<unsafe extern "C" fn(*mut OwnedTextV1)>,
    /// The producer's own.
    pub private_data: *mut c_void,
}

impl TextV1 {
    /// No text.
    pub const EMPTY: Self = Self { data: ptr::null(), len: 0 };

    /// Lends a text.
    #[must_use]
    pub const fn of(text: &str) -> Self {
        Self { data: text.as_ptr(), len: text.len() as u64 }
    }

    /// Its bytes, which may be no UTF-8 if the other side is careless. None where they are null or too many to be.
    ///
    /// # Safety
    /// `data` is null or points to `len` bytes, which nobody changes or frees during `'a`.
    #[must_use]
    pub unsafe fn bytes<'a>(self) -> Option<&'a [u8]> {
        // SAFETY: the caller vouches for the memory.
        unsafe { bytes(self.data, self.len) }
    }
}

impl OwnedTextV1 {
    /// No text: a place for a producer to write one to.
    pub const EMPTY: Self = Self { data: ptr::null(), len: 0, release: None, private_data: ptr::null_mut() };

    /// Hands over a text that was made in Rust.
    #[must_use = "what is dropped is not released"]
    pub fn of(text: String) -> Self {
        if text.is_empty() {
            return Self::EMPTY;
        }
        let text = Box::new(text);
        let (data, len) = (text.as_ptr(), text.len() as u64);
        Self { data, len, release: Some(release_string), private_data: Box::into_raw(text).cast() }
    }

    /// Hands over a text that is never freed.
    #[must_use]
    pub const fn of_static(text: &'static str) -> Self {
        Self { data: text.as_ptr(), len: text.len() as u64, release: None, private_data: ptr::null_mut() }
    }

    /// Its bytes, which may be no UTF-8 if the other side is careless. None where they are null or too many to be.
    ///
    /// # Safety
    /// `data` is null or points to `len` bytes, which nobody changes while they are borrowed.
    #[must_use]
    pub unsafe fn bytes(&self) -> Option<&[u8]> {
        // SAFETY: the caller vouches for the memory.
        unsafe { bytes(self.data, self.len) }
    }

    /// Releases it, unless there is nothing to release, and leaves it empty.
    ///
    /// # Safety
    /// Whoever made the text wrote the callback that belongs to it.
    pub unsafe fn release(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the caller vouches for the callback, which was not called yet.
            unsafe { release(ptr::from_mut(self)) };
        }
        *self = Self::EMPTY;
    }
}

/// Frees a text of [`OwnedTextV1::of`].
unsafe extern "C" fn release_string(text: *mut OwnedTextV1) {
    // SAFETY: by the contract of the callback it is called with a text that this module made, or null.
    let Some(text) = (unsafe { text.as_mut() }) else { return };
    let string = std::mem::replace(text, OwnedTextV1::EMPTY).private_data.cast::<String>();
    if !string.is_null() {
        // SAFETY: it was made by `Box::into_raw`, and is taken once, since the text is empty now.
        drop(unsafe { Box::from_raw(string) });
    }
}

/// The bytes of a pointer and a length that come from the other side.
///
/// # Safety
/// `data` is null or points to `len` bytes, which nobody changes or frees during `'a`.
unsafe fn bytes<'a>(data: *const u8, len: u64) -> Option<&'a [u8]> {
    if len == 0 {
        return Some(&[]);
    }
    let len = usize::try_from(len).ok().filter(|len| *len <= isize::MAX as usize && !data.is_null())?;
    // SAFETY: not null, not longer than memory can be; the rest is the caller's.
    Some(unsafe { slice::from_raw_parts(data, len) })
}
