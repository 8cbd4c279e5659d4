//! Quarantine: what was flagged lies apart, can't be run, and comes back by no door until someone lets it.

use std::fs;
use std::path::Path;

use csvq_tests::plugins::library;
use serde_json::{Value, json};

use super::fort::{Came, Fort, policy, refused};
use super::zips::{package, zip};
use crate::stderr;

fn scanning(scans: bool) -> Value {
    policy(json!({ "scan_for_malicious_code": scans, "quarantine_suspicious_plugins": true }), json!({}))
}

/// A home in which the plugin that attacks was flagged and put apart, and the name that it lies under.
#[track_caller]
fn quarantined() -> (Fort, String) {
    let fort = Fort::new(&scanning(true));
    let error = refused(&fort.install(&library("attacks")));
    assert!(error.contains("quarantine") && error.contains("scan"), "{error}");
    let held = fort.ask(&["plugins", "quarantine", "list"]);
    let held = held.as_array().unwrap();
    assert_eq!(held.len(), 1, "{held:?}");
    let name = held[0]["name"].as_str().unwrap().to_owned();
    (fort, name)
}

#[test]
fn what_is_flagged_is_put_apart() {
    let (fort, name) = quarantined();
    assert!(fort.home().join("plugins/quarantine").join(&name).exists());
    assert!(!fort.home().join("plugins/custom/attacks").exists());
    assert_eq!(fort.left_over(), Vec::<String>::new());
    refused(&fort.compare("attacks", &["attack=fork"]));
    let lines = fort.audited("quarantined");
    assert!(
        lines.iter().any(|line| line["subject"].as_str().is_some_and(|text| text.contains("attacks"))),
        "{lines:?}"
    );
    fort.told_of(&["scan_flagged", "install_refused"], "attacks");
    fort.is_alive();
}

/// Whoever switches the scanner off does not thereby let in what it found.
#[test]
fn what_is_in_quarantine_comes_back_by_no_door() {
    let (fort, _) = quarantined();
    fort.decree(&scanning(false));
    let attacks = fs::read(library("attacks")).unwrap();
    let doors: [&dyn Fn(&Path) -> String; 3] = [
        &|_| refused(&fort.install(&library("attacks"))),
        &|renamed| {
            fs::write(renamed, &attacks).unwrap();
            refused(&fort.install(renamed))
        },
        &|_| {
            let zip = fort.homestead.place.write("attacks.zip", zip(&package("attacks", &attacks, &[]))).unwrap();
            refused(&fort.install(&zip))
        },
    ];
    for door in doors {
        let error = door(&fort.path("libother.so"));
        assert!(error.contains("quarantine"), "{error}");
        assert!(!fort.home().join("plugins/custom/attacks").exists());
    }
    // Nor when it is dropped in, by whatever command comes next.
    fs::write(fort.home().join("plugins/attacks.so"), &attacks).unwrap();
    fort.is_alive();
    refused(&fort.compare("attacks", &["attack=fork"]));
    assert!(!fort.home().join("plugins/custom/attacks").exists());
    // Nor by laying its files where plugins are.
    let place = fort.home().join("plugins/custom/attacks/1.0.0");
    fs::create_dir_all(&place).unwrap();
    package("attacks", &attacks, &[]).iter().for_each(|part| fs::write(place.join(&part.name), &part.content).unwrap());
    refused(&fort.compare("attacks", &["attack=fork"]));
    fort.told_of(&["install_refused", "load_refused"], "attacks");
    fort.is_alive();
}

/// Someone has to stand by what was found; what comes out is guarded as all plugins are.
#[test]
fn what_is_released_is_installed() {
    let (fort, name) = quarantined();
    let error = refused(&fort.run(&["plugins", "quarantine", "release", &name]));
    assert!(error.contains("scan"), "{error}");
    assert!(fort.home().join("plugins/quarantine").join(&name).exists());
    assert!(!fort.home().join("plugins/custom/attacks").exists());
    let released = fort.run(&["plugins", "quarantine", "release", &name, "--accept-findings"]);
    assert!(released.status.success(), "{}", stderr(&released));
    let outcomes: Vec<Value> = fort.audited("quarantine_released").iter().map(|line| line["outcome"].clone()).collect();
    assert!(outcomes.contains(&"refused".into()) && outcomes.contains(&"allowed".into()), "{outcomes:?}");
    let came = fort.attempt("attacks", "fork", &[]);
    assert!(matches!(came, Came::Failed(..)), "{came:?}");
    fort.is_alive();
}

#[test]
fn what_is_deleted_stays_away() {
    let (fort, name) = quarantined();
    let deleted = fort.run(&["plugins", "quarantine", "delete", &name, "--yes"]);
    assert!(deleted.status.success(), "{}", stderr(&deleted));
    assert!(!fort.home().join("plugins/quarantine").join(&name).exists());
    assert_eq!(fort.audited("quarantine_deleted").len(), 1);
    fort.decree(&scanning(false));
    refused(&fort.install(&library("attacks")));
    fort.is_alive();
}

#[test]
fn names_of_what_lies_there_lead_nowhere_else() {
    let (fort, _) = quarantined();
    let before = fort.files();
    for name in ["../custom/good", "..", ".", "", "/etc", "nobody"] {
        for act in ["release", "delete"] {
            let mut args = vec!["plugins", "quarantine", act];
            if act == "delete" {
                args.push("--yes");
            }
            args.push(name);
            refused(&fort.run(&args));
        }
    }
    assert_eq!(fort.files(), before);
    fort.is_alive();
}
