//! Files that are dropped into the folder of plugins.

use std::fs;

use super::{Place, names, source};
use crate::control::Control;
use crate::error::ErrorKind;
use crate::install::{Change, DropIns};
use crate::package::{Limits, pack};
use crate::state::PluginStatus;

/// Looks at the folder, and checks what was done and what failed: `installed a 1.0.0 (a.py)`, and names of files.
#[track_caller]
fn look(place: &Place, taken: &[&str], failed: &[&str]) -> DropIns {
    let found = place.installer.take_in(&Control::new(), false).unwrap();
    assert_eq!(found.taken.iter().map(ToString::to_string).collect::<Vec<_>>(), taken, "{:?}", found.errors);
    let errors: Vec<_> = found.errors.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(errors, failed, "{:?}", found.errors);
    place.sound();
    found
}

/// Makes the clock's grain no matter: as if everything had been changed long ago.
fn settle(place: &Place) {
    let path = place.home.staging().join("drop_ins.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"settled\": false", "\"settled\": true")).unwrap();
}

#[test]
fn every_sort_of_package_is_taken_in_and_stays() {
    let place = Place::new();
    place.drop_in("my_plugin.py", &source("my_plugin", "1.0.0"));
    place.drop_in("my_plugin_package/__init__.py", &source("package", "1.0.0"));
    place.drop_in("my_plugin_package/words.txt", "a b c");
    let library = format!("fuzzy.{}", std::env::consts::DLL_EXTENSION);
    place.drop_in(&library, r#"{"id": "fuzzy", "display_name": "F", "version": "1.0.0", "abi_version": "1.0"}"#);
    let zip = place.home.plugins().join("zipped.zip");
    let nobody = &mut |_: &_| unreachable!();
    pack(&place.package("zipped", "1.0.0"), &zip, &Limits::default(), &Control::new(), nobody).unwrap();
    let expected = [
        format!("installed fuzzy 1.0.0 ({library})"),
        "installed my_plugin 1.0.0 (my_plugin.py)".to_owned(),
        "installed package 1.0.0 (my_plugin_package)".to_owned(),
        "installed zipped 1.0.0 (zipped.zip)".to_owned(),
    ];
    let found = look(&place, &expected.each_ref().map(String::as_str), &[]);
    assert_eq!(found.examined, 4);
    for name in ["my_plugin.py", "my_plugin_package", library.as_str(), "zipped.zip"] {
        assert!(place.home.plugins().join(name).exists(), "{name}");
    }
    let version = &place.plugin("zipped").unwrap().versions[0];
    assert_eq!((version.source.as_str(), version.source_path.as_deref()), ("drop_in", Some("zipped.zip")));
    look(&place, &[], &[]);
}

#[test]
fn what_is_no_plugin_is_passed_over() {
    let place = Place::new();
    let plugin = source("hidden", "1.0.0");
    for folder in ["disabled", "backup", "cache", "repositories", "quarantine", "custom", ".staging"] {
        place.drop_in(&format!("{folder}/hidden.py"), &plugin);
    }
    for file in [".hidden.py", "__init__.py", "base_compare.py", "README.md", "notes.txt", "__pycache__/x.pyc", "x.pyc"]
    {
        place.drop_in(file, &plugin);
    }
    let found = place.installer.take_in(&Control::new(), false).unwrap();
    assert!(found.taken.is_empty() && found.errors.is_empty() && found.examined == 0, "{found:?}");
    assert_eq!(place.summary(), "");
}

#[test]
fn one_that_is_broken_keeps_its_error_and_stops_no_other() {
    let place = Place::new();
    place.drop_in("a_broken.py", "class (");
    place.drop_in("b_plain.py", "x = 1");
    place.drop_in("c_no_zip.zip", "PK");
    place.drop_in("d_empty/notes.txt", "");
    place.drop_in("e_good.py", &source("good", "1.0.0"));
    place.drop_in("f_trial.py", &source("trial", "1.0.0").replace("...", "'fails in its trial'"));
    place.drop_in("row_compare.py", &source("row_compare", "1.0.0"));
    let broken = ["a_broken.py", "b_plain.py", "c_no_zip.zip", "d_empty", "f_trial.py", "row_compare.py"];
    let found = look(&place, &["installed good 1.0.0 (e_good.py)"], &broken);
    let kinds: Vec<_> = found.errors.iter().map(|(_, error)| error.kind()).collect();
    use ErrorKind::{Conflict, Package, WorkerLost};
    assert_eq!(kinds, [Package, Package, Package, Package, WorkerLost, Conflict]);
    assert_eq!(found.errors[0].1.context().line, Some(1), "{}", found.errors[0].1);
    // The errors stay; only what may be otherwise next time is tried again.
    settle(&place);
    let again = look(&place, &[], &broken);
    assert_eq!(again.examined, 1);
    let texts = |found: &DropIns| found.errors.iter().map(|(_, error)| error.to_string()).collect::<Vec<_>>();
    assert_eq!(texts(&again)[..4], texts(&found)[..4]);
    // And go, once the file does.
    fs::remove_file(place.home.plugins().join("a_broken.py")).unwrap();
    place.drop_in("b_plain.py", &source("plain", "1.0.0"));
    look(&place, &["installed plain 1.0.0 (b_plain.py)"], &broken[2..]);
}

#[test]
fn an_update_that_is_broken_leaves_what_was() {
    let place = Place::new();
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &["installed lengths 1.0.0 (lengths.py)"], &[]);
    place.drop_in("lengths.py", "class (");
    look(&place, &[], &["lengths.py"]);
    assert_eq!(place.summary(), "lengths 1.0.0*");
    place.drop_in("lengths.py", &source("lengths", "1.1.0"));
    look(&place, &["updated lengths 1.1.0 (lengths.py)"], &[]);
    assert_eq!(place.summary(), "lengths 1.0.0 1.1.0*");
}

#[test]
fn unchanged_files_are_not_read_again() {
    let place = Place::new();
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    place.drop_in("folder/folder.py", &source("folder", "1.0.0"));
    let first = place.installer.take_in(&Control::new(), false).unwrap();
    assert_eq!(first.examined, 2);
    // A file that was changed a moment ago is read once more, since its stamp may hide the next change.
    assert_eq!(look(&place, &[], &[]).examined, 2);
    settle(&place);
    assert_eq!(look(&place, &[], &[]).examined, 0);
    // A new stamp, the same content: read, and nothing done.
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    assert_eq!(look(&place, &[], &[]).examined, 1);
    settle(&place);
    place.drop_in("folder/words.txt", "x");
    assert_eq!(look(&place, &["updated folder 1.0.0 (folder)"], &[]).examined, 1);
    // What is remembered may be lost, or be nonsense.
    for text in [None, Some("nonsense"), Some("{}"), Some("[1]")] {
        let path = place.home.staging().join("drop_ins.json");
        fs::remove_file(&path).unwrap();
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        assert_eq!(look(&place, &[], &[]).examined, 2);
    }
}

#[test]
fn an_edit_within_the_grain_of_the_clock_is_seen() {
    let place = Place::new();
    let file = place.home.plugins().join("lengths.py");
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &["installed lengths 1.0.0 (lengths.py)"], &[]);
    // The same size, the same times as far as a program can set them.
    let times = fs::metadata(&file).unwrap().modified().unwrap();
    fs::write(&file, source("lengths", "1.0.1")).unwrap();
    fs::File::options().write(true).open(&file).unwrap().set_modified(times).unwrap();
    look(&place, &["updated lengths 1.0.1 (lengths.py)"], &[]);
}

#[test]
fn links_are_not_taken_in() {
    let place = Place::new();
    let target = place.package("linked", "1.0.0");
    std::os::unix::fs::symlink(&target, place.home.plugins().join("linked.py")).unwrap();
    std::os::unix::fs::symlink(target.parent().unwrap(), place.home.plugins().join("linked")).unwrap();
    let pipe = place.home.plugins().join("pipe.py");
    rustix::fs::mkfifoat(rustix::fs::CWD, pipe, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    look(&place, &[], &["linked", "linked.py", "pipe.py"]);
    assert_eq!(place.summary(), "");
    // The folder of disabled plugins is not one, if it is a link.
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &["installed lengths 1.0.0 (lengths.py)"], &["linked", "linked.py", "pipe.py"]);
    fs::remove_dir_all(place.home.disabled()).unwrap();
    std::os::unix::fs::symlink(place.folder.path(), place.home.disabled()).unwrap();
    assert!(place.installer.take_in(&Control::new(), false).is_err());
    assert_eq!(place.summary(), "lengths 1.0.0*");
}

#[test]
fn a_gate_is_asked_for_what_is_dropped_in() {
    let gate = super::Strict { refuses: "policy", ..super::Strict::default() };
    let place = Place::with(Box::new(gate.clone()), Box::new(super::Trial));
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    look(&place, &[], &["lengths.py"]);
    settle(&place);
    // Policies change: it is asked again.
    look(&place, &[], &["lengths.py"]);
    assert_eq!(gate.asked.lock().len(), 2);
}

#[test]
fn a_cache_of_another_name_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let home = crate::config::Home::at(folder.path().join("home")).with_directories("extensions", "extensions/kept");
    home.init().unwrap();
    let state = crate::state::State::open(&home.state_db()).unwrap();
    let installer =
        crate::install::Installer::new(&home, &state, Box::new(super::OpenGate), Box::new(super::Trial)).unwrap();
    fs::write(home.cache().join("entry.py"), source("entry", "1.0.0")).unwrap();
    fs::write(home.plugins().join("lengths.py"), source("lengths", "1.0.0")).unwrap();
    let found = installer.take_in(&Control::new(), false).unwrap();
    assert_eq!((found.taken.len(), found.errors.len()), (1, 0), "{found:?}");
    assert_eq!(found.taken[0].change, Change::Installed);
    assert_eq!(names(&home.custom()), ["lengths"]);
    assert_eq!(state.plugin("lengths").unwrap().unwrap().status, PluginStatus::Active);
}
