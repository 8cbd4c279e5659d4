//! The laws over a few large tables, which reach what small ones can't: many blocks, threads, partitions and spilled
//! files.

use csvq_tests::naive::{self, Answer, Pairing, Rules};
use csvq_tests::writing::{Style, write};
use csvq_text::{Control, Level, Outcome, compare};

use super::engine::{Setting, answer, plan, table};
use super::tables::Rows;

/// How the right table's rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Same,
    /// Every thousandth row stands some rows later.
    Near,
    Shuffled,
    /// Two of three rows are missing.
    Thinned,
    /// A fifth of the rows is left, at the start.
    Head,
    /// A fifth of the rows is left, at the end.
    Tail,
}

/// A large case: rows, key and order.
#[derive(Clone, Copy, Debug)]
struct Case {
    rows: usize,
    pairing: Pairing,
    order: Order,
    /// How many rows share a key.
    repeats: usize,
    rules: Rules,
    odd_quotes: bool,
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

fn tables(case: Case) -> (Rows, Rows) {
    let mut numbers = Numbers(case.rows as u64);
    let texts = ["pear", "plum, dried", "a \"fig\"", "two\nlines", "", "Größe", "x"];
    let row = |number: usize, numbers: &mut Numbers| {
        let text = |numbers: &mut Numbers| texts[numbers.below(texts.len())].to_owned();
        vec![(number / case.repeats).to_string(), text(numbers), numbers.below(1000).to_string(), text(numbers)]
    };
    let left: Rows = (0..case.rows).map(|number| row(number, &mut numbers)).collect();
    let mut right = Vec::with_capacity(left.len());
    for row_of_left in &left {
        match numbers.below(100) {
            0 => {}
            1 => right.push(row(numbers.below(2 * case.rows), &mut numbers)),
            2 => {
                let mut changed = row_of_left.clone();
                changed[2].push('0');
                right.push(changed);
            }
            3 => {
                let mut changed = row_of_left.clone();
                changed[3] = "something new, and longer than it was before".to_owned();
                right.push(changed);
            }
            _ => right.push(row_of_left.clone()),
        }
    }
    let fifth = right.len() / 5;
    match case.order {
        Order::Same => {}
        Order::Thinned => right = right.into_iter().step_by(3).collect(),
        Order::Head => right.truncate(fifth),
        Order::Tail => drop(right.drain(..4 * fifth)),
        Order::Near => (0..right.len().saturating_sub(9)).step_by(1000).for_each(|at| right.swap(at, at + 8)),
        Order::Shuffled => (1..right.len()).rev().for_each(|at| right.swap(at, numbers.below(at + 1))),
    }
    (left, right)
}

fn styles(case: Case) -> [Style; 2] {
    let style = Style { final_line_end: true, odd_quotes: case.odd_quotes, ..Style::default() };
    [style.clone(), Style { choices: vec![1, 2, 4, 1, 0, 7, 2, 2, 9], ..style }]
}

fn run(case: Case, texts: &[Vec<u8>; 2], setting: Setting) -> Outcome {
    let tables = [table("left", &texts[0], &Style::default()), table("right", &texts[1], &Style::default())];
    let [left, right] = tables.map(|table| table.unwrap());
    compare(left, right, plan(case.pairing, case.rules, &[0, 1, 2, 3], setting), &Control::new()).unwrap()
}

/// Compares under several settings, and holds each answer against the plain comparison's.
#[track_caller]
fn check(case: Case, settings: &[Setting]) {
    let (left, right) = tables(case);
    check_rows(case, &left, &right, settings);
    if left.len() > 2 * right.len() {
        check_rows(case, &right, &left, settings);
    }
}

#[track_caller]
fn check_rows(case: Case, left: &Rows, right: &Rows, settings: &[Setting]) {
    let mut expected = naive::compare(left, right, 4, case.pairing, case.rules);
    for repeated in &mut expected.repeated {
        repeated.truncate(100);
    }
    let [plain, other] = styles(case);
    let header = ["id", "name", "number", "note"];
    let write = |rows: &Rows, style: &Style| write(&header, rows, style);
    let left_text = write(left, &plain);
    // Alike in style, most records are equal in bytes; unlike, each has to be read.
    for texts in [[left_text.clone(), write(right, &plain)], [left_text.clone(), write(right, &other)]] {
        for setting in settings {
            let found = answer(&run(case, &texts, *setting));
            explain(&found, &expected, *setting);
        }
    }
}

/// Tells where two answers part, without writing either down whole.
#[track_caller]
fn explain(found: &Answer, expected: &Answer, setting: Setting) {
    let counts = |answer: &Answer| {
        (answer.rows, answer.unchanged, answer.changed, answer.removed, answer.added, answer.cells.clone())
    };
    assert_eq!(counts(found), counts(expected), "{setting:?}");
    assert_eq!(found.repeated, expected.repeated, "{setting:?}");
    for (found, expected) in found.differences.iter().zip(&expected.differences) {
        assert_eq!(found, expected, "{setting:?}");
    }
    assert_eq!(found.differences.len(), expected.differences.len(), "{setting:?}");
}

const PLAIN: Case = Case {
    rows: 20_000,
    pairing: Pairing::Key(1),
    order: Order::Same,
    repeats: 1,
    rules: Rules { trim: false, ignore_case: false, empty_is_null: false },
    odd_quotes: false,
};

fn settings() -> Vec<Setting> {
    let plain = Setting { level: Level::detect(), ..Setting::plain() };
    vec![
        plain,
        Setting { threads: 4, block: 1 << 14, ..plain },
        Setting { threads: 2, memory: 1 << 16, ..plain },
        Setting { threads: 3, block: 5000, memory: 1 << 20, level: Level::Portable },
    ]
}

#[test]
fn in_order() {
    check(PLAIN, &settings());
    check(Case { order: Order::Near, ..PLAIN }, &settings());
}

#[test]
fn with_one_side_much_shorter() {
    for order in [Order::Thinned, Order::Head, Order::Tail] {
        for pairing in [Pairing::Key(1), Pairing::Position, Pairing::Content] {
            check(Case { order, pairing, ..PLAIN }, &settings());
        }
    }
}

#[test]
fn shuffled() {
    check(Case { order: Order::Shuffled, ..PLAIN }, &settings());
}

#[test]
fn with_duplicate_keys() {
    check(Case { repeats: 3, ..PLAIN }, &settings());
    check(Case { repeats: 500, order: Order::Shuffled, ..PLAIN }, &settings());
}

#[test]
fn by_several_columns_and_rules() {
    let rules = Rules { ignore_case: true, empty_is_null: true, ..PLAIN.rules };
    check(Case { pairing: Pairing::Key(3), rules, order: Order::Near, ..PLAIN }, &settings());
}

#[test]
fn by_position_and_by_content() {
    check(Case { pairing: Pairing::Position, ..PLAIN }, &settings());
    check(Case { pairing: Pairing::Content, ..PLAIN }, &settings());
    check(Case { pairing: Pairing::Content, order: Order::Shuffled, ..PLAIN }, &settings());
}

#[test]
fn with_quotes_that_hide_where_records_start() {
    check(Case { odd_quotes: true, order: Order::Shuffled, ..PLAIN }, &settings());
    check(Case { odd_quotes: true, ..PLAIN }, &settings());
}

#[test]
fn with_many_partitions() {
    let two = &settings()[1..3];
    check(Case { rows: 120_000, order: Order::Shuffled, ..PLAIN }, two);
}
