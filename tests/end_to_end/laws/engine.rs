//! The engine over texts in memory: its settings, and its answer in the plain comparison's form.

use std::sync::Arc;

use csvq_tests::naive::{Answer, Difference, Pairing, Repeated, Rules, What};
use csvq_tests::writing::{Style, write};
use csvq_text::{
    By, Cell, Column, Control, DialectOptions, Error, Input, Kind, Level, OpenOptions, Outcome, Plan, Rule, Table,
    compare,
};

use super::tables::{Pair, Rows};

/// What must not change the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) threads: usize,
    pub(super) block: usize,
    pub(super) memory: u64,
    pub(super) level: Level,
}

impl Setting {
    /// One thread, whole blocks, enough memory, plain instructions.
    pub(super) fn plain() -> Self {
        Self { threads: 1, block: 1 << 18, memory: 1 << 30, level: Level::Portable }
    }
}

/// Settings that differ from the plain one in one thing or in all.
pub(super) fn settings() -> Vec<Setting> {
    let plain = Setting::plain();
    let mut settings = vec![Setting { threads: 2, ..plain }, Setting { threads: 5, block: 64, ..plain }];
    settings.extend([1, 7, 64, 100, 4096].map(|block| Setting { block, ..plain }));
    settings.extend([0, 1 << 10, 1 << 16].map(|memory| Setting { memory, ..plain }));
    settings.extend(Level::available().into_iter().skip(1).map(|level| Setting { level, ..plain }));
    settings.push(Setting { threads: 3, block: 33, memory: 1 << 12, level: Level::detect() });
    settings
}

pub(super) fn table(name: &str, text: &[u8], style: &Style) -> Result<Table, Error> {
    let input = Input::from_bytes(name, Arc::from(text), &OpenOptions::default())?;
    let plain = DialectOptions { delimiter: Some(b','), ..DialectOptions::default() };
    let escaped = DialectOptions { escape: Some(b'\\'), comment: Some(b'#'), ..plain };
    Table::open(input, if style.escapes { &escaped } else { &plain })
}

/// The plan for tables whose columns stand in these places on the right.
pub(super) fn plan(pairing: Pairing, rules: Rules, places: &[usize], setting: Setting) -> Plan {
    let Rules { trim, ignore_case, empty_is_null } = rules;
    let rule = Rule { trim, ignore_case, empty_is_null, ..Rule::default() };
    let columns: Vec<Column> =
        places.iter().enumerate().map(|(left, right)| Column { left, right: *right, rule: rule.clone() }).collect();
    let (by, columns) = match pairing {
        Pairing::Key(width) => (By::Key(columns[..width].to_vec()), columns[width..].to_vec()),
        Pairing::Position => (By::Position, columns),
        Pairing::Content => (By::Content, columns),
    };
    let Setting { threads, block, memory, level } = setting;
    Plan { by, columns, threads, block, memory, level, ..Plan::default() }
}

/// Compares the rows as the pair says it.
pub(super) fn run(pair: &Pair, setting: Setting) -> Answer {
    run_rows(pair, [&pair.left, &pair.right], setting)
}

pub(super) fn run_rows(pair: &Pair, rows: [&Rows; 2], setting: Setting) -> Answer {
    let header = pair.header();
    let texts = [write(&header, rows[0], &pair.styles[0]), write(&header, rows[1], &pair.styles[1])];
    let places: Vec<usize> = (0..pair.width).collect();
    let plan = plan(pair.pairing, pair.rules, &places, setting);
    let tables = [table("left", &texts[0], &pair.styles[0]), table("right", &texts[1], &pair.styles[1])];
    let [left, right] = tables.map(|table| table.unwrap());
    answer(&compare(left, right, plan, &Control::new()).unwrap())
}

/// The outcome in the plain comparison's form.
pub(super) fn answer(outcome: &Outcome) -> Answer {
    let repeated = |side: usize| -> Vec<Repeated> {
        let keys = outcome.duplicates[side].iter();
        keys.map(|key| (key.cells.clone(), key.rows.clone(), key.count)).collect()
    };
    let cells =
        |cells: &[Cell<'_>]| cells.iter().map(|cell| (!cell.is_null).then(|| cell.text.clone().into_owned())).collect();
    let mut differences = Vec::new();
    let visited = outcome.differences.visit(u64::MAX, &Control::new(), |row| {
        differences.push(Difference {
            what: match row.kind {
                Kind::Changed => What::Changed,
                Kind::Removed => What::Removed,
                Kind::Added => What::Added,
            },
            left_row: row.left_row,
            right_row: row.right_row,
            left: cells(row.left),
            right: cells(row.right),
            changed: row.changed.iter().map(|(index, _)| *index).collect(),
        });
        Ok::<_, Error>(())
    });
    visited.unwrap();
    assert_eq!(outcome.differences.len(), differences.len() as u64);
    assert!(!outcome.stopped_early);
    for side in 0..2 {
        assert!(outcome.duplicate_keys[side] >= outcome.duplicates[side].len() as u64);
    }
    Answer {
        rows: outcome.rows,
        unchanged: outcome.unchanged,
        changed: outcome.changed,
        removed: outcome.removed,
        added: outcome.added,
        cells: outcome.columns.iter().map(|column| column.changed).collect(),
        repeated: [repeated(0), repeated(1)],
        differences,
    }
}
