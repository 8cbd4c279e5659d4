//! What stands between foreign decoders and the rest: their panics become errors, and nobody reads on after a stop.
//!
//! The panic hook is left alone: what it writes about a panic that is caught here is the program's to decide, which can
//! ask whether it was.

use std::cell::Cell;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};

thread_local! {
    /// How many decoders this thread is in.
    static DECODERS: Cell<u32> = const { Cell::new(0) };
}

/// Whether this thread decodes an input right now: a panic is then caught, and becomes an error. Its own words may quote what
/// the input holds, so that a program does well to have its panic hook write nothing.
///
/// ```
/// assert!(!csvq_core::source::is_decoding());
/// ```
#[must_use]
pub fn is_decoding() -> bool {
    DECODERS.get() > 0
}

/// Counts a decoder for as long as it runs.
struct Decoding;

impl Decoding {
    fn begin() -> Self {
        DECODERS.set(DECODERS.get() + 1);
        Self
    }
}

impl Drop for Decoding {
    fn drop(&mut self) {
        DECODERS.set(DECODERS.get() - 1);
    }
}

/// Runs a decoder that others wrote. Where it panics, the input is malformed: the last line of defence behind checks of
/// our own, which should have refused that input.
pub(crate) fn guarded<T>(name: &str, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    let _decoding = Decoding::begin();
    // What a decoder leaves half done is dropped with it: nothing that outlives the closure is handed to it by `&mut`
    // and used after a panic.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        let message = "the content is damaged in a way that its decoder does not expect; write the input again";
        Err(Error::new(ErrorKind::Malformed, message).with_context(in_input(name)))
    })
}

/// The error for what reading an input said.
pub(crate) fn io_error(error: &io::Error, name: &str, control: &Control) -> Error {
    if let Err(stopped) = csvq_text::check(control) {
        return stopped.into();
    }
    let kind = match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => ErrorKind::Malformed,
        _ => ErrorKind::Io,
    };
    Error::new(kind, format!("cannot read: {error}")).with_context(in_input(name))
}

/// The place of an error of which only the input is known.
pub(crate) fn in_input(name: &str) -> Context {
    Context { input: Some(name.to_owned()), ..Context::default() }
}

/// A reader that counts what it read as progress, and fails once the comparison was asked to end.
pub(crate) struct Watched<'a, R> {
    input: R,
    control: &'a Control,
}

impl<'a, R> Watched<'a, R> {
    /// Watches a reader.
    pub(crate) fn new(input: R, control: &'a Control) -> Self {
        Self { input, control }
    }

    /// The control that it watches.
    pub(crate) fn control(&self) -> &'a Control {
        self.control
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.control.stopped().is_some() {
            return Err(io::Error::other("the comparison was asked to end"));
        }
        let count = self.input.read(buffer)?;
        self.control.advance(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_malformed_input() {
        let error = guarded::<()>("left.arrow", || panic!("on purpose")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert_eq!(error.context().input.as_deref(), Some("left.arrow"));
        assert_eq!(guarded("left.arrow", || Ok(3)).unwrap(), 3);
    }

    #[test]
    fn a_stop_ends_reading() {
        let control = Control::new();
        let mut watched = Watched::new(&b"four"[..], &control);
        let mut buffer = [0; 2];
        assert_eq!(watched.read(&mut buffer).unwrap(), 2);
        assert_eq!(control.progress().bytes_done, 2);
        control.cancel();
        let error = watched.read(&mut buffer).unwrap_err();
        assert_eq!(io_error(&error, "left", &control).kind(), ErrorKind::Cancelled);
    }
}
