//! What is to be compared, and what comes of it.

use std::ptr;

use crate::arrow::ArrowArrayStream;
use crate::sized::{SizePrefixed, ends};
use crate::text::{OwnedTextV1, TextV1};

/// What is to be compared. The host makes it, and it is valid during the call.
///
/// The plugin may move the streams out of it (copy the struct, and set `release` of the one it copied to null), and then
/// has to release them; the host releases what is still there after the call. Batches may be kept beyond the call: they
/// live until they are released.
#[repr(C)]
#[derive(Debug)]
pub struct JobV1 {
    /// How many bytes of this struct its maker knows.
    pub size: u64,
    /// The left table.
    pub left: *mut ArrowArrayStream,
    /// The right table.
    pub right: *mut ArrowArrayStream,
    /// The parameters: a JSON object, with those left out that the user did not give.
    pub parameters: TextV1,
    /// The job: a JSON object that says what the tables are called, how rows are paired, and which columns are compared.
    pub job: TextV1,
}

/// What came of a comparison. The host makes it empty, and the plugin fills it in on success.
#[repr(C)]
#[derive(Debug)]
pub struct ResultV1 {
    /// How many bytes of this struct its maker knows. The plugin writes nothing beyond, and not this.
    pub size: u64,
    /// The outcome: a JSON object.
    pub outcome: OwnedTextV1,
    /// The differences in long form; left released where there are none to tell.
    pub differences: ArrowArrayStream,
}

// SAFETY: the fields are those of the struct, in order, and each of them may be null or empty.
unsafe impl SizePrefixed for JobV1 {
    const EMPTY: Self = Self {
        size: size_of::<Self>() as u64,
        left: ptr::null_mut(),
        right: ptr::null_mut(),
        parameters: TextV1::EMPTY,
        job: TextV1::EMPTY,
    };
    const ENDS: &'static [usize] = ends!(JobV1 {
        size: u64,
        left: *mut ArrowArrayStream,
        right: *mut ArrowArrayStream,
        parameters: TextV1,
        job: TextV1,
    });
}

// SAFETY: the fields are those of the struct, in order, and each of them may be empty.
unsafe impl SizePrefixed for ResultV1 {
    const EMPTY: Self =
        Self { size: size_of::<Self>() as u64, outcome: OwnedTextV1::EMPTY, differences: ArrowArrayStream::EMPTY };
    const ENDS: &'static [usize] = ends!(ResultV1 { size: u64, outcome: OwnedTextV1, differences: ArrowArrayStream });
}
