//! Where a viewer of the two tables marks what differs.
//!
//! Only the rows that the report shows are marked.

use std::collections::HashMap;

use super::model::{DifferenceKind, Highlight, Highlights, RowDifference};
use super::rows::Layout;

/// The places to mark: changed cells on both sides, removed rows on the left, added rows on the right.
///
/// ```
/// use csvq_core::report::{DifferenceKind, Layout, RowDifference, highlights};
/// let removed = RowDifference {
///     kind: DifferenceKind::Removed,
///     key: vec![Some("7".into())],
///     left_row: Some(3),
///     right_row: None,
///     cells: Vec::new(),
///     extra: serde_json::Map::new(),
/// };
/// let places = highlights(&[removed], &Layout::default());
/// assert_eq!((places.left[0].row, places.left[0].column.as_deref()), (3, None));
/// assert!(places.right.is_empty());
/// ```
#[must_use]
pub fn highlights(rows: &[RowDifference], layout: &Layout) -> Highlights {
    let right_names: HashMap<&str, &str> = layout
        .columns
        .iter()
        .filter_map(|&(left, right)| {
            Some((layout.left_columns.get(left)?.as_str(), layout.right_columns.get(right)?.as_str()))
        })
        .collect();
    let mut places = Highlights::default();
    for row in rows {
        let place = |row: u64, column: Option<&str>, kind| Highlight { row, column: column.map(str::to_owned), kind };
        match row.kind {
            DifferenceKind::Changed => {
                for cell in &row.cells {
                    let left = cell.column.as_str();
                    let right = right_names.get(left).copied().unwrap_or(left);
                    places.left.extend(row.left_row.map(|at| place(at, Some(left), row.kind)));
                    places.right.extend(row.right_row.map(|at| place(at, Some(right), row.kind)));
                }
            }
            DifferenceKind::Removed => places.left.extend(row.left_row.map(|at| place(at, None, row.kind))),
            DifferenceKind::Added => places.right.extend(row.right_row.map(|at| place(at, None, row.kind))),
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::report::model::CellDifference;

    #[test]
    fn each_side_is_marked_under_its_own_names() {
        let layout = Layout {
            left_columns: vec!["id".into(), "price".into()],
            right_columns: vec!["cost".into(), "id".into()],
            key: vec![(0, 1)],
            columns: vec![(1, 0)],
        };
        let row = |kind, left_row, right_row| {
            let cell =
                CellDifference { column: "price".into(), left: None, right: None, kind: None, extra: Map::new() };
            RowDifference { kind, key: vec![None], left_row, right_row, cells: vec![cell], extra: Map::new() }
        };
        let rows = [
            row(DifferenceKind::Changed, Some(3), Some(4)),
            row(DifferenceKind::Removed, Some(5), None),
            row(DifferenceKind::Added, None, Some(6)),
        ];
        let places = highlights(&rows, &layout);
        let place = |row, column: Option<&str>, kind| Highlight { row, column: column.map(str::to_owned), kind };
        assert_eq!(
            places.left,
            [place(3, Some("price"), DifferenceKind::Changed), place(5, None, DifferenceKind::Removed)]
        );
        assert_eq!(
            places.right,
            [place(4, Some("cost"), DifferenceKind::Changed), place(6, None, DifferenceKind::Added)]
        );
    }
}
