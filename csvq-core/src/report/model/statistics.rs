//! What `column_compare` says of columns: their values on each side, how far numbers moved, and where differences
//! concentrate.

use serde::{Deserialize, Serialize};

use super::DifferenceKind;

/// A column's values on both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnStatistics {
    /// On the left, over all rows.
    pub left: SideStatistics,
    /// On the right, over all rows.
    pub right: SideStatistics,
    /// How far the changed cells that are numbers on both sides moved; null where there is none.
    pub difference: Option<Distribution>,
}

/// A column's values on one side, after the rules for white space, case and nulls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SideStatistics {
    /// Rows in which it is null.
    pub nulls: u64,
    /// Distinct values, nulls aside. Exact.
    pub distinct: u64,
    /// The least value, as cells are written: numbers by value, moments by time, text by its UTF-8 bytes. Null where
    /// there is none, and for lists and structs.
    pub min: Option<String>,
    /// The greatest value.
    pub max: Option<String>,
    /// The mean of a column of numbers, or of text that is a number wherever it is not empty; null otherwise. NaN is left
    /// out.
    pub mean: Option<f64>,
}

/// How far numbers moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// Changed cells that are finite numbers on both sides.
    pub count: u64,
    /// The mean of right minus left.
    pub mean_shift: f64,
    /// The mean of the absolute differences.
    pub mean: f64,
    /// Their median, between two of them their mean.
    pub median: f64,
    /// Their 95th percentile, interpolated linearly between neighbours.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

/// A value of one column in whose rows differences are more common than elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concentration {
    /// Which rows: changed, removed or added ones.
    pub kind: DifferenceKind,
    /// The column whose changed cells these are; null for all rows of the kind.
    pub column: Option<String>,
    /// The column that has the value, by its left name.
    pub by: String,
    /// The value; of changed rows the left one. Null is a value too.
    pub value: Option<String>,
    /// Rows of the kind that have it.
    pub rows: u64,
    /// Rows of the kind.
    pub of: u64,
    /// Their part, 0 to 1.
    pub share: f64,
    /// The part of all rows of the table that have it, 0 to 1: the left table's, for added rows the right one's.
    pub overall_share: f64,
    /// How many times the overall share the share is.
    pub lift: f64,
}
