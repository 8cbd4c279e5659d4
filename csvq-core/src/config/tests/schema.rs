//! The JSON Schema accepts what csvq accepts.

use serde_json::{Value, json};

use super::super::{JSON_SCHEMA, PluginConfig};
use super::read;

fn schema() -> Value {
    serde_json::from_str(JSON_SCHEMA).unwrap()
}

#[test]
fn everything_is_described() {
    fn check(node: &Value, at: &str) {
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{at}");
            check(property, &at);
            check(&property["items"], &at);
        }
    }
    check(&schema(), "");
}

#[test]
fn defaults_are_the_same() {
    let defaults = serde_json::to_value(PluginConfig::default()).unwrap();
    let system = &schema()["properties"]["plugin_system"]["properties"];
    let stated: Value = system
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, property)| (name.clone(), property["default"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(stated, defaults["plugin_system"]);
}

#[test]
fn the_schema_accepts_what_csvq_accepts() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let check = |config: &Value| {
        let accepted = read(&config.to_string());
        assert_eq!(schema.is_valid(config), accepted.is_ok(), "{config}: {accepted:?}");
    };
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(4.0),
        json!(0.5),
        json!(1e300),
        json!(""),
        json!(" "),
        json!("a"),
        json!("git"),
        json!("rest_api"),
        json!("high"),
        json!("a b"),
        json!("api_key"),
        json!([]),
        json!(["a"]),
        json!({}),
        json!({ "enabled": true }),
        json!({ "enabled": 1 }),
        json!({ "type": "api_key", "key": "k" }),
        json!({ "type": "api_key" }),
        json!({ "type": "password", "key": "k" }),
        json!({ "name": "a", "url": "u" }),
    ];
    let system = json!(PluginConfig::default());
    let settings = system["plugin_system"].as_object().unwrap().keys().map(String::as_str).chain(["unknown"]);
    for setting in settings {
        values.iter().for_each(|value| check(&json!({ "plugin_system": { setting: value } })));
    }
    let fields =
        ["type", "enabled", "auto_update", "update_interval_hours", "branch", "authentication", "trust_level", "x"];
    for value in &values {
        check(value);
        for name in ["plugin_system", "repositories", "plugin_settings", "other"] {
            check(&json!({ name: value }));
        }
        for name in fields {
            check(&json!({ "repositories": [{ "name": "a", "url": "u", name: value }] }));
        }
        check(&json!({ "repositories": [value] }));
        check(&json!({ "repositories": [{ "name": value, "url": "u" }] }));
        check(&json!({ "repositories": [{ "name": "a", "url": value }] }));
        check(&json!({ "plugin_settings": { "p": value } }));
        check(&json!({ "plugin_settings": { "p": { "enabled": value } } }));
        check(&json!({ "plugin_settings": { "p": { "other": value } } }));
    }
    for name in ["", " ", "a", "My Plugin", "é", "a\nb", "\u{85}x", &"x".repeat(100), &"x".repeat(101)] {
        check(&json!({ "plugin_settings": { name: {} } }));
    }
}
