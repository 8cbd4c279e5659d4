//! The comparison as its documentation says it, without regard to speed.

use std::collections::HashMap;

use csvq_text::{By, Column, ColumnTally, DuplicateKey, Duplicates, Kind, Plan, Verdict};

use crate::answer::{Answer, Difference};
use crate::reference::Cells;

/// Row numbers that are kept of a key that occurs more than once.
const LOCATED_ROWS: usize = 10;

/// Cells under the rules without tolerance; `None` is null.
type Canonical = Vec<Option<Vec<u8>>>;

/// Compares two tables; `None` where a key occurs more than once and the plan refuses that. The plan must not stop
/// early.
pub fn compare(tables: [&[Cells]; 2], plan: &Plan) -> Option<Answer> {
    let mut comparison = Comparison { tables, plan, answer: empty(tables, plan) };
    match &plan.by {
        By::Position => comparison.by_position(),
        By::Content => comparison.by_content(),
        By::Key(key) => comparison.by_key(key)?,
    }
    let answer = &mut comparison.answer;
    answer.differences.sort_by_key(|difference| {
        let [left, right] = difference.rows;
        (difference.kind, if difference.kind == Kind::Added { right } else { left })
    });
    Some(comparison.answer)
}

struct Comparison<'a> {
    tables: [&'a [Cells]; 2],
    plan: &'a Plan,
    answer: Answer,
}

impl Comparison<'_> {
    fn by_position(&mut self) {
        let [left, right] = self.tables.map(|rows| (0..rows.len()).collect());
        self.pair_in_order(left, right);
    }

    fn by_content(&mut self) {
        for [left, right] in self.groups(&self.plan.columns) {
            let paired = left.len().min(right.len());
            self.answer.unchanged += paired as u64;
            self.pair_in_order(left[paired..].to_vec(), right[paired..].to_vec());
        }
    }

    fn by_key(&mut self, key: &[Column]) -> Option<()> {
        for mut sides in self.groups(key) {
            for (side, rows) in sides.iter_mut().enumerate() {
                if rows.len() > 1 {
                    self.locate(side, key, rows);
                }
                if self.plan.duplicates == Duplicates::First {
                    rows.truncate(1);
                }
            }
            let [mut left, mut right] = sides;
            // With one record on each side nothing can be matched wrongly, and its cells may yet be told apart.
            if left.len().max(right.len()) > 1 {
                self.match_identical(&mut left, &mut right);
            }
            self.pair_in_order(left, right);
        }
        for located in &mut self.answer.duplicates {
            located.sort_by_key(|duplicate| duplicate.rows[0]);
            located.truncate(self.plan.locate_duplicates);
        }
        let refused = self.plan.duplicates == Duplicates::Error && self.answer.duplicate_keys != [0, 0];
        (!refused).then_some(())
    }

    /// Rows by their canonical cells, on each side, in order.
    fn groups(&self, columns: &[Column]) -> Vec<[Vec<usize>; 2]> {
        let mut groups: HashMap<Canonical, [Vec<usize>; 2]> = HashMap::new();
        for (side, rows) in self.tables.iter().enumerate() {
            for (index, row) in rows.iter().enumerate() {
                groups.entry(canonical(row, columns, side)).or_default()[side].push(index);
            }
        }
        groups.into_values().collect()
    }

    /// Matches identical records, the earliest with the earliest, and leaves the rest.
    fn match_identical(&mut self, left: &mut Vec<usize>, right: &mut Vec<usize>) {
        let columns = &self.plan.columns;
        right.retain(|index| {
            let wanted = canonical(&self.tables[1][*index], columns, 1);
            let twin = left.iter().position(|index| canonical(&self.tables[0][*index], columns, 0) == wanted);
            if let Some(twin) = twin {
                left.remove(twin);
                self.answer.unchanged += 1;
            }
            twin.is_none()
        });
    }

    /// Pairs records in order; the surplus was removed or added.
    fn pair_in_order(&mut self, left: Vec<usize>, right: Vec<usize>) {
        let paired = left.len().min(right.len());
        for (left, right) in left.iter().zip(&right) {
            self.pair(*left, *right);
        }
        for index in &left[paired..] {
            self.answer.removed += 1;
            self.differ(Kind::Removed, [Some(*index), None], Vec::new());
        }
        for index in &right[paired..] {
            self.answer.added += 1;
            self.differ(Kind::Added, [None, Some(*index)], Vec::new());
        }
    }

    fn pair(&mut self, left: usize, right: usize) {
        let (left_row, right_row) = (&self.tables[0][left], &self.tables[1][right]);
        let mut changed = Vec::new();
        for (index, column) in self.plan.columns.iter().enumerate() {
            let (left, right) = (&left_row[column.left], &right_row[column.right]);
            let verdict = column.rule.compare(left, right);
            if verdict == Verdict::Equal {
                continue;
            }
            changed.push((index, verdict == Verdict::Unparsable));
            let tally = &mut self.answer.columns[index];
            tally.changed += 1;
            tally.unparsable += u64::from(verdict == Verdict::Unparsable);
            let distance = column.rule.difference(left, right).map(f64::abs);
            tally.max_abs_diff = match (tally.max_abs_diff, distance) {
                (Some(most), Some(distance)) => Some(most.max(distance)),
                (most, distance) => most.or(distance),
            };
        }
        if changed.is_empty() {
            self.answer.unchanged += 1;
        } else {
            self.answer.changed += 1;
            self.differ(Kind::Changed, [Some(left), Some(right)], changed);
        }
    }

    fn differ(&mut self, kind: Kind, indexes: [Option<usize>; 2], changed: Vec<(usize, bool)>) {
        let cells = [0, 1].map(|side| indexes[side].map_or_else(Vec::new, |index| texts(&self.tables[side][index])));
        let rows = indexes.map(|index| index.map(|index| index as u64 + 1));
        self.answer.differences.push(Difference { kind, rows, cells, changed });
    }

    fn locate(&mut self, side: usize, key: &[Column], rows: &[usize]) {
        let first = &self.tables[side][rows[0]];
        let cells = key.iter().map(|column| {
            let cell = &first[if side == 0 { column.left } else { column.right }];
            column.rule.value(cell).map(|value| String::from_utf8_lossy(value).into_owned())
        });
        self.answer.duplicate_keys[side] += 1;
        self.answer.duplicates[side].push(DuplicateKey {
            cells: cells.collect(),
            rows: rows.iter().take(LOCATED_ROWS).map(|index| *index as u64 + 1).collect(),
            count: rows.len() as u64,
        });
    }
}

fn empty(tables: [&[Cells]; 2], plan: &Plan) -> Answer {
    Answer {
        rows: tables.map(|rows| rows.len() as u64),
        unchanged: 0,
        changed: 0,
        added: 0,
        removed: 0,
        duplicate_keys: [0; 2],
        duplicates: Default::default(),
        columns: vec![ColumnTally::default(); plan.columns.len()],
        differences: Vec::new(),
    }
}

fn canonical(row: &Cells, columns: &[Column], side: usize) -> Canonical {
    let index = |column: &Column| if side == 0 { column.left } else { column.right };
    columns.iter().map(|column| column.rule.canonical(&row[index(column)]).map(|cell| cell.into_owned())).collect()
}

fn texts(row: &Cells) -> Vec<String> {
    row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}
