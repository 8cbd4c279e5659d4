//! The plugins of the guide for authors, in `docs/writing-plugins.md`: they stand there word for word, and do what it
//! says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them, in its helpers too")]

mod round_compare;

use std::path::{Path, PathBuf};
use std::process::Command;

use csvq_plugin_api::testing::{Call, Check, Plugin, Sample};

const GUIDE: &str = include_str!("../../../docs/writing-plugins.md");

#[test]
fn the_plugins_stand_in_the_guide() {
    let rust = include_str!("round_compare.rs");
    let (plugin, tests) = rust.split_once("\n#[cfg(test)]\n").unwrap();
    assert!(GUIDE.contains(&format!("```rust\n{plugin}```\n")), "the plugin in the guide is another");
    assert!(GUIDE.contains(&format!("```rust\n#[cfg(test)]\n{tests}```\n")), "the tests in the guide are others");
    assert!(GUIDE.contains(&format!("```c\n{}```\n", include_str!("same_rows.c"))), "the plugin in C is another");
    let lines = plugin.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines < 40, "a plugin takes less than 40 lines, and this one takes {lines}");
}

#[test]
#[cfg(unix)]
fn the_plugin_in_c_is_what_csvq_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("same_rows.{}", std::env::consts::DLL_EXTENSION));
    let built = Command::new("cc")
        .args(["-std=c99", "-O2", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(root.join("../include"))
        .arg("-shared")
        .arg(root.join("tests/guide/same_rows.c"))
        .arg("-o")
        .arg(&library)
        .output()
        .unwrap_or_else(|error| panic!("this test needs the compiler `cc`: {error}"));
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    // SAFETY: it was just built of a source in this repository.
    let plugin = unsafe { Plugin::load(&library) }.unwrap();
    Check::new(&plugin).run().assert();
    let (left, right) = (Sample::many(10, 1), Sample::many(11, 1));
    assert!(!plugin.compare(&Call::new(&left, &right)).unwrap().is_equal());
}
