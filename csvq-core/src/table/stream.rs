//! Tables from and for other programs, by Arrow's C stream interface.
//!
//! Streams are read and written here and not by polars, whose own ends of the interface trust what they are given, and
//! end the process on a NUL in a message. What comes in is checked as far as the interface lets one see it before
//! polars gets hold of it; [`Table::import_stream`] says what nobody can check. What goes out is made by polars'
//! export, behind callbacks of ours.
//!
//! Nothing here reads files or processes: that is the business of whoever brings the stream.

mod build;
mod dictionary;
mod export;
mod foreign;
mod format;
mod import;
mod interface;
mod metadata;
mod node;
mod number;
mod shape;
#[cfg(test)]
mod tests;
mod text;

pub(super) use format::timestamp;
pub use interface::{ArrowArray, ArrowArrayStream, ArrowSchema};

use super::Table;
use super::fork::refuse_in_child;
use crate::error::Result;

impl Table {
    /// Reads a table from an Arrow C stream: its columns, and all of its batches.
    ///
    /// The stream is moved: it is released when this returns, whether it succeeded or not, and what `stream` points to
    /// is marked as released. Only if the pointer itself is unfit, or in a child process, it is left as it was. The
    /// table shares the memory of the batches, and releases each when nothing looks at it any more; copied are the
    /// offsets of lists (where they are of 32 bits or do not start at 0), the views of text that has none, times and
    /// timestamps in units that polars lacks, decimals of less than 128 bits, and what is not aligned.
    ///
    /// Accepted are the types of [`DataType`](crate::types::DataType) in all their Arrow layouts. Maps become lists of
    /// key and value; dictionaries of text become categoricals, others what their codes stand for; timestamps and
    /// durations in seconds become such in milliseconds; timestamps at an offset that is no whole number of hours, such as
    /// `+05:30`, the same moments in UTC. At most 4294967294 rows.
    ///
    /// ```
    /// use csvq_core::table::Table;
    /// use polars::prelude::{Column, DataFrame};
    ///
    /// let frame = DataFrame::new_infer_height(vec![Column::new("id".into(), [1_i64, 2])])?;
    /// let mut stream = Table::new("prices", frame.clone())?.export_stream();
    /// // SAFETY: the stream is one of csvq's own.
    /// let table = unsafe { Table::import_stream("prices", &raw mut stream) }?;
    /// assert!(stream.is_released());
    /// assert_eq!(table.frame(), &frame);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Malformed`](crate::ErrorKind::Malformed) where the stream breaks the rules of the interface and one can see
    /// it: null pointers, counts that do not fit each other or the type, offsets that fall or reach beyond what they
    /// refer to, codes that no dictionary has, views beyond their buffers, text that is not UTF-8, arrays of another
    /// type than the schema's; also times outside a day and decimals of too many digits.
    /// [`Unsupported`](crate::ErrorKind::Unsupported), by name, for types that csvq can't compare (128-bit integer,
    /// 256-bit decimal, interval, union, run-end-encoded, list view, dictionaries in dictionaries, fixed-size binary of
    /// no bytes, any extension type), unknown time zones, columns of the same name, types nested more than 64 levels,
    /// seconds that milliseconds can't say, and rows that are null as a whole. [`Io`](crate::ErrorKind::Io) with the
    /// producer's own message where it fails; [`LimitExceeded`](crate::ErrorKind::LimitExceeded) for too many rows;
    /// [`Forked`](crate::ErrorKind::Forked) in a child process; [`Internal`](crate::ErrorKind::Internal) if polars
    /// fails at what was checked.
    ///
    /// # Safety
    /// `stream` is null, or points to an `ArrowArrayStream` that is initialized and that nobody else uses meanwhile.
    /// The interface carries no lengths of lists, texts and buffers, so whoever makes the stream vouches for these, by
    /// the rules of <https://arrow.apache.org/docs/format/CDataInterface.html>:
    ///
    /// - the callbacks are what their types say, and do not unwind; `release` of a batch may be called from any thread;
    /// - every pointer that is not null is valid. Texts (formats, names, messages) end in NUL; metadata are as long as
    ///   their own counts say;
    /// - lists of children, dictionaries and buffers are as long as their counts say, and what is in them lives until
    ///   the schema or the array on top is released;
    /// - with `n` for an array's offset and length together, by the type that the schema gives it, and unless its
    ///   length is 0: a validity or bits have `n` bits, numbers `n` values, a fixed-size binary `n` times its width of
    ///   bytes, offsets `n + 1` values; data as many bytes as the offset at the place `n` says; views `n` times 16
    ///   bytes, the last buffer beside them a length for each buffer between, and each of those as many bytes;
    /// - nobody writes to any of it before the batch is released.
    pub unsafe fn import_stream(name: impl Into<String>, stream: *mut ArrowArrayStream) -> Result<Self> {
        refuse_in_child()?;
        let name = name.into();
        // SAFETY: the caller vouches for the stream, as this function's own contract says.
        let frame = unsafe { import::frame(&name, stream) }?;
        Self::new(name, frame)
    }

    /// Reads a table from one Arrow array: a struct, whose fields are the columns. Schema and array are moved, as the stream
    /// is by [`import_stream`](Self::import_stream), and all that is said there of batches holds.
    ///
    /// # Errors
    /// Those of [`import_stream`](Self::import_stream), but of a producer's.
    ///
    /// # Safety
    /// `schema` is null, or points to an `ArrowSchema` that is initialized and that nobody else uses meanwhile, and so is
    /// and does `array`; and what [`import_stream`](Self::import_stream) asks of a batch holds for them.
    pub unsafe fn import_array(
        name: impl Into<String>,
        schema: *mut ArrowSchema,
        array: *mut ArrowArray,
    ) -> Result<Self> {
        refuse_in_child()?;
        let name = name.into();
        // SAFETY: the caller vouches for both, as this function's own contract says.
        let frame = unsafe { import::frame_of_array(&name, schema, array) }?;
        Self::new(name, frame)
    }

    /// Offers the table as an Arrow C stream: a struct of its columns, batch after batch.
    ///
    /// It shares the table's memory, which lives until the stream and all of its batches are released; only
    /// dictionaries are made anew. Batches end where the chunk of any column ends. Types are the newest that Arrow has:
    /// text and bytes as views, categoricals as dictionaries of text, decimals of 128 bits, lists with 64-bit offsets,
    /// times in nanoseconds. A table without rows gives no batch.
    ///
    /// Its callbacks never unwind. They return 0, or `EINVAL` (22) for null pointers and a stream that is released, or
    /// `EIO` (5) with a message if the export fails: where a column's name holds a NUL, which the interface can't
    /// carry, and in a child process. To release the stream twice does no harm. Like every such stream it serves one
    /// thread at a time.
    ///
    /// ```
    /// use csvq_core::table::Table;
    /// use polars::prelude::{Column, DataFrame};
    ///
    /// let frame = DataFrame::new_infer_height(vec![Column::new("v".into(), ["a", "b"])])?;
    /// let stream = Table::new("prices", frame)?.export_stream();
    /// // What a foreign program takes: a pointer, for it to move the stream out of.
    /// let pointer = Box::into_raw(Box::new(stream));
    /// # // SAFETY: it was made above.
    /// # drop(unsafe { Box::from_raw(pointer) });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn export_stream(&self) -> ArrowArrayStream {
        export::stream(self.clone())
    }
}
