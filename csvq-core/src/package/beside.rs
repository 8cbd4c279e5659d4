//! The manifest and the signature of a lone file, which lie beside it: of `lengths.py`, `lengths.py.plugin.json` and
//! `lengths.py.plugin.sig`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::manifest::{MANIFEST_FILE, SIGNATURE_FILE};

/// What lies beside a lone file: where from, and under which name it belongs into the package.
pub(crate) const BESIDE: [&str; 2] = [MANIFEST_FILE, SIGNATURE_FILE];

/// The name of a lone file's manifest or signature.
pub(crate) fn name_beside(name: &str, what: &str) -> String {
    format!("{name}.{what}")
}

/// Where a lone file's manifest lies.
///
/// ```
/// let manifest = csvq_core::package::manifest_beside("plugins/lengths.py".as_ref());
/// assert_eq!(manifest, std::path::Path::new("plugins/lengths.py.plugin.json"));
/// ```
#[must_use]
pub fn manifest_beside(file: &Path) -> PathBuf {
    beside(file, MANIFEST_FILE)
}

/// Where a lone file's signature lies.
#[must_use]
pub fn signature_beside(file: &Path) -> PathBuf {
    beside(file, SIGNATURE_FILE)
}

fn beside(file: &Path, what: &str) -> PathBuf {
    let mut path = OsString::from(file);
    path.push(".");
    path.push(what);
    path.into()
}
