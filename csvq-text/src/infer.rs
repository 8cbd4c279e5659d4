//! Guessing the types of columns from a sample of both sides.

use crate::control::Control;
use crate::error::Result;
use crate::plan::{Column, Ragged};
use crate::record::{self, Field};
use crate::record_check::RecordCheck;
use crate::rule;
use crate::scan::lanes::Level;
use crate::scan::walk::Head;
use crate::segment::{Scanner, Take};
use crate::stop;
use crate::table::Table;
use crate::types::ColumnType;

/// Records of each side that are looked at.
const SAMPLE: usize = 10_000;

/// The types that are guessed, the narrowest first.
const GUESSES: [ColumnType; 5] =
    [ColumnType::Boolean, ColumnType::Integer, ColumnType::Decimal, ColumnType::Date, ColumnType::Timestamp];

/// The narrowest type that the first ten thousand cells of each column can be read as on both sides, text where there is
/// none; `None` where there is nothing to go by.
///
/// Empty cells and nulls under the column's rules say nothing. Digits with leading zeros are text, and so are `0` and
/// `1` no booleans.
///
/// # Errors
/// As [`compare`](crate::compare), for what is wrong in the sample.
///
/// ```
/// use std::sync::Arc;
/// use csvq_text::{Column, ColumnType, Control, DialectOptions, Input, OpenOptions, Ragged, Table, infer};
/// let text: Arc<[u8]> = Arc::from(&b"code,price\n007,1.50\n"[..]);
/// let input = || Input::from_bytes("prices", Arc::clone(&text), &OpenOptions::default());
/// let [left, right] = [input()?, input()?].map(|input| Table::open(input, &DialectOptions::default()));
/// let columns = [0, 1].map(|index| Column { left: index, right: index, ..Column::default() });
/// let types = infer(&left?, &right?, &columns, Ragged::Error, &Control::new())?;
/// assert_eq!(types, [Some(ColumnType::Text), Some(ColumnType::Decimal)]);
/// # Ok::<(), csvq_text::Error>(())
/// ```
pub fn infer(
    left: &Table,
    right: &Table,
    columns: &[Column],
    ragged: Ragged,
    control: &Control,
) -> Result<Vec<Option<ColumnType>>> {
    let mut guesses = vec![Guess::default(); columns.len()];
    for (side, table) in [left, right].into_iter().enumerate() {
        stop::check(control)?;
        let mut sample = Sample {
            table,
            columns,
            side,
            guesses: &mut guesses,
            fields: Vec::new(),
            scratch: Vec::new(),
            remaining: SAMPLE,
        };
        let mut scanner = Scanner::new(table, Level::detect(), RecordCheck::new(table, ragged));
        let (mut start, end) = (table.data_start(), table.input().len());
        while start < end && sample.remaining > 0 {
            let limit = (start + (1 << 18)).min(end);
            let scanned = scanner.load(start, limit).and_then(|()| scanner.run(start, limit, &mut sample));
            start = scanned.map_err(|error| scanner.place(error))?;
        }
    }
    Ok(guesses.iter().map(Guess::settle).collect())
}

/// Which types are still possible.
#[derive(Clone, Copy, Debug)]
struct Guess {
    possible: [bool; GUESSES.len()],
    seen: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self { possible: [true; GUESSES.len()], seen: false }
    }
}

impl Guess {
    fn see(&mut self, value: &[u8]) {
        self.seen = true;
        for (possible, column_type) in self.possible.iter_mut().zip(GUESSES) {
            *possible = *possible && looks_like(column_type, value);
        }
    }

    fn settle(&self) -> Option<ColumnType> {
        let narrowest = self.possible.iter().zip(GUESSES).find(|(possible, _)| **possible);
        self.seen.then(|| narrowest.map_or(ColumnType::Text, |(_, column_type)| column_type))
    }
}

/// Whether a value looks like one of a type, which asks for more than that it can be read as one.
fn looks_like(column_type: ColumnType, value: &[u8]) -> bool {
    match column_type {
        ColumnType::Boolean => value.eq_ignore_ascii_case(b"true") || value.eq_ignore_ascii_case(b"false"),
        ColumnType::Integer => !has_leading_zero(value) && !value.contains(&b'.') && rule::reads_as(column_type, value),
        ColumnType::Decimal => !has_leading_zero(value) && rule::reads_as(column_type, value),
        _ => rule::reads_as(column_type, value),
    }
}

fn has_leading_zero(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").or(value.strip_prefix(b"+")).unwrap_or(value);
    matches!(digits, [b'0', b'0'..=b'9', ..])
}

struct Sample<'a> {
    table: &'a Table,
    columns: &'a [Column],
    side: usize,
    guesses: &'a mut [Guess],
    fields: Vec<Field>,
    scratch: Vec<u8>,
    /// How many records are still looked at.
    remaining: usize,
}

impl Take for Sample<'_> {
    fn take(&mut self, _: u64, text: &[u8], start: usize, end: usize, _: Option<Head>) -> bool {
        if self.remaining == 0 {
            return true;
        }
        self.remaining -= 1;
        let (text, dialect) = (&text[start..end], self.table.dialect());
        record::split(text, dialect, &mut self.fields);
        for (column, guess) in self.columns.iter().zip(&mut *self.guesses) {
            let index = column.on(self.side);
            let raw = self.fields.get(index).map_or(&[][..], |field| field.raw(text));
            match column.rule.value(record::cell(raw, dialect, &mut self.scratch)) {
                None | Some([]) => {}
                Some(value) => guess.see(value),
            }
        }
        true
    }
}
