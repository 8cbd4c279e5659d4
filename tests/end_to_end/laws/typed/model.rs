//! Generated typed tables: each cell is one of a few values of its column's kind, or null.

use csvq_core::types::ColumnType;
use csvq_tests::naive::Pairing;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::edits::{edit, edited};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Unsigned,
    Text,
    Float,
    Boolean,
    Date,
    Moment,
    Decimal,
}

/// A cell: which of its kind's values, or null.
pub(super) type Cell = Option<usize>;

pub(super) const INTEGERS: [i64; 8] = [0, 1, -5, 42, 9_007_199_254_740_992, 9_007_199_254_740_993, i64::MIN, i64::MAX];
pub(super) const UNSIGNED: [u64; 6] = [0, 1, 9_007_199_254_740_993, 9_007_199_254_740_992, u64::MAX - 1, u64::MAX];
pub(super) const TEXTS: [&str; 10] =
    ["a", "b", "A", "exactly 12 b", "more than twelve bytes", "more than twelve bytez", "é,\"x\"", "a\nb", "7", "07"];
pub(super) const FLOATS: [f64; 9] = [0.0, 1.0, 1.5, 0.1, -2.25, 1e16, 1e300, f64::INFINITY, f64::NAN];
pub(super) const DAYS: [i32; 5] = [0, -1, 11_016, 19_000, 20_000];
pub(super) const MOMENTS: [i64; 6] = [0, 1, -1, 1_700_000_000_000_000, 1_700_000_000_123_456, 951_782_400_000_000];
/// Hundredths.
pub(super) const DECIMALS: [i128; 7] = [0, 1, 100, 150, -250, 10_i128.pow(20), 10_i128.pow(20) + 1];

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::Integer,
        Self::Unsigned,
        Self::Text,
        Self::Float,
        Self::Boolean,
        Self::Date,
        Self::Moment,
        Self::Decimal,
    ];

    pub(super) fn column_type(self) -> ColumnType {
        match self {
            Self::Integer | Self::Unsigned => ColumnType::Integer,
            Self::Text => ColumnType::Text,
            Self::Float => ColumnType::Float,
            Self::Boolean => ColumnType::Boolean,
            Self::Date => ColumnType::Date,
            Self::Moment => ColumnType::Timestamp,
            Self::Decimal => ColumnType::Decimal,
        }
    }

    /// The text of a cell; null is empty.
    fn text(self, cell: Cell) -> String {
        let Some(at) = cell else { return String::new() };
        match self {
            Self::Integer => INTEGERS[at % INTEGERS.len()].to_string(),
            Self::Unsigned => UNSIGNED[at % UNSIGNED.len()].to_string(),
            Self::Text => TEXTS[at % TEXTS.len()].to_owned(),
            Self::Float => {
                ["0.0", "1.0", "1.5", "0.1", "-2.25", "1e16", "1e300", "inf", "NaN"][at % FLOATS.len()].to_owned()
            }
            Self::Boolean => (at % 2 == 1).to_string(),
            Self::Date => {
                ["1970-01-01", "1969-12-31", "2000-02-29", "2022-01-08", "2024-10-04"][at % DAYS.len()].to_owned()
            }
            Self::Moment => [
                "1970-01-01T00:00:00",
                "1970-01-01T00:00:00.000001",
                "1969-12-31T23:59:59.999999",
                "2023-11-14T22:13:20",
                "2023-11-14T22:13:20.123456",
                "2000-02-29T00:00:00",
            ][at % MOMENTS.len()]
            .to_owned(),
            Self::Decimal => {
                ["0.00", "0.01", "1.00", "1.50", "-2.50", "1000000000000000000.00", "1000000000000000000.01"]
                    [at % DECIMALS.len()]
                .to_owned()
            }
        }
    }
}

/// Two tables of the same columns, and how their rows are paired.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) kinds: Vec<Kind>,
    pub(super) pairing: Pairing,
    pub(super) sides: [Vec<Vec<Cell>>; 2],
}

impl Pair {
    pub(super) fn names(&self) -> Vec<String> {
        (0..self.kinds.len()).map(|column| format!("c{column}")).collect()
    }

    /// The cells of a side as text.
    pub(super) fn texts(&self, side: usize) -> Vec<Vec<String>> {
        let row = |row: &Vec<Cell>| row.iter().zip(&self.kinds).map(|(cell, kind)| kind.text(*cell)).collect();
        self.sides[side].iter().map(row).collect()
    }
}

fn cell() -> impl Strategy<Value = Cell> + Clone {
    prop_oneof![1 => Just(None), 9 => (0_usize..64).prop_map(Some)]
}

/// Pairs of tables; some with keys that rise, some in another order on the right.
pub(super) fn pair() -> impl Strategy<Value = Pair> {
    let kinds = prop::collection::vec(select(&Kind::ALL[..]), 2..6);
    let pairing = prop_oneof![
        6 => (1_usize..3).prop_map(Pairing::Key),
        1 => Just(Pairing::Position),
        1 => Just(Pairing::Content),
    ];
    (kinds, pairing)
        .prop_flat_map(|(mut kinds, pairing)| {
            if let Pairing::Key(width) = pairing {
                kinds.truncate(width.max(2) + 3);
                kinds.resize(kinds.len().max(width + 1), Kind::Text);
                // Floats are no keys.
                kinds[..width].iter_mut().filter(|kind| **kind == Kind::Float).for_each(|kind| *kind = Kind::Date);
            }
            let width = kinds.len();
            let rows = prop::collection::vec(prop::collection::vec(cell(), width), 0..40);
            let edits = prop::collection::vec(edit(width, cell()), 1..12);
            (Just(kinds), Just(pairing), rows, edits, any::<bool>(), any::<bool>())
        })
        .prop_map(|(kinds, pairing, mut rows, edits, unique, reversed)| {
            if unique {
                rows.sort();
                rows.dedup_by_key(|row| row[0]);
            }
            let mut right = edited(&rows, &edits);
            if reversed {
                right.reverse();
            }
            Pair { kinds, pairing, sides: [rows, right] }
        })
}
