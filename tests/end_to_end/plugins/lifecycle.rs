//! The life of a plugin: packed, installed, used, updated, rolled back, removed.

use std::fs;

use csvq_tests::plugins::{Homestead, library};

use super::{answer, failure};
use crate::{report, stdout};

#[test]
fn an_example_plugin_lives_its_whole_life() {
    let homestead = Homestead::new().unwrap();
    let first = homestead.pack(&library("fuzzy_compare"), "fuzzy-1.0.0.zip").unwrap();
    let second = homestead.pack(&library("fuzzy_later"), "fuzzy-1.1.0.zip").unwrap();
    let (first, second) = (first.display().to_string(), second.display().to_string());

    let installed = answer(&homestead.run(&["plugins", "install", &first, "--format", "json"]).unwrap());
    assert_eq!((&installed["id"], &installed["version"]), (&"fuzzy_compare".into(), &"1.0.0".into()));
    let list = stdout(&homestead.run(&["plugins", "list"]).unwrap());
    assert!(list.contains("fuzzy_compare") && list.contains("row_compare"), "{list}");
    let valid = answer(&homestead.run(&["plugins", "validate", "Fuzzy compare", "--format", "json"]).unwrap());
    assert_eq!(valid["Fuzzy compare"]["valid"], true, "{valid}");

    // By the default threshold alpa is no alpha; by a lower one it is.
    let strict = report(&homestead.compare("fuzzy_compare", &[]).unwrap());
    assert_eq!((strict.details.counts.changed, strict.metadata.plugin_version.as_str()), (2, "1.0.0"));
    let loose = report(&homestead.compare("Fuzzy compare", &["--param", "threshold=0.7"]).unwrap());
    assert_eq!((loose.details.counts.changed, loose.details.counts.unchanged), (1, 1));
    assert_eq!((loose.details.counts.added, loose.details.counts.removed), (1, 1));
    assert!(loose.details.rows[0].cells[0].extra.contains_key("similarity"), "{:?}", loose.details.rows[0]);
    // Settings that the engine sees to itself hold whatever the plugin does; of others it is said that they may not.
    let all =
        homestead.compare("fuzzy_compare", &["--limit", "all", "--ignore-case", "--duplicates", "error"]).unwrap();
    assert_eq!(report(&all).details.rows.len(), 4);
    assert!(crate::stderr(&all).contains("--ignore-case"), "{}", crate::stderr(&all));
    let wrong = failure(&homestead.compare("fuzzy_compare", &["--param", "treshold=0.7"]).unwrap());
    assert!(wrong.contains("treshold"), "{wrong}");

    homestead.run(&["plugins", "disable", "fuzzy_compare", "--reason", "a test"]).unwrap();
    let disabled = failure(&homestead.compare("fuzzy_compare", &[]).unwrap());
    assert!(disabled.contains("csvq plugins enable fuzzy_compare"), "{disabled}");
    answer(&homestead.run(&["plugins", "enable", "fuzzy_compare", "--format", "json"]).unwrap());
    report(&homestead.compare("fuzzy_compare", &[]).unwrap());

    let update = ["plugins", "update", "fuzzy_compare", "--from", &second, "--format", "json"];
    assert_eq!(answer(&homestead.run(&update).unwrap())["version"], "1.1.0");
    assert_eq!(report(&homestead.compare("fuzzy_compare", &[]).unwrap()).metadata.plugin_version, "1.1.0");
    let info = answer(&homestead.run(&["plugins", "info", "fuzzy_compare", "--format", "json"]).unwrap());
    assert_eq!((&info["version"], &info["previous_version"]), (&"1.1.0".into(), &"1.0.0".into()));
    assert_eq!(info["versions"], serde_json::json!(["1.0.0", "1.1.0"]));
    let back = answer(&homestead.run(&["plugins", "rollback", "fuzzy_compare", "--format", "json"]).unwrap());
    assert_eq!(back["version"], "1.0.0");
    assert_eq!(report(&homestead.compare("fuzzy_compare", &[]).unwrap()).metadata.plugin_version, "1.0.0");

    let statistics = answer(&homestead.run(&["stats", "fuzzy_compare", "--format", "json"]).unwrap());
    let runs = statistics[0]["total_executions"].as_u64().unwrap() + statistics[0]["cached"].as_u64().unwrap();
    assert!(runs >= 5, "{statistics}");

    let unasked = failure(&homestead.run(&["plugins", "uninstall", "fuzzy_compare"]).unwrap());
    assert!(unasked.contains("--yes"), "{unasked}");
    let removed = ["plugins", "uninstall", "fuzzy_compare", "--yes", "--format", "json"];
    assert_eq!(answer(&homestead.run(&removed).unwrap())["versions"], serde_json::json!(["1.0.0", "1.1.0"]));
    let gone = failure(&homestead.compare("fuzzy_compare", &[]).unwrap());
    assert!(gone.contains("there is no comparison called `fuzzy_compare`"), "{gone}");
    assert!(!homestead.home().join("plugins/custom/fuzzy_compare").exists());
}

#[test]
fn plugins_in_c_and_of_the_first_release_are_loaded_as_libraries() {
    let homestead = Homestead::new().unwrap();
    for (name, id) in [
        ("ulp_compare", "ulp_compare"),
        ("contact_compare", "contact_compare"),
        ("good", "good"),
        ("older_abi", "older_abi"),
        ("newer_abi", "newer_abi"),
        ("first_release", "first_release"),
    ] {
        let path = library(name).display().to_string();
        let installed = answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
        assert_eq!(installed["id"], id, "{installed}");
        let output = homestead.compare(id, &[]).unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {}", crate::stderr(&output));
        report(&output);
    }
}

#[test]
fn what_is_dropped_into_the_folder_is_taken_in_and_follows_its_file() {
    let homestead = Homestead::new().unwrap();
    let dropped = homestead.home().join("plugins").join("fuzzy.zip");
    fs::copy(homestead.pack(&library("fuzzy_compare"), "one.zip").unwrap(), &dropped).unwrap();
    let version = || {
        let output = homestead.run(&["plugins", "info", "fuzzy_compare", "--format", "json"]).unwrap();
        output.status.success().then(|| answer(&output)["version"].as_str().unwrap().to_owned())
    };
    assert_eq!(version().as_deref(), Some("1.0.0"));
    report(&homestead.compare("fuzzy_compare", &[]).unwrap());

    // One broken file stops no other.
    fs::write(homestead.home().join("plugins").join("broken.zip"), b"PK\x03\x04 and no more").unwrap();
    let errors = answer(&homestead.run(&["plugins", "errors", "--format", "json"]).unwrap());
    assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    assert!(errors[0]["name"].as_str().unwrap().ends_with("broken.zip"), "{errors}");

    fs::copy(homestead.pack(&library("fuzzy_later"), "two.zip").unwrap(), &dropped).unwrap();
    assert_eq!(version().as_deref(), Some("1.1.0"));

    let aside = homestead.home().join("plugins/disabled/fuzzy.zip");
    fs::rename(&dropped, &aside).unwrap();
    let disabled = failure(&homestead.compare("fuzzy_compare", &[]).unwrap());
    assert!(disabled.contains("disabled"), "{disabled}");
    answer(&homestead.run(&["plugins", "enable", "fuzzy_compare", "--format", "json"]).unwrap());
    report(&homestead.compare("fuzzy_compare", &[]).unwrap());

    // Enabling moved it back.
    assert!(!aside.exists());
    fs::remove_file(&dropped).unwrap();
    assert_eq!(version(), None);
}

#[test]
fn a_plugin_is_deprecated_and_found_when_it_is_due() {
    let homestead = Homestead::new().unwrap();
    let path = library("good").display().to_string();
    answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
    let deprecate = ["plugins", "deprecate", "good", "--reason", "there is a better one", "--removal-days", "0"];
    let told = stdout(&homestead.run(&deprecate).unwrap());
    assert!(told.contains("deprecated"), "{told}");
    // It goes on working until it is removed.
    report(&homestead.compare("good", &[]).unwrap());
    let due = answer(&homestead.run(&["plugins", "due", "--format", "json"]).unwrap());
    assert_eq!((&due[0]["id"], &due[0]["deprecation_reason"]), (&"good".into(), &"there is a better one".into()));
    let unused = answer(&homestead.run(&["plugins", "unused", "--days", "30", "--format", "json"]).unwrap());
    assert_eq!(unused, serde_json::json!([]));
}

#[test]
fn what_a_plugin_printed_before_it_died_can_be_seen() {
    let homestead = Homestead::new().unwrap();
    let path = library("aborts").display().to_string();
    answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
    let lost = failure(&homestead.compare("aborts", &[]).unwrap());
    assert!(lost.contains("hint: CSVQ_LOG=info"), "{lost}");
}
