//! Columns of every kind, back as the values that they were made of, and columns that make no table.

use super::ColumnValues;
use crate::error::{ErrorKind, Result};
use crate::table::{Table, Value};
use crate::types::TimeUnit;

fn made(columns: Vec<(&str, ColumnValues)>) -> Result<Table> {
    Table::from_columns("left", columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect())
}

#[track_caller]
fn check(values: ColumnValues, data_type: &str, expected: [Value<'_>; 3]) {
    let table = made(vec![("v", values)]).expect("a table");
    let field = &table.fields()[0];
    assert_eq!((table.rows(), field.name.as_str(), field.data_type.to_string().as_str()), (3, "v", data_type));
    let values = table.values(0).expect("values");
    assert_eq!(values.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn values_come_back() {
    use Value::{Boolean, Bytes, Date, Decimal, Duration, Float, Integer, Null, Text, Unsigned};
    let integers = vec![Some(i64::MIN), None, Some(7)];
    check(ColumnValues::Integers(integers), "int64", [Integer(i64::MIN), Null, Integer(7)]);
    check(
        ColumnValues::Unsigned(vec![Some(u64::MAX), None, Some(0)]),
        "uint64",
        [Unsigned(u64::MAX), Null, Unsigned(0)],
    );
    check(ColumnValues::Floats(vec![Some(0.1), None, Some(f64::MAX)]), "float64", [Float(0.1), Null, Float(f64::MAX)]);
    let booleans = vec![Some(true), None, Some(false)];
    check(ColumnValues::Booleans(booleans), "boolean", [Boolean(true), Null, Boolean(false)]);
    let long = "a text of more than twelve bytes";
    let texts = vec![Some(String::new()), None, Some(long.to_owned())];
    check(ColumnValues::Texts(texts), "text", [Text(""), Null, Text(long)]);
    let bytes = vec![Some(b"\0\xff".to_vec()), None, Some(Vec::new())];
    check(ColumnValues::Bytes(bytes), "binary", [Bytes(b"\0\xff"), Null, Bytes(b"")]);
    check(ColumnValues::Dates(vec![Some(-1), None, Some(20_000)]), "date", [Date(-1), Null, Date(20_000)]);
    let most = 10_i128.pow(38) - 1;
    let decimal = |unscaled| Decimal { unscaled, scale: 2 };
    let values = vec![Some(-most), None, Some(125)];
    check(ColumnValues::Decimals { scale: 2, values }, "decimal(38, 2)", [decimal(-most), Null, decimal(125)]);

    let counts = || vec![Some(-5), None, Some(1_000_000)];
    for (unit, kept, times) in [
        (TimeUnit::Seconds, TimeUnit::Milliseconds, 1000),
        (TimeUnit::Milliseconds, TimeUnit::Milliseconds, 1),
        (TimeUnit::Microseconds, TimeUnit::Microseconds, 1),
        (TimeUnit::Nanoseconds, TimeUnit::Nanoseconds, 1),
    ] {
        let span = |value: i64| Duration { value: value * times, unit: kept };
        let name = format!("duration[{}]", kept.symbol());
        check(ColumnValues::Durations { unit, values: counts() }, &name, [span(-5), Null, span(1_000_000)]);
        for zone in [None, Some("Europe/Vienna"), Some("UTC")] {
            let moment = |value: i64| Value::Timestamp { value: value * times, unit: kept, zone };
            let comma = zone.map(|zone| format!(", {zone}")).unwrap_or_default();
            let name = format!("timestamp[{}{comma}]", kept.symbol());
            let values = ColumnValues::Timestamps { unit, zone: zone.map(str::to_owned), values: counts() };
            check(values, &name, [moment(-5), Null, moment(1_000_000)]);
        }
    }
}

#[test]
fn tables_without_rows_or_columns() {
    assert_eq!(made(Vec::new()).expect("a table").fields(), []);
    let table = made(vec![("a", ColumnValues::Texts(Vec::new())), ("b", ColumnValues::Integers(Vec::new()))]);
    let table = table.expect("a table");
    assert_eq!((table.rows(), table.fields().len()), (0, 2));
    let nulls = made(vec![("a", ColumnValues::Texts(vec![None, None]))]).expect("a table");
    assert_eq!(nulls.values(0).expect("values").iter().collect::<Vec<_>>(), [Value::Null, Value::Null]);
}

#[test]
fn what_makes_no_table_is_refused_by_name() {
    let integers = |count: usize| ColumnValues::Integers(vec![Some(1); count]);
    let seconds = |values| ColumnValues::Durations { unit: TimeUnit::Seconds, values };
    let zoned = |zone: &str| ColumnValues::Timestamps {
        unit: TimeUnit::Seconds,
        zone: Some(zone.to_owned()),
        values: vec![Some(1)],
    };
    let decimals = |scale, value| ColumnValues::Decimals { scale, values: vec![Some(value)] };
    let cases = [
        (vec![("a", integers(2)), ("v", integers(3))], ErrorKind::Malformed, "it has 3 values, and the first column 2"),
        (vec![("v", integers(1)), ("v", integers(1))], ErrorKind::Unsupported, "two columns are called `v`"),
        (vec![("v", seconds(vec![None, Some(i64::MAX)]))], ErrorKind::Unsupported, "so far away"),
        (vec![("v", zoned("Mars/Olympus"))], ErrorKind::Unsupported, "the zone `Mars/Olympus`"),
        (vec![("v", zoned("*"))], ErrorKind::Unsupported, "the zone `*`"),
        (vec![("v", decimals(39, 1))], ErrorKind::Unsupported, "at most 38 digits after the point"),
        (vec![("v", decimals(0, 10_i128.pow(38)))], ErrorKind::Malformed, "more digits"),
        (vec![("v", decimals(0, i128::MIN))], ErrorKind::Malformed, "more digits"),
    ];
    for (columns, kind, words) in cases {
        let error = made(columns).expect_err(words);
        assert_eq!((error.kind(), error.message().contains(words)), (kind, true), "{words:?} is not in {error}");
        assert_eq!((error.context().input.as_deref(), error.context().column.as_deref()), (Some("left"), Some("v")));
    }
}
