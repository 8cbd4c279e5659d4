//! Cutting both inputs into stretches that can be walked at the same time.
//!
//! A cut is a record that stands, byte for byte, in both inputs at about the same place. It is a guess: the line end before it may
//! be inside a quoted field, or the record may not be the one that the other side has there. A wrong guess costs time and nothing else: whoever walks
//! the stretch before the cut finds out that it ends inside quotes, and [`merge`](super::merge) that keys do not go together.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::Walk;
use crate::error::Result;
use crate::input::Input;
use crate::plan::By;

/// The least that is worth a thread.
const LEAST: u64 = 4 << 20;
/// How far from the expected place the other side's record is looked for, at least.
const NEAR: u64 = 256 << 10;
/// How many records of a place are tried.
const TRIES: usize = 24;
/// Bytes in which those records are.
const SAMPLE: usize = 64 << 10;

/// A part of both inputs, as byte ranges of the left and the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch(pub(super) [Range<u64>; 2]);

/// Everything as one stretch.
pub(super) fn whole(walk: &Walk<'_>) -> Stretch {
    Stretch(walk.tables.map(|table| table.data_start()..table.input().len()))
}

/// Cuts the inputs into as many stretches as there are threads, or fewer.
pub(super) fn cut(walk: &Walk<'_>) -> Result<Vec<Stretch>> {
    let Stretch(ends) = whole(walk);
    let shortest = ends.iter().map(|range| range.end - range.start).min().unwrap_or(0);
    let count = (walk.plan.threads as u64).min(shortest / LEAST.min(walk.plan.block as u64 * 16).max(1));
    // Whether enough was found can't be told by a thread that does not know what others found before it.
    let may_stop = matches!(walk.plan.by, By::Position) && walk.plan.stop_after.is_some();
    if count < 2 || may_stop {
        return Ok(vec![Stretch(ends)]);
    }
    let inputs = walk.tables.map(|table| table.input());
    let mut starts = [ends[0].start, ends[1].start];
    let mut stretches = Vec::new();
    for index in 1..count {
        let share = |side: usize| {
            let len = ends[side].end - ends[side].start;
            ends[side].start + (u128::from(len) * u128::from(index) / u128::from(count)) as u64
        };
        if let Some(next) = common_record(inputs, [share(0), share(1)])?
            && next.iter().zip(&starts).all(|(next, start)| next > start)
        {
            stretches.push(Stretch([starts[0]..next[0], starts[1]..next[1]]));
            starts = next;
        }
    }
    stretches.push(Stretch([starts[0]..ends[0].end, starts[1]..ends[1].end]));
    Ok(stretches)
}

/// A line that stands in both inputs near these places.
fn common_record(inputs: [&Input; 2], [left, right]: [u64; 2]) -> Result<Option<[u64; 2]>> {
    let mut sample = vec![0; SAMPLE];
    let count = inputs[0].read_at(left, &mut sample)?;
    let sample = &sample[..count];
    let near = NEAR.max(inputs[1].len() / 128);
    let start = right.saturating_sub(near);
    let mut around = vec![0; 2 * near as usize];
    let count = inputs[1].read_at(start, &mut around)?;
    let around = &around[..count];

    let mut at = 0;
    for _ in 0..TRIES {
        let Some(line) = memchr(b'\n', &sample[at..]) else { return Ok(None) };
        let Some(end) = memchr(b'\n', &sample[at + line + 1..]) else { return Ok(None) };
        // The line with both line ends around it.
        let needle = &sample[at + line..at + line + 1 + end + 1];
        let mut found = memmem::find_iter(around, needle);
        if let (Some(there), None) = (found.next(), found.next()) {
            return Ok(Some([left + (at + line) as u64 + 1, start + there as u64 + 1]));
        }
        at += line + 1;
    }
    Ok(None)
}
