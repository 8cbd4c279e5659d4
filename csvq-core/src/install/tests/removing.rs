//! Removal: all of it, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Place, names, source};
use crate::control::Control;
use crate::error::ErrorKind;
use crate::install::Step;

#[test]
fn a_plugin_goes_with_all_its_versions() {
    let place = Place::new();
    place.install("lengths", "1.0.0").unwrap();
    place.install("lengths", "2.0.0").unwrap();
    place.install("other", "1.0.0").unwrap();
    let mut steps = Vec::new();
    let removed =
        place.installer.uninstall_with("lengths", None, &Control::new(), &mut |step| steps.push(step)).unwrap();
    assert_eq!((removed.whole, removed.versions), (true, vec!["1.0.0".to_owned(), "2.0.0".to_owned()]));
    use Step::{Begun, Cleaned, Journaled, Locked, MovedAway, Recorded};
    assert_eq!(steps, [Locked, Begun, Journaled, MovedAway, Recorded, Cleaned]);
    assert_eq!(place.summary(), "other 1.0.0*");
    place.sound();
    assert_eq!(place.installer.uninstall("lengths", None).unwrap_err().kind(), ErrorKind::NotFound);
    place.install("lengths", "1.0.0").unwrap();
    place.sound();
}

#[test]
fn one_version_goes() {
    let place = Place::new();
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        place.install("lengths", version).unwrap();
    }
    let refused =
        |version, kind| assert_eq!(place.installer.uninstall("lengths", Some(version)).unwrap_err().kind(), kind);
    refused("3.0.0", ErrorKind::Conflict);
    refused("9.0.0", ErrorKind::NotFound);
    assert!(!place.installer.uninstall("lengths", Some("2.0.0")).unwrap().whole);
    assert_eq!(place.summary(), "lengths 1.0.0 3.0.0*");
    assert_eq!(place.plugin("lengths").unwrap().previous_version, None);
    place.sound();
    place.installer.uninstall("lengths", Some("1.0.0")).unwrap();
    assert!(place.installer.uninstall("lengths", Some("3.0.0")).unwrap().whole);
    assert_eq!(place.summary(), "");
    place.sound();
}

#[test]
fn what_is_missing_already_does_not_matter() {
    let place = Place::new();
    place.install("lengths", "1.0.0").unwrap();
    fs::remove_dir_all(place.home.custom().join("lengths")).unwrap();
    place.installer.uninstall("lengths", None).unwrap();
    place.sound();
}

#[test]
fn links_are_removed_and_not_followed() {
    let place = Place::new();
    let victim = place.write("victim/file.txt", "precious");
    let folder = victim.parent().unwrap();
    // A link in the plugin's folder, one in place of the version's folder, and one in place of the plugin's.
    place.install("lengths", "1.0.0").unwrap();
    symlink(folder, place.home.custom().join("lengths/1.0.0/link")).unwrap();
    place.installer.uninstall("lengths", None).unwrap();
    for path in ["lengths/1.0.0", "lengths"] {
        place.install("lengths", "1.0.0").unwrap();
        let path = place.home.custom().join(path);
        fs::remove_dir_all(&path).unwrap();
        symlink(folder, &path).unwrap();
        place.installer.uninstall("lengths", None).unwrap();
        place.sound();
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(names(folder), ["file.txt"]);
}

#[test]
fn an_id_from_a_damaged_state_moves_nothing() {
    let place = Place::new();
    place.install("lengths", "1.0.0").unwrap();
    let record = place.plugin("lengths").unwrap().versions[0].clone();
    place.state.add_version("../../config", "Evil", &record).unwrap();
    assert_eq!(place.installer.uninstall("../../config", None).unwrap_err().kind(), ErrorKind::State);
    assert!(place.home.config().is_dir());
    // Likewise for the file that it came from.
    let evil = crate::state::VersionRecord {
        source: "drop_in".to_owned(),
        source_path: Some("../config".to_owned()),
        ..record
    };
    place.state.add_version("evil", "Evil", &evil).unwrap();
    place.installer.uninstall("evil", None).unwrap();
    assert!(place.home.config().is_dir());
}

#[test]
fn a_drop_in_goes_with_its_file() {
    let place = Place::new();
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    place.drop_in("other.py", &source("other", "1.0.0"));
    place.installer.take_in(&Control::new(), false).unwrap();
    place.installer.uninstall("lengths", None).unwrap();
    assert!(!place.home.plugins().join("lengths.py").exists());
    // It does not come back.
    assert_eq!(place.installer.take_in(&Control::new(), false).unwrap().taken, []);
    assert_eq!(place.summary(), "other 1.0.0*");
    place.sound();
    // One that was changed since, and perhaps is someone's work, is kept.
    place.drop_in("other.py", "precious");
    place.installer.uninstall("other", None).unwrap();
    assert_eq!(fs::read_to_string(place.home.backup().join("other.py")).unwrap(), "precious");
    place.sound();
}

#[test]
fn a_failed_removal_is_taken_back() {
    let place = Place::new();
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    place.installer.take_in(&Control::new(), false).unwrap();
    // The second rename fails: what it would move is gone.
    let file = place.home.plugins().join("lengths.py");
    let mut on_step = |step| {
        if step == Step::Journaled {
            fs::remove_file(&file).unwrap()
        }
    };
    let error = place.installer.uninstall_with("lengths", None, &Control::new(), &mut on_step).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(place.summary(), "lengths 1.0.0*");
    place.sound();
}
