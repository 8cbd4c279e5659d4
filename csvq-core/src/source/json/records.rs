//! Rows as text: the lines of NDJSON, or the elements of a JSON array, one after another from a stream.
//!
//! Only where a row ends is found here. Whether it is well-formed is for its reader to say.

use std::io::{self, BufRead, BufReader, Read};

use crate::error::{Context, Error, ErrorKind, Result};
use crate::source::guard::{Watched, io_error};

const BLOCK: usize = 1 << 18;

/// The rows of an input.
pub(super) struct Records<'a, R> {
    input: BufReader<Watched<'a, R>>,
    name: &'a str,
    layout: Layout,
    record: Vec<u8>,
    /// The offset of the next byte.
    byte: u64,
    /// The line of the next byte, from 1.
    line: u64,
}

/// A row.
pub(super) struct Record<'a> {
    /// Its text; white space may stand around it.
    pub(super) text: &'a [u8],
    /// The offset of its first byte.
    pub(super) byte: u64,
    /// The line that it starts in, from 1.
    pub(super) line: u64,
}

#[derive(Clone, Copy)]
enum Layout {
    /// A row a line.
    Lines,
    /// An array, of which nothing but the opening bracket was read.
    ArrayStart,
    /// An array, in which a row was read.
    ArrayRow,
    /// An array that ended.
    ArrayEnd,
}

impl<'a, R: Read> Records<'a, R> {
    /// Finds out whether an input is NDJSON or an array.
    pub(super) fn open(input: Watched<'a, R>, name: &'a str) -> Result<Self> {
        let input = BufReader::with_capacity(BLOCK, input);
        let mut records = Self { input, name, layout: Layout::Lines, record: Vec::new(), byte: 0, line: 1 };
        if records.peek()? == Some(0xEF) {
            // No JSON text begins with this byte: a byte order mark it is, or malformed.
            for expected in [0xEF, 0xBB, 0xBF] {
                if records.peek()? != Some(expected) {
                    return Err(records.malformed("the text is not UTF-8"));
                }
                records.advance(1);
            }
        }
        match records.skip_blank()? {
            Some(b'[') => {
                records.advance(1);
                records.layout = Layout::ArrayStart;
                Ok(records)
            }
            Some(b'{') | None => Ok(records),
            Some(_) => {
                let message = "this is neither an object a line nor an array of objects, as JSON tables are";
                Err(records.malformed(message))
            }
        }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>> {
        let (byte, line) = match self.layout {
            Layout::Lines => match self.next_line()? {
                Some(place) => place,
                None => return Ok(None),
            },
            Layout::ArrayStart | Layout::ArrayRow => match self.next_element()? {
                Some(place) => place,
                None => return Ok(None),
            },
            Layout::ArrayEnd => return Ok(None),
        };
        Ok(Some(Record { text: &self.record, byte, line }))
    }

    fn next_line(&mut self) -> Result<Option<(u64, u64)>> {
        loop {
            let place = (self.byte, self.line);
            self.record.clear();
            let read = self.input.read_until(b'\n', &mut self.record);
            let count = read.map_err(|error| self.failed(&error))?;
            self.byte += count as u64;
            self.line += 1;
            if count == 0 {
                return Ok(None);
            }
            if !self.record.iter().all(|byte| is_blank(*byte)) {
                return Ok(Some(place));
            }
        }
    }

    fn next_element(&mut self) -> Result<Option<(u64, u64)>> {
        let mut next = self.skip_blank()?;
        let is_first = matches!(self.layout, Layout::ArrayStart);
        if next == Some(b',') && !is_first {
            self.advance(1);
            next = self.skip_blank()?;
            if next == Some(b']') {
                return Err(self.malformed("a row is missing after the comma"));
            }
        } else if next == Some(b']') {
            self.advance(1);
            self.layout = Layout::ArrayEnd;
            return match self.skip_blank()? {
                None => Ok(None),
                Some(_) => Err(self.malformed("there is text after the end of the array")),
            };
        }
        if next.is_none() {
            return Err(self.malformed("the array has no end: the input was cut short"));
        }
        self.layout = Layout::ArrayRow;
        let place = (self.byte, self.line);
        self.record.clear();
        let mut scan = Scan::default();
        loop {
            let block = self.input.fill_buf();
            let block = match block {
                Ok(block) => block,
                Err(error) => return Err(io_error(&error, self.name, self.input.get_ref().control())),
            };
            let (len, is_end) = match block.iter().position(|byte| scan.ends_before(*byte)) {
                Some(len) => (len, true),
                None => (block.len(), block.is_empty()),
            };
            self.record.extend_from_slice(&block[..len]);
            self.advance(len);
            if is_end {
                return Ok(Some(place));
            }
        }
    }

    /// Passes over white space, and says what stands after it.
    fn skip_blank(&mut self) -> Result<Option<u8>> {
        loop {
            let Some(byte) = self.peek()? else { return Ok(None) };
            if !is_blank(byte) {
                return Ok(Some(byte));
            }
            let blanks = self.input.buffer().iter().take_while(|byte| is_blank(**byte)).count();
            self.advance(blanks);
        }
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        match self.input.fill_buf() {
            Ok(block) => Ok(block.first().copied()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Leaves bytes of the buffer behind.
    fn advance(&mut self, count: usize) {
        let passed = self.input.buffer().iter().take(count);
        self.line += passed.filter(|byte| **byte == b'\n').count() as u64;
        self.byte += count as u64;
        self.input.consume(count);
    }

    fn failed(&self, error: &io::Error) -> Error {
        io_error(error, self.name, self.input.get_ref().control())
    }

    fn malformed(&self, message: &str) -> Error {
        let input = Some(self.name.to_owned());
        let context = Context { input, line: Some(self.line), byte: Some(self.byte), ..Context::default() };
        Error::new(ErrorKind::Malformed, message).with_context(context)
    }
}

/// Finds the end of an array's element: the comma or bracket outside all strings and brackets.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
}

impl Scan {
    /// Whether the element ends before this byte, which follows those asked about so far.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b',' | b']' if self.depth == 0 => return true,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        false
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
