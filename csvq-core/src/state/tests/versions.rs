//! Versions: added, activated, rolled back, removed.

use super::{Home, version};
use crate::error::ErrorKind;
use crate::state::{PluginStatus, State, Timestamp};

/// The versions, the active one and the one before, such as `1 2 | 2 | 1`.
fn summary(state: &State) -> String {
    let Some(plugin) = state.plugin("p").unwrap() else { return "none".to_owned() };
    let versions: Vec<&str> = plugin.versions.iter().map(|version| version.version.as_str()).collect();
    let text = |version: &Option<String>| version.clone().unwrap_or_else(|| "-".to_owned());
    format!("{} | {} | {}", versions.join(" "), text(&plugin.active_version), text(&plugin.previous_version))
}

fn apply(state: &State, step: &str) -> Result<(), ErrorKind> {
    let (action, of) = step.split_once(' ').unwrap();
    match action {
        "add" => state.add_version("p", &format!("P {of}"), &version(of)),
        "activate" => state.activate("p", of),
        "remove" => state.remove_version("p", of).map(drop),
        _ => state.remove_plugin(of).map(drop),
    }
    .map_err(|error| {
        assert_eq!(error.context().plugin.as_deref(), Some("p"), "{error}");
        error.kind()
    })
}

#[test]
fn steps_lead_to() {
    use ErrorKind::{Conflict, NotFound};
    let check = |steps: &[&str], expected: &str, last: Result<(), ErrorKind>| {
        let home = Home::new();
        let answers: Vec<_> = steps.iter().map(|step| apply(&home.state, step)).collect();
        assert_eq!(answers.last(), Some(&last), "{steps:?}");
        assert_eq!(summary(&home.state), expected, "{steps:?}");
        assert_eq!(summary(&home.reopened()), expected, "{steps:?}");
        home.state.check().unwrap();
    };
    check(&["add 1"], "1 | 1 | -", Ok(()));
    check(&["add 1", "add 2"], "1 2 | 2 | 1", Ok(()));
    check(&["add 1", "add 1"], "1 | 1 | -", Err(Conflict));
    check(&["add 1", "add 2", "activate 1"], "1 2 | 1 | 2", Ok(()));
    check(&["add 1", "add 2", "activate 2"], "1 2 | 2 | 1", Ok(()));
    check(&["add 1", "activate 2"], "1 | 1 | -", Err(NotFound));
    check(&["activate 1"], "none", Err(NotFound));
    check(&["add 1", "add 2", "remove 1"], "2 | 2 | -", Ok(()));
    check(&["add 1", "add 2", "add 3", "remove 1"], "2 3 | 3 | 2", Ok(()));
    check(&["add 1", "add 2", "remove 2"], "1 2 | 2 | 1", Err(Conflict));
    check(&["add 1", "remove 1"], "1 | 1 | -", Err(Conflict));
    check(&["add 1", "remove 9"], "1 | 1 | -", Ok(()));
    check(&["add 1", "add 2", "uninstall p"], "none", Ok(()));
    check(&["add 1", "uninstall p", "add 1"], "1 | 1 | -", Ok(()));
}

#[test]
fn a_version_is_replaced_by_another_of_its_number() {
    let home = Home::with_plugin();
    let state = &home.state;
    state.add_version("p", "P", &version("2.0.0")).unwrap();
    let mut other = version("1.0.0");
    other.digest = "another".to_owned();
    state.replace_version("p", "Other", &other).unwrap();
    assert_eq!(summary(state), "1.0.0 2.0.0 | 1.0.0 | 2.0.0");
    state.replace_version("p", "Again", &version("1.0.0")).unwrap();
    assert_eq!(summary(state), "1.0.0 2.0.0 | 1.0.0 | 2.0.0");
    let plugin = state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.display_name.as_str(), plugin.versions[0].digest.as_str()), ("Again", "digest of 1.0.0"));
    for (id, number) in [("q", "1.0.0"), ("p", "3.0.0")] {
        assert_eq!(state.replace_version(id, "X", &version(number)).unwrap_err().kind(), ErrorKind::NotFound);
    }
    state.check().unwrap();
}

#[test]
fn several_versions_go_at_once_or_none() {
    let home = Home::with_plugin();
    let state = &home.state;
    for number in ["2.0.0", "3.0.0"] {
        state.add_version("p", "P", &version(number)).unwrap();
    }
    assert_eq!(state.remove_versions("p", &["1.0.0", "3.0.0"], None).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(state.remove_versions("p", &["1.0.0"], Some("9.0.0")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(summary(state), "1.0.0 2.0.0 3.0.0 | 3.0.0 | 2.0.0");
    state.remove_versions("p", &["3.0.0", "2.0.0", "none"], Some("1.0.0")).unwrap();
    assert_eq!(summary(state), "1.0.0 | 1.0.0 | -");
    state.check().unwrap();
}

#[test]
fn a_record_comes_back_as_it_was_given() {
    let home = Home::new();
    let mut given = version("1.2.3");
    given.source_stamp = Some("17 1234".to_owned());
    home.state.add_version("p", "P", &given).unwrap();
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!(plugin.versions, [given.clone()]);
    assert_eq!(plugin.active(), Some(&given));
    assert_eq!((plugin.status, plugin.status_before), (PluginStatus::Active, None));
    assert_eq!((plugin.installed_at, plugin.last_used, plugin.usage_count), (Timestamp(1_000), None, 0));
    assert_eq!(home.state.plugins().unwrap(), [plugin]);
    assert_eq!(home.state.plugin("q").unwrap(), None);
}

#[test]
fn the_display_name_follows_the_active_version() {
    let home = Home::new();
    for step in ["add 1", "add 2"] {
        apply(&home.state, step).unwrap();
    }
    assert_eq!(home.state.plugin("p").unwrap().unwrap().display_name, "P 2");
    apply(&home.state, "activate 1").unwrap();
    assert_eq!(home.state.plugin("p").unwrap().unwrap().display_name, "P 1");
}

#[test]
fn a_new_version_keeps_the_status_and_is_not_trusted_by_what_was() {
    let home = Home::with_plugin();
    home.state.set_in_process("p", true).unwrap();
    home.state.set_status("p", PluginStatus::Quarantined, Some("flagged")).unwrap();
    home.state.add_version("p", "P", &version("2.0.0")).unwrap();
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.status, plugin.in_process()), (PluginStatus::Quarantined, false));
    // The version that was trusted still is.
    home.state.activate("p", "1.0.0").unwrap();
    assert!(home.state.plugin("p").unwrap().unwrap().in_process());
    assert_eq!(home.state.set_in_process("q", true).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn stamps_of_sources_can_be_renewed() {
    let home = Home::with_plugin();
    home.state.set_source_stamp("p", "1.0.0", Some("new")).unwrap();
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!(plugin.versions[0].source_stamp.as_deref(), Some("new"));
    assert_eq!(home.state.set_source_stamp("p", "2.0.0", None).unwrap_err().kind(), ErrorKind::NotFound);
}
