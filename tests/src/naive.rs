//! A comparison written the plain way, over cells that are in memory: what the engine's answers are held against.
//!
//! It shares no code with the engine, and knows neither files nor dialects.

use std::collections::{HashMap, VecDeque};

/// Cells of a record or of a key; `None` is null.
pub type Cells = Vec<Option<String>>;

/// How rows find each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// By their first columns, so many.
    Key(usize),
    /// By position.
    Position,
    /// By content.
    Content,
}

/// Rules for all columns, those of the key too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Leave out white space at both ends.
    pub trim: bool,
    /// Letters are equal whatever their case.
    pub ignore_case: bool,
    /// Empty cells are null.
    pub empty_is_null: bool,
}

impl Rules {
    fn value<'a>(&self, cell: &'a str) -> Option<&'a str> {
        let cell = if self.trim { cell.trim() } else { cell };
        (!(self.empty_is_null && cell.is_empty())).then_some(cell)
    }

    fn normal(&self, cell: &str) -> Option<String> {
        let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect();
        self.value(cell).map(|text| if self.ignore_case { lower(text) } else { text.to_owned() })
    }
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Some compared cell differs.
    Changed,
    /// It is on the left alone.
    Removed,
    /// It is on the right alone.
    Added,
}

/// One row that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What happened.
    pub what: What,
    /// Its number on the left, from 1.
    pub left_row: Option<u64>,
    /// Its number on the right, from 1.
    pub right_row: Option<u64>,
    /// The left record.
    pub left: Cells,
    /// The right record.
    pub right: Cells,
    /// The compared columns that differ, by their place among the compared ones.
    pub changed: Vec<usize>,
}

/// A key that occurs more than once: its cells, its first ten rows, how many it has.
pub type Repeated = (Cells, Vec<u64>, u64);

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Records on each side.
    pub rows: [u64; 2],
    /// Pairs without a difference.
    pub unchanged: u64,
    /// Pairs with one.
    pub changed: u64,
    /// Records on the left alone.
    pub removed: u64,
    /// Records on the right alone.
    pub added: u64,
    /// Changed cells of each compared column.
    pub cells: Vec<u64>,
    /// Keys that occur more than once, by first occurrence.
    pub repeated: [Vec<Repeated>; 2],
    /// The rows that differ, in the report's order.
    pub differences: Vec<Difference>,
}

/// Compares two tables of the same columns, all of which are compared but those of the key.
#[must_use]
pub fn compare(left: &[Vec<String>], right: &[Vec<String>], width: usize, pairing: Pairing, rules: Rules) -> Answer {
    let key_width = if let Pairing::Key(width) = pairing { width } else { 0 };
    let sides = [left, right];
    let normal = sides.map(|rows| rows.iter().map(|row| normal_row(row, rules)).collect::<Vec<_>>());
    let (pairs, repeated) = match pairing {
        Pairing::Position => {
            let both = left.len().min(right.len());
            ((0..both).map(|row| (row, row)).collect(), Default::default())
        }
        Pairing::Content => (pair_within(&normal, [&all(left), &all(right)], 0), Default::default()),
        Pairing::Key(_) => by_key(sides, &normal, key_width, rules),
    };
    answer(sides, &normal, &pairs, [key_width, width], rules, repeated, pairing == Pairing::Content)
}

fn all(rows: &[Vec<String>]) -> Vec<usize> {
    (0..rows.len()).collect()
}

fn normal_row(row: &[String], rules: Rules) -> Cells {
    row.iter().map(|cell| rules.normal(cell)).collect()
}

type Pairs = Vec<(usize, usize)>;

fn by_key(
    sides: [&[Vec<String>]; 2],
    normal: &[Vec<Cells>; 2],
    width: usize,
    rules: Rules,
) -> (Pairs, [Vec<Repeated>; 2]) {
    let mut groups: HashMap<&[Option<String>], [Vec<usize>; 2]> = HashMap::new();
    for (side, rows) in normal.iter().enumerate() {
        for (index, row) in rows.iter().enumerate() {
            groups.entry(&row[..width]).or_default()[side].push(index);
        }
    }
    let mut pairs = Vec::new();
    let mut repeated: [Vec<(usize, Repeated)>; 2] = Default::default();
    for group in groups.into_values() {
        for (side, rows) in group.iter().enumerate().filter(|(_, rows)| rows.len() > 1) {
            let cells = sides[side][rows[0]][..width].iter();
            let cells = cells.map(|cell| rules.value(cell).map(str::to_owned)).collect();
            let first = rows.iter().take(10).map(|row| *row as u64 + 1).collect();
            repeated[side].push((rows[0], (cells, first, rows.len() as u64)));
        }
        pairs.extend(pair_within(normal, [&group[0], &group[1]], width));
    }
    let repeated = repeated.map(|mut keys| {
        keys.sort();
        keys.into_iter().map(|(_, key)| key).collect()
    });
    (pairs, repeated)
}

/// Identical records first, the earliest with the earliest. By key, the rest in order of occurrence.
fn pair_within(normal: &[Vec<Cells>; 2], rows: [&[usize]; 2], key_width: usize) -> Pairs {
    let mut waiting: HashMap<&[Option<String>], VecDeque<usize>> = HashMap::new();
    for right in rows[1] {
        waiting.entry(&normal[1][*right][key_width..]).or_default().push_back(*right);
    }
    let mut pairs = Vec::new();
    let mut rest = Vec::new();
    for left in rows[0] {
        match waiting.get_mut(&normal[0][*left][key_width..]).and_then(VecDeque::pop_front) {
            Some(right) => pairs.push((*left, right)),
            None => rest.push(*left),
        }
    }
    if key_width > 0 {
        let mut others: Vec<usize> = waiting.into_values().flatten().collect();
        others.sort_unstable();
        pairs.extend(rest.into_iter().zip(others));
    }
    pairs
}

fn answer(
    sides: [&[Vec<String>]; 2],
    normal: &[Vec<Cells>; 2],
    pairs: &[(usize, usize)],
    [first, width]: [usize; 2],
    rules: Rules,
    repeated: [Vec<Repeated>; 2],
    by_content: bool,
) -> Answer {
    let mut answer = Answer {
        rows: sides.map(|rows| rows.len() as u64),
        cells: vec![0; width - first],
        repeated,
        ..Answer::default()
    };
    let shown = |side: usize, row: Option<usize>| -> Cells {
        let cells = row.map_or(&[][..], |row| &sides[side][row]);
        cells.iter().map(|cell| rules.value(cell).map(|_| cell.clone())).collect()
    };
    let number = |row: Option<usize>| row.map(|row| row as u64 + 1);
    let mut push = |what, left: Option<usize>, right: Option<usize>, changed| {
        let (left_row, right_row) = (number(left), number(right));
        answer.differences.push(Difference {
            what,
            left_row,
            right_row,
            left: shown(0, left),
            right: shown(1, right),
            changed,
        });
    };
    let mut alone: [Vec<bool>; 2] = sides.map(|rows| vec![true; rows.len()]);
    let mut changed_rows = 0;
    for (left, right) in pairs {
        (alone[0][*left], alone[1][*right]) = (false, false);
        let changed: Vec<usize> =
            (first..width).filter(|at| normal[0][*left][*at] != normal[1][*right][*at]).map(|at| at - first).collect();
        if !changed.is_empty() && !by_content {
            changed_rows += 1;
            changed.iter().for_each(|at| answer.cells[*at] += 1);
            push(What::Changed, Some(*left), Some(*right), changed);
        }
    }
    for left in (0..alone[0].len()).filter(|row| alone[0][*row]) {
        push(What::Removed, Some(left), None, Vec::new());
    }
    for right in (0..alone[1].len()).filter(|row| alone[1][*row]) {
        push(What::Added, None, Some(right), Vec::new());
    }
    answer.differences.sort_by_key(|difference| (difference.what, difference.left_row.or(difference.right_row)));
    answer.changed = changed_rows;
    answer.unchanged = pairs.len() as u64 - changed_rows;
    answer.removed = alone[0].iter().filter(|alone| **alone).count() as u64;
    answer.added = alone[1].iter().filter(|alone| **alone).count() as u64;
    answer
}
