//! Finds the project's own Rust files: all below the root but for build output and hidden folders.
//!
//! It does not ask git, so that it works in an unpacked archive too.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// All `.rs` files below a folder, sorted. Links are not followed.
///
/// # Errors
///
/// When a folder cannot be read.
pub(crate) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, &mut found)?;
    found.sort();
    Ok(found)
}

/// Reads one source.
///
/// # Errors
///
/// When it cannot be read, or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        if kind.is_dir() {
            if !is_foreign(&path) {
                collect(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Hidden folders, and those cargo or a package manager fills. `CACHEDIR.TAG` is cargo's mark on
/// a target folder, whatever it is called.
fn is_foreign(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.starts_with('.') || name == "target" || name == "node_modules" || folder.join("CACHEDIR.TAG").exists()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot read {}: {error}", path.display()), "see that it exists, is UTF-8 and may be read")
}
