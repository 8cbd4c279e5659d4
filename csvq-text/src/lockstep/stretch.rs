//! Cutting both inputs into stretches that can be walked at the same time.
//!
//! A cut is a record that stands, byte for byte, in both inputs at about the same place. It is a guess: the line end
//! before it may be inside a quoted field, or the record may not be the one that the other side has there. A wrong
//! guess costs time and nothing else: whoever walks the stretch before the cut finds out that it ends inside quotes,
//! and [`merge`](super::merge) that keys do not go together.

use std::ops::Range;

use super::Walk;
use crate::error::Result;
use crate::input::Input;
use crate::plan::By;

/// The least input that is worth another thread.
const LEAST: u64 = 4 << 20;
/// For each thread, stretches at the end that one which is done early can take from one that is not; the share of all
/// bytes that they are together; and the least that is worth one.
const SPARE: u64 = 3;
const SPARE_SHARE: f64 = 0.12;
const LEAST_SPARE: u64 = 256 << 10;
/// How far from the expected places the other side's record is looked for, in turn, and how many records are tried.
const LOOKS: [(u64, usize); 4] = [(8 << 10, 8), (64 << 10, 8), (512 << 10, 2), (4 << 20, 2)];
/// After so many cuts in a row that are not found no more are tried: inputs in another order have none.
const MISSES: usize = 2;
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
    let block = walk.plan.block as u64;
    let count = (walk.plan.threads as u64).min(shortest / LEAST.min(block * 16).max(1));
    // Whether enough was found can't be told by a thread that does not know what others found before it.
    let may_stop = matches!(walk.plan.by, By::Position) && walk.plan.stop_after.is_some();
    // A line end that an escape makes an ordinary character looks like any other to whoever walks up to it.
    let has_escapes = walk.tables.iter().any(|table| table.dialect().escape.is_some());
    if count < 2 || may_stop || has_escapes {
        return Ok(vec![Stretch(ends)]);
    }
    let spare_bytes = (shortest as f64 * SPARE_SHARE) as u64;
    let spares = (count * SPARE).min(spare_bytes / LEAST_SPARE.min(block).max(1));
    let inputs = walk.tables.map(|table| table.input());
    let mut starts = [ends[0].start, ends[1].start];
    let mut stretches = Vec::new();
    let mut misses = 0;
    for share in shares(count, spares) {
        let left = ends[0].start + ((ends[0].end - ends[0].start) as f64 * share) as u64;
        let ahead = left.saturating_sub(starts[0]);
        let rests = [0, 1].map(|side| u128::from(ends[side].end - starts[side]));
        // As far on as on the left, where both go on as before; or as much nearer as the right is shorter.
        let alike = starts[1] + ahead;
        let in_proportion = starts[1] + (rests[1] * u128::from(ahead) / rests[0].max(1)) as u64;
        match common_record(inputs, left, [alike, in_proportion])? {
            Some(next) if next.iter().zip(&starts).all(|(next, start)| next > start) => {
                stretches.push(Stretch([starts[0]..next[0], starts[1]..next[1]]));
                starts = next;
                misses = 0;
            }
            _ => misses += 1,
        }
        if misses == MISSES {
            break;
        }
    }
    stretches.push(Stretch([starts[0]..ends[0].end, starts[1]..ends[1].end]));
    Ok(stretches)
}

/// Which shares of an input come before the cuts.
fn shares(count: u64, spares: u64) -> impl Iterator<Item = f64> {
    let long = if spares > 0 { 1.0 - SPARE_SHARE } else { 1.0 };
    let after_long = (1..count).map(move |index| long * index as f64 / count as f64);
    let after_spares = (0..spares).map(move |index| long + SPARE_SHARE * index as f64 / spares as f64);
    after_long.chain(after_spares)
}

/// A line that stands on the left at a place, and on the right near one of these.
fn common_record(inputs: [&Input; 2], left: u64, rights: [u64; 2]) -> Result<Option<[u64; 2]>> {
    let mut sample = vec![0; SAMPLE];
    let count = inputs[0].read_at(left, &mut sample)?;
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', &sample[..count]).collect();
    let lines = || ends.windows(2).map(|pair| (pair[0] + 1, &sample[pair[0] + 1..=pair[1]]));
    let mut around = Vec::new();
    for (near, tries) in LOOKS {
        for (index, right) in rights.into_iter().enumerate() {
            if index > 0 && right.abs_diff(rights[0]) < near / 2 {
                // It was looked for there.
                continue;
            }
            let start = right.saturating_sub(near);
            around.resize(2 * near as usize, 0);
            let count = inputs[1].read_at(start, &mut around)?;
            if let Some((at, there)) = once_in_both(lines().take(tries), &around[..count]) {
                return Ok(Some([left + at as u64, start + there as u64]));
            }
        }
        if near * 128 > inputs[1].len() {
            break;
        }
    }
    Ok(None)
}

/// The first of these lines that stands exactly once in a text, after a line end: its own place, and that in the text.
fn once_in_both<'t>(lines: impl Iterator<Item = (usize, &'t [u8])>, text: &[u8]) -> Option<(usize, usize)> {
    let mut found: Vec<_> = lines.map(|(at, line)| (at, line, 0, 0)).collect();
    for end in memchr::memchr_iter(b'\n', text) {
        for (_, line, there, times) in &mut found {
            if text[end + 1..].starts_with(line) {
                (*there, *times) = (end + 1, *times + 1);
            }
        }
    }
    found.iter().find(|(.., times)| *times == 1).map(|(at, _, there, _)| (*at, *there))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_rise_to_the_end() {
        for (count, spares) in [(2, 0), (2, 1), (2, 6), (3, 9), (64, 192)] {
            let shares: Vec<f64> = shares(count, spares).collect();
            assert_eq!(shares.len() as u64, count - 1 + spares);
            assert!(
                shares.is_sorted_by(|one, next| one < next) && shares.iter().all(|share| (0.0..1.0).contains(share))
            );
        }
    }

    fn input(text: String) -> Input {
        Input::from_bytes("text", text.into_bytes().into(), &crate::OpenOptions::default()).unwrap()
    }

    /// Enough that a place is far from the other, but for who interprets.
    const LINES: usize = if cfg!(miri) { 200 } else { 20_000 };

    #[test]
    fn a_record_is_found_where_either_place_points() {
        let line = |number: usize| format!("{number},some text\n");
        let left: String = (0..LINES).map(line).collect();
        let place = left.len() as u64 / 2;
        for (right, rights) in [
            (left.clone(), [place, 0]),
            ((0..LINES).filter(|number| number % 3 > 0).map(line).collect(), [u64::MAX >> 1, place / 3 * 2]),
        ] {
            let [left, right] = [left.clone(), right].map(input);
            let [here, there] = common_record([&left, &right], place, rights).unwrap().expect("it is there");
            let mut lines = [[0; 8]; 2];
            left.read_at(here - 1, &mut lines[0]).unwrap();
            right.read_at(there - 1, &mut lines[1]).unwrap();
            assert_eq!(lines[0], lines[1]);
            assert_eq!(lines[0][0], b'\n');
        }
    }
}
