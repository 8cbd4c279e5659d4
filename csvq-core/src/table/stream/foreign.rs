//! Memory that another program owns, held for as long as something looks at it.
//!
//! That the memory is there, as long as it is said to be and not written to, nobody can check: it is what a producer
//! vouches for.

use std::slice;
use std::sync::Arc;

use polars_buffer::{Buffer, SharedStorage};

use super::interface::ArrowArray;

/// A batch, which is released when the last buffer of it is dropped.
#[derive(Clone, Debug)]
pub(super) struct Owner(Arc<Batch>);

#[derive(Debug)]
struct Batch(ArrowArray);

// SAFETY: the interface lets a consumer release a batch from any thread; nothing else is done with it after the import.
unsafe impl Send for Batch {}
// SAFETY: a shared batch is only read, and its producer does not write to it before it is released.
unsafe impl Sync for Batch {}

impl Owner {
    pub(super) fn new(batch: ArrowArray) -> Self {
        Self(Arc::new(Batch(batch)))
    }

    /// The batch.
    pub(super) fn batch(&self) -> &ArrowArray {
        &self.0.0
    }
}

/// A piece of a batch's memory.
struct Piece<T> {
    first: *const T,
    length: usize,
    _owner: Owner,
}

// SAFETY: it is a shared slice of plain values with the owner of its memory, both of which may cross threads.
unsafe impl<T: Sync> Send for Piece<T> {}

impl<T> AsRef<[T]> for Piece<T> {
    fn as_ref(&self) -> &[T] {
        // SAFETY: `share` asked its caller for an aligned pointer to so many values, valid while the owner lives.
        unsafe { slice::from_raw_parts(self.first, self.length) }
    }
}

/// Memory as polars holds it, without copying.
///
/// # Safety
/// From `first`, which is aligned and not null, there must be `length` values of at most `isize::MAX` bytes, which
/// nobody writes to before `owner` is released.
pub(super) unsafe fn share<T: Copy + Send + Sync + 'static>(
    first: *const T,
    length: usize,
    owner: &Owner,
) -> Buffer<T> {
    let piece = Piece { first, length, _owner: owner.clone() };
    Buffer::from_storage(SharedStorage::from_owner(piece))
}
