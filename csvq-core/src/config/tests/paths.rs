//! Paths of settings, as they are written and read.

use proptest::prelude::*;

use super::super::SettingPath;
use super::super::path::Step;

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
