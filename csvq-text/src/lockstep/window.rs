//! The part of one input that the walk looks at: a buffer that slides over the text.

use std::ops::Range;

use super::Walk;
use crate::control::Control;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::record_check::{self, MAX_RECORD, RecordCheck};
use crate::scan::exact::{self, Found, Record};
use crate::stop;
use crate::table::Table;

/// Bytes of a page of memory.
const PAGE: usize = 4096;
/// Room for what mostly is kept of one read before the next.
const KEPT: usize = 4 * PAGE;

/// A record in a window, by its place in the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peeked {
    /// Its first byte.
    pub(super) offset: u64,
    /// The length of its text without line end.
    pub(super) len: u32,
    /// The first byte after its line end.
    pub(super) next: u64,
}

/// A sliding buffer over the records of a stretch of an input.
pub(super) struct Window<'a> {
    table: &'a Table,
    control: &'a Control,
    dialect: Dialect,
    check: RecordCheck,
    buffer: Vec<u8>,
    /// `buffer[at..filled]` is the text from the next record on.
    at: usize,
    filled: usize,
    /// Where in the input the text ends that was read.
    read_to: u64,
    /// Where the stretch ends.
    end: u64,
    block: usize,
    astray: bool,
}

impl<'a> Window<'a> {
    /// Slides over a range of a side.
    pub(super) fn new(walk: &Walk<'a>, side: usize, range: Range<u64>) -> Self {
        let table = walk.tables[side];
        Self {
            table,
            control: walk.control,
            dialect: *table.dialect(),
            check: RecordCheck::new(table, walk.plan.ragged),
            buffer: walk.buffers.lock().pop().unwrap_or_default(),
            at: 0,
            filled: 0,
            read_to: range.start,
            end: range.end,
            block: walk.plan.block.max(1),
            astray: false,
        }
    }

    /// The buffer, for another window.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// The text from the next record on, as far as it was read.
    #[inline]
    pub(super) fn text(&self) -> &[u8] {
        &self.buffer[self.at..self.filled]
    }

    /// Where in the input the next record starts.
    pub(super) fn offset(&self) -> u64 {
        self.read_to - (self.filled - self.at) as u64
    }

    /// Whether the text reaches the end of the stretch.
    pub(super) fn is_last(&self) -> bool {
        self.read_to >= self.end
    }

    /// Whether the stretch was found to end inside a quoted field though the input goes on.
    pub(super) fn is_astray(&self) -> bool {
        self.astray
    }

    /// Goes on by so many bytes.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Goes on to a place in the input that was peeked at.
    pub(super) fn advance_to(&mut self, offset: u64) {
        self.advance((offset - self.offset()) as usize);
    }

    /// Reads on. What lies before the next record is dropped.
    pub(super) fn fill(&mut self) -> Result<()> {
        stop::check(self.control)?;
        let kept = self.filled - self.at;
        if kept > MAX_RECORD {
            return Err(record_check::record_too_long(self.offset()));
        }
        // A record longer than a block doubles what is read, so that long ones cost no more than their length. Reads end
        // on whole pages and start on one in memory as in the file: copying costs a tenth less then.
        let left = usize::try_from(self.end - self.read_to).unwrap_or(usize::MAX);
        let page_bytes = PAGE.min(self.block);
        let beyond_page = (self.read_to % page_bytes as u64) as usize;
        let wanted = (self.block.max(kept).next_multiple_of(page_bytes) - beyond_page).min(left);
        let room = kept.next_multiple_of(PAGE) + beyond_page;
        let mut page = self.buffer.as_ptr().align_offset(PAGE);
        if self.buffer.len() < page + room + wanted {
            let mut larger = vec![0; PAGE + room.max(KEPT) + wanted];
            page = larger.as_ptr().align_offset(PAGE);
            larger[page + room - kept..page + room].copy_from_slice(self.text());
            self.buffer = larger;
        } else {
            self.buffer.copy_within(self.at..self.filled, page + room - kept);
        }
        (self.at, self.filled) = (page + room - kept, page + room);
        let count = self.table.input().read_at(self.read_to, &mut self.buffer[page + room..page + room + wanted])?;
        self.filled += count;
        self.read_to += count as u64;
        Ok(())
    }

    /// The text of a record that was peeked at.
    pub(super) fn record(&self, peeked: Peeked) -> &[u8] {
        let start = (peeked.offset - self.offset()) as usize;
        &self.text()[start..start + peeked.len as usize]
    }

    /// A record that was found at the start of the text, by its place in the input.
    pub(super) fn peeked(&self, record: &Record) -> Peeked {
        let offset = self.offset();
        Peeked { offset, len: record.end as u32, next: offset + record.next as u64 }
    }

    /// The first record at or after `from`, reading on where needed; comments and blank lines are passed over.
    pub(super) fn peek(&mut self, from: u64) -> Result<Option<Peeked>> {
        let mut from = from;
        loop {
            let base = self.offset();
            let start = (from - base) as usize;
            match exact::record(self.text(), start, &self.dialect, self.is_last()) {
                Found::Record(record) if self.check.is_void(&record) => from = base + record.next as u64,
                Found::Record(record) => {
                    self.check.check(self.text(), &record, base)?;
                    return Ok(Some(Peeked {
                        offset: base + record.start as u64,
                        len: (record.end - record.start) as u32,
                        next: base + record.next as u64,
                    }));
                }
                Found::Comment { next } => from = base + next as u64,
                Found::Partial => self.fill()?,
                Found::Unclosed { .. } if self.end < self.table.input().len() => {
                    self.astray = true;
                    return Ok(None);
                }
                Found::Unclosed { quote } => return Err(record_check::unclosed(base + quote as u64)),
                Found::End => return Ok(None),
            }
        }
    }
}
