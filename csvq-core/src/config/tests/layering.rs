//! Which setting is in force where several are made, and what the configuration says of plugins.

use std::time::Duration;

use serde_json::json;

use super::super::{DEFAULT_PLUGIN_TIMEOUT, Environment, Stage};
use super::{Place, Refusal, path, shown, under};
use crate::error::ErrorKind;

const BASE: &str = r#"{
  "plugin_system": { "max_concurrent_comparisons": 2, "cache_enabled": false, "plugin_directory": "mine" },
  "repositories": [{ "name": "a", "url": "u" }, { "name": "b", "url": "u" }],
  "plugin_settings": { "p": { "enabled": false, "x": 1, "y": { "a": 1, "b": 2 } } }
}"#;

#[test]
fn a_file_of_the_stage_lies_over_the_main_one() {
    let place = Place::with(BASE);
    place.write(
        "plugin_config.production.json",
        r#"{ "plugin_system": { "max_concurrent_comparisons": 8 }, "repositories": [],
             "plugin_settings": { "p": { "enabled": true, "y": { "b": 3 } }, "q": { "z": null } } }"#,
    );
    place.write("plugin_config.development.json", r#"{ "plugin_system": { "enabled": false } }"#);
    let config = place.load(&under(Stage::Production)).unwrap();
    let system = &config.plugin_config().plugin_system;
    assert_eq!((system.max_concurrent_comparisons, system.cache_enabled, system.enabled), (8, false, true));
    assert!(config.plugin_config().repositories.is_empty());
    assert!(config.is_enabled(&["p"]));
    assert_eq!(json!(config.default_parameters(&["p"])), json!({ "x": 1, "y": { "a": 1, "b": 3 } }));
    assert_eq!(json!(config.default_parameters(&["q"])), json!({ "z": null }));
    assert_eq!(config.files().count(), 2);
    assert_eq!(config.home().plugins(), place.home.root().join("mine"));
    assert_eq!(config.home().cache(), place.home.root().join("plugins/cache"));

    assert!(!place.load(&under(Stage::Development)).unwrap().plugin_config().plugin_system.enabled);
    let plain = place.load(&Environment::default()).unwrap();
    assert_eq!(plain.plugin_config().plugin_system.max_concurrent_comparisons, 2);
    assert_eq!(plain.plugin_config().repositories.len(), 2);
}

#[test]
fn a_stage_without_a_file_changes_nothing() {
    let place = Place::with(BASE);
    let with = place.load(&under(Stage::Production)).unwrap();
    assert_eq!(with.plugin_config(), place.load(&Environment::default()).unwrap().plugin_config());
}

#[test]
fn a_home_without_files_has_the_defaults() {
    let place = Place::new();
    std::fs::remove_file(place.path("plugin_config.json")).unwrap();
    let config = place.load(&Environment::default()).unwrap();
    assert_eq!(config.plugin_config(), &super::PluginConfig::default());
    assert_eq!(config.home(), &place.home);
}

#[test]
fn the_variable_wins_over_files() {
    let place = Place::with(BASE);
    for enabled in [true, false] {
        let environment = Environment { cache_enabled: Some(enabled), ..Environment::default() };
        let config = place.load(&environment).unwrap();
        assert_eq!(config.plugin_config().plugin_system.cache_enabled, enabled);
        assert_eq!(config.get(&path("plugin_system.cache_enabled")).unwrap(), enabled);
    }
}

#[test]
fn errors_name_the_file_that_is_wrong() {
    let place = Place::with(BASE);
    place.write("plugin_config.production.json", "{\n\"plugin_system\": {\n\"enabled\": 1}}");
    let error = place.load(&under(Stage::Production)).unwrap_err();
    let expected =
        "plugin_system.enabled: plugin_config.production.json: line 3: expected true or false, and this is a number";
    assert_eq!(shown(&error, &place), expected);
    // What another file hides is found, too.
    let place = Place::with("{\n\"plugin_system\": {\"enabled\": 1}}");
    place.write("plugin_config.production.json", r#"{ "plugin_system": { "enabled": true } }"#);
    let error = place.load(&under(Stage::Production)).unwrap_err();
    let expected = "plugin_system.enabled: plugin_config.json: line 2: expected true or false, and this is a number";
    assert_eq!(shown(&error, &place), expected);
}

#[test]
fn a_plugin_has_its_settings_under_each_of_its_names() {
    let place = Place::with(
        r#"{ "plugin_settings": { "My Plugin": { "a": 1, "b": 1, "enabled": true }, "mine": { "b": 2 },
             "Other": { "enabled": false } } }"#,
    );
    let config = place.load(&Environment::default()).unwrap();
    let settings = config.settings(&["mine", "My Plugin"]);
    assert_eq!((json!(settings.parameters), settings.enabled), (json!({ "a": 1, "b": 2 }), Some(true)));
    assert_eq!(config.settings(&["unknown"]), super::super::PluginSettings::default());
    assert!(config.is_enabled(&["unknown"]));
    assert_eq!(config.settings(&["mine", "My Plugin", "Other"]).enabled, Some(false));
    assert_eq!(config.settings(&["Other", "My Plugin"]).enabled, Some(false));
    let places = config.disabled_by(&["mine", "Other"]);
    assert_eq!(places.len(), 1);
    assert_eq!(places[0].field.as_deref(), Some("plugin_settings.Other.enabled"));
    assert_eq!(places[0].line, Some(2));
}

#[test]
fn values_in_force_are_given_with_their_defaults() {
    let place = Place::with(r#"{ "plugin_settings": { "My Plugin": { "list": [1, { "a": 2 }] } } }"#);
    let config = place.load(&Environment::default()).unwrap();
    let check = |text: &str, expected: serde_json::Value| assert_eq!(config.get(&path(text)).unwrap(), expected);
    check("plugin_system.max_concurrent_comparisons", json!(4));
    check("plugin_system.default_timeout_seconds", json!(null));
    check("plugin_system.cache_max_age_hours", json!(24));
    check("repositories", json!([]));
    check("plugin_settings[\"My Plugin\"].list[1].a", json!(2));
    for (text, message) in [
        ("plugin_system.enabeld", "there is no such setting; did you mean `plugin_system.enabled`?"),
        ("plugin_sytem.enabled", "there is no such setting; did you mean `plugin_system`?"),
        ("plugin_settings.x", "there is no such setting"),
        ("repositories[0]", "there is no such setting"),
        ("plugin_system.enabled.x", "there is no such setting"),
    ] {
        let error = config.get(&path(text)).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, message));
        assert_eq!(error.context().field.as_deref(), Some(text));
    }
}

#[test]
fn timeouts_tell_built_in_comparisons_from_others() {
    let check = |value: &str, built_in: Option<f64>, plugin: Option<f64>| {
        let text = format!("{{ \"plugin_system\": {{ \"default_timeout_seconds\": {value} }} }}");
        let system = super::read(&text).unwrap().plugin_system;
        let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs_f64());
        assert_eq!((seconds(system.timeout(true)), seconds(system.timeout(false))), (built_in, plugin), "{value}");
    };
    check("null", None, Some(DEFAULT_PLUGIN_TIMEOUT.as_secs_f64()));
    check("0", None, None);
    check("1.5", Some(1.5), Some(1.5));
    check("1e-300", None, None);
}

#[test]
fn settings_of_plugins_are_checked_with_their_places() {
    let place =
        Place::with("{ \"plugin_settings\": {\n\"a\": { \"x\": 1 },\n\"b\": {\n\"x\": -1, \"enabled\": true } } }");
    let config = place.load(&Environment::default()).unwrap();
    let errors = config.check_settings(&|name, parameters| {
        assert!(!parameters.contains_key("enabled"));
        match parameters["x"].as_i64() {
            Some(number) if number > 0 => Ok(()),
            _ => Err(Refusal { at: path("x"), message: format!("{name} wants more than 0") }),
        }
    });
    assert_eq!(errors.len(), 1);
    assert_eq!(shown(&errors[0], &place), "plugin_settings.b.x: plugin_config.json: line 4: b wants more than 0");
}
