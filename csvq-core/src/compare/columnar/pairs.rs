//! Which rows belong together, in the order of the left ones.

use std::ops::Range;

use csvq_text::threads;

use crate::error::{Error, Result};

/// Marks a row without a partner.
pub(super) const NONE: u32 = u32::MAX;
/// Marks a row that is left out: a further one with a key of which the first counts.
pub(super) const LEFT_OUT: u32 = u32::MAX - 1;

/// Rows that follow one another on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) len: u32,
}

/// Matched rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pairs {
    /// For rows in the same order, with where each run begins among the pairs.
    Runs(Vec<(usize, Run)>),
    /// For all others: the left rows, and the right ones.
    Listed(Vec<u32>, Vec<u32>),
}

/// Rows matched with rows, and those that are left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aligned {
    pub(super) pairs: Pairs,
    pub(super) removed: Vec<u32>,
    pub(super) added: Vec<u32>,
}

/// Below so many rows a run is not worth its place.
const WORTH_A_RUN: usize = 16;
/// Left rows whose partners are looked at by one thread at a time.
const STRETCH: usize = 1 << 18;

impl Pairs {
    /// How many pairs there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Runs(runs) => runs.last().map_or(0, |(start, run)| start + run.len as usize),
            Self::Listed(left, _) => left.len(),
        }
    }

    /// The rows of a pair.
    pub(super) fn get(&self, pair: usize) -> (usize, usize) {
        match self {
            Self::Runs(runs) => {
                let (start, run) = runs[runs.partition_point(|(start, _)| *start <= pair) - 1];
                let beyond = pair - start;
                (run.left as usize + beyond, run.right as usize + beyond)
            }
            Self::Listed(left, right) => (left[pair] as usize, right[pair] as usize),
        }
    }

    /// Visits the right rows of these pairs, with the pairs' numbers.
    pub(super) fn each_right(&self, range: Range<usize>, mut visit: impl FnMut(usize, usize)) {
        if let Self::Listed(_, right) = self {
            right[range.clone()].iter().zip(range.clone()).for_each(|(right, pair)| visit(pair, *right as usize));
        }
        for (start, run) in self.runs(range) {
            (0..run.len as usize).for_each(|at| visit(start + at, run.right as usize + at));
        }
    }

    /// The first of these pairs for whose rows this does not hold, if it holds for those before it and none after it.
    pub(super) fn partition_point(&self, range: Range<usize>, holds: impl Fn(usize, usize) -> bool) -> usize {
        let Range { mut start, mut end } = range;
        while start < end {
            let middle = start.midpoint(end);
            let (left, right) = self.get(middle);
            if holds(left, right) { start = middle + 1 } else { end = middle }
        }
        start
    }

    /// Whether right rows rise as left ones do.
    pub(super) fn are_in_order(&self) -> bool {
        match self {
            Self::Runs(runs) => runs.windows(2).all(|two| two[0].1.right < two[1].1.right),
            Self::Listed(..) => false,
        }
    }

    /// The runs of left rows within these pairs; in place of right rows they have the pairs' numbers.
    pub(super) fn left_runs(&self, range: Range<usize>) -> impl Iterator<Item = (usize, Run)> + '_ {
        let listed = match self {
            Self::Runs(_) => &[],
            Self::Listed(left, _) => &left[range.clone()],
        };
        let mut at = 0;
        let listed_runs = std::iter::from_fn({
            let first = range.start;
            move || {
                let rest = listed.get(at..).filter(|rest| !rest.is_empty())?;
                let (start, len) = (first + at, rising_by_one(rest));
                at += len;
                Some((start, Run { left: rest[0], right: start as u32, len: len as u32 }))
            }
        });
        self.runs(range).map(|(start, run)| (start, Run { right: start as u32, ..run })).chain(listed_runs)
    }

    /// The runs within these pairs, in which listed pairs stand by themselves.
    pub(super) fn all_runs(&self, range: Range<usize>) -> impl Iterator<Item = (usize, Run)> + '_ {
        let (left, right) = match self {
            Self::Runs(_) => (&[][..], &[][..]),
            Self::Listed(left, right) => (&left[range.clone()], &right[range.clone()]),
        };
        let single = |(pair, (left, right)): (usize, (&u32, &u32))| (pair, Run { left: *left, right: *right, len: 1 });
        let listed = (range.start..).zip(left.iter().zip(right)).map(single);
        self.runs(range).chain(listed)
    }

    /// The runs within these pairs, cut where the range ends; none for listed pairs.
    pub(super) fn runs(&self, range: Range<usize>) -> impl Iterator<Item = (usize, Run)> + '_ {
        let runs = match self {
            Self::Runs(runs) => &runs[..],
            Self::Listed(..) => &[],
        };
        let first = runs.partition_point(|(start, run)| start + run.len as usize <= range.start);
        runs[first..]
            .iter()
            .take_while({
                let end = range.end;
                move |(start, _)| *start < end
            })
            .map(move |(start, run)| {
                let skip = range.start.saturating_sub(*start);
                let end = (start + run.len as usize).min(range.end);
                let len = (end - start - skip) as u32;
                (start + skip, Run { left: run.left + skip as u32, right: run.right + skip as u32, len })
            })
    }
}

/// How many rows from the first follow one another, of rows that rise.
fn rising_by_one(rows: &[u32]) -> usize {
    let follows = |at: usize| (rows[at] - rows[0]) as usize == at;
    let mut reach = 1;
    while reach < rows.len() && follows(reach) {
        reach *= 2;
    }
    // Those up to half of the reach do.
    let (mut least, mut most) = (reach / 2, reach.min(rows.len()));
    while least + 1 < most {
        let middle = least.midpoint(most);
        if follows(middle) { least = middle } else { most = middle }
    }
    most
}

/// Gathers runs as they are found.
#[derive(Debug, Default)]
pub(super) struct RunsBuilder {
    runs: Vec<(usize, Run)>,
    pairs: usize,
}

impl RunsBuilder {
    pub(super) fn push(&mut self, left: usize, right: usize, len: usize) {
        if len == 0 {
            return;
        }
        match self.runs.last_mut() {
            Some((_, run)) if (run.left + run.len, run.right + run.len) == (left as u32, right as u32) => {
                run.len += len as u32;
            }
            _ => self.runs.push((self.pairs, Run { left: left as u32, right: right as u32, len: len as u32 })),
        }
        self.pairs += len;
    }

    pub(super) fn finish(self) -> Pairs {
        Pairs::Runs(self.runs)
    }
}

impl Aligned {
    /// The first with the first, the second with the second, …
    pub(super) fn by_position(left: usize, right: usize) -> Self {
        let mut runs = RunsBuilder::default();
        let both = left.min(right);
        runs.push(0, 0, both);
        Self {
            pairs: runs.finish(),
            removed: (both as u32..left as u32).collect(),
            added: (both as u32..right as u32).collect(),
        }
    }

    /// From the right row of each left one, and the right rows that have none.
    pub(super) fn of(mut right_of_left: Vec<u32>, added: Vec<u32>, threads: usize) -> Result<Self> {
        let starts: Vec<usize> = (0..right_of_left.len()).step_by(STRETCH).collect();
        let count = |start: &usize| {
            let rights = &right_of_left[*start..right_of_left.len().min(start + STRETCH)];
            Ok::<_, Error>(Stretch::of(*start, rights))
        };
        let stretches = threads::for_each(threads, &starts, count, |_| false)?;
        let stretches = stretches.into_iter().collect::<Result<Vec<_>>>()?;
        let breaks: usize = stretches.iter().map(|stretch| stretch.breaks).sum();
        let unmatched: Vec<u32> = stretches.into_iter().flat_map(|stretch| stretch.unmatched).collect();
        let removed = unmatched.iter().copied().filter(|row| right_of_left[*row as usize] == NONE).collect();
        let pairs = right_of_left.len() - unmatched.len();
        if breaks * WORTH_A_RUN <= pairs {
            let mut runs = RunsBuilder::default();
            matched(&right_of_left).for_each(|(left, right)| runs.push(left as usize, right as usize, 1));
            return Ok(Self { pairs: runs.finish(), removed, added });
        }
        let mut left = Vec::with_capacity(pairs);
        let mut start = 0;
        for end in unmatched.into_iter().map(|row| row as usize).chain([right_of_left.len()]) {
            right_of_left.copy_within(start..end, left.len());
            left.extend(start as u32..end as u32);
            start = end + 1;
        }
        right_of_left.truncate(pairs);
        right_of_left.shrink_to_fit();
        Ok(Self { pairs: Pairs::Listed(left, right_of_left), removed, added })
    }
}

/// Left rows that follow one another, and what they have for partners.
struct Stretch {
    /// How many partners do not follow on the one before, about.
    breaks: usize,
    /// Rows without a partner, and rows that are left out.
    unmatched: Vec<u32>,
}

impl Stretch {
    /// Of the right row of each left one, from one of them on.
    fn of(start: usize, right_of_left: &[u32]) -> Self {
        let is_break = |two: &&[u32]| two[1] < LEFT_OUT && two[1] != two[0].wrapping_add(1);
        let breaks = right_of_left.windows(2).filter(is_break).count();
        let pairs = right_of_left.iter().filter(|right| **right < LEFT_OUT).count();
        let mut unmatched = Vec::new();
        if pairs < right_of_left.len() {
            let rows = (start as u32..).zip(right_of_left);
            unmatched.extend(rows.filter(|(_, right)| **right >= LEFT_OUT).map(|(left, _)| left));
        }
        Self { breaks, unmatched }
    }
}

/// All pairs, in the order of left rows.
fn matched(right_of_left: &[u32]) -> impl Iterator<Item = (u32, u32)> + '_ {
    (0..).zip(right_of_left.iter().copied()).filter(|(_, right)| *right < LEFT_OUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_cut_where_a_range_ends() {
        let aligned =
            Aligned::of((0..100).map(|row| if row == 50 { NONE } else { row + 3 }).collect(), vec![], 2).unwrap();
        assert_eq!((aligned.pairs.len(), &aligned.removed[..]), (99, &[50][..]));
        let runs: Vec<_> = aligned.pairs.runs(40..60).collect();
        assert_eq!(runs[0], (40, Run { left: 40, right: 43, len: 10 }));
        assert_eq!(runs[1], (50, Run { left: 51, right: 54, len: 10 }));
        assert_eq!(aligned.pairs.get(50), (51, 54));
    }

    #[test]
    fn rows_in_no_order_are_listed() {
        let aligned = Aligned::of(vec![2, NONE, 0, LEFT_OUT, 1], vec![3], 2).unwrap();
        assert_eq!(aligned.pairs, Pairs::Listed(vec![0, 2, 4], vec![2, 0, 1]));
        let run = |left, right| Run { left, right, len: 1 };
        assert_eq!(aligned.pairs.all_runs(1..3).collect::<Vec<_>>(), [(1, run(2, 0)), (2, run(4, 1))]);
        assert_eq!(aligned.removed, [1]);
    }

    #[test]
    fn all_that_is_matched_is_listed() {
        let long: Vec<u32> = (0..STRETCH as u32 + 100).map(|row| if row % 3 == 1 { NONE } else { row ^ 1 }).collect();
        let cases = [
            vec![],
            vec![NONE; 3],
            vec![LEFT_OUT; 2],
            vec![NONE, 5, 3, NONE, LEFT_OUT, NONE, 1],
            vec![4, 2, NONE],
            vec![NONE, 7],
            long,
        ];
        for rights in cases {
            let aligned = Aligned::of(rights.clone(), vec![], 2).unwrap();
            let found: Vec<_> = (0..aligned.pairs.len()).map(|pair| aligned.pairs.get(pair)).collect();
            let rows = || rights.iter().copied().enumerate();
            let expected: Vec<_> =
                rows().filter(|(_, right)| *right < LEFT_OUT).map(|(left, right)| (left, right as usize)).collect();
            assert_eq!(found, expected);
            let removed: Vec<u32> = rows().filter(|(_, right)| *right == NONE).map(|(left, _)| left as u32).collect();
            assert_eq!(aligned.removed, removed);
        }
    }

    #[test]
    fn left_rows_of_listed_pairs_come_in_runs() {
        let left = vec![0, 1, 2, 5, 7, 8, 9, 10, 11, 20];
        let pairs = Pairs::Listed(left.clone(), left);
        let runs: Vec<_> = pairs.left_runs(1..10).map(|(_, run)| (run.left, run.right, run.len)).collect();
        assert_eq!(runs, [(1, 1, 2), (5, 3, 1), (7, 4, 5), (20, 9, 1)]);
        for len in 1..70 {
            assert_eq!(rising_by_one(&(3..3 + len).collect::<Vec<_>>()), len as usize);
            assert_eq!(rising_by_one(&(3..3 + len).chain([3 + len + 1]).collect::<Vec<_>>()), len as usize);
        }
    }
}
