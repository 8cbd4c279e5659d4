//! The part of one input that the walk looks at: a buffer that slides over the text.

use super::feed::{Block, Feed};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::plan::Ragged;
use crate::record_check::RecordCheck;
use crate::scan::exact::{self, Found};
use crate::table::{self, MAX_RECORD, Table};

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

/// A sliding buffer over an input's records.
pub(super) struct Window<'a> {
    table: &'a Table,
    dialect: Dialect,
    check: RecordCheck,
    feed: Feed<'a>,
    /// Its start is where the next record starts.
    block: Block,
    /// A buffer to use again.
    spare: Block,
    /// Where in the input the block's end is.
    end: u64,
}

impl<'a> Window<'a> {
    pub(super) fn new(table: &'a Table, ragged: Ragged, feed: Feed<'a>) -> Self {
        Self {
            table,
            dialect: *table.dialect(),
            check: RecordCheck::new(table, ragged),
            feed,
            block: Block::default(),
            spare: Block::default(),
            end: table.data_start(),
        }
    }

    /// The text from the next record on, as far as it was read.
    #[inline]
    pub(super) fn text(&self) -> &[u8] {
        &self.block.bytes[self.block.start..self.block.end]
    }

    /// Where in the input the next record starts.
    pub(super) fn offset(&self) -> u64 {
        self.end - (self.block.end - self.block.start) as u64
    }

    /// Whether the text reaches the end of the input.
    pub(super) fn is_last(&self) -> bool {
        self.end >= self.table.input().len()
    }

    /// Goes on by so many bytes.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.block.start += bytes;
    }

    /// Goes on to a place in the input that was peeked at.
    pub(super) fn advance_to(&mut self, offset: u64) {
        self.advance((offset - self.offset()) as usize);
    }

    /// Reads on. What lies before the next record is dropped.
    ///
    /// A record that is longer than a block doubles what is read, so that long ones cost no more than their length.
    pub(super) fn fill(&mut self) -> Result<()> {
        let kept = self.text().len();
        if kept > MAX_RECORD {
            return Err(table::record_too_long(self.offset(), MAX_RECORD));
        }
        let mut wanted = kept.max(1);
        while wanted > 0 && !self.is_last() {
            let mut next = self.feed.next(std::mem::take(&mut self.spare))?;
            let count = next.end - next.start;
            self.end += count as u64;
            wanted = wanted.saturating_sub(count);
            next.prepend(self.text());
            self.spare = std::mem::replace(&mut self.block, next);
        }
        Ok(())
    }

    /// The text of a record that was peeked at.
    pub(super) fn record(&self, peeked: Peeked) -> &[u8] {
        let start = (peeked.offset - self.offset()) as usize;
        &self.text()[start..start + peeked.len as usize]
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
                Found::Unclosed { quote } => return Err(table::unclosed(base + quote as u64)),
                Found::End => return Ok(None),
            }
        }
    }
}
