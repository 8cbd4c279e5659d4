//! Everything that a result depends on makes another key, and nothing else does.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Key, KeyParts};

fn of(texts: &[&str; 6], parameters: &Value, job: &Value) -> Key {
    let [plugin, plugin_version, plugin_digest, left, right, engine_version] = *texts;
    let parameters = parameters.as_object().unwrap();
    Key::of(&KeyParts { plugin, plugin_version, plugin_digest, left, right, parameters, job, engine_version })
}

#[test]
fn every_part_counts() {
    let texts = ["fuzzy", "1.0.0", "d", "l", "r", "0.1.0"];
    let mut keys = HashSet::from([of(&texts, &json!({}), &json!({}))]);
    for part in 0..texts.len() {
        for other in ["", "x", "fuzzy", "1.0.0", "d", "l", "r", "0.1.0"] {
            let mut changed = texts;
            changed[part] = other;
            assert!(keys.insert(of(&changed, &json!({}), &json!({}))) || other == texts[part], "{part} {other}");
        }
    }
    let values = [
        json!({ "a": 1 }),
        json!({ "a": 2 }),
        json!({ "a": "1" }),
        json!({ "a": 1.5 }),
        json!({ "a": null }),
        json!({ "a": true }),
        json!({ "a": false }),
        json!({ "a": [] }),
        json!({ "a": {} }),
        json!({ "a": [1] }),
        json!({ "a": [[1]] }),
        json!({ "a": [1, 2] }),
        json!({ "a": [2, 1] }),
        json!({ "a": { "b": 1 } }),
        json!({ "a": 1, "b": 1 }),
        json!({ "ab": 1 }),
    ];
    for value in &values {
        assert!(keys.insert(of(&texts, value, &json!({}))), "{value}");
        assert!(keys.insert(of(&texts, &json!({}), value)), "{value}");
    }
    // Left and right are not the same.
    assert!(keys.insert(of(&["fuzzy", "1.0.0", "d", "r", "l", "0.1.0"], &json!({}), &json!({}))));
}

#[test]
fn keys_stay_what_they_are() {
    // Another release may find what this one kept: a change of what is hashed needs another number in it.
    let texts = ["fuzzy", "1.0.0", "d", "l", "r", "0.1.0"];
    let key = of(&texts, &json!({ "b": [1, 2.5, "x"], "a": null }), &json!({ "key": true }));
    assert_eq!(key.to_string(), "123ac49575073817d3feb175d1d16f7630cf802c5404b802803148057f91dce0");
}

proptest! {
    #[test]
    fn fields_never_run_together(one in "[a-c]{0,4}", two in "[a-c]{0,4}", three in "[a-c]{0,4}", four in "[a-c]{0,4}") {
        let key = |left: &str, right: &str| of(&["p", "1", "d", left, right, "0"], &json!({}), &json!({}));
        prop_assert_eq!(key(&one, &two) == key(&three, &four), (one, two) == (three, four));
    }

    #[test]
    fn the_order_of_names_is_no_difference(mut entries in proptest::collection::btree_map("[a-e]{1,3}", 0..9, 0..6)) {
        let texts = ["p", "1", "d", "l", "r", "0"];
        let forwards: Map<String, Value> = entries.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let backwards: Map<String, Value> = entries.iter().rev().map(|(name, value)| (name.clone(), json!(value))).collect();
        let key = of(&texts, &forwards.clone().into(), &Value::Null);
        prop_assert_eq!(key, of(&texts, &backwards.into(), &Value::Null));
        if let Some(mut entry) = entries.first_entry() {
            *entry.get_mut() += 1;
            let changed: Map<String, Value> = entries.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            prop_assert_ne!(key, of(&texts, &changed.into(), &Value::Null));
        }
    }
}
