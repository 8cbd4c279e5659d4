//! Rows that differ, read from the inputs again when someone wants to see them.

use std::borrow::Cow;

use super::log::SortedLog;
use super::{Difference, Kind, Place};
use crate::control::{Control, Phase};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::evaluate::{ColumnTally, Evaluator};
use crate::plan::{By, Plan};
use crate::record::{self, Field};
use crate::rule::Rule;
use crate::stop;
use crate::table::Table;

/// Bytes that are read ahead when rows are wanted in the order in which they stand.
const AHEAD: usize = 1 << 15;
/// How far after what was read a row may start for the bytes between to be worth reading.
const GAP: u64 = 1 << 12;

/// A cell of a row that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its text as the file has it, without quotes and escapes.
    pub text: Cow<'a, str>,
    /// Whether it is null under the column's rules.
    pub is_null: bool,
}

/// One row that differs, with its whole records.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// What happened to it.
    pub kind: Kind,
    /// The left record's number, from 1.
    pub left_row: Option<u64>,
    /// The right record's number, from 1.
    pub right_row: Option<u64>,
    /// The left record's cells; empty for added rows.
    pub left: &'a [Cell<'a>],
    /// The right record's cells; empty for removed rows.
    pub right: &'a [Cell<'a>],
    /// Of a changed row, the compared columns that differ: index in [`Plan::columns`], and whether a cell was
    /// unparsable.
    pub changed: &'a [(usize, bool)],
}

/// All rows that differ, in the order of the report: changed by left row, removed by left row, then added by right row.
#[derive(Debug)]
pub struct Differences {
    pub(crate) left: Table,
    pub(crate) right: Table,
    pub(crate) plan: Plan,
    pub(crate) log: SortedLog,
    pub(crate) first: u64,
}

impl Differences {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.log.len().min(self.first)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the comparison was told.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The left table.
    #[must_use]
    pub fn left(&self) -> &Table {
        &self.left
    }

    /// The right table.
    #[must_use]
    pub fn right(&self) -> &Table {
        &self.right
    }

    /// Counts the columns' changes anew, over these rows alone.
    pub(crate) fn tally_columns(&self, control: &Control) -> Result<Vec<ColumnTally>> {
        let mut readers = [Reader::new(&self.left, self, 0), Reader::new(&self.right, self, 1)];
        let mut evaluator = Evaluator::new(&self.plan, &self.left, &self.right);
        let mut total = 0;
        self.log.visit(|difference| {
            stop::check(control)?;
            if difference.kind() == Kind::Changed {
                let [left, right] = &mut readers;
                left.read(difference.left)?;
                right.read(difference.right)?;
                evaluator.tally(&left.text, &right.text);
            }
            total += 1;
            Ok(total < self.first)
        })?;
        Ok(evaluator.tallies)
    }

    /// Visits the rows in order; at most `per_kind` of each kind.
    ///
    /// # Errors
    /// What `visit` returns; [`Changed`](crate::ErrorKind::Changed) where an input is no longer what it was;
    /// [`Cancelled`](crate::ErrorKind::Cancelled).
    ///
    /// ```
    /// use csvq_text::{By, Column, Control, DialectOptions, Error, Input, OpenOptions, Plan, Table, compare};
    /// let table = |text: &'static [u8]| {
    ///     Table::open(Input::from_bytes("t", text.into(), &OpenOptions::default())?, &DialectOptions::default())
    /// };
    /// let plan = Plan { by: By::Key(vec![Column::default()]), ..Plan::default() };
    /// let outcome = compare(table(b"id\n1\n2\n")?, table(b"id\n2\n")?, plan, &Control::new())?;
    /// let mut removed = Vec::new();
    /// outcome.differences.visit(u64::MAX, &Control::new(), |row| {
    ///     removed.push(row.left[0].text.to_string());
    ///     Ok::<(), Error>(())
    /// })?;
    /// assert_eq!(removed, ["1"]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn visit<E: From<Error>>(
        &self,
        per_kind: u64,
        control: &Control,
        mut visit: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        control.begin(Phase::Collecting, 0);
        let mut readers = [Reader::new(&self.left, self, 0), Reader::new(&self.right, self, 1)];
        let mut evaluator = Evaluator::new(&self.plan, &self.left, &self.right);
        let (mut seen, mut kind) = (0_u64, None);
        let (mut total, mut failure) = (0, None);
        let order = self.log.visit(|difference| {
            if total == self.first {
                return Ok(false);
            }
            total += 1;
            if kind != Some(difference.kind()) {
                (kind, seen) = (Some(difference.kind()), 0);
            }
            seen += 1;
            if seen > per_kind {
                return Ok(true);
            }
            stop::check(control)?;
            let [left, right] = &mut readers;
            left.read(difference.left)?;
            right.read(difference.right)?;
            evaluator.changed.clear();
            if difference.kind() == Kind::Changed {
                evaluator.compare(&left.text, &right.text);
            }
            let row = show(difference, &left.cells()?, &right.cells()?, &evaluator.changed, &mut visit);
            failure = row.err();
            Ok(failure.is_none())
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        order?;
        self.left.input().check_unchanged()?;
        self.right.input().check_unchanged()?;
        Ok(())
    }
}

fn show<E>(
    difference: &Difference,
    left: &[Cell<'_>],
    right: &[Cell<'_>],
    changed: &[(usize, bool)],
    visit: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let number = |place: Place| (place.row > 0).then_some(place.row);
    visit(Row {
        kind: difference.kind(),
        left_row: number(difference.left),
        right_row: number(difference.right),
        left,
        right,
        changed,
    })
}

/// Reads one side's records.
struct Reader<'a> {
    table: &'a Table,
    dialect: Dialect,
    /// The rule that says what is null, by column.
    rules: Vec<Option<&'a Rule>>,
    block: Vec<u8>,
    block_start: u64,
    text: Vec<u8>,
    fields: Vec<Field>,
    present: bool,
}

impl<'a> Reader<'a> {
    fn new(table: &'a Table, differences: &'a Differences, side: usize) -> Self {
        let mut rules = vec![None; table.columns().len()];
        let key: &[_] = if let By::Key(columns) = &differences.plan.by { columns } else { &[] };
        for column in key.iter().chain(&differences.plan.columns) {
            rules[column.on(side)] = Some(&column.rule);
        }
        Self {
            table,
            dialect: *table.dialect(),
            rules,
            block: Vec::new(),
            block_start: 0,
            text: Vec::new(),
            fields: Vec::new(),
            present: false,
        }
    }

    /// Reads the text of a record, if there is one.
    fn read(&mut self, place: Place) -> Result<()> {
        self.text.clear();
        self.fields.clear();
        self.present = place.row > 0;
        if !self.present {
            return Ok(());
        }
        let (input, len) = (self.table.input(), place.len as usize);
        let block_end = self.block_start + self.block.len() as u64;
        let end = place.offset + u64::from(place.len);
        let near = place.offset >= self.block_start && place.offset < block_end + GAP;
        if near && end > block_end && len <= AHEAD {
            self.block.resize(AHEAD, 0);
            self.block_start = place.offset;
            let count = input.read_at(place.offset, &mut self.block)?;
            self.block.truncate(count);
        }
        let start = place.offset.wrapping_sub(self.block_start) as usize;
        match self.block.get(start..start.saturating_add(len)) {
            Some(text) => self.text.extend_from_slice(text),
            None => {
                self.text.resize(len, 0);
                input.read_at(place.offset, &mut self.text)?;
            }
        }
        record::split(&self.text, &self.dialect, &mut self.fields);
        Ok(())
    }

    /// The record's cells: as many as there are columns, whatever the record has.
    fn cells(&self) -> Result<Vec<Cell<'_>>> {
        if !self.present {
            return Ok(Vec::new());
        }
        let mut scratch = Vec::new();
        let mut cells = Vec::with_capacity(self.rules.len());
        for (index, rule) in self.rules.iter().enumerate() {
            let raw = self.fields.get(index).map_or(&[][..], |field| field.raw(&self.text));
            let cell = record::cell(raw, &self.dialect, &mut scratch);
            let is_null = rule.is_some_and(|rule| rule.value(cell).is_none());
            // A cell that stands in the record as it is, perhaps between quotes, is lent and not copied.
            let start = cell.as_ptr().addr().wrapping_sub(self.text.as_ptr().addr());
            let lent = self.text.get(start..start.saturating_add(cell.len())).filter(|_| !cell.is_empty());
            let text = match lent {
                Some(lent) => Cow::Borrowed(std::str::from_utf8(lent).map_err(|_| self.changed())?),
                None => Cow::Owned(std::str::from_utf8(cell).map_err(|_| self.changed())?.to_owned()),
            };
            cells.push(Cell { text, is_null });
        }
        Ok(cells)
    }

    fn changed(&self) -> Error {
        self.table.input().changed()
    }
}
