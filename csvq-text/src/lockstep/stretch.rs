//! Cutting both inputs into stretches that can be walked at the same time.
//!
//! A cut is a record that stands, byte for byte, in both inputs at about the same place. It is a guess: the line end
//! before it may be inside a quoted field, or the record may not be the one that the other side has there. A wrong
//! guess costs time and nothing else: whoever walks the stretch before the cut finds out that it ends inside quotes,
//! and [`merge`](super::merge) that keys do not go together.

use std::ops::Range;

use memchr::memmem;

use super::Walk;
use crate::error::Result;
use crate::input::Input;
use crate::plan::By;

/// The least that is worth a thread.
const LEAST: u64 = 4 << 20;
/// For each thread, stretches at the end that one which is done early can take from one that is not; and the share of all
/// bytes that they are together.
const SPARE: u64 = 3;
const SPARE_SHARE: f64 = 0.12;
/// How far from the expected place the other side's record is looked for, in turn.
const NEAR: [u64; 4] = [8 << 10, 64 << 10, 512 << 10, 4 << 20];
/// How many records of a place are tried.
const TRIES: usize = 8;
/// Bytes in which those records are.
const SAMPLE: usize = 32 << 10;

/// A part of both inputs, as byte ranges of the left and the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch(pub(super) [Range<u64>; 2]);

impl Stretch {
    /// Its bytes on both sides.
    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }
}

/// Everything as one stretch.
pub(super) fn whole(walk: &Walk<'_>) -> Stretch {
    Stretch(walk.tables.map(|table| table.data_start()..table.input().len()))
}

/// Cuts the inputs into a stretch for each thread and some to spare, or fewer.
pub(super) fn cut(walk: &Walk<'_>) -> Result<Vec<Stretch>> {
    let Stretch(ends) = whole(walk);
    let shortest = ends.iter().map(|range| range.end - range.start).min().unwrap_or(0);
    let most = shortest / LEAST.min(walk.plan.block as u64 * 16).max(1);
    let count = (walk.plan.threads as u64).min(most);
    // Whether enough was found can't be told by a thread that does not know what others found before it.
    let may_stop = matches!(walk.plan.by, By::Position) && walk.plan.stop_after.is_some();
    // A line end that an escape makes an ordinary character looks like any other to whoever walks up to it.
    let has_escapes = walk.tables.iter().any(|table| table.dialect().escape.is_some());
    if count < 2 || may_stop || has_escapes {
        return Ok(vec![Stretch(ends)]);
    }
    let inputs = walk.tables.map(|table| table.input());
    let mut starts = [ends[0].start, ends[1].start];
    let mut stretches = Vec::new();
    for share in shares(count, (count * SPARE).min(most)) {
        // Rows that one side lacks have moved the other side's so far that they are best looked for where the last cut
        // points to.
        let left = ends[0].start + ((ends[0].end - ends[0].start) as f64 * share) as u64;
        let right = starts[1] + left.saturating_sub(starts[0]);
        // Inputs in another order have no such record, and the search for one takes its time.
        let Some(next) = common_record(inputs, [left, right])? else { break };
        if next.iter().zip(&starts).all(|(next, start)| next > start) {
            stretches.push(Stretch([starts[0]..next[0], starts[1]..next[1]]));
            starts = next;
        }
    }
    stretches.push(Stretch([starts[0]..ends[0].end, starts[1]..ends[1].end]));
    Ok(stretches)
}

/// Which shares of an input come before the cuts.
fn shares(count: u64, spare: u64) -> impl Iterator<Item = f64> {
    let each = (1.0 - SPARE_SHARE) / count as f64;
    let large = (1..=count).map(move |index| each * index as f64);
    let small = (1..spare).map(move |index| 1.0 - SPARE_SHARE + SPARE_SHARE * index as f64 / spare as f64);
    large.chain(small)
}

/// A line that stands in both inputs near these places.
fn common_record(inputs: [&Input; 2], places: [u64; 2]) -> Result<Option<[u64; 2]>> {
    let mut sample = vec![0; SAMPLE];
    let count = inputs[0].read_at(places[0], &mut sample)?;
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', &sample[..count]).take(TRIES + 1).collect();
    let mut around = Vec::new();
    for near in NEAR {
        let start = places[1].saturating_sub(near);
        around.resize(2 * near as usize, 0);
        let count = inputs[1].read_at(start, &mut around)?;
        for pair in ends.windows(2) {
            // The line with both line ends around it.
            let mut found = memmem::find_iter(&around[..count], &sample[pair[0]..=pair[1]]);
            if let (Some(there), None) = (found.next(), found.next()) {
                return Ok(Some([places[0] + pair[0] as u64 + 1, start + there as u64 + 1]));
            }
        }
        if near * 128 > inputs[1].len() {
            break;
        }
    }
    Ok(None)
}
