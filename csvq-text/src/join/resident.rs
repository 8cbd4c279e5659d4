//! The join of inputs with unique keys of which one fits memory: it is read into memory as it is and indexed, and the records of the
//! other are held against it as they are scanned. Nothing is copied, and the other input is never in memory as a whole.
//!
//! A key that may occur twice ends it, and the partitions do the work: they know how to pair such records.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::scan::{self, Count, Gather, Rows, Scanned};
use super::slab;
use super::table::{self, Candidate, SlotTable};
use super::{Context, Joined, on_threads};
use crate::control::Phase;
use crate::difference::{Difference, Place};
use crate::error::{Error, Result};
use crate::evaluate::{ColumnTally, Evaluator};
use crate::key::Key;
use crate::plan::By;
use crate::scan::exact::{self, Found};
use crate::scan::lanes::Lanes;
use crate::segment::Take;
use crate::stop;

/// Bytes of the resident input that a thread takes at a time.
const SEGMENT: usize = 256 << 10;
/// How far ahead slots are fetched, and then the records that they name.
const FETCH_SLOTS: usize = 24;
const FETCH_RECORDS: usize = 12;
/// Bytes of a record that are fetched ahead.
const FETCH_BYTES: usize = 192;
const LINE: usize = 64;

/// Joins, or answers `None` where this way is not fit.
pub(super) fn join(context: &Context<'_>) -> Result<Option<Joined>> {
    if !context.tables.iter().all(|table| table.dialect().is_plain()) {
        return Ok(None);
    }
    let lens = context.tables.map(|table| table.input().len());
    let side = usize::from(lens[1] < lens[0]);
    let Some(records) = estimate(context, side)? else { return Ok(None) };
    context.control.begin(Phase::Partitioning, lens[side]);
    let input = context.tables[side].input();
    let mut owned = Vec::new();
    let text = match input.as_bytes() {
        Some(bytes) => &bytes[context.tables[side].data_start() as usize..],
        None => {
            owned = read(context, side)?;
            &owned[..]
        }
    };
    let Some(index) = Index::build(context, side, text, records)? else { return Ok(None) };
    context.control.begin(Phase::Joining, lens[1 - side]);
    let gave_up = AtomicBool::new(false);
    let make = || Prober::new(context, &index, &gave_up);
    let scanned = scan::side(context, 1 - side, false, &make)?;
    let joined = match scanned {
        Some(scanned) if !gave_up.load(Ordering::Relaxed) && !repeats_alone(&scanned.parts) => {
            Some(finish(context, &index, scanned)?)
        }
        _ => None,
    };
    drop(owned);
    if joined.is_none() {
        tracing::debug!("keys may occur twice: the inputs are partitioned");
    }
    Ok(joined)
}

/// About how many records a side has, judged by samples; `None` where they would not fit the budget.
fn estimate(context: &Context<'_>, side: usize) -> Result<Option<u64>> {
    const SAMPLES: u64 = 8;
    const SAMPLE: usize = 32 << 10;
    let input = context.tables[side].input();
    let start = context.tables[side].data_start();
    let len = input.len() - start;
    let mut buffer = vec![0; SAMPLE];
    let (mut bytes, mut lines) = (0, 1);
    for index in 0..SAMPLES {
        let count = input.read_at(start + len / SAMPLES * index, &mut buffer)?;
        bytes += count as u64;
        lines += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64;
    }
    // A tenth more than the samples say.
    let records = (u128::from(len) * u128::from(lines) * 11 / (10 * u128::from(bytes.max(1)))) as u64 + 64;
    let in_memory = if input.as_bytes().is_some() { 0 } else { len };
    let needed = in_memory + SlotTable::bytes_for(records) + records * 4;
    let fits = needed <= context.plan.memory / 8 * 5 && len <= table::LONGEST;
    Ok(fits.then_some(records))
}

/// Reads a side's data into memory, in parallel.
fn read(context: &Context<'_>, side: usize) -> Result<Vec<u8>> {
    let input = context.tables[side].input();
    let start = context.tables[side].data_start();
    let mut text = slab::zeros((input.len() - start) as usize);
    let parts = Mutex::new(text.chunks_mut(SEGMENT).enumerate());
    on_threads(context.plan.threads, || {
        loop {
            stop::check(context.control)?;
            let next = parts.lock().next();
            let Some((index, part)) = next else { return Ok(()) };
            let offset = start + (index * SEGMENT) as u64;
            input.read_at(offset, part)?;
        }
    })?;
    drop(parts);
    Ok(text)
}

/// The resident side: its text, and its records by the hash of their key.
struct Index<'a> {
    side: usize,
    text: &'a [u8],
    /// Where in the input the text starts.
    start: u64,
    slots: SlotTable,
    /// The starts of the records in each segment, by which they are numbered.
    segments: Vec<Mutex<Vec<u32>>>,
    /// How many records stand before each segment.
    before: Vec<u64>,
    rows: u64,
}

impl<'a> Index<'a> {
    /// Indexes a side; `None` where a key may occur twice, or where there are more records than were expected.
    fn build(context: &Context<'_>, side: usize, text: &'a [u8], records: u64) -> Result<Option<Self>> {
        let count = text.len().div_ceil(SEGMENT);
        let mut index = Self {
            side,
            text,
            start: context.tables[side].data_start(),
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
        let mut expected = None;
        for (_, scanned) in ends {
            // A failure counts where everything before it was found at the right place.
            let (first, end) = match scanned {
                Ok(bounds) => bounds,
                Err((first, _)) if expected.is_some_and(|end| Some(end) != first) => return Ok(None),
                Err((_, failure)) => return Err(failure),
            };
            if expected.is_some_and(|end| end != first) {
                return Ok(None);
            }
            expected = Some(end);
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

    /// Indexes the records that start in a segment. The answer is where the first one starts, and the first one after it.
    fn scan(
        &self,
        context: &Context<'_>,
        at: usize,
        inside: bool,
        taken: &AtomicU64,
        gave_up: &AtomicBool,
    ) -> Result<(u64, u64), (Option<u64>, Error)> {
        let (first, limit) = (at * SEGMENT, ((at + 1) * SEGMENT).min(self.text.len()));
        let quote = context.tables[self.side].dialect().quote;
        let start = match at {
            0 => 0,
            _ => scan::first_record(&self.text[first - 1..], quote, inside)
                .map_or(self.text.len(), |found| first - 1 + found),
        };
        let start = self.start + start as u64;
        let mut scanner = context.scanner(self.side).over(self.text, self.start);
        let mut indexer = Indexer {
            context,
            index: self,
            key: Key::default(),
            records: Vec::new(),
            gave_up,
            first: self.start + first as u64,
        };
        let end = scanner
            .run(start, self.start + limit as u64, &mut indexer)
            .map_err(|failure| (Some(start), scanner.place(failure)))?;
        indexer.insert(taken);
        Ok((start, end))
    }

    /// A record's text, without line end.
    fn record(&self, context: &Context<'_>, offset: u64) -> &'a [u8] {
        let start = (offset - self.start) as usize;
        match exact::record(self.text, start, context.tables[self.side].dialect(), true) {
            Found::Record(record) => &self.text[start..record.end],
            _ => &[],
        }
    }

    /// Whether the record at an offset is this text.
    #[inline(always)]
    fn is_identical(&self, offset: u64, text: &[u8]) -> bool {
        let start = (offset - self.start) as usize;
        let Some(own) = self.text.get(start..start + text.len()) else { return false };
        own == text && matches!(&self.text[start + text.len()..], [] | [b'\n', ..] | [b'\r'] | [b'\r', b'\n', ..])
    }

    /// Where a record stands.
    fn place(&self, offset: u64, len: usize) -> Place {
        let segment = (offset - self.start) as usize / SEGMENT;
        let within = (offset - self.start) as usize % SEGMENT;
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
    fn take<L: Lanes>(&mut self, lanes: Option<L>, offset: u64, text: &[u8], start: usize, end: usize) -> bool {
        let hash = self.context.hash(self.index.side, lanes, text, start, end, &mut self.key);
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
        let segment = ((self.first - self.index.start) as usize) / SEGMENT;
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
struct Differing {
    /// Where the resident record stands, if there is one.
    resident: Option<Place>,
    hash: u64,
    offset: u64,
    ordinal: u32,
    len: u32,
}

/// Holds scanned records against the resident side.
struct Prober<'a> {
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
struct Probed {
    unchanged: u64,
    columns: Vec<ColumnTally>,
    differing: Vec<Differing>,
}

impl<'a> Prober<'a> {
    fn new(context: &'a Context<'a>, index: &'a Index<'a>, gave_up: &'a AtomicBool) -> Self {
        let plan = context.plan;
        let room = plan.memory / 8 / plan.threads as u64 / size_of::<Differing>() as u64;
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
            let start = (candidate.offset - self.index.start) as usize;
            let len = ((pending.end - pending.start) as usize).min(FETCH_BYTES);
            for line in (0..=len).step_by(LINE) {
                table::prefetch(self.index.text, start + line);
            }
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
    fn take<L: Lanes>(&mut self, lanes: Option<L>, offset: u64, text: &[u8], start: usize, end: usize) -> bool {
        let hash = self.context.hash(1 - self.index.side, lanes, text, start, end, &mut self.keys[0]);
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

/// Whether two records without partner may have the same key.
fn repeats_alone(parts: &[Probed]) -> bool {
    let differing = parts.iter().flat_map(|part| &part.differing);
    let mut hashes: Vec<u64> = differing.filter(|found| found.resident.is_none()).map(|found| found.hash).collect();
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// Puts together what the threads found.
fn finish(context: &Context<'_>, index: &Index<'_>, scanned: Scanned<Probed>) -> Result<Joined> {
    let side = index.side;
    let resident_rows = Rows::of(index.rows);
    let rows = if side == 0 { [&resident_rows, &scanned.rows] } else { [&scanned.rows, &resident_rows] };
    let mut tally = context.empty_tally(rows);
    let alone =
        |place: Place, side: usize| if side == 0 { Difference::removed(place) } else { Difference::added(place) };
    for probed in scanned.parts {
        tally.unchanged += probed.unchanged;
        for (total, column) in tally.columns.iter_mut().zip(&probed.columns) {
            total.add(column);
        }
        for found in probed.differing {
            let row = scanned.rows.number(found.offset, found.ordinal);
            let place = Place { row, offset: found.offset, len: found.len };
            let difference = match found.resident {
                None => alone(place, 1 - side),
                Some(resident) => {
                    tally.changed += 1;
                    let (left, right) = if side == 0 { (resident, place) } else { (place, resident) };
                    Difference::changed(left, right)
                }
            };
            tally.log.push(difference)?;
        }
    }
    for offset in index.slots.unmatched() {
        let len = index.record(context, offset).len();
        tally.log.push(alone(index.place(offset, len), side))?;
    }
    Ok(Joined { tally, duplicate_keys: [0; 2], duplicates: Default::default() })
}
