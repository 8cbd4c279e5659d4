//! Numbers that lie close together: a place for each number that there can be, on either side, instead of hashes.
//!
//! Rows are stored blindly, and counted afterwards: where there are fewer than were stored, a key occurs more than once,
//! which is left to the hash join.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use csvq_text::threads;

use super::super::pairs::{Aligned, NONE};
use super::Rules;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};

/// There may be so many places for each row.
const PLACES_PER_ROW: usize = 2;
/// Rows or places between two looks at whether to go on.
const STEP: usize = 1 << 18;

/// Joins both sides; `None` where numbers are too far apart or occur more than once.
pub(super) fn join(sides: [&[i64]; 2], rules: Rules, control: &Control) -> Result<Option<Aligned>> {
    let Some((least, count)) = span(sides, rules.threads)? else { return Ok(None) };
    let none = |count: &usize| Ok::<_, Error>((0..*count).map(|_| AtomicU32::new(NONE)).collect::<Vec<_>>());
    let lists = threads::for_each(rules.threads, &[count, count, sides[0].len()], none, |_| false)?;
    let lists: Vec<Vec<AtomicU32>> = lists.into_iter().collect::<Result<_>>()?;
    let Ok([lefts, rights, right_of_left]) = <[_; 3]>::try_from(lists) else {
        return Err(Error::new(ErrorKind::Internal, "there is no room for places of numbers"));
    };
    let places = [lefts, rights];
    let stores: Vec<(usize, Range<usize>)> =
        [0, 1].into_iter().flat_map(|side| steps(sides[side].len()).map(move |rows| (side, rows))).collect();
    let store = |(side, rows): &(usize, Range<usize>)| {
        csvq_text::check(control)?;
        for (row, key) in rows.clone().zip(&sides[*side][rows.clone()]) {
            places[*side][key.wrapping_sub(least) as usize].store(row as u32, Ordering::Relaxed);
        }
        Ok::<_, Error>(())
    };
    threads::for_each(rules.threads, &stores, store, |()| false)?.into_iter().collect::<Result<()>>()?;

    let steps: Vec<Range<usize>> = steps(count).collect();
    let pair = |range: &Range<usize>| {
        csvq_text::check(control)?;
        let mut found = Found::default();
        for (left, right) in places[0][range.clone()].iter().zip(&places[1][range.clone()]) {
            let (left, right) = (left.load(Ordering::Relaxed), right.load(Ordering::Relaxed));
            found.rows[0] += usize::from(left != NONE);
            found.rows[1] += usize::from(right != NONE);
            if left != NONE {
                right_of_left[left as usize].store(right, Ordering::Relaxed);
            } else if right != NONE {
                found.added.push(right);
            }
        }
        Ok::<_, Error>(found)
    };
    let mut rows = [0, 0];
    let mut added = Vec::new();
    for found in threads::for_each(rules.threads, &steps, pair, |_| false)? {
        let found = found?;
        rows = [rows[0] + found.rows[0], rows[1] + found.rows[1]];
        added.extend(found.added);
    }
    if rows != sides.map(<[i64]>::len) {
        return Ok(None);
    }
    added.sort_unstable();
    let right_of_left: Vec<u32> = right_of_left.into_iter().map(AtomicU32::into_inner).collect();
    Ok(Some(Aligned::of(right_of_left, added, rules.threads)?))
}

/// What was found in a stretch of places.
#[derive(Default)]
struct Found {
    /// How many rows of each side.
    rows: [usize; 2],
    /// Right rows with no left one.
    added: Vec<u32>,
}

/// The least number and how many there can be, if they are not too far apart.
fn span(sides: [&[i64]; 2], threads: usize) -> Result<Option<(i64, usize)>> {
    let ends = |numbers: &&[i64]| {
        let ends = |(least, most): (i64, i64), number: &i64| (least.min(*number), most.max(*number));
        Ok::<_, Error>(numbers.iter().fold((i64::MAX, i64::MIN), ends))
    };
    let (mut least, mut most) = (i64::MAX, i64::MIN);
    for ends in threads::for_each(threads, &sides, ends, |_| false)? {
        let ends = ends?;
        (least, most) = (least.min(ends.0), most.max(ends.1));
    }
    let between = most.checked_sub(least).and_then(|between| usize::try_from(between).ok());
    let most_places = sides[0].len().saturating_add(sides[1].len()).saturating_mul(PLACES_PER_ROW);
    Ok(between.filter(|between| *between < most_places).map(|between| (least, between + 1)))
}

fn steps(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(STEP).map(move |start| start..count.min(start + STEP))
}

#[cfg(test)]
mod tests {
    use super::super::super::pairs::Pairs;
    use super::*;
    use crate::spec::DuplicatePolicy;

    fn joined(left: &[i64], right: &[i64]) -> Option<Aligned> {
        let rules = Rules { threads: 2, duplicates: DuplicatePolicy::Pair };
        join([left, right], rules, &Control::new()).unwrap()
    }

    #[test]
    fn numbers_close_together_are_joined() {
        let aligned = joined(&[-3, 1, 0, 2], &[2, -1, 1, -2]).unwrap();
        assert_eq!(aligned.pairs, Pairs::Listed(vec![1, 3], vec![2, 0]));
        assert_eq!((&aligned.removed[..], &aligned.added[..]), (&[0, 2][..], &[1, 3][..]));
        let aligned = joined(&[i64::MAX, i64::MAX - 1], &[]).unwrap();
        assert_eq!((aligned.pairs.len(), aligned.removed.len()), (0, 2));
    }

    #[test]
    fn all_else_is_left_to_the_hash_join() {
        assert_eq!(joined(&[1, 2, 2], &[1, 2, 3]), None);
        assert_eq!(joined(&[1, 2, 3], &[1, 3, 3]), None);
        assert_eq!(joined(&[1, 2], &[1, 1000]), None);
        assert_eq!(joined(&[i64::MIN], &[i64::MAX]), None);
        assert_eq!(joined(&[], &[]), None);
    }
}
