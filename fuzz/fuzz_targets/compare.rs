//! Two texts compared by the engine and by the naive comparison: the same answer, down to every row and cell, whatever
//! the threads, the memory, the blocks and the instructions.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use csvq_fuzz::answer::Answer;
use csvq_fuzz::tables::{self, Texts};
use csvq_fuzz::{Text, dialects, naive, open, reference, rules};
use csvq_text::{By, Column, Control, Dialect, Duplicates, Error, ErrorKind, Level, Plan, Table, compare};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 2] = ["left", "right"];

#[derive(Debug)]
struct Case {
    texts: [Text; 2],
    dialects: [Dialect; 2],
    plan: Plan,
    machines: Vec<Machine>,
}

/// What must make no difference.
#[derive(Clone, Copy, Debug)]
struct Machine {
    threads: usize,
    memory: u64,
    block: usize,
    level: Level,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mode = u.int_in_range(0..=7)?;
        let duplicates = *u.choose(&[Duplicates::Pair, Duplicates::Pair, Duplicates::First, Duplicates::Error])?;
        let ragged = dialects::ragged(u)?;
        let locate_duplicates = *u.choose(&[0, 1, 3, 100, 100, usize::MAX])?;
        let stop_after = if u.ratio(1, 8)? { Some(u.int_in_range(1..=20)?) } else { None };
        let machines = vec![
            Machine { threads: 1, memory: 1 << 30, block: 1 << 16, level: Level::detect() },
            machine(u)?,
            machine(u)?,
        ];
        let first = u.arbitrary::<u8>()?;
        let key_columns = u.int_in_range(1..=3)?;
        let left_out = if u.ratio(1, 8)? { Some(u.arbitrary::<u8>()?) } else { None };
        let rules = [rules::rule(u)?, rules::rule(u)?];

        let Texts { texts, dialects, columns, rotation } = tables::texts(u)?;
        let column = |index: usize| {
            let right = (index + columns - rotation) % columns;
            Column { left: index, right, rule: rules[index % 2].clone() }
        };
        let key_at = |place: usize| (usize::from(first) + place) % columns;
        let keys: Vec<usize> = (0..key_columns.min(columns)).map(key_at).collect();
        let by = match mode {
            0 => By::Position,
            1 | 2 => By::Content,
            _ => By::Key(keys.iter().map(|index| column(*index)).collect()),
        };
        let compared = (0..columns).filter(|index| {
            let in_key = matches!(by, By::Key(_)) && keys.contains(index);
            !in_key && (columns == 1 || left_out.is_none_or(|out| usize::from(out) % columns != *index))
        });
        let columns = compared.map(column).collect();
        let plan = Plan { by, columns, ragged, duplicates, locate_duplicates, stop_after, ..Plan::default() };
        Ok(Self { texts, dialects, plan, machines })
    }
}

fn machine(u: &mut Unstructured<'_>) -> Result<Machine> {
    Ok(Machine {
        threads: *u.choose(&[1, 1, 3])?,
        memory: *u.choose(&[0, 1 << 12, 1 << 16, 1 << 24, 1 << 30])?,
        block: *u.choose(&[1, 7, 61, 64, 100, 1000, 4096])?,
        level: *u.choose(&Level::available())?,
    })
}

/// What must come out.
enum Expected {
    Answer(Box<Answer>),
    /// The first malformed byte of each side that has one.
    Malformed([Option<u64>; 2]),
    DuplicateKey,
}

fuzz_target!(|case: Case| {
    let Some(expected) = expected(&case) else { return };
    for machine in &case.machines {
        let tables = [0, 1].map(|side| open(NAMES[side], &case.texts[side].0, &dialects::given(&case.dialects[side])));
        let [left, right] = tables.map(|table| table.expect("it opened before"));
        check(&case, machine, &expected, left, right);
    }
});

/// Opens both sides, against the reference reader, and compares what it read; `None` where a side can't be opened.
fn expected(case: &Case) -> Option<Expected> {
    let mut rows = [const { Vec::new() }; 2];
    let mut malformed = [None; 2];
    let mut columns = [0; 2];
    for side in 0..2 {
        let (text, dialect) = (&case.texts[side].0, &case.dialects[side]);
        let table = open(NAMES[side], text, &dialects::given(dialect));
        let (table, read) = match (table, reference::read(text, dialect, case.plan.ragged)) {
            (Ok(table), Ok(read)) => (table, read),
            (Err(error), Err(byte)) => {
                assert_eq!((error.kind(), error.byte()), (ErrorKind::Malformed, byte), "{error}");
                return None;
            }
            (table, read) => panic!("{}: opened {table:?}, read {read:?}", NAMES[side]),
        };
        assert_eq!(table.columns(), read.columns);
        columns[side] = read.columns.len();
        match read.rows {
            Ok(read) => rows[side] = read,
            Err(byte) => malformed[side] = Some(byte),
        }
    }
    let key: &[Column] = if let By::Key(key) = &case.plan.by { key } else { &[] };
    let fits = |column: &Column| column.left < columns[0] && column.right < columns[1];
    if !key.iter().chain(&case.plan.columns).all(fits) {
        // A header that was read otherwise than it was meant: nothing that a caller would ask for.
        return None;
    }
    if malformed != [None; 2] {
        return Some(Expected::Malformed(malformed));
    }
    let answer = naive::compare([&rows[0], &rows[1]], &case.plan);
    Some(answer.map_or(Expected::DuplicateKey, |answer| Expected::Answer(Box::new(answer))))
}

fn check(case: &Case, machine: &Machine, expected: &Expected, left: Table, right: Table) {
    // Joins cut texts into blocks, and look at all those before: not too many of them.
    let most = case.texts.iter().map(|text| text.0.len()).max().unwrap_or_default();
    let plan = Plan {
        threads: machine.threads,
        memory: machine.memory,
        block: machine.block.max(most / 300),
        level: machine.level,
        ..case.plan.clone()
    };
    let outcome = compare(left, right, plan, &Control::new());
    let stop_after = case.plan.stop_after;
    match (outcome, expected) {
        (Ok(outcome), Expected::Answer(expected)) => {
            let Some(most) = stop_after else {
                assert!(!outcome.stopped_early);
                assert_eq!(answer(outcome), **expected, "{machine:?}");
                return;
            };
            let all = expected.differences.len() as u64;
            assert_eq!(outcome.differences.len(), most.min(all), "{machine:?}");
            assert!(all < most || outcome.stopped_early || all == most);
            let answer = answer(outcome);
            assert_eq!(answer.changed + answer.added + answer.removed, most.min(all));
            if all < most {
                assert_eq!(answer, **expected, "{machine:?}");
            }
        }
        (Err(error), Expected::Malformed(bytes)) => {
            assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
            let side = NAMES.iter().position(|name| error.input() == Some(name)).expect("it names its input");
            assert_eq!(error.byte(), bytes[side], "{machine:?}: {error}");
        }
        (Err(error), Expected::DuplicateKey) => assert_eq!(error.kind(), ErrorKind::DuplicateKey, "{error}"),
        // Whoever stops early may not come to what is wrong further on.
        (Ok(outcome), _) if stop_after.is_some() => assert!(outcome.stopped_early),
        (Ok(_), Expected::Malformed(bytes)) => panic!("{machine:?}: expected an error at one of {bytes:?}"),
        (Ok(_), Expected::DuplicateKey) => panic!("{machine:?}: expected an error for keys that occur twice"),
        (Err(error), Expected::Answer(_)) => panic!("{machine:?}: {error}"),
    }
}

fn answer(outcome: csvq_text::Outcome) -> Answer {
    let answer: std::result::Result<Answer, Error> = Answer::of(outcome);
    answer.expect("the rows that differ can be shown")
}
