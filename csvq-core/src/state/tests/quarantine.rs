//! Quarantine: what is known of it, and that its bytes don't come back.

use serde_json::{Value, json};

use super::{Home, version};
use crate::error::ErrorKind;
use crate::state::{
    PluginStatus, QuarantineOrigin, QuarantineReason, QuarantineRecord, QuarantineStatus, State, VersionRecord,
};

/// A record for the digest that `version` gives to 1.0.0.
fn record(name: &str) -> QuarantineRecord {
    QuarantineRecord {
        name: name.to_owned(),
        plugin: Some("p".to_owned()),
        version: Some("1.0.0".to_owned()),
        digest: "digest of 1.0.0".to_owned(),
        also: vec!["archive".to_owned(), "file".to_owned()],
        origin: QuarantineOrigin::DropIn,
        source_path: Some("p.zip".to_owned()),
        by: "local".to_owned(),
        reason: QuarantineReason::Flagged,
        findings: json!([{ "rule": "exec", "file": "p.so" }]),
    }
}

fn refusing(state: &State, digest: &str) -> Option<u64> {
    state.is_quarantined(digest).unwrap().map(|entry| entry.number)
}

#[test]
fn an_entry_says_what_came_from_where_and_why() {
    let home = Home::new();
    assert_eq!(home.state.quarantine(&record("p-1.0.0")).unwrap(), 1);
    let entry = home.reopened().quarantine_entry(1).unwrap().unwrap();
    let expected = json!({
        "number": 1, "name": "p-1.0.0", "plugin": "p", "version": "1.0.0", "digest": "digest of 1.0.0",
        "also": ["archive", "file"], "origin": "drop_in", "source_path": "p.zip", "reason": "flagged",
        "findings": [{ "rule": "exec", "file": "p.so" }], "status": "held", "quarantined_at": entry.quarantined_at,
        "quarantined_by": "local", "decided_at": null, "decided_by": null,
    });
    assert_eq!(serde_json::to_value(&entry).unwrap(), expected);
    assert_eq!(home.state.quarantine_entry_named("p-1.0.0").unwrap(), Some(entry.clone()));
    assert_eq!(home.state.quarantined(true).unwrap(), [entry]);
    assert_eq!(home.state.quarantine_entry(2).unwrap(), None);
    assert_eq!(home.state.quarantine_entry(u64::MAX).unwrap(), None);
    assert_eq!(home.state.quarantine_entry_named("q").unwrap(), None);
}

#[test]
fn digests_are_refused_until_they_are_released() {
    let home = Home::new();
    home.state.quarantine(&record("a")).unwrap();
    for digest in ["digest of 1.0.0", "DIGEST of 1.0.0", "archive", "file"] {
        assert_eq!(refusing(&home.state, digest), Some(1), "{digest}");
    }
    assert_eq!(refusing(&home.state, "another"), None);
    assert_eq!(refusing(&home.state, ""), None);

    let deleted = home.state.delete_from_quarantine(1, "ann").unwrap();
    assert_eq!((deleted.status, deleted.decided_by.as_deref()), (QuarantineStatus::Deleted, Some("ann")));
    assert_eq!(refusing(&home.state, "archive"), Some(1));
    assert_eq!(home.state.quarantined(true).unwrap(), []);
    assert_eq!(home.state.quarantined(false).unwrap().len(), 1);

    let released = home.state.release_from_quarantine(1, "bob").unwrap();
    assert_eq!((released.status, released.decided_by.as_deref()), (QuarantineStatus::Released, Some("bob")));
    assert!(released.decided_at.is_some());
    assert_eq!(refusing(&home.state, "archive"), None);

    // One entry is released, and another still holds the same.
    home.state.quarantine(&record("a")).unwrap();
    home.state.quarantine(&record("b")).unwrap();
    assert_eq!(refusing(&home.state, "file"), Some(3));
    home.state.release_from_quarantine(3, "bob").unwrap();
    assert_eq!(refusing(&home.state, "file"), Some(2));
    assert_eq!(home.state.quarantine_entry_named("a").unwrap().map(|entry| entry.number), Some(2));
}

#[test]
fn what_was_decided_is_not_decided_again() {
    let home = Home::new();
    let check = |answer: crate::error::Result<()>, kind: ErrorKind, message: &str| {
        let error = answer.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message));
    };
    for name in ["a", "b"] {
        home.state.quarantine(&record(name)).unwrap();
    }
    home.state.release_from_quarantine(1, "ann").unwrap();
    home.state.delete_from_quarantine(2, "ann").unwrap();
    let release = |number| home.state.release_from_quarantine(number, "ann").map(drop);
    let delete = |number| home.state.delete_from_quarantine(number, "ann").map(drop);
    check(release(1), ErrorKind::Conflict, "number 1 in quarantine is released already");
    check(delete(1), ErrorKind::Conflict, "number 1 in quarantine is released already");
    check(delete(2), ErrorKind::Conflict, "number 2 in quarantine is deleted already");
    check(release(3), ErrorKind::NotFound, "there is no number 3 in quarantine");
    check(delete(u64::MAX), ErrorKind::NotFound, &format!("there is no number {} in quarantine", u64::MAX));
    home.state.quarantine(&record("c")).unwrap();
    check(
        home.state.quarantine(&record("c")).map(drop),
        ErrorKind::Conflict,
        "number 3 in quarantine has that name already: `c`",
    );
    // A name that is free again may be taken again.
    home.state.quarantine(&record("a")).unwrap();
}

#[test]
fn only_names_of_folders_are_taken() {
    let home = Home::new();
    let long = "x".repeat(256);
    for name in ["", ".", "..", "a/b", "a\\b", "/a", "C:", "a:b", "a\0", "a\nb", "a\u{202e}b", &long] {
        assert_eq!(home.state.quarantine(&record(name)).unwrap_err().kind(), ErrorKind::Internal, "{name:?}");
    }
    for name in ["p-1.0.0", "größe", "a b", &long[..255]] {
        home.state.quarantine(&record(name)).unwrap();
    }
    let many = QuarantineRecord { also: vec!["x".to_owned(); 1_000], ..record("many") };
    assert_eq!(home.state.quarantine(&many).unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(home.state.quarantined(false).unwrap().len(), 4);
}

#[test]
fn what_others_wrote_is_escaped_and_bounded() {
    let home = Home::new();
    let long = "y".repeat(1 << 20);
    let hostile = QuarantineRecord {
        plugin: Some("p\n\u{1b}[2J".to_owned()),
        version: Some(long.clone()),
        source_path: Some("/tmp/\u{202e}gpj.so\u{2028}".to_owned()),
        by: "eve\r\nadmin".to_owned(),
        findings: json!([{ "rule": "a\u{9b}b" }, vec![long; 200]]),
        ..record("a")
    };
    home.state.quarantine(&hostile).unwrap();
    let entry = home.state.quarantine_entry(1).unwrap().unwrap();
    assert_eq!(entry.plugin.as_deref(), Some("p\\n\\u{1b}[2J"));
    assert_eq!(entry.source_path.as_deref(), Some("/tmp/\\u{202e}gpj.so\\u{2028}"));
    assert_eq!(entry.quarantined_by, "eve\\r\\nadmin");
    assert_eq!(entry.version.unwrap().len(), 200);
    let findings = entry.findings.to_string();
    assert!(findings.len() <= 64_000, "{}", findings.len());
    assert_eq!(entry.findings[0]["rule"], json!("a\\u{9b}b"));
    assert_eq!(entry.findings.as_array().unwrap().last(), Some(&Value::from("…")));
}

/// Another version of `p` with the bytes that are in quarantine.
fn with_held_bytes(number: &str) -> VersionRecord {
    VersionRecord { digest: version("1.0.0").digest, ..version(number) }
}

#[test]
fn held_bytes_do_not_come_back_by_any_way() {
    let check = |prepare: &dyn Fn(&State), way: &dyn Fn(&State) -> crate::error::Result<()>| {
        let home = Home::new();
        prepare(&home.state);
        let number = home.state.quarantine(&record("held")).unwrap();
        let before = home.state.plugins().unwrap();
        let error = way(&home.state).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Suspicious, "{error}");
        assert!(error.to_string().starts_with("p: these very bytes are in quarantine as number 1 since "), "{error}");
        assert!(error.message().contains("(flagged): release them first"), "{error}");
        assert_eq!(home.state.plugins().unwrap(), before);
        home.state.release_from_quarantine(number, "ann").unwrap();
        way(&home.state).unwrap();
    };
    let add = |state: &State, number: &str| state.add_version("p", "P", &version(number));
    let none = |_: &State| {};
    let both = |state: &State| ["1.0.0", "2.0.0"].iter().for_each(|number| add(state, number).unwrap());
    let other = |state: &State| add(state, "2.0.0").unwrap();
    let in_status = |status: PluginStatus| {
        move |state: &State| {
            state.add_version("p", "P", &version("1.0.0")).unwrap();
            state.set_status("p", status, None).unwrap();
        }
    };
    check(&none, &|state| add(state, "1.0.0"));
    check(&other, &|state| add(state, "1.0.0"));
    check(&other, &|state| state.add_version("p", "P", &with_held_bytes("3.0.0")));
    check(&other, &|state| state.replace_version("p", "P", &with_held_bytes("2.0.0")));
    check(&both, &|state| state.activate("p", "1.0.0"));
    check(&both, &|state| state.remove_versions("p", &["2.0.0"], Some("1.0.0")));
    check(&in_status(PluginStatus::Disabled), &|state| state.enable("p").map(drop));
    check(&in_status(PluginStatus::Disabled), &|state| state.set_status("p", PluginStatus::Active, None).map(drop));
    check(&in_status(PluginStatus::PendingRemoval), &|state| {
        state.set_status("p", PluginStatus::Deprecated, None).map(drop)
    });
    check(&in_status(PluginStatus::Quarantined), &|state| state.release("p").map(drop));
}

#[test]
fn an_installed_plugin_goes_into_quarantine_and_out_in_one_change() {
    let home = Home::with_plugin();
    let number = home
        .state
        .change(|change| {
            change.set_status("p", PluginStatus::Quarantined, Some("flagged"))?;
            assert!(change.is_quarantined("archive")?.is_none());
            let number = change.quarantine(&QuarantineRecord { origin: QuarantineOrigin::Installed, ..record("p") })?;
            assert!(change.is_quarantined("archive")?.is_some());
            Ok(number)
        })
        .unwrap();
    assert_eq!(home.state.release("p").unwrap_err().kind(), ErrorKind::Suspicious);
    // Another version of it may still come, and is not usable while the plugin is quarantined.
    home.state.add_version("p", "P", &version("2.0.0")).unwrap();
    assert_eq!(home.state.plugin("p").unwrap().unwrap().status, PluginStatus::Quarantined);
    let status = home
        .state
        .change(|change| {
            change.release_from_quarantine(number, "ann")?;
            change.activate("p", "1.0.0")?;
            change.release("p")
        })
        .unwrap();
    assert_eq!(status, PluginStatus::Active);
    home.reopened().check().unwrap();
}
