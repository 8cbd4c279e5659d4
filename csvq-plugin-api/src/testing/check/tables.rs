//! Comparisons of tables of all sizes, types and forms.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryViewArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, DurationMicrosecondArray,
    Float32Array, Float64Array, Int8Array, Int32Array, Int64Array, LargeStringArray, NullArray, StringArray,
    StringViewArray, Time64NanosecondArray, TimestampMicrosecondArray, UInt8Array, UInt64Array, types::UInt32Type,
};
use csvq_plugin_abi::code;
use serde_json::Value;

use super::{Check, Findings};
use crate::job::{By, ColumnPair};
use crate::testing::plugin::Failure;
use crate::testing::sample::Sample;

fn never(_: &Failure) -> bool {
    false
}

fn unsupported(failure: &Failure) -> bool {
    failure.code == code::UNSUPPORTED
}

/// Compares all of them.
pub(super) fn check(check: &Check<'_>, findings: &mut Findings) {
    main_tables(check, findings);
    if check.tables.is_none() {
        sizes(check, findings);
        types(check, findings);
        pairings(check, findings);
    }
}

fn main_tables(check: &Check<'_>, findings: &mut Findings) {
    let (left, right, key) = check.main_tables();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let name = "different tables";
    let call = check.call(&left, &right).key(&key);
    let Some(answer) = check.compared(name, &call, never, findings) else {
        return findings.add(name, "if it needs other tables, or parameters, pass them to the check");
    };
    if let Some(Value::Bool(true)) = check.plugin.describe().ok().and_then(|it| it.get("deterministic").cloned()) {
        let again = check.compared("the same again", &call, never, findings);
        if again.is_some_and(|again| again.outcome != answer.outcome || again.lines != answer.lines) {
            findings.add("deterministic", "it says that it is, and gave two answers to one question");
        }
    }
    for (name, sample) in [("left table against itself", &left), ("right table against itself", &right)] {
        let call = check.call(sample, sample).key(&key);
        if let Some(answer) = check.compared(name, &call, never, findings)
            && !answer.is_equal()
        {
            findings.add(name, "a table is equal to itself");
        }
    }
}

fn sizes(check: &Check<'_>, findings: &mut Findings) {
    let (none, one) = (Sample::many(0, 1), Sample::many(1, 1));
    let (some, others) = (Sample::many(1000, 1), Sample::many(1000, 2));
    let cut = some.clone().in_batches_of(7);
    let nulls = Sample::csv("id,name,city\n,,\n,,\n");
    for (name, left, right, is_equal) in [
        ("no rows", &none, &none, Some(true)),
        ("no left rows", &none, &one, None),
        ("no right rows", &one, &none, None),
        ("one row", &one, &one, Some(true)),
        ("many batches", &cut, &some, Some(true)),
        ("many batches that differ", &cut, &others, None),
        ("nulls", &nulls, &nulls, Some(true)),
        ("nulls on one side", &nulls, &one, None),
    ] {
        let call = check.call(left, right).key(&["id"]);
        let Some(answer) = check.compared(name, &call, never, findings) else { continue };
        if is_equal.is_some_and(|is_equal| is_equal != answer.is_equal()) {
            findings.add(name, "the tables are equal");
        }
    }
}

/// Columns of every type that a host passes, in the form in which it does, and in others that Arrow has.
fn columns() -> Vec<(&'static str, ArrayRef, ArrayRef)> {
    fn pair<A: arrow_array::Array + 'static>(left: A, right: A) -> (ArrayRef, ArrayRef) {
        (Arc::new(left), Arc::new(right))
    }
    let decimal = |values: [Option<i128>; 3]| {
        Decimal128Array::from(values.to_vec())
            .with_precision_and_scale(10, 2)
            .unwrap_or_else(|_| Vec::<i128>::new().into())
    };
    let texts = [Some("a"), None, Some("c")];
    let others = [Some("a"), Some("b"), Some("d")];
    let dictionary = |texts: [Option<&'static str>; 3]| texts.into_iter().collect::<DictionaryArray<UInt32Type>>();
    let zoned = |values: Vec<i64>| TimestampMicrosecondArray::from(values).with_timezone("Europe/Zurich");
    [
        ("text views", pair(StringViewArray::from_iter(texts), StringViewArray::from_iter(others))),
        ("text", pair(StringArray::from_iter(texts), StringArray::from_iter(others))),
        ("large text", pair(LargeStringArray::from_iter(texts), LargeStringArray::from_iter(others))),
        ("dictionary", pair(dictionary(texts), dictionary(others))),
        ("boolean", pair(BooleanArray::from(vec![true, false, true]), vec![false, false, true].into())),
        ("int8", pair(Int8Array::from(vec![1, 2, 3]), vec![1, 2, -3].into())),
        ("int32", pair(Int32Array::from(vec![Some(1), None, Some(3)]), vec![Some(1), Some(2), None].into())),
        ("int64", pair(Int64Array::from(vec![1, 2, i64::MIN]), vec![1, 2, i64::MAX].into())),
        ("uint8", pair(UInt8Array::from(vec![1, 2, 3]), vec![1, 2, 255].into())),
        ("uint64", pair(UInt64Array::from(vec![1, 2, u64::MAX]), vec![1, 2, u64::MAX - 1].into())),
        ("float32", pair(Float32Array::from(vec![0.5, 1.5, f32::NAN]), vec![0.5, 2.5, f32::INFINITY].into())),
        ("float64", pair(Float64Array::from(vec![0.1, -0.0, f64::NAN]), vec![0.1, 0.0, 1e300].into())),
        ("decimal", pair(decimal([Some(100), None, Some(-5)]), decimal([Some(101), None, Some(5)]))),
        ("date", pair(Date32Array::from(vec![0, 20_000, -1]), vec![0, 20_001, i32::MAX].into())),
        ("time", pair(Time64NanosecondArray::from(vec![0, 1, 2]), vec![0, 1, 86_399_999_999_999].into())),
        ("timestamp", pair(TimestampMicrosecondArray::from(vec![0, 1, 2]), vec![0, 1, i64::MAX].into())),
        ("timestamp in a zone", pair(zoned(vec![0, 1, 2]), zoned(vec![0, 1, 3]))),
        ("duration", pair(DurationMicrosecondArray::from(vec![0, 1, 2]), vec![0, 1, -2].into())),
        (
            "binary",
            pair(
                BinaryViewArray::from(vec![&b"a"[..], b"b", b"c"]),
                BinaryViewArray::from(vec![&b"a"[..], b"b", b"\xff"]),
            ),
        ),
        ("nulls alone", pair(NullArray::new(3), NullArray::new(3))),
    ]
    .into_iter()
    .map(|(name, (left, right))| (name, left, right))
    .collect()
}

fn types(check: &Check<'_>, findings: &mut Findings) {
    let ids: ArrayRef = Arc::new(StringViewArray::from(vec!["1", "2", "3"]));
    let table = |values: &ArrayRef| Sample::columns(vec![("id", Arc::clone(&ids)), ("value", Arc::clone(values))]);
    for (name, left, right) in columns() {
        let (left, right) = (table(&left), table(&right));
        let what = format!("a column of {name}");
        check.compared(&what, &check.call(&left, &right).key(&["id"]), unsupported, findings);
        let same = check.compared(&what, &check.call(&left, &left).key(&["id"]), unsupported, findings);
        if same.is_some_and(|answer| !answer.is_equal()) {
            findings.add(&what, "a table is equal to itself");
        }
        check.compared(&format!("a key of {name}"), &check.call(&left, &right).key(&["value"]), unsupported, findings);
    }
}

fn pairings(check: &Check<'_>, findings: &mut Findings) {
    let (left, right) = (Sample::many(20, 1), Sample::many(23, 1));
    check.compared("by position", &check.call(&left, &right), unsupported, findings);
    check.compared("by content", &check.call(&left, &right).by(By::Content), unsupported, findings);
    let same = check.compared("by position, the same", &check.call(&left, &left), unsupported, findings);
    if same.is_some_and(|answer| !answer.is_equal()) {
        findings.add("by position, the same", "a table is equal to itself");
    }
    let two = check.call(&left, &right).key(&["id", "city"]);
    check.compared("a key of two columns", &two, never, findings);
    let twice = Sample::csv("id,name,city\n1,a,x\n1,b,y\n2,c,z\n1,d,x\n");
    let once = Sample::csv("id,name,city\n1,b,y\n2,c,z\n2,e,w\n");
    check.compared("keys that occur more than once", &check.call(&twice, &once).key(&["id"]), unsupported, findings);
    let renamed = Sample::csv("id,label\n1,a\n2,b\n");
    let columns = vec![ColumnPair { left: "name".to_owned(), right: "label".to_owned() }];
    let call = check.call(&twice, &renamed).key(&["id"]).columns(columns);
    check.compared("a column with another name on the right", &call, never, findings);
    let none = check.call(&left, &right).key(&["id"]).columns(Vec::new());
    check.compared("no column but the key", &none, unsupported, findings);
}
