//! All rows that differ with their whole records, gathered again from the columns of both sides.

use csvq_text::Rule;
use polars::prelude::{Column, IdxCa, IntoColumn, PlSmallStr, Series};

use super::column::load;
use super::evaluate;
use super::outcome::Outcome;
use super::{Plan, Readers};
use crate::control::{Control, Phase};
use crate::error::{self, Error, ErrorKind, Result};
use crate::report::{Cell, DifferenceKind, DifferenceRows, Layout, RowRecord, TypedRows};
use crate::spec::Side;
use crate::table::with_known_zone;

/// About what a cell takes while its row is told.
const CELL_BYTES: u64 = 64;
const LEAST_ROWS: usize = 1 << 10;

/// The rows that differ.
pub(super) struct ColumnarRows {
    layout: Layout,
    readers: Readers,
    plan: Plan,
    outcome: Outcome,
    control: Control,
}

/// A row that differs: its rows on each side, and its pair's number.
type Differing = (Option<u32>, Option<u32>, u32);

impl ColumnarRows {
    pub(super) fn new(layout: Layout, readers: Readers, plan: Plan, outcome: Outcome, control: Control) -> Self {
        Self { layout, readers, plan, outcome, control }
    }

    /// How many rows are gathered at once.
    fn batch(&self) -> usize {
        let columns = self.readers.iter().map(|reader| reader.fields().len() as u64).sum::<u64>();
        let fit = self.plan.memory / 8 / (columns.max(1) * CELL_BYTES);
        usize::try_from(fit).unwrap_or(usize::MAX).max(LEAST_ROWS)
    }

    /// The cells of these rows on a side, by column and then by row.
    fn gather(&self, side: usize, rows: &[Option<u32>]) -> Result<Vec<Vec<Option<String>>>> {
        if rows.iter().all(Option::is_none) {
            return Ok(Vec::new());
        }
        let reader = &self.readers[side];
        let plain = Rule::default();
        let column = |(index, field): (usize, &crate::types::Field)| {
            let arrays = reader.read(index, self.plan.threads, &self.control)?;
            let column = load(&arrays, &field.data_type)?;
            let rule = self.rule(side, index).unwrap_or(&plain);
            Ok(rows.iter().map(|row| row.and_then(|row| evaluate::text(&column, row as usize, rule))).collect())
        };
        reader.fields().iter().enumerate().map(column).collect()
    }

    fn rule(&self, side: usize, index: usize) -> Option<&Rule> {
        let columns = self.plan.key.iter().chain(&self.plan.columns);
        let mut with = columns.filter(|column| if side == 0 { column.left == index } else { column.right == index });
        with.next().map(|column| &column.rule)
    }

    fn visit_batch(
        &self,
        kind: DifferenceKind,
        rows: &[Differing],
        next: &mut [usize],
        visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>,
    ) -> Result<()> {
        let left: Vec<_> = rows.iter().map(|(left, ..)| *left).collect();
        let right: Vec<_> = rows.iter().map(|(_, right, _)| *right).collect();
        let sides = [self.gather(0, &left)?, self.gather(1, &right)?];
        for (at, (left, right, pair)) in rows.iter().enumerate() {
            csvq_text::check(&self.control)?;
            let mut changed = Vec::new();
            if kind == DifferenceKind::Changed {
                for (index, (found, next)) in self.outcome.evaluated.iter().zip(next.iter_mut()).enumerate() {
                    if let Some(change) = found.changes.get(*next).filter(|change| change.pair == *pair) {
                        changed.push((index, change.is_unparsable));
                        *next += 1;
                    }
                }
            }
            let cells = |side: usize| -> Vec<Cell<'_>> {
                let cell = |text: &'_ Option<String>| Cell {
                    text: text.clone().unwrap_or_default().into(),
                    is_null: text.is_none(),
                };
                sides[side].iter().map(|column| cell(&column[at])).collect()
            };
            let (left_cells, right_cells) = (cells(0), cells(1));
            visit(&RowRecord {
                kind,
                left_row: left.map(|row| u64::from(row) + 1),
                right_row: right.map(|row| u64::from(row) + 1),
                left: &left_cells,
                right: &right_cells,
                changed: &changed,
            })?;
        }
        Ok(())
    }
}

impl DifferenceRows for ColumnarRows {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn typed(&self) -> Option<&dyn TypedRows> {
        Some(self)
    }

    fn visit(&self, visit: &mut dyn FnMut(&RowRecord<'_>) -> Result<()>) -> Result<()> {
        self.control.begin(Phase::Collecting, 0);
        let aligned = &self.outcome.aligned;
        let mut next = vec![0; self.outcome.evaluated.len()];
        let batch = self.batch();
        let changed = self.outcome.changed.chunks(batch).map(|pairs| {
            let rows = pairs.iter().map(|pair| {
                let (left, right) = aligned.pairs.get(*pair as usize);
                (Some(left as u32), Some(right as u32), *pair)
            });
            (DifferenceKind::Changed, rows.collect::<Vec<Differing>>())
        });
        let removed = aligned
            .removed
            .chunks(batch)
            .map(|rows| (DifferenceKind::Removed, rows.iter().map(|row| (Some(*row), None, 0)).collect()));
        let added = aligned
            .added
            .chunks(batch)
            .map(|rows| (DifferenceKind::Added, rows.iter().map(|row| (None, Some(*row), 0)).collect()));
        for (kind, rows) in changed.chain(removed).chain(added) {
            self.visit_batch(kind, &rows, &mut next, visit)?;
        }
        self.readers.iter().try_for_each(|reader| reader.check_unchanged())
    }
}

impl ColumnarRows {
    /// The rows of a kind on a side.
    fn of(&self, kind: DifferenceKind, side: Side) -> Vec<Option<u32>> {
        let aligned = &self.outcome.aligned;
        let alone = |rows: &[u32], own: Side| rows.iter().map(|row| (own == side).then_some(*row)).collect();
        match kind {
            DifferenceKind::Removed => alone(&aligned.removed, Side::Left),
            DifferenceKind::Added => alone(&aligned.added, Side::Right),
            DifferenceKind::Changed => {
                let row = |pair: &u32| {
                    let (left, right) = aligned.pairs.get(*pair as usize);
                    Some(if side == Side::Left { left } else { right } as u32)
                };
                self.outcome.changed.iter().map(row).collect()
            }
        }
    }
}

impl TypedRows for ColumnarRows {
    fn row_numbers(&self, kind: DifferenceKind, side: Side) -> Vec<Option<u64>> {
        self.of(kind, side).into_iter().map(|row| row.map(|row| u64::from(row) + 1)).collect()
    }

    fn column(&self, kind: DifferenceKind, side: Side, index: usize) -> Result<Column> {
        let reader = &self.readers[usize::from(side == Side::Right)];
        let arrays = reader.read(index, self.plan.threads, &self.control)?;
        let arrays = arrays.into_iter().map(with_known_zone).collect::<Vec<_>>();
        let rows: IdxCa = self.of(kind, side).into_iter().collect();
        let name = &reader.fields()[index].name;
        let cells = Series::try_from((PlSmallStr::from_str(name), arrays)).and_then(|series| series.take(&rows));
        cells.map(Series::into_column).map_err(|error| {
            let context = error::Context { column: Some(name.clone()), ..error::Context::default() };
            Error::new(ErrorKind::Unsupported, format!("the column can't stand in a table: {error}"))
                .with_context(context)
        })
    }
}
