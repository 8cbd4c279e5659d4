//! Two matched records: which of their compared cells differ, and the tally of that.

use crate::dialect::Dialect;
use crate::plan::{Column, Plan};
use crate::record::{self, Field};
use crate::rule::Verdict;
use crate::table::Table;

/// What was counted of one compared column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ColumnTally {
    /// Matched rows in which it differs.
    pub changed: u64,
    /// Of those, the ones in which a cell could not be read as the declared type.
    pub unparsable: u64,
    /// The largest absolute difference of changed cells that are numbers on both sides.
    pub max_abs_diff: Option<f64>,
}

impl ColumnTally {
    /// Adds what was counted elsewhere.
    pub(crate) fn add(&mut self, other: &Self) {
        self.changed += other.changed;
        self.unparsable += other.unparsable;
        self.max_abs_diff = match (self.max_abs_diff, other.max_abs_diff) {
            (Some(left), Some(right)) => Some(left.max(right)),
            (one, other) => one.or(other),
        };
    }
}

/// Compares matched records cell by cell.
#[derive(Clone)]
pub(crate) struct Evaluator<'a> {
    columns: &'a [Column],
    left: Dialect,
    right: Dialect,
    /// Whether equal raw fields mean equal cells.
    same_text: bool,
    pub(crate) left_fields: Vec<Field>,
    pub(crate) right_fields: Vec<Field>,
    left_scratch: Vec<u8>,
    right_scratch: Vec<u8>,
    /// The compared columns that differ in the last pair: index, and whether a cell was unparsable.
    pub(crate) changed: Vec<(usize, bool)>,
    pub(crate) tallies: Vec<ColumnTally>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(plan: &'a Plan, left: &Table, right: &Table) -> Self {
        Self {
            columns: &plan.columns,
            left: *left.dialect(),
            right: *right.dialect(),
            same_text: left.dialect().same_text(right.dialect()),
            left_fields: Vec::new(),
            right_fields: Vec::new(),
            left_scratch: Vec::new(),
            right_scratch: Vec::new(),
            changed: Vec::new(),
            tallies: vec![ColumnTally::default(); plan.columns.len()],
        }
    }

    /// Compares two records and tallies what differs. Says whether anything does.
    pub(crate) fn tally(&mut self, left: &[u8], right: &[u8]) -> bool {
        record::split(left, &self.left, &mut self.left_fields);
        record::split(right, &self.right, &mut self.right_fields);
        self.tally_split(left, right)
    }

    /// As [`Evaluator::tally`], where the fields of both records were found elsewhere and put into `left_fields` and
    /// `right_fields`.
    pub(crate) fn tally_split(&mut self, left: &[u8], right: &[u8]) -> bool {
        self.compare_split(left, right);
        for at in 0..self.changed.len() {
            let (index, unparsable) = self.changed[at];
            let column = &self.columns[index];
            let difference = column.rule.difference(
                cell(left, &self.left_fields, column.left, &self.left, &mut self.left_scratch),
                cell(right, &self.right_fields, column.right, &self.right, &mut self.right_scratch),
            );
            let tally = &mut self.tallies[index];
            tally.changed += 1;
            tally.unparsable += u64::from(unparsable);
            if let Some(distance) = difference.map(f64::abs) {
                tally.max_abs_diff = Some(tally.max_abs_diff.map_or(distance, |most| most.max(distance)));
            }
        }
        !self.changed.is_empty()
    }

    /// Compares two records; `changed` says what differs.
    pub(crate) fn compare(&mut self, left: &[u8], right: &[u8]) {
        record::split(left, &self.left, &mut self.left_fields);
        record::split(right, &self.right, &mut self.right_fields);
        self.compare_split(left, right);
    }

    fn compare_split(&mut self, left: &[u8], right: &[u8]) {
        self.changed.clear();
        for (index, column) in self.columns.iter().enumerate() {
            let left_raw = raw(left, &self.left_fields, column.left);
            let right_raw = raw(right, &self.right_fields, column.right);
            if self.same_text && left_raw == right_raw {
                continue;
            }
            let left_cell = record::cell(left_raw, &self.left, &mut self.left_scratch);
            let right_cell = record::cell(right_raw, &self.right, &mut self.right_scratch);
            match column.rule.compare(left_cell, right_cell) {
                Verdict::Equal => {}
                verdict => self.changed.push((index, verdict == Verdict::Unparsable)),
            }
        }
    }
}

/// A field as written; a field that the record lacks is empty.
fn raw<'a>(record: &'a [u8], fields: &[Field], index: usize) -> &'a [u8] {
    fields.get(index).map_or(&[], |field| field.raw(record))
}

fn cell<'a>(record: &'a [u8], fields: &[Field], index: usize, dialect: &Dialect, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    record::cell(raw(record, fields, index), dialect, scratch)
}
