//! One pair of columns at a time: which pairs of rows it differs in, and the texts of the cells that are shown.

use csvq_text::{Rule, Verdict, threads};

use super::column::{self, Column, Values};
use super::pairs::Aligned;
use super::profile::{self, Profile};
use super::{equal, format, judge::Judge};
use crate::control::Control;
use crate::error::Result;
use crate::source::columns::ColumnReader;
use crate::types::DataType;

/// Pairs between two looks at whether to go on.
const STEP: usize = 1 << 16;

/// A column on both sides, and when its cells are equal.
#[derive(Clone, Debug)]
pub(in crate::compare) struct Compared {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) rule: Rule,
}

/// A cell's text; `None` is null.
pub(super) type Text = Option<String>;

/// A changed cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// The pair's number.
    pub(super) pair: u32,
    pub(super) is_unparsable: bool,
    /// By how much the right number is more than the left one.
    pub(super) difference: Option<f64>,
}

/// What was found in one pair of columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluated {
    /// In the order of pairs.
    pub(super) changes: Vec<Change>,
    /// The texts of the first changed cells, left and right.
    pub(super) shown: Vec<[Text; 2]>,
    /// The texts of the first removed and of the first added rows.
    pub(super) removed: Vec<Text>,
    pub(super) added: Vec<Text>,
    /// What the column holds on both sides, where that was asked for.
    pub(super) profiles: Option<[Profile; 2]>,
}

/// What columns are evaluated with.
pub(super) struct Evaluation<'a> {
    pub(super) readers: [&'a dyn ColumnReader; 2],
    pub(super) aligned: &'a Aligned,
    /// How many rows of each kind are shown.
    pub(super) show: usize,
    /// Whether it is told what columns hold.
    pub(super) statistics: bool,
    /// The threads within a column.
    pub(super) threads: usize,
    pub(super) control: &'a Control,
}

impl Evaluation<'_> {
    /// Evaluates a column.
    pub(super) fn column(&self, compared: &Compared) -> Result<Evaluated> {
        let [left, right] = read(self.readers, [compared.left, compared.right], self.threads, self.control)?;
        let pairs = &self.aligned.pairs;
        let share = pairs.len().div_ceil(self.threads).next_multiple_of(STEP).max(STEP);
        let starts: Vec<usize> = (0..pairs.len()).step_by(share).collect();
        let parts = threads::for_each(
            self.threads,
            &starts,
            |start| self.part([&left, &right], &compared.rule, *start..(start + share).min(pairs.len())),
            |_| false,
        )?;
        let changes: Vec<Change> = parts.into_iter().collect::<Result<Vec<_>>>()?.concat();
        let shown = changes.iter().take(self.show).map(|change| {
            let (at, there) = pairs.get(change.pair as usize);
            [text(&left, at, &compared.rule), text(&right, there, &compared.rule)]
        });
        let shown = shown.collect();
        Ok(Evaluated { changes, shown, ..self.alone(&[left, right], compared)? })
    }

    /// What is told of a column besides its changes: its cells in the rows that stand on one side, and what it holds.
    pub(super) fn alone(&self, [left, right]: &[Column; 2], compared: &Compared) -> Result<Evaluated> {
        let first = |rows: &[u32], column: &Column| -> Vec<Text> {
            rows.iter().take(self.show).map(|row| text(column, *row as usize, &compared.rule)).collect()
        };
        let profiles = || profile::profiles([left, right], &compared.rule, self.threads, self.control);
        Ok(Evaluated {
            removed: first(&self.aligned.removed, left),
            added: first(&self.aligned.added, right),
            profiles: self.statistics.then(profiles).transpose()?,
            ..Evaluated::default()
        })
    }

    fn part(&self, columns: [&Column; 2], rule: &Rule, range: std::ops::Range<usize>) -> Result<Vec<Change>> {
        let pairs = &self.aligned.pairs;
        let has_kernel = equal::has_kernel(columns);
        let mut judge = Judge::new(columns, rule, has_kernel);
        let mut changes = Vec::new();
        let mut visit = |pair: usize, left: usize, right: usize| {
            let verdict = judge.judge(left, right);
            if verdict != Verdict::Equal {
                changes.push(Change {
                    pair: pair as u32,
                    is_unparsable: verdict == Verdict::Unparsable,
                    difference: judge.difference(left, right),
                });
            }
        };
        for start in range.clone().step_by(STEP) {
            csvq_text::check(self.control)?;
            let step = start..(start + STEP).min(range.end);
            if has_kernel {
                equal::differing(columns, pairs, step, &mut visit);
            } else {
                step.for_each(|pair| {
                    let (left, right) = pairs.get(pair);
                    visit(pair, left, right);
                });
            }
        }
        Ok(changes)
    }
}

/// Reads a column of both sides, ready to be held against each other.
pub(super) fn read(
    readers: [&dyn ColumnReader; 2],
    indexes: [usize; 2],
    threads: usize,
    control: &Control,
) -> Result<[Column; 2]> {
    let [left, right] = readers;
    let [mut left, mut right] =
        [read_one(left, indexes[0], threads, control)?, read_one(right, indexes[1], threads, control)?];
    // Floats of different size are compared as the larger ones.
    if matches!(right.values, Values::Double(_)) {
        widen(&mut left);
    }
    if matches!(left.values, Values::Double(_)) {
        widen(&mut right);
    }
    // So are those that stand against integers, which are compared by value.
    if matches!(right.data_type, DataType::Integer { .. }) {
        widen(&mut left);
    }
    if matches!(left.data_type, DataType::Integer { .. }) {
        widen(&mut right);
    }
    Ok([left, right])
}

/// Reads a column of one side.
pub(super) fn read_one(reader: &dyn ColumnReader, index: usize, threads: usize, control: &Control) -> Result<Column> {
    let arrays = reader.read(index, threads, control)?;
    control.advance(reader.column_bytes(index));
    column::load(&arrays, &reader.fields()[index].data_type)
}

fn widen(column: &mut Column) {
    if let Values::Single(values) = &column.values {
        column.values = Values::Double(values.iter().map(|value| f64::from(*value)).collect());
    }
}

/// The text of a cell; `None` where it is null under the rule.
pub(super) fn text(column: &Column, row: usize, rule: &Rule) -> Text {
    if !column.is_valid(row) {
        return None;
    }
    let mut text = Vec::new();
    format::write(column, row, &mut text);
    rule.value(&text)?;
    Some(String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
