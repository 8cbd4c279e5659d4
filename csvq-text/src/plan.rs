//! What the engine is told, with every column already an index.

use std::path::PathBuf;

use crate::error::{Error, ErrorKind, Result};
use crate::rule::Rule;
use crate::scan::lanes::Level;
use crate::table::Table;

/// More threads than any comparison has use for.
const MOST_THREADS: usize = 1024;

/// How two tables are compared.
///
/// ```
/// use csvq_text::{By, Column, Plan};
/// let column = |index| Column { left: index, right: index, ..Column::default() };
/// let plan = Plan { by: By::Key(vec![column(0)]), columns: vec![column(1), column(2)], ..Plan::default() };
/// assert_eq!(plan.memory, 1 << 30);
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    /// How rows find each other. Default: by position.
    pub by: By,
    /// The compared columns that are not of the key. Default: none.
    pub columns: Vec<Column>,
    /// What is done with records of too few or too many fields. Default: they are an error.
    pub ragged: Ragged,
    /// What is done with keys that occur more than once. Default: they are paired.
    pub duplicates: Duplicates,
    /// How many keys that occur more than once are located, on each side. Default: 100.
    pub locate_duplicates: usize,
    /// Keep this many rows that differ, the first ones. By position the comparison ends once they are known; by key or
    /// content only the end of the inputs tells.
    pub stop_after: Option<u64>,
    /// Refuse inputs with more data records than this on a side.
    pub max_rows: Option<u64>,
    /// How many threads compare, 1 to 1024. Default: one for each processor.
    pub threads: usize,
    /// The memory to stay within, in bytes. Default: 1 GiB.
    pub memory: u64,
    /// The folder for temporary files. Default: the system's.
    pub spill_dir: PathBuf,
    /// Which instructions are used, of [those that are there](Level::available). Default: the best.
    pub level: Level,
    /// How many bytes are read at a time, at least 1. Default: 128 KiB. The answer does not depend on it.
    pub block: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            by: By::Position,
            columns: Vec::new(),
            ragged: Ragged::Error,
            duplicates: Duplicates::Pair,
            locate_duplicates: 100,
            stop_after: None,
            max_rows: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            memory: 1 << 30,
            spill_dir: std::env::temp_dir(),
            level: Level::detect(),
            block: 1 << 17,
        }
    }
}

/// How rows of the two sides find each other.
#[derive(Clone, Debug)]
pub enum By {
    /// By these columns.
    Key(Vec<Column>),
    /// The first with the first, the second with the second, …
    Position,
    /// Equal rows with equal rows: all compared columns are the key.
    Content,
}

/// A column: its index on each side, and its rules.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its index on the left.
    pub left: usize,
    /// Its index on the right.
    pub right: usize,
    /// When two of its cells are equal. For a key, the part of the rules without tolerance.
    pub rule: Rule,
}

impl Column {
    /// Its index on a side.
    pub(crate) fn on(&self, side: usize) -> usize {
        if side == 0 { self.left } else { self.right }
    }
}

/// What is done with records that have too few or too many fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ragged {
    /// They are an error.
    #[default]
    Error,
    /// Missing fields are empty; too many are an error.
    Pad,
    /// Fields too many are left out, and missing ones are empty.
    Truncate,
}

/// What is done with keys that occur more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// Identical records are matched first, the rest in order of occurrence; the surplus is added or removed.
    #[default]
    Pair,
    /// The first record with a key counts, on each side.
    First,
    /// They are an error.
    Error,
}

impl Plan {
    /// Checks the plan against the tables, so that the engine need not.
    pub(crate) fn check(&self, left: &Table, right: &Table) -> Result<()> {
        let refuse = |message: &str| Err(Error::new(ErrorKind::Setting, message));
        if !(1..=MOST_THREADS).contains(&self.threads) || self.block == 0 {
            return refuse("`threads` must be 1 to 1024, and `block` at least 1");
        }
        if !Level::available().contains(&self.level) {
            return refuse("this processor does not have the instructions of `level`; take one of `Level::available`");
        }
        let key: &[Column] = match &self.by {
            By::Key(columns) if columns.is_empty() => return refuse("a key needs at least one column"),
            By::Key(columns) => columns,
            By::Position | By::Content => &[],
        };
        let counts = [left.columns().len(), right.columns().len()];
        if key.iter().chain(&self.columns).any(|column| column.left >= counts[0] || column.right >= counts[1]) {
            return refuse("a column's index is beyond the columns of its table");
        }
        Ok(())
    }

    /// Refuses a side with too many records.
    pub(crate) fn check_rows(&self, rows: u64, table: &Table) -> Result<()> {
        match self.max_rows {
            Some(most) if rows > most => Err(Error::new(
                ErrorKind::Limit,
                format!("there are more than {most} rows, the most that `max_rows` allows; raise it or leave it out"),
            )
            .in_input(table.input().name())),
            _ => Ok(()),
        }
    }

    /// Whether byte-identical records are equal rows: same dialect, and every column paired with the one in its own
    /// place.
    pub(crate) fn same_layout(&self, left: &Table, right: &Table) -> bool {
        let key: &[Column] = match &self.by {
            By::Key(columns) => columns,
            By::Position | By::Content => &[],
        };
        left.dialect().same_text(right.dialect())
            && left.columns().len() == right.columns().len()
            && key.iter().chain(&self.columns).all(|column| column.left == column.right)
    }
}
