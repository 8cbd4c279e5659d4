//! What becomes of the rows of the left table on the right, whatever their cells are.

use std::fmt::Debug;

use proptest::prelude::*;

/// What becomes of a left row on the right.
#[derive(Clone, Debug)]
pub(super) enum Edit<C> {
    Keep,
    Drop,
    Change(usize, C),
    Twice,
    Insert(Vec<C>),
}

/// An edit of rows of so many cells.
pub(super) fn edit<C: Clone + Debug + 'static>(
    width: usize,
    cell: impl Strategy<Value = C> + Clone + 'static,
) -> impl Strategy<Value = Edit<C>> {
    prop_oneof![
        12 => Just(Edit::Keep),
        1 => Just(Edit::Drop),
        3 => (0..width, cell.clone()).prop_map(|(at, cell)| Edit::Change(at, cell)),
        1 => Just(Edit::Twice),
        1 => prop::collection::vec(cell, width).prop_map(Edit::Insert),
    ]
}

/// The rows after the edits, which are taken in turn and again from the start.
pub(super) fn edited<C: Clone>(rows: &[Vec<C>], edits: &[Edit<C>]) -> Vec<Vec<C>> {
    let mut edited = Vec::new();
    for (row, edit) in rows.iter().zip(edits.iter().cycle()) {
        match edit {
            Edit::Keep => edited.push(row.clone()),
            Edit::Drop => {}
            Edit::Twice => edited.extend([row.clone(), row.clone()]),
            Edit::Change(at, cell) => {
                let mut row = row.clone();
                row[*at].clone_from(cell);
                edited.push(row);
            }
            Edit::Insert(inserted) => edited.extend([inserted.clone(), row.clone()]),
        }
    }
    edited
}
