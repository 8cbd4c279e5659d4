use std::io::Read;

use polars_arrow::array::{Array as ArrowArray, BooleanArray, ListArray, PrimitiveArray, StructArray, Utf8ViewArray};
use polars_arrow::datatypes::ArrowDataType;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// A cell as JSON: decimals as strings.
fn value(array: &dyn ArrowArray, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    let any = array.as_any();
    match array.dtype() {
        ArrowDataType::Null => Value::Null,
        ArrowDataType::Boolean => json!(any.downcast_ref::<BooleanArray>().unwrap().value(row)),
        ArrowDataType::Int64 => json!(any.downcast_ref::<PrimitiveArray<i64>>().unwrap().value(row)),
        ArrowDataType::UInt64 => json!(any.downcast_ref::<PrimitiveArray<u64>>().unwrap().value(row)),
        ArrowDataType::Float64 => json!(any.downcast_ref::<PrimitiveArray<f64>>().unwrap().value(row)),
        ArrowDataType::Decimal(38, 0) => {
            json!(any.downcast_ref::<PrimitiveArray<i128>>().unwrap().value(row).to_string())
        }
        ArrowDataType::Utf8View => json!(any.downcast_ref::<Utf8ViewArray>().unwrap().value(row)),
        ArrowDataType::LargeList(_) => {
            let items = any.downcast_ref::<ListArray<i64>>().unwrap().value(row);
            (0..items.len()).map(|item| value(items.as_ref(), item)).collect()
        }
        ArrowDataType::Struct(fields) => {
            let values = any.downcast_ref::<StructArray>().unwrap().values();
            let fields = fields.iter().zip(values);
            Value::Object(fields.map(|(field, array)| (field.name.to_string(), value(array.as_ref(), row))).collect())
        }
        other => panic!("{other:?}"),
    }
}

fn parse(text: &[u8]) -> Result<JsonTable> {
    read(text, "left.json", &Control::new())
}

fn column(table: &JsonTable, index: usize) -> Vec<Value> {
    let arrays = table.read(index, 1, &Control::new()).unwrap();
    let values: Vec<Value> =
        arrays.iter().flat_map(|array| (0..array.len()).map(|row| value(array.as_ref(), row))).collect();
    assert_eq!(values.len() as u64, table.rows());
    values
}

/// Reads a column `v` of these values, as NDJSON and as an array, and holds its type and values against what is expected.
#[track_caller]
fn check_column(values: &[&str], expected_type: &str, expected: &Value) {
    let rows: Vec<String> = values.iter().map(|value| format!("{{\"v\":{value}}}")).collect();
    for text in [rows.join("\n"), format!(" [ {} ] ", rows.join(" ,\n"))] {
        let table = parse(text.as_bytes()).unwrap();
        assert_eq!(table.fields()[0].data_type.to_string(), expected_type, "{text}");
        assert_eq!(Value::from(column(&table, 0)), *expected, "{text}");
    }
}

#[track_caller]
fn check_error(text: &[u8], line: u64, byte: u64, part: &str) {
    let error = parse(text).map(|_| ()).unwrap_err();
    let at = error.context();
    assert_eq!((error.kind(), at.line, at.byte), (ErrorKind::Malformed, Some(line), Some(byte)), "{error}");
    assert!(error.message().contains(part), "{error}");
    assert_eq!(at.input.as_deref(), Some("left.json"));
}

#[test]
fn types_hold_every_value() {
    check_column(&["null", "null"], "null", &json!([null, null]));
    check_column(&["true", "null", "false"], "boolean", &json!([true, null, false]));
    check_column(&["1", "-9223372036854775808", "-0"], "int64", &json!([1, i64::MIN, 0]));
    check_column(&["1", "18446744073709551615", "-0"], "uint64", &json!([1, u64::MAX, 0]));
    check_column(&["-1", "18446744073709551615"], "decimal(38, 0)", &json!(["-1", "18446744073709551615"]));
    let most = "9".repeat(38);
    check_column(&[&most, "-0", &format!("-{most}")], "decimal(38, 0)", &json!([most, "0", format!("-{most}")]));
    let beyond = "9".repeat(39);
    check_column(&[&beyond, "-0"], "text", &json!([beyond, "-0"]));
    check_column(&["\"x\"", "\"\"", "null"], "text", &json!(["x", "", null]));
}

#[test]
fn floats_hold_what_is_written_or_are_text() {
    check_column(
        &["1.5", "2", "9007199254740992", "1e3"],
        "float64",
        &json!([1.5, 2.0, 9_007_199_254_740_992.0, 1000.0]),
    );
    check_column(&["1.5", "-9007199254740993"], "text", &json!(["1.5", "-9007199254740993"]));
    check_column(&["1.5", "18446744073709551616"], "text", &json!(["1.5", "18446744073709551616"]));
    check_column(&["1e400", "1"], "text", &json!(["1e400", "1"]));
    check_column(&["1e-400", "0.0E9"], "text", &json!(["1e-400", "0.0E9"]));
    check_column(&["0e-400", "0.000"], "float64", &json!([0.0, 0.0]));
    check_column(&["1.50", "\"1.5\""], "text", &json!(["1.50", "1.5"]));
    let table = parse(b"{\"v\":-0}\n{\"v\":0.5}").unwrap();
    let arrays = table.read(0, 1, &Control::new()).unwrap();
    let zero = arrays[0].as_any().downcast_ref::<PrimitiveArray<f64>>().unwrap().value(0);
    assert!(zero == 0.0 && zero.is_sign_negative());
}

#[test]
fn nested_values_are_structs_and_lists() {
    check_column(
        &[r#"{"a": 1}"#, r#"{"b": [1.5, null], "a": null}"#, "null", "{}"],
        "struct<a: int64, b: list<float64>>",
        &json!([{"a": 1, "b": null}, {"a": null, "b": [1.5, null]}, null, {"a": null, "b": null}]),
    );
    check_column(&["[]", "[[], [1]]", "null"], "list<list<int64>>", &json!([[], [[], [1]], null]));
    check_column(&["{}", "{}"], "struct<>", &json!([{}, {}]));
    check_column(&["[]"], "list<null>", &json!([[]]));
}

#[test]
fn mixed_kinds_are_text() {
    check_column(
        &[
            r#"{"b" : 1.0, "a": [ "x y", null ]}"#,
            "\"s\\u00e9\"",
            "01e1".trim_start_matches('0'),
            "true",
            "null",
            "[ ]",
        ],
        "text",
        &json!([r#"{"b":1.0,"a":["x y",null]}"#, "s\u{e9}", "1e1", "true", null, "[]"]),
    );
    check_column(&[r#"[1, "x", {"k": 1}]"#, "[null]"], "list<text>", &json!([["1", "x", "{\"k\":1}"], [null]]));
}

#[test]
fn columns_are_the_union_of_keys() {
    let table = parse(b"\xEF\xBB\xBF\r\n{\"b\":1}\r\n\n  \n{\"a\":\"x\",\"b\":2}\r\n{}\n{\"\\u0063\":true, \"\":null}")
        .unwrap();
    let names: Vec<&str> = table.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["b", "a", "c", ""]);
    assert_eq!(table.rows(), 4);
    assert_eq!(column(&table, 0), [json!(1), json!(2), json!(null), json!(null)]);
    assert_eq!(column(&table, 1), [json!(null), json!("x"), json!(null), json!(null)]);
    assert_eq!(column(&table, 2), [json!(null), json!(null), json!(null), json!(true)]);
    assert_eq!(column(&table, 3), vec![Value::Null; 4]);
}

#[test]
fn no_rows_are_a_table() {
    for text in ["", "\n \n", "[]", " [ \n ] \n", "\u{feff}"] {
        let table = parse(text.as_bytes()).unwrap();
        assert_eq!((table.rows(), table.fields().len()), (0, 0), "{text:?}");
    }
    assert_eq!(parse(b"[{},{}]").unwrap().rows(), 2);
}

#[test]
fn errors_say_where() {
    check_error(b"{\"a\":1}\n{\"a\":2,}\n", 2, 15, "malformed");
    check_error(b"{\"a\":1}\n{\"a\" 2}\n", 2, 13, "malformed");
    check_error(b"{\"a\":1}\n{\"a\":", 2, 13, "not complete");
    check_error(b"{\n \"a\":1}", 1, 1, "not complete");
    check_error(b"{\"a\":1} {\"a\":2}", 1, 8, "trailing");
    check_error(b"{\"a\":1}\n 17", 2, 9, "no object");
    check_error(b"[{\"a\":1},\n 17]", 2, 11, "no object");
    check_error(b"[1,2]", 1, 1, "no object");
    check_error(b"17", 1, 0, "neither");
    check_error(b"\xFF\xFE{", 1, 0, "neither");
    check_error(b"\xEF\xBB{", 1, 2, "not UTF-8");
    check_error(b"{\"a\":NaN}", 1, 5, "malformed");
    check_error(b"{\"a\":-Infinity}", 1, 6, "malformed");
    check_error(b"{\"a\":01}", 1, 6, "malformed");
    check_error(b"{\"a\":\"\n\"}", 1, 6, "malformed");
    check_error(b"[{\"a\":\"\t\"}]", 1, 7, "malformed");
    check_error(b"{\"a\":\"\xC3\x28\"}", 1, 6, "not UTF-8");
    check_error(b"[{\"a\":1}\n,{\"a\":\"x\xFF\"}]", 2, 17, "not UTF-8");
}

#[test]
fn arrays_end_where_they_end() {
    check_error(b"[{\"a\":1},\n]", 2, 10, "missing");
    check_error(b"[,{\"a\":1}]", 1, 1, "no object");
    check_error(b"[{\"a\":1}{\"a\":1}]", 1, 8, "trailing");
    check_error(b"[{\"a\":1}\n", 2, 9, "cut short");
    check_error(b"[{\"a\":1},\n", 2, 10, "cut short");
    check_error(b"[{\"a\":1}]\n {}", 2, 11, "after the end");
    check_error(b"[{\"a\":[1}]", 1, 8, "malformed");
    check_error(b"[", 1, 1, "cut short");
    check_error(b"[{\"a\":\"}]", 1, 9, "not complete");
}

#[test]
fn a_key_twice_is_an_error() {
    check_error(b"{\"a\":1}\n{\"a\":1,\"\\u0061\":2}", 2, 24, "twice");
    check_error(b"{\"n\":{\"a\":1,\"b\":{},\"a\":3}}", 1, 23, "twice");
    check_error(b"[{\"n\":\n[{\"a\":1,\"a\":2}]}]", 2, 19, "twice");
    // The same key in two objects of one row is none.
    assert_eq!(parse(b"{\"a\":[{\"b\":1},{\"b\":2}],\"b\":1}").unwrap().rows(), 1);
}

#[test]
fn lone_surrogates_are_errors() {
    for text in [r#"{"a":"\ud800"}"#, r#"{"a":["\udc00"]}"#, r#"{"a":{"b":"\ud800\u0041"}}"#, r#"{"\ud800":1}"#] {
        assert_eq!(parse(text.as_bytes()).map(|_| ()).unwrap_err().kind(), ErrorKind::Malformed, "{text}");
    }
    check_column(&[r#""\ud83d\ude00\u0000""#], "text", &json!(["\u{1f600}\u{0}"]));
}

#[test]
fn nesting_has_an_end() {
    let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let table = parse(nested(100).as_bytes()).unwrap();
    assert_eq!(column(&table, 0).len(), 1);
    check_error(nested(101).as_bytes(), 1, 104, "nested");
    let error = parse(nested(1_000_000).as_bytes()).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let objects = format!("{}1{}", "{\"a\":".repeat(200_000), "}".repeat(200_000));
    assert!(parse(objects.as_bytes()).is_err());
    assert!(parse("[".repeat(1_000_000).as_bytes()).is_err());
    assert!(parse(format!("[{}", "{\"a\":".repeat(1_000_000)).as_bytes()).is_err());
}

#[test]
fn an_error_never_quotes_a_value() {
    for text in [
        "{\"a\":secret}",
        "[\"secret\"]",
        "{\"a\":\"secret\" \"secret\"}",
        "{\"a\":{\"secret\":1,\"secret\":2}}",
        "\"secret\"",
    ] {
        let error = parse(text.as_bytes()).map(|_| ()).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn a_stop_ends_it() {
    let control = Control::new();
    let table = read(&b"{\"a\":1}"[..], "left", &control).unwrap();
    assert_eq!(control.progress().bytes_done, 7);
    control.cancel();
    assert_eq!(table.read(0, 1, &control).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(read(&b"{\"a\":1}"[..], "left", &control).map(|_| ()).unwrap_err().kind(), ErrorKind::Cancelled);

    /// Blank lines without an end, which someone has enough of after a while.
    struct Endless(Control, usize);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 += 1;
            if self.1 == 10 {
                self.0.stop(crate::control::Stop::TimedOut);
            }
            buffer.fill(b'\n');
            Ok(buffer.len())
        }
    }
    let control = Control::new();
    let error = read(Endless(control.clone(), 0), "left", &control).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn what_reading_says_is_passed_on() {
    struct Broken(std::io::ErrorKind);
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }
    }
    for (io, expected) in
        [(std::io::ErrorKind::PermissionDenied, ErrorKind::Io), (std::io::ErrorKind::InvalidData, ErrorKind::Malformed)]
    {
        let error = read(Broken(io), "left", &Control::new()).map(|_| ()).unwrap_err();
        assert_eq!((error.kind(), error.context().input.as_deref()), (expected, Some("left")));
    }
}

#[test]
fn rows_may_be_many_and_sparse() {
    let rows = (ARRAY_ROWS + 10) as usize;
    let text: String =
        (0..rows).map(|row| if row % 1000 == 0 { format!("{{\"a\":{row}}}\n") } else { "{}\n".to_owned() }).collect();
    let table = parse(text.as_bytes()).unwrap();
    let arrays = table.read(0, 1, &Control::new()).unwrap();
    assert_eq!(arrays.iter().map(|array| array.len()).collect::<Vec<_>>(), [ARRAY_ROWS as usize, 10]);
    assert_eq!(value(arrays[0].as_ref(), 5000), json!(5000));
    assert!(table.column_bytes(0) >= 8 * rows as u64);
    // Each row has a column of its own: what that takes grows with the text, not with rows times columns.
    let text: String = (0..20_000).map(|row| format!("{{\"c{row}\":1}}\n")).collect();
    let table = parse(text.as_bytes()).unwrap();
    assert_eq!(table.fields().len(), 20_000);
    assert_eq!(column(&table, 19_999)[19_999], json!(1));
}

#[test]
fn damaged_text_never_panics() {
    let lines = "{\"a\":1,\"b\":\"x\\u00e9\\\\\",\"c\":[1.5e3,{\"d\":null}]}\r\n{\"a\":-2,\"b\":true}\n".as_bytes();
    let array = "\u{feff}[{\"a\":1,\"b\":\"x\\u00e9\"} ,\n{\"c\":[{\"d\":null}]}]\n".as_bytes();
    for whole in [lines, array] {
        let visit = |text: &[u8]| {
            if let Ok(table) = parse(text) {
                (0..table.fields().len()).for_each(|index| drop(column(&table, index)));
            }
        };
        for len in 0..whole.len() {
            visit(&whole[..len]);
        }
        let mut text = whole.to_vec();
        for at in 0..text.len() {
            for byte in 0..=u8::MAX {
                text[at] = byte;
                visit(&text);
            }
            text[at] = whole[at];
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1000_i64..1000).prop_map(|number| json!(number as f64 / 8.0)),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Whether a value that was read says what was written, for the type that its column settled to.
fn says(read: &Value, written: &Value) -> bool {
    match (read, written) {
        (Value::Null, written) => written.is_null(),
        (Value::String(read), Value::String(written)) => read == written,
        // A column of text or decimals.
        (Value::String(read), written) => serde_json::from_str::<Value>(read).is_ok_and(|read| read == *written),
        (Value::Number(read), Value::Number(written)) => {
            read == written || written.as_i64().is_some_and(|written| read.as_f64() == Some(written as f64))
        }
        (Value::Array(read), Value::Array(written)) => {
            read.len() == written.len() && read.iter().zip(written).all(|(read, written)| says(read, written))
        }
        (Value::Object(read), Value::Object(written)) => {
            written.keys().all(|key| read.contains_key(key))
                && read.iter().all(|(key, read)| says(read, written.get(key).unwrap_or(&Value::Null)))
        }
        (read, written) => read == written,
    }
}

proptest! {
    #[test]
    fn rows_read_back_as_they_were_written(
        rows in prop::collection::vec(prop::collection::btree_map("[a-d]", any_value(), 0..4), 0..8),
        is_array: bool,
    ) {
        let rows: Vec<Map<String, Value>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        let text = if is_array {
            serde_json::to_string_pretty(&rows).unwrap()
        } else {
            rows.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect()
        };
        let table = parse(text.as_bytes()).unwrap();
        prop_assert_eq!(table.rows(), rows.len() as u64);
        for (index, field) in table.fields().iter().enumerate() {
            for (read, row) in column(&table, index).iter().zip(&rows) {
                let written = row.get(&field.name).unwrap_or(&Value::Null);
                prop_assert!(says(read, written), "{read} is not {written} ({})", field.data_type);
            }
        }
        let keys = rows.iter().flat_map(|row| row.keys()).collect::<std::collections::BTreeSet<_>>();
        prop_assert_eq!(keys.len(), table.fields().len());
    }
}
