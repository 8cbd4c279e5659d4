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

fn align<K: Keys>(left: &K, right: &K, rules: Rules, control: &Control) -> Result<Found> {
    if left.rise() && right.rise() {
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
