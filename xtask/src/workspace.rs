//! Where the workspace is, and what cargo knows of it.
//!
//! Read from `cargo metadata`, so that `CARGO_TARGET_DIR` and cargo's configuration are honoured.
//! It judges nothing: rules are in `check`.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::process;

/// The workspace's folders and members.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    metadata: Value,
}

/// A member of the workspace, as its manifest has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// The package's name.
    pub(crate) name: String,
    /// The folder of its manifest.
    pub(crate) folder: PathBuf,
    /// Names of all its dependencies: normal, build and dev.
    pub(crate) dependencies: Vec<String>,
}

impl Workspace {
    /// Finds the workspace this program was built from, without resolving its dependencies.
    ///
    /// # Errors
    ///
    /// When `cargo metadata` fails, as it does for a manifest that cannot be read.
    pub(crate) fn find() -> Result<Self> {
        Self::read(&["--no-deps"])
    }

    /// Like [`Workspace::find`], with the graph of all packages, down to the last.
    ///
    /// # Errors
    ///
    /// As for [`Workspace::find`], and when the dependencies do not resolve.
    pub(crate) fn find_resolved() -> Result<Self> {
        Self::read(&[])
    }

    /// The members, in the order of their names.
    pub(crate) fn members(&self) -> Vec<Member> {
        let ids: Vec<&str> = strings(&self.metadata["workspace_members"]);
        let mut members: Vec<Member> = list(&self.metadata["packages"])
            .iter()
            .filter(|package| ids.contains(&text(&package["id"])))
            .map(|package| Member {
                name: text(&package["name"]).to_owned(),
                folder: Path::new(text(&package["manifest_path"])).parent().unwrap_or(Path::new("")).to_owned(),
                dependencies: list(&package["dependencies"])
                    .iter()
                    .map(|dependency| text(&dependency["name"]).to_owned())
                    .collect(),
            })
            .collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        members
    }

    /// Each package's name with the names of those it depends on, for every package in the graph.
    ///
    /// Empty unless this came from [`Workspace::find_resolved`]. Versions of one package are
    /// taken together: the rules here are about names.
    pub(crate) fn graph(&self) -> BTreeMap<String, Vec<String>> {
        let names: BTreeMap<&str, &str> = list(&self.metadata["packages"])
            .iter()
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let mut graph: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for node in list(&self.metadata["resolve"]["nodes"]) {
            let Some(name) = names.get(text(&node["id"])) else {
                continue;
            };
            graph.entry((*name).to_owned()).or_default().extend(
                strings(&node["dependencies"]).iter().filter_map(|id| names.get(id).map(|name| (*name).to_owned())),
            );
        }
        graph
    }

    /// A `cargo` command that runs in the workspace's root.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = process::cargo();
        command.current_dir(&self.root);
        command
    }

    /// A path as seen from the root, with `/` on every platform, for messages.
    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }

    fn read(options: &[&str]) -> Result<Self> {
        let mut command = process::cargo();
        command.args(["metadata", "--format-version", "1"]).args(options).arg("--manifest-path").arg(manifest());
        let advice = "read cargo's message above; a manifest may be wrong, or a member have no target";
        let (status, json) = process::output(&mut command)?;
        if !status.success() {
            return Err(Failure::new("`cargo metadata` failed", advice));
        }
        let metadata: Value = serde_json::from_slice(&json).map_err(|error| {
            Failure::new(format!("`cargo metadata` printed something else than JSON: {error}"), advice)
        })?;
        Ok(Self {
            root: PathBuf::from(text(&metadata["workspace_root"])),
            target: PathBuf::from(text(&metadata["target_directory"])),
            metadata,
        })
    }
}

/// Our own manifest: as cargo says now, or else as it was when this program was built.
fn manifest() -> PathBuf {
    let folder = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
    Path::new(&folder).join("Cargo.toml")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn strings(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}
