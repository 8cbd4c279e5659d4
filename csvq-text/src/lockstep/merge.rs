//! One answer out of those of all stretches.

use super::part::{Aside, Flow, Mode, Part};
use super::{Tally, Walk, Walked};
use crate::error::Result;
use crate::evaluate::Evaluator;

/// What the stretches say together.
pub(super) enum Merged {
    /// The walk has ended.
    Walked(Box<Walked>),
    /// Keys do not rise over all stretches.
    Restart,
    /// The stretches were cut in the wrong places.
    Astray,
}

/// Merges the parts, in the order of their stretches: up to the first that failed or did not come to its end.
pub(super) fn merge(walk: &Walk<'_>, parts: Vec<Result<Part>>) -> Result<Merged> {
    let count = parts.len();
    let mut merged: Option<Part> = None;
    for (index, part) in parts.into_iter().enumerate() {
        let mut part = part?;
        match part.flow {
            Flow::Astray => return Ok(Merged::Astray),
            Flow::Restart => return Ok(Merged::Restart),
            Flow::Join => return Ok(Merged::Walked(Box::new(Walked::Join))),
            Flow::On | Flow::Finish => {}
        }
        let by_position = matches!(part.mode, Mode::Position);
        if by_position && index + 1 < count && part.rows[0] != part.rows[1] {
            return Ok(Merged::Astray);
        }
        match &mut merged {
            None => merged = Some(part),
            Some(before) => match link(&mut before.mode, &mut part.mode) {
                Ok(()) => append(before, part)?,
                Err(other) => return Ok(other),
            },
        }
    }
    let Some(merged) = merged else { return Ok(Merged::Restart) };
    for (rows, table) in merged.rows.iter().zip(walk.tables) {
        walk.plan.check_rows(*rows, table)?;
    }
    finish(walk, merged).map(|walked| Merged::Walked(Box::new(walked)))
}

/// Goes on from one part's keys to those of the next, or says why they do not go together.
fn link(before: &mut Mode, next: &mut Mode) -> Result<(), Merged> {
    match (before, next) {
        (Mode::Sorted(sorted), Mode::Sorted(next)) => {
            // The same key at the head of both sides keeps all keys before it from all after it.
            let [Some(left), Some(right)] = &next.first else { return Err(Merged::Astray) };
            if left != right {
                return Err(Merged::Astray);
            }
            let first = left.clone();
            if sorted.append(next, &first) { Ok(()) } else { Err(Merged::Restart) }
        }
        (Mode::Hashed(paired), Mode::Hashed(next)) => {
            paired.append(std::mem::take(next));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Adds what was found in a part to the one before it.
fn append(before: &mut Part, part: Part) -> Result<()> {
    before.log.append(part.log, before.rows)?;
    for (side, asides) in part.asides.into_iter().enumerate() {
        let rows = before.rows[side];
        before.asides[side].extend(asides.into_iter().map(|aside| aside.after(rows)));
    }
    for (total, column) in before.columns.iter_mut().zip(&part.columns) {
        total.add(column);
    }
    before.rows[0] += part.rows[0];
    before.rows[1] += part.rows[1];
    before.unchanged += part.unchanged;
    before.changed += part.changed;
    before.flow = part.flow;
    Ok(())
}

fn finish(walk: &Walk<'_>, mut part: Part) -> Result<Walked> {
    let by_position = matches!(part.mode, Mode::Position);
    let stopped_early = by_position && walk.plan.stop_after.is_some_and(|most| part.log.len() >= most);
    if !stopped_early {
        match &mut part.mode {
            Mode::Position | Mode::Sorted(_) => {}
            Mode::Hashed(paired) => {
                if paired.repeats_with(part.asides.each_ref().map(|asides| hashes(asides))) {
                    tracing::debug!("keys may occur twice: the inputs are joined");
                    return Ok(Walked::Join);
                }
                let mut evaluator = Evaluator::new(walk.plan, walk.tables[0], walk.tables[1]);
                walk.pair_asides(&mut part, &mut evaluator)?;
                for (total, column) in part.columns.iter_mut().zip(&evaluator.tallies) {
                    total.add(column);
                }
            }
            Mode::Content => {
                if part.asides.iter().any(|asides| !asides.is_empty()) {
                    let hashes = part.asides.iter().flatten().map(|aside| aside.hash).collect();
                    return Ok(Walked::JoinSome(walk.seed.clone(), hashes));
                }
            }
        }
    }
    Ok(Walked::Done(Tally {
        rows: part.rows,
        unchanged: part.unchanged,
        changed: part.changed,
        columns: part.columns,
        log: part.log,
        stopped_early,
    }))
}

fn hashes(asides: &[Aside]) -> Vec<u64> {
    asides.iter().map(|aside| aside.hash).collect()
}
