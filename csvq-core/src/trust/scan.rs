//! The scanner of packages: what a file's content gives away of what it could do, before anything of it runs.
//!
//! [`scan`] reads every file of a package once, checks that its bytes are the ones that will be installed, and looks at
//! them by what they are: libraries by their headers and imports (`native`), Python by its syntax tree (`python`),
//! anything else by its name and content (`data`). What it looks for is said by [`Rules`], which are data. An
//! [`OutsideScanner`] can be asked besides.
//!
//! A scan is advice, never a boundary: a file without findings can still do harm, and only a worker holds it to what it
//! may do. `docs/scanning.md` tells what is looked for. Nothing here runs a plugin, and nothing that a file holds can
//! end the scan otherwise than by [`Outcome::Failed`].

mod data;
mod entropy;
mod file;
mod folder;
mod found;
mod kind;
mod model;
mod native;
mod outside;
mod python;
mod rules;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;
use std::time::Instant;

use self::file::Content;
pub use self::folder::{files_in, lone_file};
use self::found::Found;
pub use self::model::{Failure, FileKind, FileToScan, Finding, Outcome, ScanReport, ScannedFile};
pub use self::outside::OutsideScanner;
pub use self::rules::Rules;
pub use crate::config::{OutsideMode, Severity};
use crate::control::{Control, Stop};

/// The JSON Schema of an administrator's file of rules.
pub const RULES_SCHEMA: &str = include_str!("../../schema/scan_rules.schema.json");

/// Scans the files of a folder, and has an outside scanner look at the folder, if there is one.
///
/// What can't be read or understood, or has other bytes than it should, makes the outcome [`Outcome::Failed`]; so does a
/// control that ends it.
///
/// ```
/// use csvq_core::trust::scan::{Outcome, Rules, files_in, scan};
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("plugin.py"), "import socket\n")?;
/// let control = csvq_core::control::Control::new();
/// let files = files_in(folder.path(), &control)?;
/// let report = scan(folder.path(), &files, &Rules::built_in(), None, &control);
/// assert_eq!(report.outcome, Outcome::Flagged);
/// assert_eq!(report.findings[0].rule, "python.network");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn scan(
    folder: &Path,
    files: &[FileToScan],
    rules: &Rules,
    outside: Option<&OutsideScanner>,
    control: &Control,
) -> ScanReport {
    let began = Instant::now();
    let mut found = Found::new(rules);
    let mut scanned = Vec::with_capacity(files.len());
    for file in files {
        if stopped(&mut found, control) {
            break;
        }
        found.begin(&file.path);
        match look_at(folder, file, &mut found, control) {
            Ok(kind) => {
                let (path, sha256) = (file.path.clone(), file.sha256.clone());
                scanned.push(ScannedFile { path, size: file.size, sha256, kind });
            }
            Err(message) => found.fail(message),
        }
    }
    found.end_files();
    if let Some(outside) = outside
        && !stopped(&mut found, control)
    {
        outside.look_at(folder, &mut found, control);
    }
    let mut report = found.into_report(scanned);
    report.outside = outside.map(|outside| words::shown(&outside.program.display().to_string()));
    report.elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}

/// Looks at one file. The error says why that can't be done.
fn look_at(folder: &Path, file: &FileToScan, found: &mut Found<'_>, control: &Control) -> Result<FileKind, String> {
    data::look_at_name(&file.path, found);
    match file::read(folder, file, found, control)? {
        Content::Native(bytes) => {
            native::look_at(&bytes, file, found)?;
            Ok(FileKind::Native)
        }
        Content::Python(bytes) => {
            python::look_at(&bytes, found)?;
            Ok(FileKind::Python)
        }
        Content::Data => Ok(FileKind::Data),
    }
}

/// Whether the control ended the scan, which then failed.
fn stopped(found: &mut Found<'_>, control: &Control) -> bool {
    let message = match control.stopped() {
        None => return false,
        Some(Stop::Cancelled) => "the scan was cancelled",
        Some(Stop::TimedOut) => "the scan ran out of time",
    };
    found.end_files();
    found.fail(message.to_owned());
    true
}
