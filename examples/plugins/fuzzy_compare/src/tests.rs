//! What csvq expects of any plugin, and what this one is for.

use csvq_plugin_api::testing::{Call, Check, Sample};
use csvq_plugin_api::{exported_plugin, json, Value};

use crate::similarity::Algorithm;

#[test]
fn it_is_what_csvq_expects() {
    let plugin = exported_plugin!();
    Check::new(&plugin).run().assert();
    for algorithm in Algorithm::NAMES {
        Check::new(&plugin).parameter("algorithm", json!(algorithm)).parameter("threshold", json!(0.5)).run().assert();
    }
}

/// The values that differ, with their similarity in percent.
fn changed(parameters: Value) -> Vec<(String, i64)> {
    let left = Sample::csv("id,name,code\n1,Jon Smith,A1\n2,Ann Lee,B2\n3,  Max  Muster ,C3\n4,Zoe,D4\n5,,E5\n");
    let right = Sample::csv("id,name,code\n1,John Smith,A1\n2,Bob Ray,B2\n3,max muster,C4\n4,Zoe,D4\n5,Eva,E5\n");
    let Value::Object(parameters) = parameters else { panic!("parameters are an object") };
    let plugin = exported_plugin!();
    let answer = plugin.compare(&Call::new(&left, &right).key(&["id"]).parameters(parameters)).unwrap();
    assert_eq!(answer.count("changed_cells"), answer.lines.len() as u64);
    let line = |line: &csvq_plugin_api::testing::Line| {
        let percent = line.extra["similarity"].as_f64().map_or(-1, |similarity| (similarity * 100.0).round() as i64);
        (line.right.clone().unwrap_or_default(), percent)
    };
    answer.lines.iter().map(line).collect()
}

#[test]
fn similar_texts_are_equal() {
    let found = |text: &str, percent| (text.to_owned(), percent);
    assert_eq!(changed(json!({})), [found("Bob Ray", 14), found("max muster", 57), found("C4", 50), found("Eva", -1)]);
    assert_eq!(
        changed(json!({ "threshold": 1 })),
        [found("John Smith", 90), found("Bob Ray", 14), found("max muster", 57), found("C4", 50), found("Eva", -1)]
    );
    assert_eq!(
        changed(json!({ "ignore_case": true, "ignore_space": true, "threshold": 0.5 })),
        [found("Bob Ray", 14), found("Eva", -1)]
    );
    assert_eq!(changed(json!({ "threshold": 0, "columns": ["name"] })), [found("C4", -1), found("Eva", -1)]);
}

#[test]
fn parameters_that_cannot_be_are_refused() {
    let table = Sample::csv("id,name\n1,a\n");
    let plugin = exported_plugin!();
    for (name, value, message) in [
        ("threshold", json!(1.5), "`threshold` is between 0 and 1"),
        ("algorithm", json!("guess"), "unknown variant `guess`"),
        ("columns", json!(["id"]), "`columns` names `id`, which is no column that is compared"),
        ("treshold", json!(0.5), "unknown field `treshold`"),
    ] {
        let call = Call::new(&table, &table).key(&["id"]).parameter(name, value);
        let failure = plugin.compare(&call).unwrap_err();
        assert_eq!(failure.code, csvq_plugin_api::abi::code::BAD_PARAMETERS);
        assert!(failure.message.contains(message), "{failure}");
    }
}
