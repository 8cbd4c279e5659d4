//! Scanning one side in parallel.
//!
//! The input is cut into segments of equal length; a record belongs to the segment in which it starts. Where a
//! segment's first record starts follows from whether its first byte is inside quotes, which the threads tell each
//! other: [`parity`]. Quotes inside unquoted fields break that rule; so it is checked in the end that each segment
//! starts where the one before it ended. Where that fails, as for dialects with escapes or comments, the boundaries are
//! found by one thread first, and the scan is done again.

mod parity;

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Context;
use crate::error::{Error, Result};
use crate::scan::walk::Head;
use crate::segment::{Scanner, Take};
use crate::stop;
use crate::threads::on_threads;
use parity::Parities;
pub(super) use parity::{Count, first_record};

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

/// Scans a side; `make` says what each thread makes of it. `None` where records that were taken must be forgotten
/// because the boundaries were found wrong, and `again` does not allow it.
pub(super) fn side<G: Gather>(
    context: &Context<'_>,
    side: usize,
    again: bool,
    make: &(dyn Fn() -> G + Sync),
) -> Result<Option<Scanned<G::Output>>> {
    let table = context.tables[side];
    let cut = Cut::new(table.data_start(), table.input().len(), context.plan.block as u64);
    if table.dialect().is_plain() {
        let parities = Parities::new(context, side, cut);
        let (parts, segments) = scan(context, side, cut, make, &|scanner, index| parities.load(scanner, index))?;
        if are_chained(&segments, cut) {
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

/// Whether each segment starts where the one before it ended, up to the first that failed.
fn are_chained(segments: &[Segment], cut: Cut) -> bool {
    let mut chain = Chain::default();
    for segment in segments {
        let limit = cut.limit(segment.index);
        if !segment.start.is_none_or(|start| chain.link(start, segment.end, limit)) {
            return false;
        }
        if segment.failure.is_some() {
            break;
        }
    }
    true
}

/// Where the records of one segment end, and so those of the next one start.
#[derive(Default)]
pub(super) struct Chain(Option<u64>);

impl Chain {
    /// Adds a segment by where its first record starts, where the first one after it does, and where it ends itself. False
    /// where that does not fit what came before. A segment in which no record starts lies inside an earlier record.
    pub(super) fn link(&mut self, start: u64, end: u64, limit: u64) -> bool {
        if start >= limit {
            return self.0.is_none_or(|expected| expected >= limit);
        }
        let fits = self.0.is_none_or(|expected| expected == start);
        self.0 = Some(end);
        fits
    }
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
            // Segments are handed out in order, and one that was handed out is finished: so the first failure is the
            // same in every run.
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= cut.count {
                return Ok((gather.finish(), segments));
            }
            stop::check(context.control)?;
            gather.begin();
            let limit = cut.limit(index);
            let located = locate(&mut scanner, index);
            // A failure counts where the segment was begun at the right place, which the end of the one before it
            // tells.
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
    fn take(&mut self, _: u64, _: &[u8], _: usize, _: usize, _: Option<Head>) -> bool {
        true
    }
}
