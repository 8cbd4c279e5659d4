//! The whole answer of a comparison, flat, so that two of them can be compared.

use csvq_text::{ColumnTally, Control, DuplicateKey, Error, Kind, Outcome};

/// Everything that a comparison found.
#[derive(Debug, PartialEq)]
pub struct Answer {
    /// Data records on each side.
    pub rows: [u64; 2],
    /// Pairs without a difference.
    pub unchanged: u64,
    /// Pairs with one.
    pub changed: u64,
    /// Records on the right alone.
    pub added: u64,
    /// Records on the left alone.
    pub removed: u64,
    /// Distinct keys that occur more than once on each side.
    pub duplicate_keys: [u64; 2],
    /// The first of them.
    pub duplicates: [Vec<DuplicateKey>; 2],
    /// One for each compared column.
    pub columns: Vec<ColumnTally>,
    /// The rows that differ, in order.
    pub differences: Vec<Difference>,
}

/// A row that differs.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// What happened to it.
    pub kind: Kind,
    /// Its number on each side, from 1.
    pub rows: [Option<u64>; 2],
    /// Its cells on each side.
    pub cells: [Vec<String>; 2],
    /// The compared columns that differ, and whether a cell was unparsable.
    pub changed: Vec<(usize, bool)>,
}

impl Answer {
    /// Takes what the engine found.
    pub fn of(outcome: Outcome) -> Result<Self, Error> {
        let mut differences = Vec::new();
        outcome.differences.visit(u64::MAX, &Control::new(), |row| {
            let cells = [row.left, row.right].map(|cells| cells.iter().map(|cell| cell.text.to_string()).collect());
            differences.push(Difference {
                kind: row.kind,
                rows: [row.left_row, row.right_row],
                cells,
                changed: row.changed.to_vec(),
            });
            Ok::<(), Error>(())
        })?;
        assert_eq!(outcome.differences.len(), differences.len() as u64, "as many rows as it says");
        Ok(Self {
            rows: outcome.rows,
            unchanged: outcome.unchanged,
            changed: outcome.changed,
            added: outcome.added,
            removed: outcome.removed,
            duplicate_keys: outcome.duplicate_keys,
            duplicates: outcome.duplicates,
            columns: outcome.columns,
            differences,
        })
    }
}
