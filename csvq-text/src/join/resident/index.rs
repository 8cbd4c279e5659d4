//! The resident side: its text as it is, and its records by the hash of their key.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::slots::{FETCH_SLOTS, SlotTable};
use crate::difference::Place;
use crate::error::{Error, Result};
use crate::join::Context;
use crate::join::scan::{self, Chain, Count};
use crate::key::Key;
use crate::scan::exact::{self, Found};
use crate::scan::walk::Head;
use crate::segment::Take;
use crate::stop;
use crate::threads::on_threads;

/// Bytes of the text that a thread takes at a time.
const SEGMENT: usize = 256 << 10;

/// The resident side: its text, and its records by the hash of their key.
pub(super) struct Index<'a> {
    pub(super) side: usize,
    pub(super) text: &'a [u8],
    pub(super) slots: SlotTable,
    /// The starts of the records in each segment, by which they are numbered.
    segments: Vec<Mutex<Vec<u32>>>,
    /// How many records stand before each segment.
    before: Vec<u64>,
    pub(super) rows: u64,
}

impl<'a> Index<'a> {
    /// Indexes a side; `None` where a key may occur twice, or where there are more records than were expected.
    pub(super) fn build(context: &Context<'_>, side: usize, text: &'a [u8], records: u64) -> Result<Option<Self>> {
        let count = text.len().div_ceil(SEGMENT);
        let mut index = Self {
            side,
            text,
            slots: SlotTable::new(records),
            segments: (0..count).map(|_| Mutex::default()).collect(),
            before: Vec::new(),
            rows: 0,
        };
        let parities = index.parities(context)?;
        let (next, taken, gave_up) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicBool::new(false));
        let ends = on_threads(context.plan.threads, || {
            let mut ends = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= count || gave_up.load(Ordering::Relaxed) {
                    return Ok(ends);
                }
                stop::check(context.control)?;
                let scanned = index.scan(context, at, parities[at], &taken, &gave_up);
                if scanned.is_err() {
                    next.store(count, Ordering::Relaxed);
                }
                ends.push((at, scanned));
                context.control.advance(SEGMENT as u64);
            }
        })?;
        if gave_up.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut ends: Vec<_> = ends.into_iter().flatten().collect();
        ends.sort_unstable_by_key(|(at, _)| *at);
        let mut chain = Chain::default();
        for (at, scanned) in ends {
            let limit = ((at + 1) * SEGMENT).min(text.len()) as u64;
            let fits = match &scanned {
                Ok((start, end)) => chain.link(*start, *end, limit),
                Err((start, _)) => chain.link(*start, limit, limit),
            };
            // A failure counts where everything before it was found at the right place.
            match scanned {
                _ if !fits => return Ok(None),
                Ok(_) => {}
                Err((_, failure)) => return Err(failure),
            }
        }
        for segment in &index.segments {
            index.before.push(index.rows);
            index.rows += segment.lock().len() as u64;
        }
        context.plan.check_rows(index.rows, context.tables[side])?;
        Ok(Some(index))
    }

    /// Whether each segment's predecessor byte is inside quotes.
    fn parities(&self, context: &Context<'_>) -> Result<Vec<bool>> {
        let count = self.segments.len();
        let Some(quote) = context.tables[self.side].dialect().quote else { return Ok(vec![false; count]) };
        let next = AtomicUsize::new(0);
        let odd: Vec<AtomicBool> = (0..count).map(|_| AtomicBool::new(false)).collect();
        on_threads(context.plan.threads, || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= count {
                    return Ok(());
                }
                let first = (at * SEGMENT).saturating_sub(1);
                let last = ((at + 1) * SEGMENT - 1).min(self.text.len());
                let quotes = context.plan.level.run(Count { text: &self.text[first..last], byte: quote });
                odd[at].store(quotes % 2 == 1, Ordering::Relaxed);
            }
        })?;
        let mut inside = false;
        Ok(odd
            .iter()
            .map(|odd| {
                let before = inside;
                inside ^= odd.load(Ordering::Relaxed);
                before
            })
            .collect())
    }

    /// Indexes the records that start in a segment. The answer is where the first one starts, and the first one after
    /// it.
    fn scan(
        &self,
        context: &Context<'_>,
        at: usize,
        inside: bool,
        taken: &AtomicU64,
        gave_up: &AtomicBool,
    ) -> Result<(u64, u64), (u64, Error)> {
        let (first, limit) = (at * SEGMENT, ((at + 1) * SEGMENT).min(self.text.len()));
        let quote = context.tables[self.side].dialect().quote;
        let start = match at {
            0 => context.tables[self.side].data_start() as usize,
            // No further than the segment: inside a long cell, every segment would look to the cell's end.
            _ => {
                scan::first_record(&self.text[first - 1..limit], quote, inside).map_or(limit, |found| first - 1 + found)
            }
        };
        let start = start as u64;
        let mut scanner = context.scanner(self.side).over(self.text);
        let mut indexer =
            Indexer { context, index: self, key: Key::default(), records: Vec::new(), gave_up, first: first as u64 };
        let end = scanner.run(start, limit as u64, &mut indexer).map_err(|failure| (start, scanner.place(failure)))?;
        indexer.insert(taken);
        Ok((start, end))
    }

    /// A record's text, without line end.
    pub(super) fn record(&self, context: &Context<'_>, offset: u64) -> &'a [u8] {
        let start = offset as usize;
        match exact::record(self.text, start, context.tables[self.side].dialect(), true) {
            Found::Record(record) => &self.text[start..record.end],
            _ => &[],
        }
    }

    /// Whether the record at an offset is this text.
    #[inline(always)]
    pub(super) fn is_identical(&self, offset: u64, text: &[u8]) -> bool {
        let start = offset as usize;
        let Some(own) = self.text.get(start..start + text.len()) else { return false };
        let line_end = match &self.text[start + text.len()..] {
            // Of the CRs before a line end, the last one belongs to it.
            [] | [b'\n', ..] => !text.ends_with(b"\r"),
            [b'\r'] | [b'\r', b'\n', ..] => true,
            _ => false,
        };
        line_end && own == text
    }

    /// Where a record stands.
    pub(super) fn place(&self, offset: u64, len: usize) -> Place {
        let segment = offset as usize / SEGMENT;
        let within = offset as usize % SEGMENT;
        let starts = self.segments[segment].lock();
        let ordinal = starts.partition_point(|start| (*start as usize) < within);
        Place { row: self.before[segment] + ordinal as u64 + 1, offset, len: len as u32 }
    }
}

/// Records of a segment on their way into the table.
struct Indexer<'a> {
    context: &'a Context<'a>,
    index: &'a Index<'a>,
    key: Key,
    records: Vec<(u64, u32)>,
    gave_up: &'a AtomicBool,
    /// Where the segment starts.
    first: u64,
}

impl Take for Indexer<'_> {
    #[inline(always)]
    fn take(&mut self, offset: u64, text: &[u8], start: usize, end: usize, head: Option<Head>) -> bool {
        let hash = self.context.hash(self.index.side, head, text, start, end, &mut self.key);
        self.records.push((hash, (offset - self.first) as u32));
        true
    }
}

impl Indexer<'_> {
    fn insert(self, taken: &AtomicU64) {
        let slots = &self.index.slots;
        let before = taken.fetch_add(self.records.len() as u64, Ordering::Relaxed);
        if before + self.records.len() as u64 > slots.capacity() {
            self.gave_up.store(true, Ordering::Relaxed);
            return;
        }
        for (at, (hash, start)) in self.records.iter().enumerate() {
            if let Some((ahead, _)) = self.records.get(at + FETCH_SLOTS) {
                slots.prefetch(*ahead);
            }
            let offset = self.first + u64::from(*start);
            let mut other = slots.insert(*hash, offset);
            while let Some(candidate) = other {
                if self.has_same_key(candidate.offset, offset) {
                    self.gave_up.store(true, Ordering::Relaxed);
                    return;
                }
                other = slots.insert_after(candidate.slot, *hash, offset);
            }
        }
        let segment = self.first as usize / SEGMENT;
        *self.index.segments[segment].lock() = self.records.iter().map(|(_, start)| *start).collect();
    }

    fn has_same_key(&self, one: u64, other: u64) -> bool {
        let reader = &self.context.readers[self.index.side];
        let [mut first, mut second] = [Key::default(), Key::default()];
        reader.read(self.index.record(self.context, one), &mut first);
        reader.read(self.index.record(self.context, other), &mut second);
        first == second
    }
}
