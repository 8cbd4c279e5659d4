//! Scanned records on their way into partitions.

use super::Context;
use super::partition::{Entry, Writer, Written};
use super::scan::Gather;
use crate::error::Error;
use crate::key::Key;
use crate::scan::walk::Head;
use crate::segment::Take;

/// Puts records into partitions.
pub(super) struct Partitioner<'a> {
    context: &'a Context<'a>,
    side: usize,
    writer: Writer<'a>,
    key: Key,
    rows: u64,
    kept: u64,
    failure: Option<Error>,
}

impl<'a> Partitioner<'a> {
    pub(super) fn new(context: &'a Context<'a>, side: usize) -> Self {
        Self {
            context,
            side,
            writer: Writer::new(context.shape, &context.budget, &context.plan.spill_dir),
            key: Key::default(),
            rows: 0,
            kept: 0,
            failure: None,
        }
    }
}

impl Gather for Partitioner<'_> {
    type Output = Written;

    fn begin(&mut self) {
        (self.rows, self.kept) = (0, 0);
    }

    fn counts(&self) -> (u64, u64) {
        (self.rows, self.kept)
    }

    fn finish(self) -> Written {
        self.writer.finish()
    }
}

impl Take for Partitioner<'_> {
    #[inline(always)]
    fn take(&mut self, offset: u64, text: &[u8], start: usize, end: usize, head: Option<Head>) -> bool {
        let hash = self.context.hash(self.side, head, text, start, end, &mut self.key);
        let ordinal = self.rows as u32;
        self.rows += 1;
        if self.context.only.as_ref().is_some_and(|only| !only.contains(&hash)) {
            return true;
        }
        self.kept += 1;
        let entry = Entry { hash, offset, ordinal, len: (end - start) as u32 };
        match self.writer.push(entry, &text[start..end]) {
            Ok(()) => true,
            Err(failure) => {
                self.failure = Some(failure);
                false
            }
        }
    }

    fn failure(&mut self) -> Option<Error> {
        self.failure.take()
    }
}
