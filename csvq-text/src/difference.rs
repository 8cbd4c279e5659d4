//! The log of rows that differ: where each stands in the inputs, in the report's order, within the memory budget.
//!
//! No text is kept: whoever shows a row reads it from the inputs again.

mod log;
mod rows;

pub(crate) use log::Log;
pub use rows::{Cell, Differences, Row};

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It is on both sides and some compared cell differs.
    Changed,
    /// It is on the left alone.
    Removed,
    /// It is on the right alone.
    Added,
}

/// A record's place in its input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its number, from 1; 0 where there is no record.
    pub(crate) row: u64,
    /// Its first byte.
    pub(crate) offset: u64,
    /// The length of its text without line end.
    pub(crate) len: u32,
}

impl Place {
    /// The place as it is numbered where so many rows come before.
    pub(crate) fn after(self, rows: u64) -> Self {
        if self.row == 0 { self } else { Self { row: self.row + rows, ..self } }
    }
}

/// A row that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) left: Place,
    pub(crate) right: Place,
}

impl Difference {
    pub(crate) fn changed(left: Place, right: Place) -> Self {
        Self { left, right }
    }

    pub(crate) fn removed(left: Place) -> Self {
        Self { left, right: Place::default() }
    }

    pub(crate) fn added(right: Place) -> Self {
        Self { left: Place::default(), right }
    }

    /// A row that is on this side alone.
    pub(crate) fn alone(side: usize, place: Place) -> Self {
        if side == 0 { Self::removed(place) } else { Self::added(place) }
    }

    pub(crate) fn kind(&self) -> Kind {
        match (self.left.row, self.right.row) {
            (0, _) => Kind::Added,
            (_, 0) => Kind::Removed,
            _ => Kind::Changed,
        }
    }

    /// What the report's order goes by: kind, then the left row, or the right one of added rows.
    fn rank(&self) -> (Kind, u64) {
        let kind = self.kind();
        (kind, if kind == Kind::Added { self.right.row } else { self.left.row })
    }
}
