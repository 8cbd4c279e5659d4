//! The JSON Schema accepts what csvq accepts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::spec::{CompareSpec, JSON_SCHEMA};

fn schema() -> Value {
    serde_json::from_str(JSON_SCHEMA).unwrap()
}

#[test]
fn the_properties_are_the_fields() {
    let schema = schema();
    let properties: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let fields: BTreeSet<&str> = CompareSpec::field_names().iter().copied().collect();
    assert_eq!(properties, fields);
}

#[test]
fn every_property_is_described() {
    for (name, property) in schema()["properties"].as_object().unwrap() {
        assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}");
    }
}

#[test]
fn the_schema_accepts_what_csvq_accepts() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let check = |spec: Value| {
        let accepted = CompareSpec::from_value(spec.clone()).and_then(|spec| spec.validate());
        assert_eq!(schema.is_valid(&spec), accepted.is_ok(), "{spec}: {accepted:?}");
    };
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(0.5),
        json!(100_000_000),
        json!(""),
        json!("a"),
        json!("id"),
        json!("tab"),
        json!("none"),
        json!("\n"),
        json!("\0"),
        json!("\u{1}"),
        json!("text"),
        json!("infer"),
        json!("integer"),
        json!("key"),
        json!("position"),
        json!("first"),
        json!("error"),
        json!("pad"),
        json!("2s"),
        json!("1h30m"),
        json!("2"),
        json!("256MiB"),
        json!("2 GB"),
        json!("2G"),
        json!("all"),
        json!("utf-8"),
        json!([]),
        json!(["a", "b"]),
        json!(["a=b"]),
        json!([1]),
        json!([""]),
        json!({}),
        json!({"a": "b"}),
        json!({"a": ""}),
        json!({"a": 1}),
        json!({"a": -1}),
        json!({"a": true}),
        json!({"a": "integer"}),
        json!({"*": "infer"}),
        json!({"*": "integer"}),
        json!({"*": 0.5, "type:float": 1}),
        json!({"type:other": 1}),
        json!({"type:text": "text"}),
        json!({"a": ["x", "y"]}),
        json!({"a": "5ms"}),
        json!({"": 1}),
        json!({"a": null}),
        json!({"a": {}}),
    ];
    // What a schema can't tell: that text is a valid pattern, time format or size, and what contradicts what.
    let beyond = |field: &str, value: &Value| match field {
        "only" | "ignore" => value == "" || *value == json!([""]),
        "as_time" => value.is_string() || value.is_object() || value.is_array(),
        "memory" => value.as_str().is_some_and(|text| text.parse::<u64>().is_ok()),
        _ => false,
    };
    for field in CompareSpec::field_names() {
        for value in &values {
            if !beyond(field, value) {
                check(json!({ *field: value }));
            }
        }
    }
    check(json!({"unknown": 1}));
    check(json!([]));
    check(json!({"as_time": "iso"}));
    check(json!({"as_time": {"a": ["%Y%m%d", "iso"]}}));
}
