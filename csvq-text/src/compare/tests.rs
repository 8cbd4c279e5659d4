use std::sync::Arc;

use super::*;
use crate::error::ErrorKind;
use crate::input::{Input, OpenOptions};
use crate::plan::{Column, Duplicates};
use crate::table::DialectOptions;

fn table(text: impl Into<String>, options: &DialectOptions) -> Table {
    let bytes = Arc::from(text.into().into_bytes());
    let input = Input::from_bytes("t", bytes, &OpenOptions::default()).expect("bytes open");
    Table::open(input, options).expect("it has a header")
}

fn column(index: usize) -> Column {
    Column { left: index, right: index, ..Column::default() }
}

#[track_caller]
fn refuses(plan: Plan) {
    let table = || table("id,v\n1,a\n", &DialectOptions::default());
    let error = compare(table(), table(), plan, &Control::new()).expect_err("the plan is wrong");
    assert_eq!(error.kind(), ErrorKind::Setting, "{error}");
}

#[test]
fn a_wrong_plan_is_refused() {
    let beyond = Column { left: 0, right: 2, ..Column::default() };
    refuses(Plan { threads: 0, ..Plan::default() });
    refuses(Plan { block: 0, ..Plan::default() });
    refuses(Plan { by: By::Key(Vec::new()), ..Plan::default() });
    refuses(Plan { by: By::Key(vec![beyond.clone()]), ..Plan::default() });
    refuses(Plan { columns: vec![beyond], ..Plan::default() });
}

/// A CR before a line end of CR and LF is text, whichever way records find each other.
#[test]
fn a_cr_before_the_line_end_is_text() {
    const ROWS: usize = if cfg!(miri) { 50 } else { 20_000 };
    let table = |rows: &mut dyn Iterator<Item = usize>, line_end: &str| {
        let text: String = rows.map(|row| format!("{row},v{line_end}")).collect();
        table(format!("k,v\n{text}"), &DialectOptions::default())
    };
    for (left_end, right_end, changed) in [("\r\n", "\r\r\n", ROWS as u64), ("\n", "\r\n", 0)] {
        for memory in [1 << 20, 1 << 30] {
            let plan = || Plan { by: By::Key(vec![column(0)]), columns: vec![column(1)], memory, ..Plan::default() };
            let left = || table(&mut (0..ROWS), left_end);
            let right = || table(&mut (0..ROWS).rev(), right_end);
            let one = compare(left(), right(), plan(), &Control::new()).expect("well-formed");
            let other = compare(right(), left(), plan(), &Control::new()).expect("well-formed");
            assert_eq!([one.changed, other.changed], [changed; 2]);
        }
    }
}

/// An escaped line end is no place to cut an input for the threads.
#[test]
fn escaped_line_ends_are_text_for_every_thread() {
    const ROWS: u64 = if cfg!(miri) { 100 } else { 60_000 };
    const BLOCK: usize = if cfg!(miri) { 64 } else { 4096 };
    let text: String = (0..ROWS).map(|row| format!("{row:07},x\\\n{row},yy\n")).collect();
    let options = DialectOptions { escape: Some(b'\\'), ..DialectOptions::default() };
    let table = || table(format!("id,a,b\n{text}"), &options);
    for threads in [1, 3] {
        let columns = vec![column(1), column(2)];
        let plan = Plan { by: By::Key(vec![column(0)]), columns, threads, block: BLOCK, ..Plan::default() };
        let outcome = compare(table(), table(), plan, &Control::new()).expect("well-formed");
        assert_eq!((outcome.rows, outcome.unchanged), ([ROWS; 2], ROWS));
    }
}

/// The walk, the side that stays in memory, and partitions in memory and on disk; by one thread and by several.
#[test]
fn every_way_through_the_engine_finds_the_same() {
    const ROWS: usize = if cfg!(miri) { 60 } else { 3000 };
    let row = |number: usize| format!("k{number:05},\"v, {}\",{}\r\n", number % 7, "x".repeat(number % 90));
    let changed = |number: usize| row(number).replacen('v', "w", usize::from(number.is_multiple_of(10)));
    let text = |rows: &mut dyn Iterator<Item = String>| format!("id,v,x\r\n{}", rows.collect::<String>());
    let left = || text(&mut (0..ROWS).filter(|number| number % 20 != 1).map(row));
    let rights = [
        text(&mut (0..ROWS).filter(|number| number % 20 != 2).map(changed)),
        text(&mut (0..ROWS).rev().filter(|number| number % 20 != 2).map(changed)),
    ];
    let twentieth = ROWS as u64 / 20;
    let by_key = || By::Key(vec![column(0)]);
    for right in rights {
        for (memory, threads) in [(1 << 30, 1), (1 << 30, 2), (1 << 14, 1), (1 << 14, 3)] {
            let duplicates = if threads == 1 { Duplicates::First } else { Duplicates::Pair };
            let plan = |by| {
                let columns = vec![column(1), column(2)];
                Plan { by, columns, memory, threads, duplicates, block: 512, ..Plan::default() }
            };
            let tables = || [left(), right.clone()].map(|text| table(text, &DialectOptions::default()));
            let [one, other] = tables();
            let found = compare(one, other, plan(by_key()), &Control::new()).expect("well-formed");
            assert_eq!([found.changed, found.removed, found.added], [2 * twentieth, twentieth, twentieth]);
            let [one, other] = tables();
            let found = compare(other, one, plan(By::Content), &Control::new()).expect("well-formed");
            assert_eq!(found.rows, [19 * twentieth; 2]);
            assert_eq!(found.changed, 0);
        }
    }
}

/// Keys that occur more than once, the identical rows among them in another order.
#[test]
fn duplicates_are_paired_in_memory_and_on_disk() {
    const KEYS: usize = if cfg!(miri) { 20 } else { 500 };
    let rows = |values: &[&str]| -> String {
        (0..KEYS).flat_map(|key| values.iter().map(move |value| format!("{key},{value}\n"))).collect()
    };
    for memory in [1 << 14, 1 << 30] {
        let columns = vec![column(1)];
        let plan = Plan { by: By::Key(vec![column(0)]), columns, memory, ..Plan::default() };
        let left = table(format!("id,v\n{}", rows(&["a", "b", "c"])), &DialectOptions::default());
        let right = table(format!("id,v\n{}", rows(&["c", "a", "d", "e"])), &DialectOptions::default());
        let found = compare(left, right, plan, &Control::new()).expect("well-formed");
        let keys = KEYS as u64;
        assert_eq!([found.unchanged, found.changed, found.removed, found.added], [2 * keys, keys, 0, keys]);
        assert_eq!(found.duplicate_keys, [keys; 2]);
    }
}
