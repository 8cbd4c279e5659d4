//! What a walk over one stretch goes by, and what it found.

use super::unique::HashBag;
use crate::difference::{Log, Place};
use crate::evaluate::ColumnTally;
use crate::key::{Key, Order};

/// How a walk knows that keys are unique, and what it does with rows that have no partner at hand.
pub(super) enum Mode {
    /// Rows pair by position.
    Position,
    /// Keys have risen strictly so far.
    Sorted(Sorted),
    /// Keys are hashed.
    Hashed(HashBag),
    /// Whole rows are the key, and may occur often.
    Content,
}

/// Keys that have risen strictly so far.
pub(super) struct Sorted {
    pub(super) order: Order,
    /// The first key of each side, once there is one.
    pub(super) first: [Option<Key>; 2],
    /// The last key of each side, where there is a first.
    pub(super) last: [Key; 2],
}

impl Sorted {
    pub(super) fn new(parts: usize) -> Self {
        Self { order: Order::new(parts), first: Default::default(), last: Default::default() }
    }

    /// Takes a side's next key, which is swapped for an older one. False where it does not rise.
    pub(super) fn take(&mut self, side: usize, key: &mut Key) -> bool {
        match &self.first[side] {
            None => self.first[side] = Some(key.clone()),
            Some(_) if !self.order.rises(&self.last[side], key) => return false,
            Some(_) => {}
        }
        std::mem::swap(&mut self.last[side], key);
        true
    }
}

/// What was found in a stretch. Row numbers count from the stretch's first record.
pub(super) struct Part {
    pub(super) mode: Mode,
    pub(super) flow: Flow,
    pub(super) rows: [u64; 2],
    pub(super) unchanged: u64,
    pub(super) changed: u64,
    pub(super) columns: Vec<ColumnTally>,
    pub(super) log: Log,
    /// Rows without a partner so far, left and right.
    pub(super) asides: [Vec<Aside>; 2],
}

/// A row without a partner so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aside {
    pub(super) hash: u64,
    pub(super) place: Place,
}

impl Aside {
    /// The row as it is numbered where so many rows come before its stretch.
    pub(super) fn after(self, rows: u64) -> Self {
        Self { place: self.place.after(rows), ..self }
    }
}

/// Whether a step leaves the walk on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    /// Both inputs are at their end, or enough was found.
    Finish,
    /// Keys do not rise: start again in the next mode.
    Restart,
    /// The inputs are out of step: join them.
    Join,
    /// The stretch ends inside a quoted field: it was cut in the wrong place.
    Astray,
}
