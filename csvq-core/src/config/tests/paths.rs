//! Paths of settings, as they are written and read.

use proptest::prelude::*;
use serde_json::Value;

use super::super::SettingPath;
use super::super::path::Step;
use super::Place;

#[test]
fn paths_are_read_as_they_are_written() {
    for (text, plain) in [
        ("plugin_system.enabled", "plugin_system.enabled"),
        ("repositories[0].url", "repositories[0].url"),
        ("[\"plugin_system\"]", "plugin_system"),
        ("plugin_settings[\"My Plugin\"].a", "plugin_settings[\"My Plugin\"].a"),
        ("plugin_settings[\"a.b\"][\"\\\"]\"]", "plugin_settings[\"a.b\"][\"\\\"]\"]"),
        ("[0][1]", "[0][1]"),
        ("größe.x-1", "größe.x-1"),
    ] {
        assert_eq!(text.parse::<SettingPath>().unwrap().to_string(), plain);
    }
    for text in
        ["", ".", "a.", ".a", "a..b", "a b", "a[", "a[]", "a[-1]", "a[+1]", "a[x]", "a[\"x]", "a[\"x\"", "a[0]b", "a]"]
    {
        assert!(text.parse::<SettingPath>().is_err(), "{text}");
    }
}

#[test]
fn paths_to_where_nothing_can_be_are_refused_as_paths() {
    let deep = |steps: usize| vec!["a"; steps].join(".");
    assert!(deep(127).parse::<SettingPath>().is_ok());
    for path in [deep(128), deep(3000), format!("plugin_settings{}", "[0]".repeat(3000))] {
        let error = path.parse::<SettingPath>().unwrap_err();
        let context = error.context();
        assert!(error.message().starts_with("this path is none of a setting"), "{error}");
        assert!(context.field.as_ref().is_some_and(|field| path.starts_with(field.as_str()) && field.len() <= 100));
        assert_eq!((&context.input, context.line), (&None, None));
    }
}

#[test]
fn what_is_set_must_not_lie_too_deep_either() {
    let place = Place::new();
    let before = place.text();
    let way = format!("plugin_settings.p.{}", vec!["a"; 80].join("."));
    let nested = |times: usize| (0..times).fold(Value::from(1), |inner, _| Value::from(vec![inner]));
    let error = place.set(&way, nested(46)).unwrap_err();
    assert!(error.message().starts_with("this path is none of a setting"), "{error}");
    let long = SettingPath::of(&["a"; 3000]);
    let error = place.editor().set(&long, &Value::from(1), &super::allow).unwrap_err();
    assert!(error.message().starts_with("this path is none of a setting"), "{error}");
    assert_eq!(place.text(), before);
    assert!(place.set(&way, nested(45)).unwrap());
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<String>().prop_map(Step::Name),
        "[a-z_]{1,8}".prop_map(Step::Name),
        (0usize..1000).prop_map(Step::Index)
    ]
}

proptest! {
    #[test]
    fn any_path_comes_back(steps in proptest::collection::vec(step(), 1..5)) {
        let path = SettingPath(steps);
        prop_assert_eq!(path.to_string().parse::<SettingPath>().unwrap(), path);
    }

    #[test]
    fn any_text_is_no_trouble(text in "[a.\\[\\]\"0 \\\\]{0,12}") {
        if let Ok(path) = text.parse::<SettingPath>() {
            prop_assert_eq!(path.to_string().parse::<SettingPath>().unwrap(), path);
        }
    }
}
