//! What a comparison of two texts found.

use crate::difference::Differences;
use crate::evaluate::ColumnTally;

/// What a comparison found: exact counts, and the rows that differ on demand.
#[derive(Debug)]
pub struct Outcome {
    /// Data records on each side, left and right.
    pub rows: [u64; 2],
    /// Pairs in which every compared cell is equal.
    pub unchanged: u64,
    /// Pairs in which some compared cell differs.
    pub changed: u64,
    /// Records on the right alone.
    pub added: u64,
    /// Records on the left alone.
    pub removed: u64,
    /// Distinct keys that occur more than once on each side.
    pub duplicate_keys: [u64; 2],
    /// The first of them, by first occurrence; at most as many as the plan asks for.
    pub duplicates: [Vec<DuplicateKey>; 2],
    /// One for each of the plan's columns.
    pub columns: Vec<ColumnTally>,
    /// Whether it ended early because enough differences were found.
    pub stopped_early: bool,
    /// The rows that differ.
    pub differences: Differences,
}

/// A key that occurs more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    /// Its cells; `None` is null.
    pub cells: Vec<Option<String>>,
    /// The first record numbers with it, in order, at most ten.
    pub rows: Vec<u64>,
    /// How many records have it.
    pub count: u64,
}
