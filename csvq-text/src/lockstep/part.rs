//! What a walk over one stretch goes by, and what it found.

use super::unique::HashBag;
use crate::difference::{Log, Place};
use crate::evaluate::ColumnTally;
use crate::key::{Key, Order, ShortKey};

/// How a walk knows that keys are unique, and what it does with rows that have no partner at hand.
pub(super) enum Mode {
    /// Rows pair by position.
    Position,
    /// Keys have risen strictly so far.
    Sorted(Box<Sorted>),
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
    /// The last key of each side, where there is a first. While `same` the right one is out of date, and while there is
    /// `short` the left one too.
    last: [Key; 2],
    /// Whether the last key of both sides is the same.
    same: bool,
    /// That key, where it is short.
    short: Option<ShortKey>,
}

impl Sorted {
    pub(super) fn new(parts: usize) -> Self {
        let (first, last) = Default::default();
        Self { order: Order::new(parts), first, last, same: false, short: None }
    }

    /// Takes a side's next key, which is swapped for an older one. False where it does not rise.
    pub(super) fn take(&mut self, side: usize, key: &mut Key) -> bool {
        self.settle();
        if !self.rises(side, key) {
            return false;
        }
        std::mem::swap(&mut self.last[side], key);
        true
    }

    /// Takes the next key of both sides, which is swapped for an older one. False where it does not rise.
    pub(super) fn take_both(&mut self, key: &mut Key) -> bool {
        if let Some(short) = self.short.take() {
            self.last[0].set(short);
        }
        if !(self.rises(0, key) && (self.same || self.rises(1, key))) {
            return false;
        }
        std::mem::swap(&mut self.last[0], key);
        self.same = true;
        self.short = self.last[0].short();
        true
    }

    /// As [`Sorted::take_both`] where the last key and this one are short; `None` where one is not.
    #[inline(always)]
    pub(super) fn take_short(&mut self, key: Option<ShortKey>) -> Option<bool> {
        let (previous, next) = (self.short?, key?);
        self.short = key;
        Some(self.order.rises_short(previous, next))
    }

    fn rises(&mut self, side: usize, key: &Key) -> bool {
        match &self.first[side] {
            None => {
                self.first[side] = Some(key.clone());
                true
            }
            Some(_) => self.order.rises(&self.last[side], key),
        }
    }

    /// Brings the last key of both sides up to date.
    pub(super) fn settle(&mut self) {
        if let Some(short) = self.short.take() {
            self.last[0].set(short);
        }
        if std::mem::take(&mut self.same) {
            let [left, right] = &mut self.last;
            right.clone_from(left);
        }
    }

    /// Adds what was found in the next stretch, which is settled as this is. False where keys do not rise over both.
    pub(super) fn append(&mut self, next: &mut Self, first: &Key) -> bool {
        if !self.order.restrict(&next.order) || (0..2).any(|side| !self.rises(side, first)) {
            return false;
        }
        std::mem::swap(&mut self.last, &mut next.last);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::key::KeyReader;
    use crate::plan::Column;

    /// One after the other, in whatever way they come: on both sides or on one, short or long.
    #[test]
    fn keys_rise_however_they_come() {
        let columns = [Column::default()];
        let reader = KeyReader::new(&columns, 0, &Dialect::default());
        let key = |text: &str| {
            let mut key = Key::default();
            reader.read(text.as_bytes(), &mut key);
            key
        };
        let long = |text: &str| format!("{text}{}", "-".repeat(20));
        let mut sorted = Sorted::new(1);
        for text in ["1", "2"] {
            assert!(sorted.take_both(&mut key(text)));
        }
        assert_eq!(sorted.take_short(key("3").short()), Some(true));
        assert!(sorted.take(0, &mut key("4")));
        // The left one is further on.
        assert_eq!(sorted.take_short(key("5").short()), None);
        assert!(sorted.take(1, &mut key(&long("3"))));
        assert!(sorted.take_both(&mut key(&long("5"))));
        assert_eq!(sorted.take_short(key("7").short()), None);
        assert!(!sorted.take(1, &mut key(&long("4"))));
        assert!(!sorted.take(0, &mut key(&long("5"))));
        assert!(sorted.take(1, &mut key(&long("6"))));
        assert!(!sorted.take_both(&mut key(&long("6"))), "the right one is there already");
    }
}
