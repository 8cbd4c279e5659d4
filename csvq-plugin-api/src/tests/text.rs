//! The text of values is what csvq writes in reports.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    DurationMillisecondArray, Float32Array, Float64Array, Int64Array, ListArray, RecordBatch, RecordBatchIterator,
    StringArray, Time32SecondArray, Time64NanosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    UInt64Array,
};

use crate::rows::Table;
use crate::{ErrorKind, Host, Input, Stream};

fn table(values: ArrayRef) -> Table {
    let batch = RecordBatch::try_from_iter_with_nullable([("value", values, true)]).unwrap();
    // In two batches, with one that has no row between them.
    let cut = batch.num_rows() / 2;
    let batches = [batch.slice(0, cut), batch.slice(0, 0), batch.slice(cut, batch.num_rows() - cut)];
    let reader = RecordBatchIterator::new(batches.map(Ok), batch.schema());
    let input = Input { name: "t".to_owned(), stream: Stream::of_batches(reader) };
    Table::read(input, &Host::nobody()).unwrap()
}

fn check(values: impl Array + 'static, expected: &[Option<&str>]) {
    let data_type = values.data_type().clone();
    let table = table(Arc::new(values));
    let column = table.text_column("value").unwrap();
    let texts: Vec<_> = (0..table.rows()).map(|row| column.text(row)).collect();
    let texts: Vec<_> = texts.iter().map(Option::as_deref).collect();
    assert_eq!(texts, expected, "{data_type}");
    assert_eq!(column.text(table.rows()), None);
}

#[test]
fn values_of_every_kind_have_their_text() {
    check(StringArray::from(vec![Some("a"), None, Some("")]), &[Some("a"), None, Some("")]);
    let dictionary: DictionaryArray<Int8Type> = [Some("x"), None, Some("y"), Some("x")].into_iter().collect();
    check(dictionary, &[Some("x"), None, Some("y"), Some("x")]);
    check(BooleanArray::from(vec![true, false]), &[Some("true"), Some("false")]);
    check(Int64Array::from(vec![i64::MIN, -1]), &[Some("-9223372036854775808"), Some("-1")]);
    check(UInt64Array::from(vec![u64::MAX]), &[Some("18446744073709551615")]);
    check(
        Float64Array::from(vec![1.0, 0.1, 1e300, f64::NAN, f64::NEG_INFINITY, -0.0]),
        &[Some("1.0"), Some("0.1"), Some("1e300"), Some("NaN"), Some("-inf"), Some("-0.0")],
    );
    check(Float32Array::from(vec![0.1]), &[Some("0.1")]);
    let decimal = Decimal128Array::from(vec![5, -5, 12345]);
    check(decimal.clone().with_precision_and_scale(9, 2).unwrap(), &[Some("0.05"), Some("-0.05"), Some("123.45")]);
    check(decimal.clone().with_precision_and_scale(9, 0).unwrap(), &[Some("5"), Some("-5"), Some("12345")]);
    check(decimal.with_precision_and_scale(9, -2).unwrap(), &[Some("500"), Some("-500"), Some("1234500")]);
    check(BinaryArray::from(vec![&b"\x00\xff"[..], b""]), &[Some("00ff"), Some("")]);
}

#[test]
fn times_are_written_as_in_iso_8601() {
    check(Date32Array::from(vec![0, -1, 20_000]), &[Some("1970-01-01"), Some("1969-12-31"), Some("2024-10-04")]);
    check(Date32Array::from(vec![i32::MAX]), &[Some("day 2147483647")]);
    check(Time32SecondArray::from(vec![3_661, 86_399]), &[Some("01:01:01"), Some("23:59:59")]);
    check(Time64NanosecondArray::from(vec![1_500_000_000, -1]), &[Some("00:00:01.5"), Some("-PT0.000000001S")]);
    let moments = TimestampMillisecondArray::from(vec![0, -1, 1_700_000_000_120]);
    let naive = [Some("1970-01-01T00:00:00"), Some("1969-12-31T23:59:59.999"), Some("2023-11-14T22:13:20.12")];
    check(moments.clone(), &naive);
    let zoned = naive.map(|text| text.map(|text| format!("{text}Z")));
    check(moments.with_timezone("Asia/Tokyo"), &zoned.each_ref().map(Option::as_deref));
    check(TimestampNanosecondArray::from(vec![i64::MAX]), &[Some("2262-04-11T23:47:16.854775807")]);
    check(DurationMillisecondArray::from(vec![1_500, -1_500, 0]), &[Some("PT1.5S"), Some("-PT1.5S"), Some("PT0S")]);
}

#[test]
fn types_without_a_text_are_refused_by_name() {
    let lists = ListArray::from_iter_primitive::<Int8Type, _, _>([Some([Some(1)])]);
    let refused = table(Arc::new(lists)).text_column("value").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    assert!(refused.message().contains("column `value` holds List"), "{refused}");
}
