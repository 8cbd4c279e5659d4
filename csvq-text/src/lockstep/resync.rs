//! Getting back in step: a look ahead on both sides for the nearest two records with the same key.

use std::collections::HashMap;

use super::part::{Flow, Mode};
use super::walker::Walker;
use super::window::Peeked;
use crate::error::Result;
use crate::key::Key;

/// Records at the start of a side that show whether its keys rise.
const FIRST_RECORDS: usize = 64;
/// How many records each look goes ahead.
const LOOKS: [usize; 3] = [16, 256, 4096];
/// How many bytes a look goes ahead at most.
const LOOK_BYTES: u64 = 1 << 20;
/// Rows set aside that are no sign yet of inputs out of step.
const FREE_ASIDES: u64 = 1 << 14;

/// The records ahead on one side.
#[derive(Default)]
struct Ahead {
    records: Vec<Peeked>,
    hashes: Vec<u64>,
    ended: bool,
}

impl Walker<'_> {
    /// Whether the first keys of both sides rise. Without this look, one large key at the head of a shuffled side would
    /// keep the walk busy with the whole of the other, sorted side.
    pub(super) fn starts_rising(&mut self) -> Result<bool> {
        for side in 0..2 {
            let Mode::Sorted(sorted) = &self.mode else { return Ok(true) };
            let (mut order, mut previous) = (sorted.order.clone(), Key::default());
            let mut ahead = Ahead::default();
            self.look(side, FIRST_RECORDS, &mut ahead)?;
            for (index, peeked) in ahead.records.iter().enumerate() {
                self.read_key(side, *peeked);
                if index > 0 && !order.rises(&previous, &self.keys[side]) {
                    return Ok(false);
                }
                std::mem::swap(&mut previous, &mut self.keys[side]);
            }
        }
        Ok(true)
    }

    /// Sets aside what stands before the nearest pair; with none in sight, the inputs are left to the join.
    pub(super) fn resync(&mut self) -> Result<Flow> {
        let mut ahead: [Ahead; 2] = Default::default();
        for look in LOOKS {
            for (side, ahead) in ahead.iter_mut().enumerate() {
                self.look(side, look, ahead)?;
            }
            let near = look == LOOKS[0];
            if let Some((left, right)) = nearest(&ahead[0].hashes, &ahead[1].hashes, near) {
                return self.skip(&ahead, [left, right]);
            }
            if ahead.iter().all(|ahead| ahead.ended) {
                break;
            }
        }
        // A side that is wholly in sight and has no partner there is set aside, and the other goes on alone.
        let counts = [&ahead[0], &ahead[1]].map(|ahead| if ahead.ended { ahead.records.len() } else { 0 });
        if counts == [0, 0] { Ok(Flow::Join) } else { self.skip(&ahead, counts) }
    }

    /// Looks ahead to `count` records, or as far as the bytes or the input go.
    fn look(&mut self, side: usize, count: usize, ahead: &mut Ahead) -> Result<()> {
        let start = self.windows[side].offset();
        while ahead.records.len() < count && !ahead.ended {
            let from = ahead.records.last().map_or(start, |last| last.next);
            if from - start > LOOK_BYTES {
                return Ok(());
            }
            match self.peek_from(side, from)? {
                Some(peeked) => {
                    self.read_key(side, peeked);
                    ahead.records.push(peeked);
                    ahead.hashes.push(self.keys[side].hash(&self.walk.seed));
                }
                None => ahead.ended = true,
            }
        }
        Ok(())
    }

    /// Sets aside so many records of each side.
    fn skip(&mut self, ahead: &[Ahead; 2], counts: [usize; 2]) -> Result<Flow> {
        for (side, (ahead, count)) in ahead.iter().zip(counts).enumerate() {
            for peeked in &ahead.records[..count] {
                let flow = self.take_alone(side, *peeked)?;
                if flow != Flow::On {
                    return Ok(flow);
                }
            }
        }
        let aside = self.asides[0].len().min(self.asides[1].len()) as u64;
        Ok(if aside > FREE_ASIDES + self.rows[0] / 4 { Flow::Join } else { Flow::On })
    }
}

/// The two places with the same hash whose distances from here have the smallest sum. Where they need not be near, the
/// records after them must agree too: in two shuffled tables some pair is always in sight.
fn nearest(left: &[u64], right: &[u64], near: bool) -> Option<(usize, usize)> {
    let mut first = HashMap::with_capacity(left.len());
    for (index, hash) in left.iter().enumerate() {
        first.entry(*hash).or_insert(index);
    }
    let goes_on = |index: usize, at: usize| match (left.get(index + 1), right.get(at + 1)) {
        (Some(left), Some(right)) => left == right,
        _ => true,
    };
    let pairs = right.iter().enumerate().filter_map(|(at, hash)| first.get(hash).map(|index| (*index, at)));
    pairs.filter(|(index, at)| near || goes_on(*index, *at)).min_by_key(|(left, right)| (left + right, *left))
}
