//! Arrow C streams that are released at their end, and those that Rust code makes.

mod export;
mod produce;

use std::ffi::CStr;

use csvq_plugin_abi::{ArrowArray, ArrowArrayStream, ArrowSchema};

pub(crate) use export::{Buffer, Column, Field, array, schema};
pub use produce::Batches;

use crate::error::{Error, Result};

macro_rules! released_at_its_end {
    ($(#[$doc:meta])* $owner:ident, $raw:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $owner {
            raw: $raw,
        }

        // SAFETY: Arrow's interfaces let it be moved to another thread, and released there.
        unsafe impl Send for $owner {}

        impl $owner {
            /// Takes over the raw struct.
            ///
            /// # Safety
            /// It keeps the rules of Arrow's C interface, and nobody else releases it.
            #[must_use]
            pub unsafe fn from_raw(raw: $raw) -> Self {
                Self { raw }
            }

            /// Hands over the raw struct: whoever gets it releases it.
            #[must_use = "what is dropped is not released"]
            pub fn into_raw(mut self) -> $raw {
                self.raw.take()
            }

            /// The raw struct, to look at.
            #[must_use]
            pub fn as_raw(&self) -> &$raw {
                &self.raw
            }
        }

        impl Drop for $owner {
            fn drop(&mut self) {
                // SAFETY: whoever made it wrote its callback, and it is used no more.
                unsafe { self.raw.release() };
            }
        }
    };
}

released_at_its_end! {
    /// A type: Arrow's `struct ArrowSchema`, owned. That of a table is a struct of its columns.
    Schema, ArrowSchema
}

released_at_its_end! {
    /// A batch: Arrow's `struct ArrowArray`, owned. That of a table is a struct of its columns. It may outlive the
    /// call: the memory is the host's until it is released.
    Array, ArrowArray
}

released_at_its_end! {
    /// A table as a stream of batches: Arrow's `struct ArrowArrayStream`, owned.
    ///
    /// It can be read as it is, handed to another Arrow library as a pointer to the raw struct, or, with the feature
    /// `arrow`, read as record batches.
    Stream, ArrowArrayStream
}

impl Stream {
    /// A stream of what some Rust code makes. Its callbacks never unwind: a panic of that code is an error of the
    /// stream.
    #[must_use]
    pub fn new(batches: impl Batches + 'static) -> Self {
        Self { raw: produce::stream(Box::new(batches)) }
    }

    /// The type of all batches.
    ///
    /// # Errors
    /// Whatever the stream says, and where it breaks the rules of the interface.
    pub fn schema(&mut self) -> Result<Schema> {
        let get = self.raw.get_schema.ok_or_else(|| Error::failed("the stream has no schema"))?;
        let mut schema = ArrowSchema::EMPTY;
        // SAFETY: the stream is not released, and the place is one to write to.
        let number = unsafe { get(&raw mut self.raw, &raw mut schema) };
        let schema = Schema { raw: schema };
        if number != 0 {
            return Err(self.failure("can't tell its columns"));
        }
        if schema.raw.is_released() {
            return Err(Error::failed("the stream told no columns"));
        }
        Ok(schema)
    }

    /// The next batch; none at the end.
    ///
    /// # Errors
    /// Whatever the stream says, and where it breaks the rules of the interface.
    pub fn next_batch(&mut self) -> Result<Option<Array>> {
        let get = self.raw.get_next.ok_or_else(|| Error::failed("the stream has no batches"))?;
        let mut array = ArrowArray::EMPTY;
        // SAFETY: the stream is not released, and the place is one to write to.
        let number = unsafe { get(&raw mut self.raw, &raw mut array) };
        let array = Array { raw: array };
        if number != 0 {
            return Err(self.failure("can't give its next rows"));
        }
        Ok((!array.raw.is_released()).then_some(array))
    }

    /// What the stream says of its last error.
    fn failure(&mut self, what: &str) -> Error {
        let message = self.raw.get_last_error.and_then(|get| {
            // SAFETY: the stream is not released, and its last call failed.
            let message = unsafe { get(&raw mut self.raw) };
            // SAFETY: it is null, or text that ends in NUL and stays until the next call.
            (!message.is_null()).then(|| unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned())
        });
        match message {
            Some(message) => Error::failed(format!("a table {what}: {message}")),
            None => Error::failed(format!("a table {what}")),
        }
    }
}
