//! An exact reader of delimited text, one byte at a time: what the engine's scanners are checked against.
//!
//! It follows the documentation of [`Dialect`] and knows nothing of blocks, masks or speed.

use csvq_text::{Dialect, Ragged};

/// A record's cells.
pub type Cells = Vec<Vec<u8>>;

/// A text that was read whole.
#[derive(Debug)]
pub struct Read {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its data records, each with as many cells as there are columns; or the byte of the first that is malformed.
    pub rows: Result<Vec<Cells>, u64>,
}

/// Reads a text. `Err` where there is no first record, or a malformed one: then its byte.
pub fn read(text: &[u8], dialect: &Dialect, ragged: Ragged) -> Result<Read, Option<u64>> {
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut at = start;
    let first = loop {
        match record(text, at, dialect) {
            Found::Record(record) if record.is_blank() => at = record.next,
            Found::Record(record) => break record,
            Found::Comment(next) => at = next,
            Found::Unclosed(quote) => return Err(Some(quote as u64)),
            Found::End => return Err(None),
        }
    };
    check_text(text, &first).map_err(Some)?;
    let name = |(index, cell): (usize, &Vec<u8>)| {
        let named = dialect.header && !cell.is_empty();
        if named { String::from_utf8_lossy(cell).into_owned() } else { format!("column_{}", index + 1) }
    };
    let columns: Vec<String> = first.cells.iter().enumerate().map(name).collect();
    let data = if dialect.header { first.next } else { start };
    let rows = rows(text, data, dialect, columns.len(), ragged);
    Ok(Read { columns, rows })
}

fn rows(text: &[u8], start: usize, dialect: &Dialect, columns: usize, ragged: Ragged) -> Result<Vec<Cells>, u64> {
    let mut rows = Vec::new();
    let mut at = start;
    loop {
        match record(text, at, dialect) {
            // A blank line says nothing, unless a row is one cell, which may be empty.
            Found::Record(record) if record.is_blank() && columns != 1 => at = record.next,
            Found::Record(mut record) => {
                check_text(text, &record)?;
                let count = record.cells.len();
                let refused = match ragged {
                    Ragged::Error => count != columns,
                    Ragged::Pad => count > columns,
                    Ragged::Truncate => false,
                };
                if refused {
                    return Err(record.start as u64);
                }
                record.cells.resize(columns, Vec::new());
                rows.push(record.cells);
                at = record.next;
            }
            Found::Comment(next) => at = next,
            Found::Unclosed(quote) => return Err(quote as u64),
            Found::End => return Ok(rows),
        }
    }
}

/// Text is UTF-8 without NUL.
fn check_text(text: &[u8], record: &Record) -> Result<(), u64> {
    let bytes = &text[record.start..record.end];
    let nul = bytes.iter().position(|byte| *byte == 0);
    let invalid = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
    let first = [nul, invalid].into_iter().flatten().min();
    first.map_or(Ok(()), |at| Err((record.start + at) as u64))
}

enum Found {
    Record(Record),
    Comment(usize),
    Unclosed(usize),
    End,
}

struct Record {
    start: usize,
    /// Where its text ends, without line end.
    end: usize,
    next: usize,
    cells: Cells,
}

impl Record {
    fn is_blank(&self) -> bool {
        self.start == self.end
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Unquoted,
    /// Inside quotes that open here.
    Quoted(usize),
}

fn record(text: &[u8], start: usize, dialect: &Dialect) -> Found {
    if start == text.len() {
        return Found::End;
    }
    if dialect.comment == Some(text[start]) {
        let end = text[start..].iter().position(|byte| *byte == b'\n');
        return Found::Comment(end.map_or(text.len(), |end| start + end + 1));
    }
    let mut cells = Vec::new();
    let mut cell = Vec::new();
    let mut state = State::FieldStart;
    // Whether the last byte is a CR that an LF, or the end, would take into the line end.
    let mut carriage_return = false;
    let mut at = start;
    loop {
        let byte = text.get(at).copied();
        let next = text.get(at + 1).copied();
        if let State::Quoted(open) = state {
            match byte {
                None => return Found::Unclosed(open),
                Some(escape) if dialect.escape == Some(escape) => {
                    let Some(next) = next else { return Found::Unclosed(open) };
                    cell.push(next);
                    at += 2;
                }
                Some(quote) if dialect.quote == Some(quote) && next == Some(quote) => {
                    cell.push(quote);
                    at += 2;
                }
                Some(quote) if dialect.quote == Some(quote) => {
                    state = State::Unquoted;
                    carriage_return = false;
                    at += 1;
                }
                Some(byte) => {
                    cell.push(byte);
                    at += 1;
                }
            }
            continue;
        }
        match byte {
            None | Some(b'\n') => {
                if carriage_return {
                    cell.pop();
                }
                cells.push(cell);
                let end = at - usize::from(carriage_return);
                return Found::Record(Record { start, end, next: at + usize::from(byte.is_some()), cells });
            }
            Some(byte) if byte == dialect.delimiter => {
                cells.push(std::mem::take(&mut cell));
                (state, carriage_return) = (State::FieldStart, false);
                at += 1;
            }
            Some(byte) if dialect.escape == Some(byte) => {
                cell.push(next.unwrap_or(byte));
                (state, carriage_return) = (State::Unquoted, false);
                at = (at + 2).min(text.len());
            }
            Some(byte) if dialect.quote == Some(byte) && state == State::FieldStart => {
                state = State::Quoted(at);
                at += 1;
            }
            Some(byte) => {
                cell.push(byte);
                (state, carriage_return) = (State::Unquoted, byte == b'\r');
                at += 1;
            }
        }
    }
}
