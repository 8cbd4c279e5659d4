//! Holding scanned records of the other side against the resident one.
//!
//! Looking one up costs two journeys to memory, for its slot and for the record that the slot names; both are asked for
//! some records ahead, so that the processor seldom waits.

use std::sync::atomic::{AtomicBool, Ordering};

use super::index::Index;
use super::slots::{self, Candidate, FETCH_SLOTS};
use crate::difference::Place;
use crate::evaluate::{ColumnTally, Evaluator};
use crate::join::Context;
use crate::join::scan::Gather;
use crate::key::Key;
use crate::memory;
use crate::plan::By;
use crate::scan::walk::Head;
use crate::segment::Take;

/// How many records ahead the records that slots name are asked for, their slots having come before.
const FETCH_RECORDS: usize = 12;
/// Bytes of a record that are asked for; the processor follows from there.
const FETCH_BYTES: usize = 192;
const LINE: usize = 64;

/// A record of the other side that was scanned: its hash, its place in the text at hand, and what was found for it.
#[derive(Clone, Copy)]
struct Pending {
    hash: u64,
    offset: u64,
    start: u32,
    end: u32,
    ordinal: u32,
    candidate: Option<Candidate>,
}

/// A row that differs, as far as one thread can say.
pub(super) struct Differing {
    /// Where the resident record stands, if there is one.
    pub(super) resident: Option<Place>,
    pub(super) hash: u64,
    pub(super) offset: u64,
    pub(super) ordinal: u32,
    pub(super) len: u32,
}

/// Holds scanned records against the resident side.
pub(super) struct Prober<'a> {
    context: &'a Context<'a>,
    index: &'a Index<'a>,
    evaluator: Evaluator<'a>,
    keys: [Key; 2],
    pending: Vec<Pending>,
    differing: Vec<Differing>,
    rows: u64,
    unchanged: u64,
    gave_up: &'a AtomicBool,
    by_content: bool,
    most_differing: usize,
}

/// What a thread found.
pub(super) struct Probed {
    pub(super) unchanged: u64,
    pub(super) columns: Vec<ColumnTally>,
    pub(super) differing: Vec<Differing>,
}

impl<'a> Prober<'a> {
    pub(super) fn new(context: &'a Context<'a>, index: &'a Index<'a>, gave_up: &'a AtomicBool) -> Self {
        let plan = context.plan;
        let room = memory::log(plan.memory) / plan.threads as u64 / size_of::<Differing>() as u64;
        Self {
            context,
            index,
            evaluator: Evaluator::new(plan, context.tables[0], context.tables[1]),
            keys: Default::default(),
            pending: Vec::new(),
            differing: Vec::new(),
            rows: 0,
            unchanged: 0,
            gave_up,
            by_content: matches!(plan.by, By::Content),
            most_differing: usize::try_from(room).unwrap_or(usize::MAX),
        }
    }

    fn give_up(&mut self) {
        self.gave_up.store(true, Ordering::Relaxed);
        self.pending.clear();
    }

    /// Fetches the first bytes of the record that a hash may mean.
    #[inline(always)]
    fn find(&mut self, at: usize) {
        let Some(pending) = self.pending.get_mut(at) else { return };
        pending.candidate = self.index.slots.find(pending.hash);
        if let Some(candidate) = pending.candidate {
            let start = candidate.offset as usize;
            let len = ((pending.end - pending.start) as usize).min(FETCH_BYTES);
            for line in (0..len).step_by(LINE) {
                slots::prefetch(self.index.text, start + line);
            }
            // Its end, which may be in a line of its own.
            slots::prefetch(self.index.text, start + len);
        }
    }

    /// Settles a record, its candidate being found.
    #[inline(always)]
    fn settle(&mut self, pending: Pending, text: &[u8]) {
        if self.context.same_layout
            && let Some(candidate) = pending.candidate
            && self.index.is_identical(candidate.offset, &text[pending.start as usize..pending.end as usize])
        {
            self.unchanged += 1;
            if !self.index.slots.mark(candidate) {
                self.give_up();
            }
            return;
        }
        self.settle_different(pending, &text[pending.start as usize..pending.end as usize]);
    }

    #[inline(never)]
    fn settle_different(&mut self, pending: Pending, text: &[u8]) {
        let (own, other) = (self.index.side, 1 - self.index.side);
        self.context.readers[other].read(text, &mut self.keys[other]);
        let mut candidate = pending.candidate;
        while let Some(found) = candidate {
            let record = self.index.record(self.context, found.offset);
            self.context.readers[own].read(record, &mut self.keys[own]);
            if self.keys[0] == self.keys[1] {
                if !self.index.slots.mark(found) {
                    return self.give_up();
                }
                let (left, right) = if own == 0 { (record, text) } else { (text, record) };
                if self.by_content || !self.evaluator.tally(left, right) {
                    self.unchanged += 1;
                    return;
                }
                let resident = self.index.place(found.offset, record.len());
                return self.note(Some(resident), &pending);
            }
            candidate = self.index.slots.find_after(found.slot, pending.hash);
        }
        self.note(None, &pending);
    }

    fn note(&mut self, resident: Option<Place>, pending: &Pending) {
        if self.differing.len() >= self.most_differing {
            return self.give_up();
        }
        let len = pending.end - pending.start;
        let Pending { hash, offset, ordinal, .. } = *pending;
        self.differing.push(Differing { resident, hash, offset, ordinal, len });
    }
}

impl Take for Prober<'_> {
    #[inline(always)]
    fn take(&mut self, offset: u64, text: &[u8], start: usize, end: usize, head: Option<Head>) -> bool {
        let hash = self.context.hash(1 - self.index.side, head, text, start, end, &mut self.keys[0]);
        let ordinal = self.rows as u32;
        self.rows += 1;
        let (start, end) = (start as u32, end as u32);
        self.pending.push(Pending { hash, offset, start, end, ordinal, candidate: None });
        true
    }

    fn flush(&mut self, text: &[u8]) {
        if self.gave_up.load(Ordering::Relaxed) {
            self.pending.clear();
            return;
        }
        for pending in self.pending.iter().take(FETCH_SLOTS) {
            self.index.slots.prefetch(pending.hash);
        }
        for at in 0..FETCH_RECORDS {
            self.find(at);
        }
        for at in 0..self.pending.len() {
            if let Some(ahead) = self.pending.get(at + FETCH_SLOTS) {
                self.index.slots.prefetch(ahead.hash);
            }
            self.find(at + FETCH_RECORDS);
            let Some(pending) = self.pending.get(at) else { return };
            self.settle(*pending, text);
        }
        self.pending.clear();
    }
}

impl Gather for Prober<'_> {
    type Output = Probed;

    fn begin(&mut self) {
        self.rows = 0;
    }

    fn counts(&self) -> (u64, u64) {
        (self.rows, self.rows)
    }

    fn finish(self) -> Probed {
        Probed { unchanged: self.unchanged, columns: self.evaluator.tallies, differing: self.differing }
    }
}
