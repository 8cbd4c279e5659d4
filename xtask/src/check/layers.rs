//! The step `layers`: reads the manifests and core's sources, and asks `crates` and `floors`.
//!
//! The rules are not here, so that they can be tested on small sources in memory.

use std::path::Path;

use super::crates;
use super::floors::{self, Source};
use super::none;
use crate::failure::Result;
use crate::source::files;
use crate::workspace::Workspace;

/// Fails on a crate or a module of core that depends upwards or sideways.
///
/// # Errors
///
/// When it does, or when a manifest or a source cannot be read.
pub(super) fn check() -> Result<()> {
    let workspace = Workspace::find()?;
    let members = workspace.members();
    let mut findings = crates::edges(&members);
    if findings.is_empty() {
        // Only now, for cargo refuses to resolve a circle, and names it less plainly.
        let graph = Workspace::find_resolved()?.graph();
        findings.extend(crates::polars(&members, &graph));
    }
    findings.extend(floors::findings(&core_sources(&workspace)?));
    none(
        &findings,
        "turn the dependency round, or move what both need to a lower floor; \
         the order is in ARCHITECTURE.md and in xtask/src/check/floors.rs and crates.rs",
    )
}

fn core_sources(workspace: &Workspace) -> Result<Vec<Source>> {
    let folder = workspace.root.join("csvq-core").join("src");
    files::rust_files(&folder)?
        .iter()
        .map(|path| {
            Ok(Source {
                name: workspace.relative(path),
                module: module_of(path.strip_prefix(&folder).unwrap_or(path)),
                text: files::read(path)?,
            })
        })
        .collect()
}

/// The module a file below `src` holds: `table.rs` and `table/mod.rs` both hold `table`.
fn module_of(path: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        path.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let is_root = module.len() == 1 && module[0] == "lib";
    if is_root || module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_place_is_its_module() {
        for (path, module) in [
            ("lib.rs", ""),
            ("table.rs", "table"),
            ("table/mod.rs", "table"),
            ("table/stream/read.rs", "table::stream::read"),
            ("table/lib.rs", "table::lib"),
        ] {
            assert_eq!(module_of(Path::new(path)).join("::"), module);
        }
    }
}
