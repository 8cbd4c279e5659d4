//! The structs of Arrow's C interfaces, laid out as <https://arrow.apache.org/docs/format/CDataInterface.html> and
//! <https://arrow.apache.org/docs/format/CStreamInterface.html> have them.
//!
//! They are plain data: dropping one releases nothing. Each has `release` for that.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

/// The bit of [`ArrowSchema::flags`] that says that a column may hold nulls.
pub const FLAG_NULLABLE: i64 = 2;

/// A column's name and type: Arrow's `struct ArrowSchema`.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowSchema {
    /// The type, as a format string.
    pub format: *const c_char,
    /// The name, or null.
    pub name: *const c_char,
    /// Further keys and values, or null.
    pub metadata: *const c_char,
    /// Bits such as [`FLAG_NULLABLE`].
    pub flags: i64,
    /// How many children there are.
    pub n_children: i64,
    /// The children, or null where there are none.
    pub children: *mut *mut ArrowSchema,
    /// The type of a dictionary's values, or null.
    pub dictionary: *mut ArrowSchema,
    /// Frees what the struct holds, and sets itself to null; null where that was done.
    pub release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    /// The producer's own.
    pub private_data: *mut c_void,
}

/// A column's values: Arrow's `struct ArrowArray`.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArray {
    /// How many values there are.
    pub length: i64,
    /// How many of them are null, or -1 where nobody counted.
    pub null_count: i64,
    /// How many values of the buffers come before the first.
    pub offset: i64,
    /// How many buffers there are.
    pub n_buffers: i64,
    /// How many children there are.
    pub n_children: i64,
    /// The buffers, as the type says.
    pub buffers: *mut *const c_void,
    /// The children, or null where there are none.
    pub children: *mut *mut ArrowArray,
    /// The values of a dictionary, or null.
    pub dictionary: *mut ArrowArray,
    /// Frees what the struct holds, and sets itself to null; null where that was done.
    pub release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    /// The producer's own.
    pub private_data: *mut c_void,
}

/// A table as a stream of batches: Arrow's `struct ArrowArrayStream`. Each batch is a struct of the table's columns.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArrayStream {
    /// Writes the type of all batches. Returns 0, or an error number.
    pub get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    /// Writes the next batch, or a released one at the end. Returns 0, or an error number.
    pub get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    /// What the last error was: text that ends in NUL and is valid until the next call, or null.
    pub get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    /// Frees what the struct holds, and sets itself to null; null where that was done, or where there is no stream.
    pub release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    /// The producer's own.
    pub private_data: *mut c_void,
}

impl ArrowSchema {
    /// A schema that is released: a place for a producer to write one to.
    pub const EMPTY: Self = Self {
        format: ptr::null(),
        name: ptr::null(),
        metadata: ptr::null(),
        flags: 0,
        n_children: 0,
        children: ptr::null_mut(),
        dictionary: ptr::null_mut(),
        release: None,
        private_data: ptr::null_mut(),
    };
}

impl ArrowArray {
    /// An array that is released: a place for a producer to write one to.
    pub const EMPTY: Self = Self {
        length: 0,
        null_count: 0,
        offset: 0,
        n_buffers: 0,
        n_children: 0,
        buffers: ptr::null_mut(),
        children: ptr::null_mut(),
        dictionary: ptr::null_mut(),
        release: None,
        private_data: ptr::null_mut(),
    };
}

impl ArrowArrayStream {
    /// A stream that is released: a place for a producer to write one to.
    pub const EMPTY: Self =
        Self { get_schema: None, get_next: None, get_last_error: None, release: None, private_data: ptr::null_mut() };
}

macro_rules! released_once {
    ($struct:ident) => {
        impl $struct {
            /// Whether it was released, and so holds nothing.
            #[must_use]
            pub fn is_released(&self) -> bool {
                self.release.is_none()
            }

            /// Takes what it holds, and leaves it released: the move of Arrow's interface.
            #[must_use = "what is dropped is not released"]
            pub fn take(&mut self) -> Self {
                std::mem::replace(self, Self::EMPTY)
            }

            /// Releases it, unless it is released already.
            ///
            /// # Safety
            /// Whoever made the struct wrote the callback that belongs to it, and nothing uses what it holds any more.
            pub unsafe fn release(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: the caller vouches for the callback, which was not called yet.
                    unsafe { release(ptr::from_mut(self)) };
                    // Even where the producer forgot it.
                    self.release = None;
                }
            }
        }
    };
}

released_once!(ArrowSchema);
released_once!(ArrowArray);
released_once!(ArrowArrayStream);
