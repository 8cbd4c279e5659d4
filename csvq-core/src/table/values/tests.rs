//! Values of every type.

use std::collections::HashSet;

use polars::prelude::{
    Categories, Column, DataFrame, DataType, IntoSeries, ListChunked, NamedFrom, Series, TimeUnit as Unit, TimeZone,
};

use super::Value;
use crate::error::ErrorKind;
use crate::table::Table;
use crate::types::TimeUnit;

fn table(columns: Vec<Column>) -> Table {
    Table::new("left", DataFrame::new_infer_height(columns).expect("a frame")).expect("a table")
}

fn cast(series: &Series, data_type: &DataType) -> Series {
    series.cast(data_type).expect("a cast")
}

/// Checks what a column of three rows gives, in one chunk, in two, and in slices of them; gives its type's family.
#[track_caller]
fn check(series: &Series, expected: [Value<'_>; 3]) -> &'static str {
    let mut chunks = series.slice(0, 1);
    chunks.append(&series.slice(1, 2)).expect("the same type");
    for series in [series, &chunks] {
        for (offset, length) in [(0, 3), (1, 2), (2, 1), (1, 0)] {
            let table = table(vec![series.slice(offset as i64, length).into()]);
            let values = table.values(0).expect("values");
            let found: Vec<Value<'_>> = values.iter().collect();
            assert_eq!(found, expected[offset..offset + length], "{}", series.dtype());
            assert_eq!((values.len(), values.is_empty()), (length, length == 0));
        }
    }
    table(vec![series.clone().into()]).fields()[0].data_type.family()
}

#[test]
fn every_type_gives_its_values() {
    use Value::{Boolean, Bytes, Date, Decimal, Duration, Float, Integer, List, Null, Struct, Text, Time, Unsigned};
    let numbers = Series::new("n".into(), [Some(100_i64), None, Some(1)]);
    let texts = Series::new("t".into(), [Some("a"), None, Some("a text of more than twelve bytes")]);
    let long = "a text of more than twelve bytes";
    let zone = TimeZone::opt_try_new(Some("Europe/Vienna")).expect("a zone");
    let timestamp = |value, unit, zone| Value::Timestamp { value, unit, zone };
    let (ms, us, ns) = (TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds);
    let tenths = Series::new("f".into(), [Some(0.1_f64), None, Some(-2.5)]);
    let categorical = cast(&texts, &DataType::from_categories(Categories::global()));
    let pairs = Series::new("l".into(), [numbers.slice(0, 2), numbers.slice(1, 2), numbers.slice(0, 2)]);
    let lists: ListChunked = [Some(categorical.slice(0, 2)), None, Some(categorical.slice(0, 0))].into_iter().collect();
    let inner = DataFrame::new_infer_height(vec![
        numbers.clone().with_name("x".into()).into(),
        categorical.clone().with_name("y".into()).into(),
    ]);
    let fields = |x, y| Struct(vec![("x", x), ("y", y)]);

    let mut families = HashSet::new();
    let mut check = |series: &Series, expected: [Value<'_>; 3]| {
        families.insert(check(series, expected));
    };
    check(&Series::new_null("null".into(), 3), [Null, Null, Null]);
    check(&cast(&numbers, &DataType::Boolean), [Boolean(true), Null, Boolean(true)]);
    for integer in [
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
    ] {
        check(&cast(&numbers, &integer), [Integer(100), Null, Integer(1)]);
    }
    check(&Series::new("i".into(), [i64::MIN, -1, i64::MAX]), [Integer(i64::MIN), Integer(-1), Integer(i64::MAX)]);
    check(&Series::new("u".into(), [Some(u64::MAX), None, Some(0)]), [Unsigned(u64::MAX), Null, Unsigned(0)]);
    check(&cast(&tenths, &DataType::Float16), [Float(0.099_975_585_937_5), Null, Float(-2.5)]);
    check(&cast(&tenths, &DataType::Float32), [Float(f64::from(0.1_f32)), Null, Float(-2.5)]);
    check(&tenths, [Float(0.1), Null, Float(-2.5)]);
    let decimal = |unscaled| Decimal { unscaled, scale: 2 };
    check(&cast(&tenths, &DataType::Decimal(10, 2)), [decimal(10), Null, decimal(-250)]);
    check(&texts, [Text("a"), Null, Text(long)]);
    check(&categorical, [Text("a"), Null, Text(long)]);
    check(&cast(&texts, &DataType::Binary), [Bytes(b"a"), Null, Bytes(long.as_bytes())]);
    check(&cast(&numbers, &DataType::Date), [Date(100), Null, Date(1)]);
    check(&cast(&numbers, &DataType::Time), [Time(100), Null, Time(1)]);
    for (polars, unit) in [(Unit::Milliseconds, ms), (Unit::Microseconds, us), (Unit::Nanoseconds, ns)] {
        let local = DataType::Datetime(polars, None);
        check(&cast(&numbers, &local), [timestamp(100, unit, None), Null, timestamp(1, unit, None)]);
        let zoned = DataType::Datetime(polars, zone.clone());
        let vienna = Some("Europe/Vienna");
        check(&cast(&numbers, &zoned), [timestamp(100, unit, vienna), Null, timestamp(1, unit, vienna)]);
        let span = |value| Duration { value, unit };
        check(&cast(&numbers, &DataType::Duration(polars)), [span(100), Null, span(1)]);
    }
    let list = || List(vec![Integer(100), Null]);
    check(&pairs, [list(), List(vec![Null, Integer(1)]), list()]);
    let array = DataType::Array(Box::new(DataType::Int64), 2);
    check(&cast(&pairs, &array), [list(), List(vec![Null, Integer(1)]), list()]);
    check(&lists.with_name("c".into()).into_series(), [List(vec![Text("a"), Null]), Null, List(Vec::new())]);
    let structs = inner.expect("a frame").into_struct("s".into()).into_series();
    let expected = [fields(Integer(100), Text("a")), fields(Null, Null), fields(Integer(1), Text(long))];
    check(&structs, expected);
    assert_eq!(families.len(), 13, "{families:?}");
}

#[test]
fn a_column_that_is_not_there_is_an_error() {
    let table = table(vec![Column::new("a".into(), [1_i64])]);
    let error = table.values(1).expect_err("one column");
    assert_eq!((error.kind(), error.context().input.as_deref()), (ErrorKind::NotFound, Some("left")));
    assert_eq!(error.message(), "there is no column 1, counted from 0: the table has 1");
}
