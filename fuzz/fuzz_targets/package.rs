//! Packages: any bytes as a zip, or as a Python file. Nothing is written outside the folder for it, and what is laid out is what
//! the manifest lists.
#![no_main]

use std::fs;

use csvq_core::control::Control;
use csvq_core::package::{Limits, stage, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, &[u8])| {
    let (is_zip, bytes) = input;
    let place = tempfile::tempdir().expect("there is room for a folder");
    let (into, source) = (place.path().join("into"), place.path().join(if is_zip { "a.zip" } else { "a.py" }));
    fs::create_dir(&into).expect("the folder is empty");
    fs::write(&source, bytes).expect("the folder can be written");
    let staged = stage(&source, &into, &Limits::default(), &Control::new());
    let beside = fs::read_dir(place.path()).expect("the folder is there").count();
    assert_eq!(beside, 2, "something was written beside the folder");
    if staged.is_ok_and(|staged| staged.manifest.is_some()) {
        verify(&into).expect("what was laid out is what the manifest lists");
    }
});
