//! The step `sizes`: no source file outgrows its reader.
//!
//! Tests do not count: neither folders and files of tests nor `#[cfg(test)]` modules in a file.

use std::io::Write;
use std::path::Path;

use super::none;
use crate::failure::Result;
use crate::source::{files, paths};
use crate::workspace::Workspace;

/// Above this a file is named, and should be split at the next occasion.
const WARN: usize = 500;

/// Above this the check fails.
const LIMIT: usize = 800;

/// Names the long files, and fails on those that are too long.
///
/// # Errors
///
/// When a file is too long or cannot be read.
pub(super) fn check(out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let mut findings = Vec::new();
    for path in files::rust_files(&workspace.root)? {
        let name = workspace.relative(&path);
        if is_test(Path::new(&name)) {
            continue;
        }
        let lines = lines(&files::read(&path)?);
        if lines > LIMIT {
            findings.push(format!("{name} has {lines} lines; the limit is {LIMIT}"));
        } else if lines > WARN {
            writeln!(out, "  warning: {name} has {lines} lines; look for the seam")?;
        }
    }
    none(&findings, "split it where its subjects part; tests may move to a file of their own")
}

/// Whether a path, seen from the root, is one of tests: of the member `tests`, of a `tests`
/// folder in a crate, or a file called after tests.
fn is_test(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.components().any(|part| part.as_os_str() == "tests") || stem == "tests" || stem.ends_with("_tests")
}

/// The lines of a source that are no test module.
fn lines(source: &str) -> usize {
    let tests: usize = paths::outline(source).test_modules.iter().map(|(from, to)| to - from + 1).sum();
    source.lines().count().saturating_sub(tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_do_not_count() {
        assert_eq!(lines("a\nb\n\n#[cfg(test)]\nmod tests {\n\n}\n"), 3);
        assert_eq!(lines("mod a {\n}\n"), 2);
    }

    #[test]
    fn test_files_are_known_by_their_path() {
        for test in ["tests/src/kit.rs", "csvq-text/tests/a.rs", "a/src/b_tests.rs", "a/tests.rs"] {
            assert!(is_test(Path::new(test)), "{test}");
        }
        for other in ["csvq-text/src/scan.rs", "xtask/src/test.rs", "benches/benches/a.rs"] {
            assert!(!is_test(Path::new(other)), "{other}");
        }
    }
}
