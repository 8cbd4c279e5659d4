//! What every refusal of the program has to be: status 2, one message that says where, and nothing left behind.

use std::process::Output;

use csvq_tests::Workplace;

use super::stderr;

/// What stands in cells of malformed files, and must not come out in a message.
pub(crate) const SECRET: &str = "s3cret";

/// Runs a comparison that has to fail, and hands back its message.
#[track_caller]
pub(crate) fn refused(place: &Workplace, flags: &[&str]) -> String {
    let before = place.names().unwrap();
    let spill = tempfile::tempdir().unwrap();
    let spill_dir = spill.path().to_str().unwrap();
    let args =
        [&["compare"], flags, &["--spill-dir", spill_dir, "--output", "result.json", "--format", "json"]].concat();
    let output = place.run(&args).unwrap();
    assert_eq!(place.names().unwrap(), before, "{flags:?}");
    assert_eq!(spill.path().read_dir().unwrap().count(), 0, "{flags:?}");
    check(&output, flags)
}

/// Checks that a run failed as it has to, and hands back its message.
#[track_caller]
pub(crate) fn check(output: &Output, flags: &[&str]) -> String {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{flags:?}: {message}");
    assert!(output.stdout.is_empty(), "{flags:?}");
    assert!(message.starts_with("csvq: error: "), "{flags:?}: {message}");
    for never in [SECRET, "panicked", "src/", "RUST_BACKTRACE", "called `"] {
        assert!(!message.contains(never), "{flags:?}: {message}");
    }
    message
}
