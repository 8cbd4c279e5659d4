//! The structs of Arrow's C interfaces, laid out as <https://arrow.apache.org/docs/format/CDataInterface.html> and
//! <https://arrow.apache.org/docs/format/CStreamInterface.html> have them.
//!
//! They are ours, since those of polars keep their fields to themselves. Here is layout and release alone: what a
//! struct says is checked where it is read.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

/// A stream of batches, each of the same columns: Arrow's C stream interface, laid out as its `struct
/// ArrowArrayStream`.
///
/// It is a value that owns what it hands out: dropping it releases it, once. Its fields are callbacks that it would be
/// unsound to exchange, so only the two ends of the interface touch them: [`Table::export_stream`] and
/// [`Table::import_stream`], and a foreign program by way of a pointer.
///
/// ```
/// use csvq_core::table::{ArrowArrayStream, Table};
/// use polars::prelude::{Column, DataFrame};
///
/// let frame = DataFrame::new_infer_height(vec![Column::new("id".into(), [1_i64, 2])])?;
/// let mut stream = Table::new("prices", frame)?.export_stream();
/// assert!(!stream.is_released());
/// stream.release();
/// assert!(stream.is_released());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Table::export_stream`]: super::Table::export_stream
/// [`Table::import_stream`]: super::Table::import_stream
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArrayStream {
    pub(super) get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    pub(super) get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    pub(super) get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    pub(super) release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    pub(super) private_data: *mut c_void,
}

/// A column's name and type: Arrow's `struct ArrowSchema`. Dropping it releases it, once.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowSchema {
    pub(super) format: *const c_char,
    pub(super) name: *const c_char,
    pub(super) metadata: *const c_char,
    pub(super) flags: i64,
    pub(super) n_children: i64,
    pub(super) children: *mut *mut ArrowSchema,
    pub(super) dictionary: *mut ArrowSchema,
    pub(super) release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    pub(super) private_data: *mut c_void,
}

/// A column's values: Arrow's `struct ArrowArray`. Dropping it releases it, once.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArray {
    pub(super) length: i64,
    pub(super) null_count: i64,
    pub(super) offset: i64,
    pub(super) n_buffers: i64,
    pub(super) n_children: i64,
    pub(super) buffers: *mut *const c_void,
    pub(super) children: *mut *mut ArrowArray,
    pub(super) dictionary: *mut ArrowArray,
    pub(super) release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    pub(super) private_data: *mut c_void,
}

// SAFETY: the interface lets a consumer use a stream from any thread, as long as it is one at a time; `&mut` sees to
// that, and a shared reference gives nothing but whether it is released.
unsafe impl Send for ArrowArrayStream {}
// SAFETY: what a schema or an array holds is read only, and may be released from any thread.
unsafe impl Send for ArrowSchema {}
// SAFETY: as for schemas.
unsafe impl Send for ArrowArray {}
// SAFETY: through a shared reference an array is only read.
unsafe impl Sync for ArrowArray {}

impl ArrowArrayStream {
    /// A stream that is released: a place for a producer to write one to.
    ///
    /// ```
    /// use csvq_core::table::ArrowArrayStream;
    /// assert!(ArrowArrayStream::released().is_released());
    /// ```
    #[must_use]
    pub const fn released() -> Self {
        Self { get_schema: None, get_next: None, get_last_error: None, release: None, private_data: ptr::null_mut() }
    }
}

impl ArrowSchema {
    /// A schema that is released: a place for a producer to write one to.
    #[must_use]
    pub const fn released() -> Self {
        Self {
            format: ptr::null(),
            name: ptr::null(),
            metadata: ptr::null(),
            flags: 0,
            n_children: 0,
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        }
    }
}

impl ArrowArray {
    /// An array that is released: a place for a producer to write one to.
    #[must_use]
    pub const fn released() -> Self {
        Self {
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
        }
    }
}

macro_rules! released_once {
    ($struct:ident) => {
        impl $struct {
            /// Whether it was released, and so holds nothing any more.
            #[must_use]
            pub fn is_released(&self) -> bool {
                self.release.is_none()
            }

            /// Releases it, unless it is released already. Dropping it does the same.
            pub fn release(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: whoever made the struct wrote the callback that belongs to it, and it was not called yet:
                    // it is forgotten below, even if the producer forgot to.
                    unsafe { release(ptr::from_mut(self)) };
                    self.release = None;
                }
            }
        }

        impl Drop for $struct {
            fn drop(&mut self) {
                self.release();
            }
        }
    };
}

released_once!(ArrowArrayStream);
released_once!(ArrowSchema);
released_once!(ArrowArray);
