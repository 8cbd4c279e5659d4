//! Finding the right row of each left one: by a walk where keys rise on both sides, by a place for each number where
//! they are numbers that lie close together, by a hash join where not.

mod dense;
pub(super) mod groups;
mod hash;
mod rising;

use super::keys::{KeyPair, Keys};
use super::pairs::Aligned;
use crate::control::Control;
use crate::error::Result;
use crate::spec::DuplicatePolicy;

/// So many keys of both sides are looked at before all of one side are: keys that do not rise mostly show it early.
const FEW: usize = 1 << 10;

/// How keys are aligned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) threads: usize,
    /// What is done with keys that occur more than once.
    pub(super) duplicates: DuplicatePolicy,
}

/// Rows with one key that occurs more than once on a side, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) rows: [Vec<u32>; 2],
}

/// What a join by key found.
pub(super) enum Found {
    /// All there is to know: keys are unique on both sides.
    Unique(Aligned),
    /// Keys occur more than once.
    Duplicates(Duplicates),
}

/// An alignment that lacks the rows whose keys occur more than once.
pub(super) struct Duplicates {
    /// For each left row its right one, or that there is none.
    pub(super) right_of_left: Vec<u32>,
    /// Right rows with no left one.
    pub(super) added: Vec<u32>,
    /// The keys that occur more than once, by their first rows.
    pub(super) groups: Vec<Group>,
}

/// Aligns rows by key.
pub(super) fn by_key(keys: &KeyPair, rules: Rules, control: &Control) -> Result<Found> {
    match keys {
        KeyPair::Numbers(left, right) => align(left, right, rules, control),
        KeyPair::Texts(left, right) => align(left, right, rules, control),
        KeyPair::Encoded(left, right) => align(left, right, rules, control),
    }
}

/// How many different keys each side has, nulls aside, and how many rows are null.
pub(super) fn distinct(keys: &KeyPair, threads: usize, control: &Control) -> Result<[Distinct; 2]> {
    fn both<K: Keys>(left: &K, right: &K, threads: usize, control: &Control) -> Result<[Distinct; 2]> {
        Ok([of(left, threads, control)?, of(right, threads, control)?])
    }
    fn of<K: Keys>(keys: &K, threads: usize, control: &Control) -> Result<Distinct> {
        let nulls = (0..keys.len()).filter(|row| keys.is_null(*row)).count() as u64;
        let rules = Rules { threads, duplicates: DuplicatePolicy::Pair };
        let values = hash::distinct(keys, rules, control)? - u64::from(nulls > 0);
        Ok(Distinct { values, nulls })
    }
    match keys {
        KeyPair::Numbers(left, right) => both(left, right, threads, control),
        KeyPair::Texts(left, right) => both(left, right, threads, control),
        KeyPair::Encoded(left, right) => both(left, right, threads, control),
    }
}

/// How many values there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Distinct {
    /// Different ones, nulls aside.
    pub(super) values: u64,
    /// Nulls.
    pub(super) nulls: u64,
}

fn align<K: Keys>(left: &K, right: &K, rules: Rules, control: &Control) -> Result<Found> {
    let rise = |first: usize| left.rise(first) && right.rise(first);
    if rise(FEW) && rise(usize::MAX) {
        tracing::debug!("keys rise on both sides: no join");
        return rising::merge(left, right, control).map(Found::Unique);
    }
    if let (Some(left), Some(right)) = (left.numbers(), right.numbers())
        && let Some(aligned) = dense::join([left, right], rules, control)?
    {
        tracing::debug!("keys are numbers that lie close together: no hashes");
        return Ok(Found::Unique(aligned));
    }
    hash::join(left, right, rules, control)
}
