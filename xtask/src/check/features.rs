//! The step `features`: every package that the program is built of has the same features whatever is built, so that polars,
//! which takes many minutes, is built once.
//!
//! Cargo joins the features that all selected packages ask for, tests' tools among them. Where a tool asks for more than
//! the program does, that feature is asked for in csvq-core's manifest too.

use std::collections::BTreeSet;
use std::io::Write;

use super::none;
use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

/// What is built by itself.
const SELECTED: &[&[&str]] = &[
    &["-p", "csvq-cli", "--edges", "normal,build"],
    &["-p", "csvq-py", "--edges", "normal,build"],
    &["-p", "csvq-core", "--edges", "normal,build"],
    &["-p", "csvq-core", "--no-default-features", "--edges", "normal,build"],
];
/// What is built for the tests.
const ALL: &[&str] = &["--workspace", "--edges", "normal,build,dev"];

/// Fails where a package is built with two sets of features.
///
/// # Errors
///
/// When it is, or when `cargo tree` fails.
pub(super) fn check(out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let all = tree(&workspace, ALL, out)?;
    let mut findings = Vec::new();
    for selected in SELECTED {
        let own = tree(&workspace, selected, out)?;
        findings.extend(
            differing(&own, &all)
                .into_iter()
                .map(|package| format!("{package}, with {} alone", selected[1..selected.len() - 2].join(" "))),
        );
    }
    none(
        &findings,
        "these packages have more features with the tests than without: ask for them in csvq-core/Cargo.toml too \
         (`cargo tree --workspace --edges features,dev -i PACKAGE` says who wants them)",
    )
}

/// Each package with its features, a line each.
fn tree(workspace: &Workspace, selected: &[&str], out: &mut dyn Write) -> Result<BTreeSet<String>> {
    let mut command = workspace.cargo();
    command.args(["tree", "--prefix", "none", "--format", "{p} [{f}]"]).args(selected);
    let text = process::capture(&mut command, out, "make the manifests resolve first")?;
    Ok(packages(&String::from_utf8_lossy(&text)))
}

fn packages(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.trim_end_matches(" (*)"));
    // Our own are quick to build, and csvq-core is built without its features on purpose.
    lines.filter(|line| !line.is_empty() && !line.starts_with("csvq-")).map(str::to_owned).collect()
}

/// The packages of one tree that the other has with other features.
fn differing(own: &BTreeSet<String>, all: &BTreeSet<String>) -> Vec<String> {
    own.difference(all).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_with_two_sets_of_features_is_found() {
        let own = packages("polars v0.55.2 [dtype-date]\nnum-traits v0.2.19 [std] (*)\n");
        let all = packages("polars v0.55.2 [dtype-date]\nnum-traits v0.2.19 [i128,std]\nproptest v1.12.0 []\n\n");
        assert_eq!(differing(&own, &all), ["num-traits v0.2.19 [std]"]);
        assert!(differing(&all, &all).is_empty());
    }
}
