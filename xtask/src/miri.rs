//! `cargo xtask miri`: the text engine's unit tests under miri, which finds undefined behaviour.
//!
//! They run twice: on the portable level, and on the SIMD level that miri knows. Tests are smaller there, since miri
//! interprets; what asks the system for things that miri does not have is left out by `cfg(miri)` where it stands.

use std::io::Write;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// The levels: their names, and what the compiler may use for them.
const LEVELS: [(&str, &str); 2] =
    [("portable", ""), ("AVX2", "-Ctarget-feature=+avx2,+pclmulqdq,+bmi1,+bmi2,+popcnt,+lzcnt")];

/// Runs the tests, or those with this in their names.
///
/// # Errors
///
/// When miri is missing, or it or a test found something.
pub(crate) fn run(filter: Option<&str>, out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    if !process::works(process::nightly_cargo().args(["miri", "--version"])) {
        return Err(Failure::new(
            "miri is not installed",
            "rustup toolchain install nightly --profile minimal --component miri,rust-src",
        ));
    }
    for (level, features) in LEVELS {
        if !features.is_empty() && !cfg!(target_arch = "x86_64") {
            continue;
        }
        writeln!(out, "miri, {level}")?;
        let mut command = process::nightly_cargo();
        command
            .current_dir(&workspace.root)
            .args(["miri", "test", "--package", "csvq-text", "--lib", "--"])
            .args(filter)
            // The tests read the clock and write temporary files.
            .env("MIRIFLAGS", "-Zmiri-disable-isolation")
            .env("RUSTFLAGS", features)
            .env("PROPTEST_CASES", "4");
        process::run(&mut command, out, "miri's message above names the place")?;
    }
    Ok(())
}
