//! What people do with the files that they dropped in: delete, overwrite, move away and back.

use std::fs;

use super::{Place, names, source};
use crate::control::Control;
use crate::error::ErrorKind;
use crate::state::PluginStatus;

#[track_caller]
fn look(place: &Place, taken: &[&str]) {
    let found = place.installer.take_in(&Control::new(), false).unwrap();
    assert_eq!(found.taken.iter().map(ToString::to_string).collect::<Vec<_>>(), taken, "{:?}", found.errors);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    place.sound();
}

fn with_lengths() -> Place {
    let place = Place::new();
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &["installed lengths 1.0.0 (lengths.py)"]);
    place
}

fn status(place: &Place) -> PluginStatus {
    place.plugin("lengths").unwrap().status
}

/// Moves a file between the folder of plugins and that of disabled ones.
fn move_file(place: &Place, from: &str, to: &str) {
    fs::rename(place.home.plugins().join(from), place.home.plugins().join(to)).unwrap();
}

#[test]
fn deleted_is_uninstalled() {
    let place = with_lengths();
    fs::remove_file(place.home.plugins().join("lengths.py")).unwrap();
    look(&place, &["uninstalled lengths (lengths.py)"]);
    assert_eq!(place.summary(), "");
    look(&place, &[]);
    // All versions that came from the file go.
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &["installed lengths 1.0.0 (lengths.py)"]);
    place.drop_in("lengths.py", &source("lengths", "2.0.0"));
    look(&place, &["updated lengths 2.0.0 (lengths.py)"]);
    fs::remove_file(place.home.plugins().join("lengths.py")).unwrap();
    look(&place, &["uninstalled lengths (lengths.py)"]);
    assert_eq!(place.summary(), "");
}

#[test]
fn deleted_leaves_what_came_from_elsewhere() {
    let place = Place::new();
    place.install("lengths", "0.9.0").unwrap();
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &["updated lengths 1.0.0 (lengths.py)"]);
    fs::remove_file(place.home.plugins().join("lengths.py")).unwrap();
    look(&place, &["uninstalled lengths 0.9.0 (lengths.py)"]);
    assert_eq!(place.summary(), "lengths 0.9.0*");
    // A version that is installed already, from elsewhere, is not the file's, if it holds the same.
    place.drop_in("lengths.py", &source("lengths", "0.9.0"));
    look(&place, &[]);
    look(&place, &[]);
    fs::remove_file(place.home.plugins().join("lengths.py")).unwrap();
    look(&place, &[]);
    assert_eq!(place.summary(), "lengths 0.9.0*");
    // And is not replaced, if it holds another.
    place.drop_in("lengths.py", &(source("lengths", "0.9.0") + "# more\n"));
    let found = place.installer.take_in(&Control::new(), false).unwrap();
    assert_eq!(found.errors[0].1.kind(), ErrorKind::Conflict);
    place.sound();
}

#[test]
fn deleted_together_with_all_else_is_a_disk_that_is_missing() {
    let place = with_lengths();
    fs::remove_file(place.home.plugins().join("lengths.py")).unwrap();
    fs::remove_dir_all(place.home.custom().join("lengths")).unwrap();
    let found = place.installer.take_in(&Control::new(), false).unwrap();
    assert_eq!((found.taken.len(), found.errors.len()), (0, 1));
    assert_eq!(place.summary(), "lengths 1.0.0*");
}

#[test]
fn overwritten_is_updated() {
    let place = with_lengths();
    place.drop_in("lengths.py", &source("lengths", "1.1.0"));
    look(&place, &["updated lengths 1.1.0 (lengths.py)"]);
    assert_eq!(place.summary(), "lengths 1.0.0 1.1.0*");
    // Without another version, too: then it is replaced.
    place.drop_in("lengths.py", &(source("lengths", "1.1.0") + "# more\n"));
    look(&place, &["updated lengths 1.1.0 (lengths.py)"]);
    assert!(fs::read_to_string(place.home.custom().join("lengths/1.1.0/lengths.py")).unwrap().contains("# more"));
    // And back to what it was at first.
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &["updated lengths 1.0.0 (lengths.py)"]);
    assert_eq!(place.summary(), "lengths 1.0.0* 1.1.0");
}

#[test]
fn a_rollback_stays_rolled_back() {
    let place = with_lengths();
    place.drop_in("lengths.py", &source("lengths", "1.1.0"));
    look(&place, &["updated lengths 1.1.0 (lengths.py)"]);
    place.installer.rollback("lengths").unwrap();
    look(&place, &[]);
    fs::remove_file(place.home.staging().join("drop_ins.json")).unwrap();
    look(&place, &[]);
    assert_eq!(place.summary(), "lengths 1.0.0* 1.1.0");
}

#[test]
fn a_file_may_become_another_plugin() {
    let place = with_lengths();
    place.drop_in("lengths.py", &source("widths", "1.0.0"));
    look(&place, &["installed widths 1.0.0 (lengths.py)", "uninstalled lengths (lengths.py)"]);
    assert_eq!(place.summary(), "widths 1.0.0*");
    // And a plugin another file.
    move_file(&place, "lengths.py", "widths.py");
    look(&place, &["uninstalled widths (lengths.py)", "installed widths 1.0.0 (widths.py)"]);
    assert_eq!(place.summary(), "widths 1.0.0*");
}

#[test]
fn moved_away_is_disabled_and_moved_back_enabled() {
    let place = with_lengths();
    move_file(&place, "lengths.py", "disabled/lengths.py");
    look(&place, &["disabled lengths 1.0.0 (lengths.py)"]);
    assert_eq!((status(&place), place.summary()), (PluginStatus::Disabled, "lengths 1.0.0*".to_owned()));
    look(&place, &[]);
    move_file(&place, "disabled/lengths.py", "lengths.py");
    look(&place, &["enabled lengths 1.0.0 (lengths.py)"]);
    assert_eq!(status(&place), PluginStatus::Active);
    // Even if what was seen is forgotten meanwhile.
    move_file(&place, "lengths.py", "disabled/lengths.py");
    fs::remove_file(place.home.staging().join("drop_ins.json")).unwrap();
    look(&place, &["disabled lengths 1.0.0 (lengths.py)"]);
    place.drop_in("lengths.py", &source("lengths", "1.1.0"));
    look(&place, &["updated lengths 1.1.0 (lengths.py)", "enabled lengths 1.1.0 (lengths.py)"]);
    assert_eq!(status(&place), PluginStatus::Active);
    // Of two of that name, the one that is not put away counts; and where that is deleted, the other.
    fs::remove_file(place.home.plugins().join("lengths.py")).unwrap();
    look(&place, &["disabled lengths 1.1.0 (lengths.py)"]);
    fs::remove_file(place.home.disabled().join("lengths.py")).unwrap();
    look(&place, &["uninstalled lengths (lengths.py)"]);
}

#[test]
fn the_folder_only_undoes_what_it_did() {
    let place = with_lengths();
    place.state.set_status("lengths", PluginStatus::Disabled, Some("not now")).unwrap();
    move_file(&place, "lengths.py", "disabled/lengths.py");
    look(&place, &["disabled lengths 1.0.0 (lengths.py)"]);
    move_file(&place, "disabled/lengths.py", "lengths.py");
    look(&place, &[]);
    assert_eq!(status(&place), PluginStatus::Disabled);
    place.state.enable("lengths").unwrap();
    place.state.set_status("lengths", PluginStatus::Quarantined, Some("suspicious")).unwrap();
    move_file(&place, "lengths.py", "disabled/lengths.py");
    look(&place, &["disabled lengths 1.0.0 (lengths.py)"]);
    move_file(&place, "disabled/lengths.py", "lengths.py");
    look(&place, &[]);
    assert_eq!(status(&place), PluginStatus::Quarantined);
}

#[test]
fn enabling_brings_the_file_back() {
    let place = with_lengths();
    assert!(!place.installer.bring_back("lengths").unwrap());
    assert_eq!(place.installer.bring_back("other").unwrap_err().kind(), ErrorKind::NotFound);
    move_file(&place, "lengths.py", "disabled/lengths.py");
    look(&place, &["disabled lengths 1.0.0 (lengths.py)"]);
    place.state.enable("lengths").unwrap();
    assert!(place.installer.bring_back("lengths").unwrap());
    look(&place, &[]);
    assert_eq!(status(&place), PluginStatus::Active);
    assert!(place.home.plugins().join("lengths.py").is_file());
    // Not over another file.
    move_file(&place, "lengths.py", "disabled/lengths.py");
    place.drop_in("lengths.py", "precious");
    assert_eq!(place.installer.bring_back("lengths").unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(names(&place.home.disabled()), ["lengths.py"]);
}

#[test]
fn a_folder_is_followed_like_a_file() {
    let place = Place::new();
    place.drop_in("words/words.py", &source("words", "1.0.0"));
    place.drop_in("words/list.txt", "a");
    look(&place, &["installed words 1.0.0 (words)"]);
    place.drop_in("words/list.txt", "b");
    look(&place, &["updated words 1.0.0 (words)"]);
    // Python's own leavings are no change.
    place.drop_in("words/__pycache__/words.cpython-311.pyc", "x");
    look(&place, &[]);
    move_file(&place, "words", "disabled/words");
    look(&place, &["disabled words 1.0.0 (words)"]);
    move_file(&place, "disabled/words", "words");
    look(&place, &["enabled words 1.0.0 (words)"]);
    fs::remove_dir_all(place.home.plugins().join("words")).unwrap();
    look(&place, &["uninstalled words (words)"]);
}

#[test]
fn a_lost_state_is_filled_again_from_the_files() {
    let place = with_lengths();
    place.state.remove_plugin("lengths").unwrap();
    let found = place.installer.take_in(&Control::new(), false).unwrap();
    assert_eq!(found.taken.len(), 1, "{found:?}");
    place.sound();
    assert_eq!(place.summary(), "lengths 1.0.0*");
    // What lay there is kept, since the state knew nothing of it.
    assert_eq!(names(&place.home.backup()), ["lengths-1.0.0"]);
}
