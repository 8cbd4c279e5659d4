//! A whole comparison, of which the plugin judges two cells.

use super::pairs::{Pair, pairs};
use super::table::{Column, Table};
use crate::differences::{Differences, ExtraColumn, ExtraValue};
use crate::error::Result;
use crate::host::Host;
use crate::job::{ColumnPair, Job};
use crate::outcome::{ColumnOutcome, Counts, Outcome};

/// How many rows are compared before the host is told and asked.
const STEP: usize = 1 << 10;

/// Two cells that belong together, and do not hold the same text.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cell<'a> {
    /// Which of the job's columns it is, counted from 0.
    pub index: usize,
    /// The column's name on both sides.
    pub column: &'a ColumnPair,
    /// The left cell as text; none where it is null.
    pub left: Option<&'a str>,
    /// The right cell as text; none where it is null.
    pub right: Option<&'a str>,
    /// Whether the column holds text on both sides, as in files of delimited text. Values of other types are written as
    /// csvq writes them in reports.
    pub is_text: bool,
    notes: &'a mut Vec<(usize, ExtraValue)>,
}

/// What a plugin says of two cells. `true` is equal, `false` is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// They are equal, as this comparison has it.
    Equal,
    /// They differ.
    Changed,
    /// They differ, and one of them can't be read as what the column should hold.
    Unparsable,
}

impl From<bool> for Verdict {
    fn from(is_equal: bool) -> Self {
        if is_equal { Self::Equal } else { Self::Changed }
    }
}

impl Cell<'_> {
    /// Gives the difference, if this becomes one, a value for a column of the plugin's own, which are counted from 0.
    pub fn note(&mut self, column: usize, value: impl Into<ExtraValue>) {
        self.notes.push((column, value.into()));
    }
}

impl Job<'_> {
    /// Compares the tables cell by cell: rows find each other as the job says (see [`pairs`]), and `judge` says of two
    /// cells whether they are equal. It is not asked where they hold the same text, or are both null.
    ///
    /// The outcome has counts, columns, and all differences; the host hears of the progress, and can cancel.
    ///
    /// ```
    /// # use csvq_plugin_api::{Error, Host, Job, Outcome};
    /// fn compare(job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
    ///     let slack: f64 = job.parameters.get_or("slack", 0.01)?;
    ///     job.compare_cells(host, |cell| {
    ///         let number = |text: Option<&str>| text.and_then(|text| text.parse::<f64>().ok());
    ///         match (number(cell.left), number(cell.right)) {
    ///             (Some(left), Some(right)) => (left - right).abs() <= slack,
    ///             _ => false,
    ///         }
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    /// What a table's stream says; [`Unsupported`](crate::ErrorKind::Unsupported) for columns of lists, structs and the
    /// like; [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn compare_cells<V: Into<Verdict>>(
        self,
        host: &Host,
        judge: impl FnMut(&mut Cell<'_>) -> V,
    ) -> Result<Outcome> {
        self.compare_cells_with(host, Vec::new(), judge)
    }

    /// [`compare_cells`](Self::compare_cells), where differences have columns of the plugin's own, which
    /// [`Comparator::extra_columns`](crate::Comparator::extra_columns) tells too, and [`Cell::note`] fills.
    ///
    /// # Errors
    /// As above.
    pub fn compare_cells_with<V: Into<Verdict>>(
        self,
        host: &Host,
        extra: Vec<ExtraColumn>,
        mut judge: impl FnMut(&mut Cell<'_>) -> V,
    ) -> Result<Outcome> {
        let Self { left, right, by, key, columns, .. } = self;
        let left = Table::read(left, host)?;
        let right = Table::read(right, host)?;
        let found = pairs(&left, &right, by, &key, &columns, host)?;
        let total = found.pairs.len() as u64;
        let mut comparison = Comparison {
            sides: columns.iter().map(|pair| sides(&left, &right, pair)).collect::<Result<_>>()?,
            outcomes: columns.iter().map(column_outcome).collect(),
            columns: &columns,
            counts: Counts {
                left_rows: left.rows() as u64,
                right_rows: right.rows() as u64,
                left_duplicate_keys: found.left_duplicate_keys,
                right_duplicate_keys: found.right_duplicate_keys,
                ..Counts::default()
            },
            differences: Differences::with_columns(extra),
            notes: Vec::new(),
        };
        for (done, pair) in found.pairs.into_iter().enumerate() {
            if done.is_multiple_of(STEP) {
                host.progress(done as u64, Some(total));
                host.check()?;
            }
            comparison.pair(pair, host, &mut judge)?;
        }
        host.progress(total, Some(total));
        Ok(comparison.outcome())
    }
}

fn sides(left: &Table, right: &Table, pair: &ColumnPair) -> Result<(Column, Column)> {
    Ok((left.text_column(&pair.left)?, right.text_column(&pair.right)?))
}

fn column_outcome(pair: &ColumnPair) -> ColumnOutcome {
    let ColumnPair { left, right } = pair.clone();
    ColumnOutcome { name: left.clone(), left_name: left, right_name: right, ..ColumnOutcome::default() }
}

/// What was found so far.
struct Comparison<'a> {
    columns: &'a [ColumnPair],
    sides: Vec<(Column, Column)>,
    outcomes: Vec<ColumnOutcome>,
    counts: Counts,
    differences: Differences,
    notes: Vec<(usize, ExtraValue)>,
}

impl Comparison<'_> {
    fn pair<V: Into<Verdict>>(
        &mut self,
        pair: Pair,
        host: &Host,
        judge: &mut impl FnMut(&mut Cell<'_>) -> V,
    ) -> Result<()> {
        match pair {
            Pair::Left(row) => {
                self.counts.removed += 1;
                self.differences.removed(number(row));
            }
            Pair::Right(row) => {
                self.counts.added += 1;
                self.differences.added(number(row));
            }
            Pair::Both(left, right) => {
                let before = self.counts.changed_cells;
                for (index, ((left_cells, right_cells), outcome)) in
                    self.sides.iter().zip(&mut self.outcomes).enumerate()
                {
                    let (left_text, right_text) = (left_cells.text(left), right_cells.text(right));
                    let Some(column) = self.columns.get(index).filter(|_| left_text != right_text) else { continue };
                    // A judge may take long, so that it is asked before each.
                    host.check()?;
                    self.notes.clear();
                    let (left_text, right_text) = (left_text.as_deref(), right_text.as_deref());
                    let (is_text, notes) = (left_cells.is_text() && right_cells.is_text(), &mut self.notes);
                    let mut cell = Cell { index, column, left: left_text, right: right_text, is_text, notes };
                    let verdict = judge(&mut cell).into();
                    let (left, right, differences) = (number(left), number(right), &mut self.differences);
                    match verdict {
                        Verdict::Equal => continue,
                        Verdict::Changed => differences.changed(left, right, &column.left, left_text, right_text),
                        Verdict::Unparsable => {
                            outcome.unparsable += 1;
                            differences.unparsable(left, right, &column.left, left_text, right_text);
                        }
                    }
                    for (column, value) in self.notes.drain(..) {
                        differences.note(column, value);
                    }
                    outcome.changed += 1;
                    self.counts.changed_cells += 1;
                }
                self.counts.matched += 1;
                self.counts.changed += u64::from(self.counts.changed_cells > before);
            }
        }
        Ok(())
    }

    fn outcome(self) -> Outcome {
        let Self { mut outcomes, mut counts, differences, .. } = self;
        counts.unchanged = counts.matched - counts.changed;
        for column in &mut outcomes {
            let matched = counts.matched as f64;
            column.match_rate = (counts.matched > 0).then(|| (matched - column.changed as f64) / matched);
        }
        let Counts { changed, added, removed, left_rows, right_rows, .. } = counts;
        let rows =
            if left_rows == right_rows { left_rows.to_string() } else { format!("{left_rows} and {right_rows}") };
        let summary = match changed + added + removed {
            0 => format!("Equal: {rows} rows"),
            _ => format!("Different: {changed} changed, {added} added, {removed} removed of {rows} rows"),
        };
        Outcome::new(differences.is_empty()).summary(summary).counts(counts).columns(outcomes).differences(differences)
    }
}

/// A row as differences count it: from 1.
fn number(row: usize) -> u64 {
    row as u64 + 1
}
