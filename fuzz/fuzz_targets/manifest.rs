//! Manifests: any bytes. What is read survives being written and read again.
#![no_main]

use csvq_core::package::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = Manifest::read(bytes, "plugin.json") else { return };
    let text = manifest.to_json().expect("what was read can be written");
    let again = Manifest::read(text.as_bytes(), "plugin.json").expect("what was written can be read");
    assert_eq!(again, manifest);
});
