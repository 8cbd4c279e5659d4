//! Tests of packages: what is refused, what is laid out, and that packing is the way back.

mod archives;
mod packing;
mod properties;
mod staging;
mod verifying;
mod zips;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Limits, Staged, sha256, stage};
use crate::control::Control;
use crate::error::Result;

/// A Python plugin that says all that it needs to.
const PLUGIN: &str = "class Lengths:\n    version = '1.2.0'\n\n    def compare(self, left, right):\n        pass\n";

/// A folder to make packages in, and one to stage them in.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("staging")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn staging(&self) -> PathBuf {
        self.path("staging")
    }

    /// Writes a file, and the folders it lies in.
    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Stages, into a folder that is empty again.
    fn stage(&self, name: &str) -> Result<Staged> {
        self.stage_within(name, &Limits::default())
    }

    fn stage_within(&self, name: &str, limits: &Limits) -> Result<Staged> {
        fs::remove_dir_all(self.staging()).unwrap();
        fs::create_dir(self.staging()).unwrap();
        stage(&self.path(name), &self.staging(), limits, &Control::new())
    }

    /// What lies in the staging folder, by path.
    fn staged(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.staging(), "", &mut found);
        found.sort();
        found
    }
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}

/// The manifest of a Python plugin, with its files.
fn manifest(id: &str, files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| serde_json::json!({"path": path, "size": text.len(), "sha256": sha256(text.as_bytes())}))
        .collect();
    let manifest = serde_json::json!({
        "schema_version": "1.0", "id": id, "display_name": "P", "version": "1.0.0", "kind": "python", "abi_version": "1.0",
        "module": "plug.py", "class": "Lengths", "files": files,
    });
    serde_json::to_string_pretty(&manifest).unwrap()
}
