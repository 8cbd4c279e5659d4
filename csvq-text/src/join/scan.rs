//! Scanning one side in parallel.
//!
//! The input is cut into segments of equal length; a record belongs to the segment in which it starts. Where a segment's first
//! record starts follows from whether its first byte is inside quotes, which the threads tell each other by the parity of
//! the quotes before it: every thread counts its segment's quotes first, which costs next to nothing, and scans it then. Quotes inside
//! unquoted fields break that rule; so it is checked in the end that each segment starts where the one before it ended. Where that
//! fails, as for dialects with escapes or comments, the boundaries are found by one thread first, and the scan is done again.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use super::{Context, on_threads};
use crate::error::{Error, Result};
use crate::record_check::RecordCheck;
use crate::scan::lanes::{Kernel, Lanes, STEP};
use crate::segment::{Scanner, Take};
use crate::stop;

/// Bytes of a segment: what a processor's cache holds easily.
const SEGMENT: u64 = 128 << 10;
/// Bytes read beyond a segment's end, where its last record mostly ends.
const BEYOND: u64 = 4 << 10;

/// What a thread makes of the records that it scans.
pub(super) trait Gather: Take + Sized {
    /// What it has in the end.
    type Output: Send;

    /// Starts a segment.
    fn begin(&mut self);
    /// How many records the segment had, and how many of them were kept.
    fn counts(&self) -> (u64, u64);
    /// Ends the thread's work.
    fn finish(self) -> Self::Output;
}

/// One side, scanned.
pub(super) struct Scanned<T> {
    /// What each thread made of it.
    pub(super) parts: Vec<T>,
    /// How the records are numbered.
    pub(super) rows: Rows,
}

/// How the records of a side are numbered.
pub(super) struct Rows {
    /// All records.
    pub(super) total: u64,
    /// Those that were kept.
    pub(super) kept: u64,
    /// Where segments start, and how many records stand before each.
    starts: Vec<(u64, u64)>,
}

impl Rows {
    /// So many records, which are numbered elsewhere.
    pub(super) fn of(total: u64) -> Self {
        Self { total, kept: total, starts: Vec::new() }
    }

    /// The number, from 1, of the record at an offset that is so many records after its segment's first.
    pub(super) fn number(&self, offset: u64, ordinal: u32) -> u64 {
        let segment = self.starts.partition_point(|(start, _)| *start <= offset);
        let before = self.starts[..segment].last().map_or(0, |(_, rows)| *rows);
        before + u64::from(ordinal) + 1
    }
}

/// What was found in a segment.
#[derive(Debug)]
struct Segment {
    index: usize,
    /// Where its first record starts; none where it could not be read.
    start: Option<u64>,
    end: u64,
    rows: u64,
    kept: u64,
    failure: Option<Error>,
}

/// Scans a side; `make` says what each thread makes of it. `None` where records that were taken must be forgotten because the
/// boundaries were found wrong, and `again` does not allow it.
pub(super) fn side<G: Gather>(
    context: &Context<'_>,
    side: usize,
    again: bool,
    make: &(dyn Fn() -> G + Sync),
) -> Result<Option<Scanned<G::Output>>> {
    let table = context.tables[side];
    let cut = Cut::new(table.data_start(), table.input().len(), context.plan.block as u64);
    if table.dialect().is_plain() {
        let parities: Vec<_> = (0..cut.count).map(|_| AtomicU8::new(UNKNOWN)).collect();
        let by_parity =
            |scanner: &mut Scanner<'_>, index: usize| by_parity(scanner, context, side, cut, index, &parities);
        let (parts, segments) = scan(context, side, cut, make, &by_parity)?;
        let fits =
            |pair: &[Segment]| pair[0].failure.is_some() || pair[1].start.is_none_or(|start| start == pair[0].end);
        if segments.windows(2).all(fits) {
            return Ok(Some(Scanned { parts, rows: number(context, side, segments)? }));
        }
        tracing::debug!(side, "quotes inside unquoted fields: the boundaries are found first");
        if !again {
            return Ok(None);
        }
    }
    let starts = boundaries(context, side, cut)?;
    let (parts, segments) = scan(context, side, cut, make, &|scanner, index| {
        let start = starts[index];
        scanner.load(start, (cut.limit(index) + BEYOND).max(start))?;
        Ok(start)
    })?;
    Ok(Some(Scanned { parts, rows: number(context, side, segments)? }))
}

/// Numbers the records; fails where a segment did.
fn number(context: &Context<'_>, side: usize, segments: Vec<Segment>) -> Result<Rows> {
    let (mut total, mut kept) = (0, 0);
    let mut starts = Vec::with_capacity(segments.len());
    for segment in segments {
        if let Some(failure) = segment.failure {
            return Err(failure);
        }
        starts.push((segment.start.unwrap_or(segment.end), total));
        total += segment.rows;
        kept += segment.kept;
        context.plan.check_rows(total, context.tables[side])?;
    }
    Ok(Rows { total, kept, starts })
}

/// Where the segments of an input lie.
#[derive(Clone, Copy)]
struct Cut {
    start: u64,
    end: u64,
    size: u64,
    count: usize,
}

impl Cut {
    fn new(start: u64, end: u64, block: u64) -> Self {
        let size = SEGMENT.min(block).max(1);
        Self { start, end, size, count: (end - start).div_ceil(size) as usize }
    }

    fn first(&self, index: usize) -> u64 {
        self.start + index as u64 * self.size
    }

    fn limit(&self, index: usize) -> u64 {
        (self.first(index) + self.size).min(self.end)
    }
}

type Locate<'f> = dyn Fn(&mut Scanner<'_>, usize) -> Result<u64> + Sync + 'f;

/// Scans all segments; `locate` loads one, and says where its first record starts.
fn scan<G: Gather>(
    context: &Context<'_>,
    side: usize,
    cut: Cut,
    make: &(dyn Fn() -> G + Sync),
    locate: &Locate<'_>,
) -> Result<(Vec<G::Output>, Vec<Segment>)> {
    let next = AtomicUsize::new(0);
    let threads = context.plan.threads.min(cut.count.max(1));
    let parts = on_threads(threads, || {
        let mut scanner = context.scanner(side);
        let mut gather = make();
        let mut segments = Vec::new();
        loop {
            // Segments are handed out in order, and one that was handed out is finished: so the first failure is the same in every run.
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= cut.count {
                return Ok((gather.finish(), segments));
            }
            stop::check(context.control)?;
            gather.begin();
            let limit = cut.limit(index);
            let located = locate(&mut scanner, index);
            // A failure counts where the segment was begun at the right place, which the end of the one before it tells.
            let start = located.as_ref().ok().copied();
            let found = located.and_then(|start| scanner.run(start, limit, &mut gather));
            let (end, failure) = match found {
                Ok(end) => (end, None),
                Err(failure) => (limit, Some(scanner.place(failure))),
            };
            if failure.is_some() {
                next.store(cut.count, Ordering::Relaxed);
            }
            let (rows, kept) = gather.counts();
            segments.push(Segment { index, start, end, rows, kept, failure });
            context.control.advance(limit - cut.first(index));
        }
    })?;
    let (parts, segments): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let mut segments: Vec<Segment> = segments.into_iter().flatten().collect();
    segments.sort_unstable_by_key(|segment| segment.index);
    Ok((parts, segments))
}

/// Parity of a segment's quotes: not known yet, even or odd.
const UNKNOWN: u8 = 0;
const EVEN: u8 = 2;
const ODD: u8 = 3;

/// Loads a segment and finds its first record by the parity of the quotes before it.
fn by_parity(
    scanner: &mut Scanner<'_>,
    context: &Context<'_>,
    side: usize,
    cut: Cut,
    index: usize,
    parities: &[AtomicU8],
) -> Result<u64> {
    // The byte before the segment says whether a record starts with the segment.
    let before = u64::from(index > 0);
    let first = cut.first(index) - before;
    let loaded = scanner.load(first, cut.limit(index) + BEYOND);
    if loaded.is_err() {
        // The others must not wait for what will never be known.
        parities[index].store(EVEN, Ordering::Release);
    }
    loaded?;
    let own = (cut.limit(index) - u64::from(index + 1 < cut.count) - first) as usize;
    let text = &scanner.text()[..own.min(scanner.text().len())];
    let quote = context.tables[side].dialect().quote;
    let parity = quote.map_or(0, |quote| context.plan.level.run(Count { text, byte: quote }) % 2) as u8;
    parities[index].store(EVEN + parity, Ordering::Release);
    if index == 0 {
        return Ok(cut.start);
    }
    let mut inside = false;
    for before in &parities[..index] {
        inside ^= wait_for(before, context)? == ODD;
    }
    Ok(first_record(scanner.text(), quote, inside).map_or(cut.end, |at| first + at as u64))
}

/// The parity that another thread is about to tell.
fn wait_for(parity: &AtomicU8, context: &Context<'_>) -> Result<u8> {
    let mut spins = 0_u32;
    loop {
        match parity.load(Ordering::Acquire) {
            UNKNOWN => {
                spins += 1;
                if spins > 64 {
                    // The thread that has it may wait for a disk.
                    std::thread::yield_now();
                    stop::check(context.control)?;
                }
                std::hint::spin_loop();
            }
            known => return Ok(known),
        }
    }
}

/// Where the first record starts after a line end outside quotes.
pub(super) fn first_record(text: &[u8], quote: Option<u8>, mut inside: bool) -> Option<usize> {
    let quote = quote.unwrap_or(b'\n');
    for at in memchr::memchr2_iter(quote, b'\n', text) {
        if text[at] == b'\n' {
            if !inside {
                return Some(at + 1);
            }
        } else {
            inside = !inside;
        }
    }
    None
}

/// Finds by one thread where the first record of each segment starts.
fn boundaries(context: &Context<'_>, side: usize, cut: Cut) -> Result<Vec<u64>> {
    let mut scanner = context.scanner(side);
    let mut starts = Vec::with_capacity(cut.count);
    let mut next = cut.start;
    for index in 0..cut.count {
        stop::check(context.control)?;
        starts.push(next);
        let limit = cut.limit(index);
        if next < limit {
            let found = scanner.load(next, limit + BEYOND).and_then(|()| scanner.run(next, limit, &mut Ignore));
            next = found.map_err(|failure| scanner.place(failure))?;
        }
    }
    Ok(starts)
}

struct Ignore;

impl Take for Ignore {
    #[inline(always)]
    fn take<L: Lanes>(&mut self, _: Option<L>, _: u64, _: &[u8], _: usize, _: usize) -> bool {
        true
    }
}

impl<'a> Context<'a> {
    pub(super) fn scanner(&self, side: usize) -> Scanner<'a> {
        let table = self.tables[side];
        Scanner::new(table, self.plan.level, RecordCheck::new(table, self.plan.ragged))
    }
}

/// Counts a byte.
pub(super) struct Count<'a> {
    pub(super) text: &'a [u8],
    pub(super) byte: u8,
}

impl Kernel for Count<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let (blocks, rest) = self.text.as_chunks::<STEP>();
        let counted: u64 =
            blocks.iter().map(|block| u64::from(lanes.equal(lanes.load(block), self.byte).count_ones())).sum();
        counted + rest.iter().filter(|byte| **byte == self.byte).count() as u64
    }
}
