//! Installed plugins that were changed.

use std::fs;

use super::{PLUGIN, Place};
use crate::error::ErrorKind;
use crate::package::{plugin_digest, verify, verify_as};

#[test]
fn whatever_was_changed_is_found() {
    let place = Place::new();
    place.write("plug/plug.py", PLUGIN);
    place.write("plug/lib/x.txt", "x");
    let changes: &[(&str, &dyn Fn(), &str)] = &[
        ("a byte", &|| drop(place.write("staging/plug.py", PLUGIN.replace('1', "2"))), "not the file"),
        ("a missing file", &|| fs::remove_file(place.staging().join("lib/x.txt")).unwrap(), "not there"),
        ("a new file", &|| drop(place.write("staging/lib/y.txt", "")), "does not list it"),
        ("bytecode", &|| drop(place.write("staging/__pycache__/p.cpython-311.pyc", "")), "does not list it"),
        ("no manifest", &|| fs::remove_file(place.staging().join("plugin.json")).unwrap(), "read it"),
        ("a broken manifest", &|| drop(place.write("staging/plugin.json", "{")), "no valid JSON"),
    ];
    for (what, change, expected) in changes {
        place.stage("plug").unwrap();
        verify(&place.staging()).unwrap();
        change();
        let error = verify(&place.staging()).unwrap_err();
        assert!(error.to_string().contains(expected), "{what}: {error}");
    }
    // A signature, and an empty folder, are no matter.
    place.stage("plug").unwrap();
    place.write("staging/plugin.sig", "");
    fs::create_dir(place.staging().join("empty")).unwrap();
    verify(&place.staging()).unwrap();
}

#[test]
fn another_manifest_of_the_same_meaning_is_another_plugin() {
    let place = Place::new();
    place.write("plug/plug.py", PLUGIN);
    let staged = place.stage("plug").unwrap();
    let digest = staged.digest.unwrap();
    verify_as(&place.staging(), &digest).unwrap();
    let text = fs::read_to_string(place.staging().join("plugin.json")).unwrap();
    let other = format!("{text}\n");
    place.write("staging/plugin.json", &other);
    assert_eq!(verify_as(&place.staging(), &digest).unwrap_err().kind(), ErrorKind::Package);
    verify_as(&place.staging(), &plugin_digest(other.as_bytes())).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_to_the_very_file_is_a_change() {
    let place = Place::new();
    place.write("plug/plug.py", PLUGIN);
    place.stage("plug").unwrap();
    let file = place.staging().join("plug.py");
    fs::rename(&file, place.path("elsewhere.py")).unwrap();
    std::os::unix::fs::symlink(place.path("elsewhere.py"), &file).unwrap();
    assert!(verify(&place.staging()).unwrap_err().to_string().contains("symbolic link"));
}
