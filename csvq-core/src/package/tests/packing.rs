//! Packing: the same bytes for the same files, and the way back.

use std::fs;

use super::{PLUGIN, Place, manifest};
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::package::{Limits, Packed, Staged, pack};

fn nobody(_: &Staged) -> Result<serde_json::Value> {
    panic!("nobody needs to be asked")
}

fn packed(place: &Place, source: &str, output: &str) -> Result<Packed> {
    pack(&place.path(source), &place.path(output), &Limits::default(), &Control::new(), &mut nobody)
}

#[test]
fn packing_is_deterministic_and_what_it_makes_is_taken() {
    let place = Place::new();
    place.write("plug/plug.py", PLUGIN);
    place.write("plug/lib/b.txt", "b".repeat(10_000));
    place.write("plug/lib/a é.txt", "a");
    place.write("plug/plugin.json", r#"{"license": "MIT"}"#);
    let first = packed(&place, "plug", "first.zip").unwrap();
    // Made again, later, from files that were written in another order.
    place.write("q/plug/lib/a é.txt", "a");
    place.write("q/plug/plugin.json", r#"{"license": "MIT"}"#);
    place.write("q/plug/lib/b.txt", "b".repeat(10_000));
    place.write("q/plug/plug.py", PLUGIN);
    let second = packed(&place, "q/plug", "second.zip").unwrap();
    assert_eq!(fs::read(place.path("first.zip")).unwrap(), fs::read(place.path("second.zip")).unwrap());
    assert_eq!(first.digest, second.digest);
    assert_eq!(first.size, fs::metadata(place.path("first.zip")).unwrap().len());

    let staged = place.stage("first.zip").unwrap();
    assert_eq!(staged.manifest().unwrap(), &first.manifest);
    assert_eq!(staged.digest, Some(first.digest));
    assert!(staged.as_delivered);
    assert_eq!(place.staged(), ["lib/a é.txt", "lib/b.txt", "plug.py", "plugin.json"]);
    // And a package of a package is that package.
    packed(&place, "first.zip", "third.zip").unwrap();
    assert_eq!(fs::read(place.path("first.zip")).unwrap(), fs::read(place.path("third.zip")).unwrap());
    // Nothing is left beside them.
    let mut left: Vec<_> = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["first.zip", "plug", "q", "second.zip", "staging", "third.zip"]);
}

#[test]
fn the_list_of_files_is_made_anew() {
    let place = Place::new();
    place.write("plug/plug.py", PLUGIN);
    place.write("plug/plugin.json", manifest("plug", &[("gone.py", "")]));
    let packed_now = packed(&place, "plug", "plug.zip").unwrap();
    assert_eq!(packed_now.manifest.files.len(), 1);
    place.stage("plug.zip").unwrap();
}

#[test]
fn a_library_is_asked_what_it_is() {
    let place = Place::new();
    let library = format!("fuzzy/fuzzy.{}", std::env::consts::DLL_EXTENSION);
    place.write(&library, "\x7fELF");
    let mut asked = 0;
    let mut describe = |staged: &Staged| {
        asked += 1;
        assert!(staged.entry_file()?.0.is_file());
        Ok(serde_json::json!({"id": "fuzzy", "display_name": "F", "version": "1.0.0", "abi_version": "1.0"}))
    };
    let output = place.path("fuzzy.zip");
    let made = pack(&place.path("fuzzy"), &output, &Limits::default(), &Control::new(), &mut describe).unwrap();
    assert_eq!((asked, made.manifest.id.as_str()), (1, "fuzzy"));
    place.stage("fuzzy.zip").unwrap();
}

#[test]
fn a_package_never_lies_in_its_own_source() {
    let place = Place::new();
    place.write("plug/plug.py", PLUGIN);
    place.write("plug/dist/keep", "");
    for output in ["plug/p.zip", "plug/dist/p.zip", "plug/dist/../p.zip"] {
        assert_eq!(packed(&place, "plug", output).unwrap_err().kind(), ErrorKind::Conflict);
    }
    assert_eq!(packed(&place, "plug", "nowhere/p.zip").unwrap_err().kind(), ErrorKind::Io);
    // What fails leaves what was there.
    place.write("old.zip", "old");
    place.write("bad/bad.py", "class (");
    assert!(packed(&place, "bad", "old.zip").is_err());
    assert_eq!(fs::read_to_string(place.path("old.zip")).unwrap(), "old");
}
