//! Laws: readers of outside bytes never panic, and what is packed comes back.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{PLUGIN, Place};
use crate::control::Control;
use crate::package::{Limits, Manifest, pack, python};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_trouble(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "\\PC{0,200}") {
        let _ = Manifest::read(&bytes, "plugin.json");
        let _ = Manifest::read(text.as_bytes(), "plugin.json");
        let _ = python::classes(&text, "plug.py");
        let place = Place::new();
        place.write("plug.zip", &bytes);
        prop_assert!(place.stage("plug.zip").is_err());
    }

    #[test]
    fn python_in_pieces_is_no_trouble(pieces in proptest::collection::vec(
        prop_oneof![
            Just("class P(B):\n"), Just("    def compare(self): "), Just("return "), Just("'a' "), Just("("), Just(")"),
            Just("[1, "), Just("f'{"), Just("}'"), Just("    version = "), Just("{'a': "), Just("self.x"), Just("\n"),
            Just("    "), Just("-1 "), Just("lambda: "), Just("@abstractmethod\n"), Just("\"\"\"doc\"\"\""), Just("= "),
        ], 0..40)) {
        let _ = python::classes(&pieces.concat(), "plug.py");
    }

    #[test]
    fn what_is_packed_comes_back(files in proptest::collection::btree_map("[a-d]{1,3}(/[a-d]{1,3}){0,2}\\.txt", "\\PC{0,60}", 0..6)) {
        let files: BTreeMap<String, String> = files;
        let place = Place::new();
        place.write("plug/plug.py", PLUGIN);
        for (path, text) in &files {
            // A name may be both a file and a folder here, which no file system has.
            if place.path(&format!("plug/{path}")).exists() { return Ok(()); }
            place.write(&format!("plug/{path}"), text);
        }
        let nobody = &mut |_: &_| unreachable!();
        let made = pack(&place.path("plug"), &place.path("plug.zip"), &Limits::default(), &Control::new(), nobody).unwrap();
        prop_assert_eq!(made.manifest.files.len(), files.len() + 1);
        let staged = place.stage("plug.zip").unwrap();
        prop_assert_eq!(staged.manifest, Some(made.manifest));
        for (path, text) in &files {
            let found = std::fs::read_to_string(place.staging().join(path)).unwrap();
            prop_assert_eq!(&found, text);
        }
    }
}
