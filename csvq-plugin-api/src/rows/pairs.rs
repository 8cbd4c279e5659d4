//! Which row of one table belongs to which of the other.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::mem;

use super::table::{Column, Table};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::job::{By, ColumnPair};

/// How many rows are looked at before the host is asked whether to go on.
const STEP: usize = 1 << 12;

/// A row of each side, or of one side alone. Rows are counted from 0 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// A row of the left, and the one of the right that belongs to it.
    Both(usize, usize),
    /// A row that is on the left alone.
    Left(usize),
    /// A row that is on the right alone.
    Right(usize),
}

/// The rows of two tables, in pairs.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// The pairs: those with a left row by that row, then the others by right row.
    pub pairs: Vec<Pair>,
    /// How many distinct keys occur more than once on the left.
    pub left_duplicate_keys: u64,
    /// How many distinct keys occur more than once on the right.
    pub right_duplicate_keys: u64,
}

/// Pairs the rows of two tables as a job says. Keys are compared as text, part by part; a null finds a null. Among rows
/// that share a key, those whose compared columns are the same find each other first, and the others in order.
///
/// # Errors
/// Where a column is missing or has no text, and [`Error::cancelled`].
pub fn pairs(
    left: &Table,
    right: &Table,
    by: By,
    key: &[ColumnPair],
    columns: &[ColumnPair],
    host: &Host,
) -> Result<Pairs> {
    let sides = |pairs: &[ColumnPair]| -> Result<[Vec<Column>; 2]> {
        let left = pairs.iter().map(|pair| left.text_column(&pair.left)).collect::<Result<_>>()?;
        let right = pairs.iter().map(|pair| right.text_column(&pair.right)).collect::<Result<_>>()?;
        Ok([left, right])
    };
    let [left_rows, right_rows] = [left.rows(), right.rows()];
    match by {
        By::Position => Ok(by_position(left_rows, right_rows)),
        By::Key if key.is_empty() => Err(Error::failed("rows are to find each other by key, and no key is given")),
        By::Key => {
            let (key, columns) = (sides(key)?, sides(columns)?);
            Search { rows: [left_rows, right_rows], key, columns, hasher: RandomState::new(), host }.pairs()
        }
        By::Content => {
            let columns = [key, columns].concat();
            let key = sides(&columns)?;
            Search { rows: [left_rows, right_rows], key, columns: Default::default(), hasher: RandomState::new(), host }
                .pairs()
        }
    }
}

fn by_position(left: usize, right: usize) -> Pairs {
    let both = (0..left.min(right)).map(|row| Pair::Both(row, row));
    let pairs = both.chain((right..left).map(Pair::Left)).chain((left..right).map(Pair::Right)).collect();
    Pairs { pairs, ..Pairs::default() }
}

/// The search for rows with the same key.
struct Search<'a> {
    rows: [usize; 2],
    key: [Vec<Column>; 2],
    columns: [Vec<Column>; 2],
    hasher: RandomState,
    host: &'a Host,
}

/// A row of one of the sides: 0 for the left.
#[derive(Clone, Copy)]
struct Row {
    hash: u64,
    side: usize,
    row: usize,
}

impl Search<'_> {
    fn pairs(&self) -> Result<Pairs> {
        let [left_rows, right_rows] = self.rows;
        let mut rows = Vec::with_capacity(left_rows + right_rows);
        for (side, count) in self.rows.into_iter().enumerate() {
            for row in 0..count {
                self.heed(row)?;
                rows.push(Row { hash: self.hash(&self.key, side, row), side, row });
            }
        }
        // Rows with one hash lie together then, each side in order.
        rows.sort_unstable_by_key(|row| (row.hash, row.side, row.row));
        let mut partners = vec![None; left_rows];
        let mut taken = vec![false; right_rows];
        let mut found = Pairs::default();
        for (done, same_hash) in rows.chunk_by(|one, other| one.hash == other.hash).enumerate() {
            self.heed(done)?;
            for [left, right] in self.groups(same_hash) {
                found.left_duplicate_keys += u64::from(left.len() > 1);
                found.right_duplicate_keys += u64::from(right.len() > 1);
                for (left, right) in self.within(left, right)? {
                    if let (Some(partner), Some(taken)) = (partners.get_mut(left), taken.get_mut(right)) {
                        (*partner, *taken) = (Some(right), true);
                    }
                }
            }
        }
        let of_left = |(left, partner): (usize, Option<usize>)| match partner {
            Some(right) => Pair::Both(left, right),
            None => Pair::Left(left),
        };
        found.pairs.extend(partners.into_iter().enumerate().map(of_left));
        let alone = taken.into_iter().enumerate().filter(|(_, taken)| !taken);
        found.pairs.extend(alone.map(|(row, _)| Pair::Right(row)));
        Ok(found)
    }

    fn heed(&self, step: usize) -> Result<()> {
        if step.is_multiple_of(STEP) { self.host.check() } else { Ok(()) }
    }

    /// The rows of each key among those with one hash. A hash is no proof, so keys are compared.
    fn groups(&self, rows: &[Row]) -> Vec<[Vec<usize>; 2]> {
        let mut groups: Vec<(Row, [Vec<usize>; 2])> = Vec::new();
        for row in rows {
            let known = groups
                .iter()
                .position(|(first, _)| self.equal(&self.key, (first.side, first.row), (row.side, row.row)));
            match known.and_then(|known| groups.get_mut(known)) {
                Some((_, sides)) => sides[row.side].push(row.row),
                None => {
                    let mut sides = [Vec::new(), Vec::new()];
                    sides[row.side].push(row.row);
                    groups.push((*row, sides));
                }
            }
        }
        groups.into_iter().map(|(_, sides)| sides).collect()
    }

    /// Pairs the rows of one key: the same with the same, then the rest in order.
    fn within(&self, left: Vec<usize>, right: Vec<usize>) -> Result<Vec<(usize, usize)>> {
        if let ([left], [right]) = (&left[..], &right[..]) {
            return Ok(vec![(*left, *right)]);
        }
        if left.is_empty() || right.is_empty() {
            return Ok(Vec::new());
        }
        let mut same: HashMap<u64, Vec<usize>> = HashMap::new();
        // From the last, so that the first is taken from the end.
        for (step, row) in right.iter().enumerate().rev() {
            self.heed(step)?;
            same.entry(self.hash(&self.columns, 1, *row)).or_default().push(*row);
        }
        let mut pairs = Vec::new();
        let mut rest = Vec::new();
        for (step, row) in left.into_iter().enumerate() {
            self.heed(step)?;
            let candidates = same.get_mut(&self.hash(&self.columns, 0, row));
            let found = candidates.and_then(|candidates| {
                candidates.pop_if(|candidate| self.equal(&self.columns, (0, row), (1, *candidate)))
            });
            match found {
                Some(right) => pairs.push((row, right)),
                None => rest.push(row),
            }
        }
        let mut others: Vec<usize> = mem::take(&mut same).into_values().flatten().collect();
        others.sort_unstable();
        pairs.extend(rest.into_iter().zip(others));
        Ok(pairs)
    }

    fn hash(&self, columns: &[Vec<Column>; 2], side: usize, row: usize) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for column in &columns[side] {
            match column.text(row) {
                // The length first, so that parts can't run into each other.
                Some(text) => {
                    hasher.write_usize(text.len() + 1);
                    hasher.write(text.as_bytes());
                }
                None => hasher.write_usize(0),
            }
        }
        hasher.finish()
    }

    fn equal(&self, columns: &[Vec<Column>; 2], one: (usize, usize), other: (usize, usize)) -> bool {
        columns[one.0].iter().zip(&columns[other.0]).all(|(left, right)| left.text(one.1) == right.text(other.1))
    }
}
