//! What a record must be besides well-formed: text, with the right number of fields.

use crate::error::{Error, ErrorKind, Result};
use crate::plan::Ragged;
use crate::scan::exact::Record;
use crate::table::Table;

/// The longest record that is read, in bytes.
pub(crate) const MAX_RECORD: usize = 1 << 29;

/// Checks records of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordCheck {
    fields: usize,
    ragged: Ragged,
}

impl RecordCheck {
    pub(crate) fn new(table: &Table, ragged: Ragged) -> Self {
        Self { fields: table.columns().len(), ragged }
    }

    /// Whether a record is a blank line that says nothing: with one column, it is an empty cell instead.
    pub(crate) fn is_void(&self, record: &Record) -> bool {
        self.fields != 1 && record.is_blank()
    }

    /// Checks a record that was found in a buffer which starts at `base`.
    pub(crate) fn check(&self, buffer: &[u8], record: &Record, base: u64) -> Result<()> {
        let offset = base + record.start as u64;
        check_text(&buffer[record.start..record.end], offset)?;
        let (found, expected) = (record.fields, self.fields);
        let refused = match self.ragged {
            Ragged::Error => found != expected,
            Ragged::Pad => found > expected,
            Ragged::Truncate => false,
        };
        if !refused {
            return Ok(());
        }
        let remedy = match (self.ragged, found > expected) {
            (Ragged::Error, true) => "mend it, or leave the surplus out by `ragged=truncate`",
            (Ragged::Error, false) => "mend it, or fill it up with empty cells by `ragged=pad`",
            _ => "mend it, or leave the surplus out by `ragged=truncate`",
        };
        let fields = |count: usize| if count == 1 { "1 field".to_owned() } else { format!("{count} fields") };
        Err(Error::malformed(
            format!("this record has {}, where {} are expected; {remedy}", fields(found), fields(expected)),
            offset,
        ))
    }
}

/// Checks that text is UTF-8 without NUL.
pub(crate) fn check_text(text: &[u8], offset: u64) -> Result<()> {
    check_nul(text, offset)?;
    check_utf8(text, offset)
}

/// Checks that text has no NUL.
fn check_nul(text: &[u8], offset: u64) -> Result<()> {
    match memchr::memchr(0, text) {
        None => Ok(()),
        Some(at) => {
            // Of several things that are wrong, the first is told, however much is checked at a time.
            check_utf8(&text[..at], offset)?;
            Err(Error::malformed(
                "there is a NUL byte here, which text has none of; if this is UTF-16, say so by `encoding`",
                offset + at as u64,
            ))
        }
    }
}

/// Checks that text is UTF-8.
fn check_utf8(text: &[u8], offset: u64) -> Result<()> {
    simdutf8::basic::from_utf8(text).map(drop).map_err(|_| {
        let valid = simdutf8::compat::from_utf8(text).map_or_else(|error| error.valid_up_to(), str::len);
        Error::malformed(
            "the bytes here are not UTF-8; name the right encoding, such as windows-1252",
            offset + valid as u64,
        )
    })
}

/// The error for a record that does not end in time.
pub(crate) fn record_too_long(byte: u64) -> Error {
    Error::new(
        ErrorKind::Limit,
        format!(
            "no record ends within {} MiB of here; most likely a quote that opens here is never closed",
            MAX_RECORD >> 20
        ),
    )
    .at_byte(byte)
}

/// The error for a quoted field that never ends.
pub(crate) fn unclosed(byte: u64) -> Error {
    Error::malformed(
        "the quote that opens here is never closed; close it, or name the right quote (`none` for files without \
         quoting)",
        byte,
    )
}
