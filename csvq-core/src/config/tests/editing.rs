//! Editing: what is set is there, everything else stays as it was written, and what is wrong is not written.

use std::fs;

use serde_json::{Value, json};

use super::super::{Editor, Environment, Stage};
use super::{Place, Refusal, allow, path, shown, under};
use crate::error::ErrorKind;

const ODD: &str = "{ \"plugin_settings\" :\t{\r\n\t\t\"z\": {\"b\":1,  \"a\" : [ 1,2 ]},\r\n\r\n\t\t\"a\": { }\r\n\t},\r\n   \
                   \"plugin_system\": {\"enabled\":true, \"max_concurrent_comparisons\": 2.0}}\r\n";

fn check(before: &str, at: &str, value: Value, after: &str) {
    let place = Place::with(before);
    assert!(place.set(at, value).unwrap());
    assert_eq!(place.text(), after);
}

#[test]
fn the_rest_stays_as_it_is() {
    let replaced = |from: &str, to: &str| {
        assert!(ODD.contains(from));
        ODD.replacen(from, to, 1)
    };
    check(ODD, "plugin_system.enabled", json!(false), &replaced("true", "false"));
    check(ODD, "plugin_system.max_concurrent_comparisons", json!(3), &replaced("2.0", "3"));
    check(ODD, "plugin_settings.z.a[1]", json!("x\"y"), &replaced("1,2 ]", "1,\"x\\\"y\" ]"));
    check(ODD, "plugin_settings.z.a", json!(null), &replaced("[ 1,2 ]", "null"));
    check(
        "{\n    \"plugin_system\": {\n        \"enabled\": true\n    }\n}\n",
        "plugin_settings.p.x",
        json!([1, "a"]),
        "{\n    \"plugin_system\": {\n        \"enabled\": true\n    },\n    \"plugin_settings\": {\n        \"p\": {\n            \
         \"x\": [1, \"a\"]\n        }\n    }\n}\n",
    );
    check("{}", "plugin_system.enabled", json!(true), "{\n  \"plugin_system\": {\n    \"enabled\": true\n  }\n}");
}

#[test]
fn what_is_set_already_is_not_written_again() {
    let place = Place::with(ODD);
    let before = fs::metadata(place.path("plugin_config.json")).unwrap().modified().unwrap();
    assert!(!place.set("plugin_system.enabled", true).unwrap());
    let removed = place.editor().unset(&path("plugin_settings.none.x"), &allow).unwrap();
    assert!(!removed.changed);
    assert_eq!(place.text(), ODD);
    assert_eq!(fs::metadata(place.path("plugin_config.json")).unwrap().modified().unwrap(), before);
}

#[test]
fn values_can_be_taken_out() {
    let place =
        Place::with("{\n  \"plugin_settings\": {\n    \"a\": { \"x\": 1, \"y\": [1, 2, 3] },\n    \"b\": {}\n  }\n}\n");
    for at in ["plugin_settings.a.x", "plugin_settings.a.y[1]", "plugin_settings.b"] {
        assert!(place.editor().unset(&path(at), &allow).unwrap().changed, "{at}");
    }
    let left: Value = serde_json::from_str(&place.text()).unwrap();
    assert_eq!(left, json!({ "plugin_settings": { "a": { "y": [1, 3] } } }));
}

#[test]
fn a_missing_file_is_made() {
    let place = Place::new();
    fs::remove_file(place.path("plugin_config.json")).unwrap();
    place.set("plugin_system.enabled", false).unwrap();
    assert_eq!(place.text(), "{\n  \"plugin_system\": {\n    \"enabled\": false\n  }\n}\n");
    let nowhere = super::Home::at(place.home.root().join("none"));
    let error = Editor::new(&nowhere, &Environment::default()).disable(&["p"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn what_is_wrong_is_not_written() {
    let place = Place::with(ODD);
    let refused = |at: &str, value: Value, expected: &str| {
        let error = place.set(at, value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(shown(&error, &place), expected);
        assert_eq!(place.text(), ODD);
    };
    refused(
        "plugin_system.enabeld",
        json!(true),
        "plugin_system.enabeld: plugin_config.json: there is no such setting; did you mean `enabled`? (nothing was changed)",
    );
    refused(
        "plugin_system.enabled",
        json!("no"),
        "plugin_system.enabled: plugin_config.json: expected true or false, and this is a string (nothing was changed)",
    );
    let nowhere = "plugin_config.json: nothing can be set here: what this path leads through is no object, or a list that \
                   is not that long";
    refused("plugin_settings.z.a[3]", json!(1), &format!("plugin_settings.z.a[3]: {nowhere}"));
    refused("plugin_settings.z.a.x", json!(1), &format!("plugin_settings.z.a.x: {nowhere}"));
    refused("plugin_settings.z[0]", json!(1), &format!("plugin_settings.z[0]: {nowhere}"));
    refused("plugin_system.enabled.x", json!(1), &format!("plugin_system.enabled.x: {nowhere}"));
}

#[test]
fn a_file_that_is_wrong_can_be_mended() {
    let place = Place::with("{ \"plugin_system\": { \"enabled\": 1 } }");
    assert!(place.set("plugin_system.max_concurrent_comparisons", 2).is_err());
    assert!(place.set("plugin_system.enabled", true).unwrap());
    let place = Place::with("{ \"plugin_system\": { \"enabeld\": true } }");
    assert!(place.editor().unset(&path("plugin_system.enabeld"), &allow).unwrap().changed);
    let place = Place::with("{ \"plugin_system\": { }");
    assert!(place.set("plugin_system.enabled", true).is_err());
    assert_eq!(place.text(), "{ \"plugin_system\": { }");
}

#[test]
fn parameters_are_checked_where_they_change() {
    let place = Place::with(r#"{ "plugin_settings": { "old": { "x": -1 }, "p": {} } }"#);
    let check = |name: &str, parameters: &serde_json::Map<String, Value>| {
        assert_eq!(name, "p");
        match parameters.get("x").is_none_or(|x| x.as_i64() > Some(0)) {
            true => Ok(()),
            false => Err(Refusal { at: path("x"), message: "more than 0, please".to_owned() }),
        }
    };
    let set = |value: i64| place.editor().set_plugin_setting(&["p"], "x", &json!(value), &check);
    let error = set(0).unwrap_err();
    let expected = "plugin_settings.p.x: plugin_config.json: more than 0, please (nothing was changed)";
    assert_eq!(shown(&error, &place), expected);
    assert!(set(1).unwrap().changed);
    let edited = place.editor().set(&path("plugin_settings.p.x"), &json!(-1), &check);
    assert!(edited.is_err());
    assert!(place.editor().unset(&path("plugin_settings.p.x"), &check).unwrap().changed);
}

#[test]
fn settings_go_where_the_plugin_has_them() {
    let place = Place::with(r#"{ "plugin_settings": { "My Plugin": { "x": 1 } } }"#);
    let set = |setting: &str| place.editor().set_plugin_setting(&["mine", "My Plugin"], setting, &json!(2), &allow);
    set("x").unwrap();
    set("y").unwrap();
    let all: Value = serde_json::from_str(&place.text()).unwrap();
    assert_eq!(all["plugin_settings"], json!({ "My Plugin": { "x": 2 }, "mine": { "y": 2 } }));
}

#[test]
fn enabling_and_disabling_reach_every_file_and_name() {
    let place =
        Place::with(r#"{ "plugin_settings": { "My Plugin": { "enabled": false }, "mine": { "enabled": false } } }"#);
    place.write("plugin_config.production.json", r#"{ "plugin_settings": { "mine": { "enabled": false, "x": 1 } } }"#);
    place.write("plugin_config.development.json", r#"{ "plugin_settings": { "mine": { "enabled": false } } }"#);
    let names = ["mine", "My Plugin"];
    let editor = Editor::new(&place.home, &under(Stage::Production));
    let enabled = || place.load(&under(Stage::Production)).unwrap().is_enabled(&names);
    let both = [place.path("plugin_config.json"), place.path("plugin_config.production.json")];
    assert!(!enabled());
    assert_eq!(editor.enable(&names).unwrap(), both);
    assert!(enabled());
    assert!(!place.load(&under(Stage::Development)).unwrap().is_enabled(&names));
    assert_eq!(editor.enable(&names).unwrap(), Vec::<std::path::PathBuf>::new());
    assert_eq!(editor.disable(&names).unwrap(), both);
    assert!(!enabled());
    // One that nothing was said of.
    let place = Place::new();
    assert!(place.editor().enable(&["p"]).unwrap().is_empty());
    assert_eq!(place.editor().disable(&["p", "P P"]).unwrap(), [place.path("plugin_config.json")]);
    assert!(place.editor().disable(&["p", "P P"]).unwrap().is_empty());
    assert!(!place.load(&Environment::default()).unwrap().is_enabled(&["p"]));
    assert_eq!(place.editor().disable(&[]).unwrap_err().kind(), ErrorKind::Config);
}

#[test]
fn what_hides_a_setting_is_named() {
    let place = Place::new();
    place.write("plugin_config.production.json", r#"{ "plugin_system": { "enabled": true }, "repositories": [] }"#);
    let environment = Environment { cache_enabled: Some(true), ..under(Stage::Production) };
    let editor = Editor::new(&place.home, &environment);
    let file = place.path("plugin_config.production.json").display().to_string();
    let check = |at: &str, value: Value, expected: Option<&str>| {
        assert_eq!(editor.set(&path(at), &value, &allow).unwrap().overridden_by.as_deref(), expected, "{at}");
    };
    check("plugin_system.enabled", json!(false), Some(&file));
    check("plugin_system.max_concurrent_comparisons", json!(2), None);
    check("plugin_system.cache_enabled", json!(false), Some("PLUGIN_CACHE_ENABLED"));
    check("plugin_settings.p.x", json!(1), None);
    assert_eq!(editor.add_repository("a", "u", true).unwrap().overridden_by, Some(file));
}

#[test]
fn repositories_come_and_go() {
    let place = Place::with("{\n  \"repositories\": []\n}\n");
    let editor = place.editor();
    editor.add_repository("a", "https://a", true).unwrap();
    editor.add_repository("b", "https://b", false).unwrap();
    let entry = |name: &str, enabled: bool| {
        format!(
            "    {{\n      \"name\": \"{name}\",\n      \"url\": \"https://{name}\",\n      \"enabled\": {enabled},\n      \
             \"auto_update\": false\n    }}"
        )
    };
    assert_eq!(
        place.text(),
        format!("{{\n  \"repositories\": [\n{},\n{}\n  ]\n}}\n", entry("a", true), entry("b", false))
    );
    assert_eq!(editor.add_repository("a", "https://c", true).unwrap_err().kind(), ErrorKind::Config);
    editor.remove_repository("a").unwrap();
    assert_eq!(place.text(), format!("{{\n  \"repositories\": [\n{}\n  ]\n}}\n", entry("b", false)));
    assert_eq!(editor.remove_repository("a").unwrap_err().kind(), ErrorKind::NotFound);
}

#[cfg(unix)]
#[test]
fn modes_and_links_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new();
    let real = place.home.root().join("real.json");
    fs::write(&real, "{}").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    fs::remove_file(place.path("plugin_config.json")).unwrap();
    symlink(&real, place.path("plugin_config.json")).unwrap();
    place.set("plugin_system.enabled", false).unwrap();
    assert!(fs::symlink_metadata(place.path("plugin_config.json")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains("false"));
}

#[test]
fn others_that_edit_are_waited_for() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let place = &place;
            scope.spawn(move || {
                (0..5).for_each(|at| assert!(place.set(&format!("plugin_settings.t{thread}.x{at}"), at).unwrap()))
            });
        }
    });
    let config = place.load(&Environment::default()).unwrap();
    assert_eq!(config.plugin_config().plugin_settings.len(), 8);
    assert!(config.plugin_config().plugin_settings.values().all(|settings| settings.parameters.len() == 5));
}

#[test]
fn what_killed_processes_left_is_removed() {
    let place = Place::new();
    let hours_ago = |hours: u64| std::time::SystemTime::now() - std::time::Duration::from_secs(hours * 3600);
    let leave = |name: &str, hours: u64| {
        place.write(name, "{}");
        let file = fs::File::options().write(true).open(place.path(name)).unwrap();
        file.set_modified(hours_ago(hours)).unwrap();
    };
    leave(".csvq-old.tmp", 2);
    leave(".csvq-new.tmp", 0);
    leave("mine.tmp", 2);
    leave(".csvq-mine.json", 2);
    fs::create_dir(place.path(".csvq-folder.tmp")).unwrap();
    place.set("plugin_system.enabled", false).unwrap();
    let is_there = |name: &str| place.path(name).exists();
    assert!(!is_there(".csvq-old.tmp"));
    for name in [".csvq-new.tmp", "mine.tmp", ".csvq-mine.json", ".csvq-folder.tmp"] {
        assert!(is_there(name), "{name}");
    }
}
