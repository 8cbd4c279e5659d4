//! What the text engine takes: scanning, the walk, the join, and rules.
//!
//! Tables are in memory, so that no disk is measured. An iteration opens both and compares them whole.

use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use csvq_benches::{Order, Shape};
use csvq_text::{
    By, Column, ColumnType, Control, DialectOptions, Input, Level, OpenOptions, Outcome, Plan, Ragged, Result, Rule,
    Table, compare, infer, unique,
};

/// A table's text, shared by all who read it.
type Text = Arc<[u8]>;

fn open(text: &Text) -> Result<Table> {
    Table::open(Input::from_bytes("input", Arc::clone(text), &OpenOptions::default())?, &DialectOptions::default())
}

fn columns(indexes: impl IntoIterator<Item = usize>) -> Vec<Column> {
    indexes.into_iter().map(|index| Column { left: index, right: index, ..Column::default() }).collect()
}

/// By the first columns, all others compared.
fn by_key(shape: &Shape, key: usize) -> Plan {
    Plan { by: By::Key(columns(0..key)), columns: columns(key..shape.columns), ..Plan::default() }
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    group
}

/// Measures a comparison, after a look that it finds as many changed rows as it should.
fn bench(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, [left, right]: [&Text; 2], plan: &Plan, changed: bool) {
    let run = || -> Result<Outcome> { compare(open(left)?, open(right)?, plan.clone(), &Control::new()) };
    let outcome = run().expect("the tables are well-formed");
    assert_eq!((outcome.added, outcome.removed), (0, 0), "{name}: every row has its partner");
    assert_eq!(outcome.changed > 0, changed, "{name}");
    group.throughput(Throughput::Bytes((left.len() + right.len()) as u64));
    group.bench_function(name, |bencher| bencher.iter(run));
}

/// A table by position with itself, at every level of instructions.
fn scan(criterion: &mut Criterion) {
    let mut group = group(criterion, "scan");
    let shapes = [
        ("plain", Shape::PLAIN),
        ("all_quoted", Shape { all_quoted: true, ..Shape::PLAIN }),
        ("crlf", Shape { crlf: true, ..Shape::PLAIN }),
        ("wide", Shape { columns: 200, ..Shape::PLAIN }),
    ];
    for (name, shape) in shapes {
        let text = Text::from(shape.text());
        for level in Level::available() {
            let plan = Plan { columns: columns(0..shape.columns), level, ..Plan::default() };
            bench(&mut group, &format!("{name}/{level:?}"), [&text, &text], &plan, false);
        }
    }
    group.finish();
}

/// Rows in the same order: no index is built.
fn lockstep(criterion: &mut Criterion) {
    let mut group = group(criterion, "lockstep");
    let shapes = [
        ("changed_1_in_100", Shape::PLAIN, 100, 1),
        ("changed_1_in_3", Shape::PLAIN, 3, 1),
        ("composite_key", Shape::PLAIN, 100, 2),
        ("unsorted", Shape::PLAIN.order(Order::Unsorted), 100, 1),
        ("all_quoted", Shape { all_quoted: true, ..Shape::PLAIN }, 100, 1),
        ("crlf", Shape { crlf: true, ..Shape::PLAIN }, 100, 1),
        ("wide", Shape { columns: 200, ..Shape::PLAIN }, 100, 1),
    ];
    for (name, shape, every, key) in shapes {
        let [left, right] = [shape, shape.changed(every)].map(|shape| Text::from(shape.text()));
        bench(&mut group, name, [&left, &right], &by_key(&shape, key), true);
    }
    group.finish();
}

/// Rows in different orders.
fn join(criterion: &mut Criterion) {
    let mut group = group(criterion, "join");
    let plain = Shape::PLAIN;
    let left = Text::from(plain.text());
    let shuffled = Text::from(plain.order(Order::Shuffled).changed(100).text());
    let plan = by_key(&plain, 1);
    bench(&mut group, "shuffled", [&left, &shuffled], &plan, true);
    bench(&mut group, "shuffled_one_thread", [&left, &shuffled], &Plan { threads: 1, ..plan.clone() }, true);
    bench(&mut group, "shuffled_spilled", [&left, &shuffled], &Plan { memory: 16 << 20, ..plan.clone() }, true);
    bench(&mut group, "composite_key", [&left, &shuffled], &by_key(&plain, 2), true);
    let changed = Text::from(plain.order(Order::Shuffled).changed(3).text());
    bench(&mut group, "changed_1_in_3", [&left, &changed], &plan, true);
    let quoted = Shape { all_quoted: true, ..plain };
    let [left, right] = [quoted, quoted.order(Order::Shuffled).changed(100)].map(|shape| Text::from(shape.text()));
    bench(&mut group, "all_quoted", [&left, &right], &plan, true);
    group.finish();
}

/// Rules on two cells, rules on a whole table, and what is asked of a table before it is compared.
fn rules(criterion: &mut Criterion) {
    let mut group = group(criterion, "rules");
    let cells = |group: &mut BenchmarkGroup<'_, WallTime>, name: &str, rule: Rule, left: &str, right: &str| {
        group.throughput(Throughput::Bytes((left.len() + right.len()) as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| rule.compare(std::hint::black_box(left.as_bytes()), std::hint::black_box(right.as_bytes())))
        });
    };
    let of = |column_type| Rule { column_type, ..Rule::default() };
    cells(&mut group, "cell/text", Rule::default(), "Ada Lovelace", "Ada Lovelac3");
    cells(&mut group, "cell/ignore_case", Rule { ignore_case: true, ..Rule::default() }, "Søren Rossi", "SØREN ROSSI");
    cells(&mut group, "cell/decimal", of(ColumnType::Decimal), "12345.670", "12345.67");
    cells(&mut group, "cell/float", of(ColumnType::Float), "0.30000000000000004", "0.3");
    cells(&mut group, "cell/abs_tol", Rule { abs_tol: Some(0.01), ..Rule::default() }, "12345.671", "12345.67");
    cells(&mut group, "cell/timestamp", of(ColumnType::Timestamp), "2024-05-17T10:30:00Z", "2024-05-17T12:30:00+02:00");

    let shape = Shape::PLAIN;
    let [left, right] = [shape, shape.changed(3)].map(|shape| Text::from(shape.text()));
    let mut tolerant = by_key(&shape, 1);
    for column in &mut tolerant.columns {
        column.rule = Rule { abs_tol: Some(0.01), trim: true, empty_is_null: true, ..Rule::default() };
    }
    bench(&mut group, "table/tolerance", [&left, &right], &tolerant, true);

    let [left_table, right_table] = [&left, &right].map(|text| open(text).expect("the table is well-formed"));
    let all = columns(0..shape.columns);
    group.throughput(Throughput::Elements(10_000 * shape.columns as u64 * 2));
    group.bench_function("infer", |bencher| {
        bencher.iter(|| infer(&left_table, &right_table, &all, Ragged::Error, &Control::new()))
    });
    let sets: Vec<_> = (0..shape.columns).map(|index| columns([index])).collect();
    group.throughput(Throughput::Bytes((left.len() + right.len()) as u64));
    group.bench_function("unique", |bencher| {
        bencher.iter(|| unique(&left_table, &right_table, &sets, Ragged::Error, &Control::new()))
    });
    group.finish();
}

criterion_group!(benches, scan, lockstep, join, rules);
criterion_main!(benches);
