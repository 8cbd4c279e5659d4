//! The join of inputs with unique keys of which one fits memory: it is read into memory as it is and indexed,
//! [`index`], and the records of the other are held against it as they are scanned, [`prober`]. Nothing is copied, and
//! the other input is never in memory as a whole.
//!
//! A key that may occur twice ends it, and the partitions do the work: they know how to pair such records.

mod index;
mod prober;
mod slots;

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::scan::{self, Rows, Scanned};
use super::{Context, Joined, slab};
use crate::control::Phase;
use crate::difference::{Difference, Place};
use crate::error::Result;
use crate::memory;
use crate::stop;
use crate::threads::on_threads;
use index::Index;
use prober::{Probed, Prober};
use slots::SlotTable;

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
    if let Some(bytes) = input.as_bytes() {
        return join_with(context, side, bytes, records);
    }
    let text = Text::read(context, side)?;
    let joined = join_with(context, side, text.bytes(), records)?;
    text.give_back(context.plan.threads)?;
    Ok(joined)
}

/// Joins with the text of a side.
fn join_with(context: &Context<'_>, side: usize, text: &[u8], records: u64) -> Result<Option<Joined>> {
    let Some(index) = Index::build(context, side, text, records)? else { return Ok(None) };
    context.control.begin(Phase::Joining, context.tables[1 - side].input().len());
    let gave_up = AtomicBool::new(false);
    let make = || Prober::new(context, &index, &gave_up);
    let scanned = scan::side(context, 1 - side, false, &make)?;
    let joined = match scanned {
        Some(scanned) if !gave_up.load(Ordering::Relaxed) && !repeats_alone(&scanned.parts) => {
            Some(finish(context, &index, scanned)?)
        }
        _ => None,
    };
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
    let fits = needed <= memory::records(context.plan.memory) && len <= slots::LONGEST;
    Ok(fits.then_some(records))
}

/// Bytes that are asked for, read and given back at once.
const PART: usize = 2 << 20;

/// A side's text in memory. It starts on a page, as the file does: reading costs a tenth less then.
struct Text {
    memory: Vec<u8>,
    start: usize,
}

impl Text {
    /// Reads a side in parallel.
    fn read(context: &Context<'_>, side: usize) -> Result<Self> {
        const PAGE: usize = 4096;
        let input = context.tables[side].input();
        let len = input.len() as usize;
        let mut memory = vec![0; len + PAGE];
        let start = memory.as_ptr().align_offset(PAGE).min(PAGE);
        let parts = Mutex::new(memory[start..start + len].chunks_mut(PART).enumerate());
        on_threads(context.plan.threads, || {
            loop {
                stop::check(context.control)?;
                let next = parts.lock().next();
                let Some((index, part)) = next else { return Ok(()) };
                slab::populate(part);
                input.read_at((index * PART) as u64, part)?;
            }
        })?;
        memory.truncate(start + len);
        Ok(Self { memory, start })
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.start..]
    }

    /// Gives the memory back to the system in parallel, which takes it page by page.
    fn give_back(mut self, threads: usize) -> Result<()> {
        let parts = Mutex::new(self.memory.chunks_mut(PART));
        on_threads(threads, || {
            loop {
                let next = parts.lock().next();
                let Some(part) = next else { return Ok(()) };
                slab::give_back(part);
            }
        })?;
        Ok(())
    }
}

/// After so many records is looked whether the comparison was cancelled.
const CHECKED: usize = 1 << 14;

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
    for probed in scanned.parts {
        tally.unchanged += probed.unchanged;
        for (total, column) in tally.columns.iter_mut().zip(&probed.columns) {
            total.add(column);
        }
        for (at, found) in probed.differing.into_iter().enumerate() {
            if at.is_multiple_of(CHECKED) {
                stop::check(context.control)?;
            }
            let row = scanned.rows.number(found.offset, found.ordinal);
            let place = Place { row, offset: found.offset, len: found.len };
            let difference = match found.resident {
                None => Difference::alone(1 - side, place),
                Some(resident) => {
                    tally.changed += 1;
                    let (left, right) = if side == 0 { (resident, place) } else { (place, resident) };
                    Difference::changed(left, right)
                }
            };
            tally.log.push(difference)?;
        }
    }
    // In the order of the text, in which a record's place is near that of the one before.
    let mut alone: Vec<u64> = index.slots.unmatched().collect();
    alone.sort_unstable();
    for (at, offset) in alone.into_iter().enumerate() {
        if at.is_multiple_of(CHECKED) {
            stop::check(context.control)?;
        }
        let len = index.record(context, offset).len();
        tally.log.push(Difference::alone(side, index.place(offset, len)))?;
    }
    Ok(Joined { tally, duplicate_keys: [0; 2], duplicates: Default::default() })
}
