//! Arrow IPC: the file format, of which a column at a time is read, and the stream format, which is read whole.
//!
//! The decoder is polars'. What an input declares is checked against what it has before the decoder sees it: lengths,
//! offsets, how far schemas are nested, what compressed buffers hold. What a panic of the decoder leaves is an error too.

mod batch;
mod file;
mod message;
mod schema;
mod stream;
#[cfg(test)]
mod tests;

use std::io::Read;

use polars::error::PolarsError;

pub(crate) use self::file::IpcTable;
pub(crate) use self::stream::IpcStream;
use super::backing::Backing;
use super::guard::in_input;
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};

/// What an Arrow file begins and ends with.
pub(crate) const MAGIC: &[u8; 6] = b"ARROW1";
/// What an Arrow stream begins with: the mark of a message.
pub(crate) const STREAM_MAGIC: &[u8] = &[0xff; 4];

/// Opens an Arrow file.
///
/// # Errors
/// [`Malformed`](ErrorKind::Malformed) where it is damaged or cut short, [`Unsupported`](ErrorKind::Unsupported) for
/// what csvq can't compare, and [`Io`](ErrorKind::Io).
pub(crate) fn open_file(backing: Backing) -> Result<IpcTable> {
    IpcTable::open(backing)
}

/// Reads an Arrow stream to its end.
///
/// # Errors
/// Those of [`open_file`], and what `control` was stopped for.
pub(crate) fn read_stream(input: impl Read, name: &str, control: &Control) -> Result<IpcStream> {
    IpcStream::read(input, name, control)
}

/// The error for an input that is not what the format says.
fn damaged(message: &str) -> Error {
    Error::new(ErrorKind::Malformed, format!("this is no sound Arrow data: {message}; write it again"))
}

/// The error for what the decoder said. Its own words are left out: they may quote what is in a cell.
fn cannot_decode(error: &PolarsError) -> Error {
    match error {
        PolarsError::IO { error, .. } if error.raw_os_error().is_some() => {
            Error::new(ErrorKind::Io, format!("cannot read: {error}"))
        }
        _ => damaged("a record batch can't be decoded"),
    }
}

/// Adds the input's name to an error that does not have one.
fn place(error: Error, name: &str) -> Error {
    if matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::TimedOut) || error.context().input.is_some() {
        return error;
    }
    let context = Context { input: Some(name.to_owned()), ..error.context().clone() };
    error.with_context(context)
}

/// Adds the input's and the column's name to an error.
fn in_column(error: Error, name: &str, column: &str) -> Error {
    if matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::TimedOut) {
        return error;
    }
    error.with_context(Context { column: Some(column.to_owned()), ..in_input(name) })
}
