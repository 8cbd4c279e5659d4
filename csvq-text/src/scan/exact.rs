//! The exact scanner: one record at a time, under every dialect. Its answer defines what a record is.

use memchr::{memchr, memchr2, memchr3};

use crate::dialect::Dialect;

/// A record found in a buffer. Offsets count from the buffer's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its first byte.
    pub(crate) start: usize,
    /// The end of its text, without line end.
    pub(crate) end: usize,
    /// The first byte after its line end.
    pub(crate) next: usize,
    /// How many fields it has.
    pub(crate) fields: usize,
}

impl Record {
    /// Whether nothing stands on the line.
    pub(crate) fn is_blank(&self) -> bool {
        self.start == self.end
    }
}

/// What the exact scanner found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A record.
    Record(Record),
    /// A comment, up to this offset.
    Comment { next: usize },
    /// The buffer ends inside the record; more bytes are needed.
    Partial,
    /// The input ends inside the quoted field that this offset opens.
    Unclosed { quote: usize },
    /// There is nothing more.
    End,
}

/// Reads the record that starts at `start`. `last` says that the input ends with the buffer.
pub(crate) fn record(buffer: &[u8], start: usize, dialect: &Dialect, last: bool) -> Found {
    if start >= buffer.len() {
        return if last { Found::End } else { Found::Partial };
    }
    if dialect.comment == Some(buffer[start]) {
        return match memchr(b'\n', &buffer[start..]) {
            Some(at) => Found::Comment { next: start + at + 1 },
            None if last => Found::Comment { next: buffer.len() },
            None => Found::Partial,
        };
    }
    let mut fields = 1;
    let mut at = start;
    loop {
        // At the first byte of a field.
        if at < buffer.len() && dialect.quote == Some(buffer[at]) {
            match quoted(buffer, at, dialect) {
                Some(after) => at = after,
                None if last => return Found::Unclosed { quote: at },
                None => return Found::Partial,
            }
        }
        let (ordinary, stop) = unquoted(buffer, at, dialect);
        // A CR belongs to the line end, unless an escape makes it an ordinary character.
        let text_end = |stop: usize| if stop > ordinary && buffer[stop - 1] == b'\r' { stop - 1 } else { stop };
        match stop {
            Some(stop) if buffer[stop] == b'\n' => {
                return Found::Record(Record { start, end: text_end(stop), next: stop + 1, fields });
            }
            Some(stop) => {
                fields += 1;
                at = stop + 1;
            }
            None if last => {
                let len = buffer.len();
                return Found::Record(Record { start, end: text_end(len), next: len, fields });
            }
            None => return Found::Partial,
        }
    }
}

/// Where the field ends that starts at `start` of a record's text without line end.
pub(crate) fn field_end(record: &[u8], start: usize, dialect: &Dialect) -> usize {
    let mut at = start;
    if at < record.len() && dialect.quote == Some(record[at]) {
        match quoted(record, at, dialect) {
            Some(after) => at = after,
            None => return record.len(),
        }
    }
    loop {
        let Some(rest) = record.get(at..) else { return record.len() };
        let found = match dialect.escape {
            Some(escape) => memchr2(dialect.delimiter, escape, rest),
            None => memchr(dialect.delimiter, rest),
        };
        let Some(found) = found else { return record.len() };
        if dialect.escape != Some(rest[found]) {
            return at + found;
        }
        at += found + 2;
    }
}

/// The offset after the quote that closes the field opened at `open`.
fn quoted(buffer: &[u8], open: usize, dialect: &Dialect) -> Option<usize> {
    let quote = buffer[open];
    let mut at = open + 1;
    loop {
        let rest = buffer.get(at..)?;
        let found = match dialect.escape {
            Some(escape) => memchr2(quote, escape, rest)?,
            None => memchr(quote, rest)?,
        };
        let stop = at + found;
        let is_escape = buffer[stop] != quote;
        if !is_escape && buffer.get(stop + 1) != Some(&quote) {
            return Some(stop + 1);
        }
        at = stop + 2;
    }
}

/// From inside a field's unquoted part: where what follows its last escape starts, and the delimiter or LF that ends it.
fn unquoted(buffer: &[u8], from: usize, dialect: &Dialect) -> (usize, Option<usize>) {
    let mut at = from;
    loop {
        let Some(rest) = buffer.get(at..) else { return (at, None) };
        let found = match dialect.escape {
            Some(escape) => memchr3(dialect.delimiter, b'\n', escape, rest),
            None => memchr2(dialect.delimiter, b'\n', rest),
        };
        let Some(found) = found else { return (at, None) };
        let stop = at + found;
        if dialect.escape == Some(buffer[stop]) {
            at = stop + 2;
        } else {
            return (at, Some(stop));
        }
    }
}
