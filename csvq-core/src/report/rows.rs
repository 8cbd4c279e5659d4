//! All the rows that differ, fetched on demand from the inputs that the comparison still holds open.
//!
//! The report itself shows at most its limit of them; exports and the line formats take them all from here.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::model::{CellDifference, CellKind, DifferenceKind, Report, RowDifference};
use crate::control::PhaseProfile;
use crate::error::Result;
use crate::spec::Side;
use crate::table::Table;

/// A cell of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its text, as the source has it.
    pub text: Cow<'a, str>,
    /// Whether it is null under the rules.
    pub is_null: bool,
}

impl Cell<'_> {
    /// Its text, or `None` where it is null.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        (!self.is_null).then_some(&*self.text)
    }
}

/// A comparison that has run: its report, and every row that differs.
#[derive(Clone)]
pub struct Comparison {
    /// What was found.
    pub report: Report,
    /// Every row that differs, for engines that can fetch them.
    pub rows: Option<Arc<dyn DifferenceRows>>,
    /// The table of differences that a plugin gave, as it is.
    pub differences: Option<Table>,
    /// What each phase took, where the job's control was [`profiled`](crate::control::Control::profiled).
    pub profile: Vec<PhaseProfile>,
}

/// Every row that differs, in the report's order, fetched again at each call.
pub trait DifferenceRows: Send + Sync {
    /// How records and compared columns hang together.
    fn layout(&self) -> &Layout;

    /// Visits every row: changed by left row, removed by left row, then added by right row.
    ///
    /// # Errors
    /// What `visit` returns; [`InputChanged`](crate::ErrorKind::InputChanged) where an input is no longer what it was.
    fn visit(&self, visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>) -> Result<()>;

    /// The rows by column with their types, for engines whose sources have types.
    fn typed(&self) -> Option<&dyn TypedRows> {
        None
    }
}

/// Every row that differs, by column and with its type.
pub trait TypedRows {
    /// The numbers of the rows of a kind on a side, from 1; null where the side does not have the row.
    fn row_numbers(&self, kind: DifferenceKind, side: Side) -> Vec<Option<u64>>;

    /// The cells of a column in the rows of a kind, by its index on a side that has those rows.
    ///
    /// # Errors
    /// Whatever ends reading the column.
    fn column(&self, kind: DifferenceKind, side: Side, index: usize) -> Result<polars::prelude::Column>;
}

/// How the records of both sides and the compared columns hang together.
///
/// ```
/// use csvq_core::report::{Cell, DifferenceKind, Layout, RowRecord};
/// let names = || vec!["id".to_owned(), "city".to_owned()];
/// let layout =
///     Layout { left_columns: names(), right_columns: names(), key: vec![(0, 0)], columns: vec![(1, 1)] };
/// let cell = |text: &'static str| Cell { text: text.into(), is_null: false };
/// let left = [cell("7"), cell("Graz")];
/// let row = RowRecord {
///     kind: DifferenceKind::Removed, left_row: Some(1), right_row: None, left: &left, right: &[], changed: &[],
/// };
/// assert_eq!(layout.key_of(&row), [Some("7".to_owned())]);
/// assert_eq!(layout.difference(&row).cells[0].left.as_deref(), Some("Graz"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Names of the left columns, in file order.
    pub left_columns: Vec<String>,
    /// Names of the right columns, in file order.
    pub right_columns: Vec<String>,
    /// Indexes of the key columns, left and right, in key order.
    pub key: Vec<(usize, usize)>,
    /// Indexes of the compared columns, left and right, in the order of `details.columns`.
    pub columns: Vec<(usize, usize)>,
}

/// One row that differs, with its whole records.
#[derive(Clone, Debug)]
pub struct RowRecord<'a> {
    /// What happened to the row.
    pub kind: DifferenceKind,
    /// The left record's number, from 1.
    pub left_row: Option<u64>,
    /// The right record's number, from 1.
    pub right_row: Option<u64>,
    /// All cells of the left record; empty for added rows.
    pub left: &'a [Cell<'a>],
    /// All cells of the right record; empty for removed rows.
    pub right: &'a [Cell<'a>],
    /// For a changed row, the compared columns that differ: index into [`Layout::columns`], and whether a cell was
    /// unparsable.
    pub changed: &'a [(usize, bool)],
}

impl Layout {
    /// The key's cells of a row, from the side that has it, the left one first.
    #[must_use]
    pub fn key_of(&self, row: &RowRecord<'_>) -> Vec<Option<String>> {
        self.key
            .iter()
            .map(|&(left, right)| {
                let cell = if row.left_row.is_some() { row.left.get(left) } else { row.right.get(right) };
                cell.and_then(Cell::value).map(str::to_owned)
            })
            .collect()
    }

    /// The row as the report shows it.
    #[must_use]
    pub fn difference(&self, row: &RowRecord<'_>) -> RowDifference {
        let cell = |index: usize, unparsable: bool| {
            let (left, right) = self.columns[index];
            let text = |cells: &[Cell<'_>], at: usize| cells.get(at).and_then(Cell::value).map(str::to_owned);
            CellDifference {
                column: self.left_columns[left].clone(),
                left: text(row.left, left),
                right: text(row.right, right),
                kind: unparsable.then_some(CellKind::Unparsable),
                extra: Map::new(),
            }
        };
        let cells = match row.kind {
            DifferenceKind::Changed => row.changed.iter().map(|&(index, unparsable)| cell(index, unparsable)).collect(),
            DifferenceKind::Added | DifferenceKind::Removed => {
                (0..self.columns.len()).map(|index| cell(index, false)).collect()
            }
        };
        RowDifference {
            kind: row.kind,
            key: self.key_of(row),
            left_row: row.left_row,
            right_row: row.right_row,
            cells,
            extra: Map::new(),
        }
    }
}
