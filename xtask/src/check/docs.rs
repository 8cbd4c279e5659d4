//! The step `docs`: the documentation builds without a warning, and the map is whole.
//!
//! The map is `ARCHITECTURE.md`: every module right below a crate's `src` is named there as
//! code. Whether what it says is true, only a reader can tell.

use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;

use super::none;
use crate::failure::{Failure, Result};
use crate::process;
use crate::source::files;
use crate::workspace::Workspace;

const MAP: &str = "ARCHITECTURE.md";

/// Builds the documentation, and looks for every module in the map.
///
/// # Errors
///
/// When there is a warning, or the map leaves a module out.
pub(super) fn check(out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let map = check_map(&workspace);
    let built = process::run(
        workspace.cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", flags()),
        out,
        "mend the documentation that rustdoc names above",
    );
    match (built, map) {
        (Err(built), Err(map)) => {
            writeln!(out, "  {map}")?;
            Err(built)
        }
        (built, map) => built.and(map),
    }
}

/// The caller's own flags for rustdoc, and ours.
fn flags() -> String {
    let own = env::var("RUSTDOCFLAGS").unwrap_or_default();
    format!("{own} -D warnings").trim().to_owned()
}

fn check_map(workspace: &Workspace) -> Result<()> {
    let map = files::read(&workspace.root.join(MAP))?;
    let code = code(&map);
    let mut findings = Vec::new();
    for member in workspace.members() {
        let source = member.folder.join("src");
        if !is_product(&member.folder) || !source.is_dir() {
            continue;
        }
        for module in modules(&source)? {
            if !names(&code, &module) {
                findings.push(format!("{MAP} does not name `{module}` of {}", member.name));
            }
        }
    }
    none(&findings, "say there, as code, what the module is for and what it does not know")
}

/// Whether a member is part of the product. The others explain themselves.
fn is_product(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("csvq-")
}

/// The modules right below a `src` folder, sorted.
fn modules(source: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(source).map_err(|error| {
        Failure::new(format!("cannot read {}: {error}", source.display()), "see that the folder exists and may be read")
    })?;
    let mut modules: Vec<String> = entries.filter_map(|entry| module(&entry.ok()?.path())).collect();
    modules.sort();
    modules.dedup();
    Ok(modules)
}

fn module(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let is_source = path.is_dir() || path.extension().is_some_and(|extension| extension == "rs");
    let is_root = matches!(stem, "lib" | "main" | "bin");
    let is_test = stem == "tests" || stem.ends_with("_tests");
    (is_source && !is_root && !is_test).then(|| stem.to_owned())
}

/// All code in a Markdown text: fenced blocks, and what stands between backticks.
fn code(markdown: &str) -> String {
    let mut code = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            code.push_str(line);
            code.push('\n');
        } else {
            for span in line.split('`').skip(1).step_by(2) {
                code.push_str(span);
                code.push('\n');
            }
        }
    }
    code
}

/// Whether a name stands in the code as a word of its own.
fn names(code: &str, name: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, name: &str, expected: bool) {
        assert_eq!(names(&code(markdown), name), expected, "{name} in {markdown}");
    }

    #[test]
    fn a_module_is_named_as_code() {
        check("the `join` of records", "join", true);
        check("see `src/join.rs`, `join/` and\n", "join", true);
        check("```text\n  join   joins\n```", "join", true);
        check("```text\n  scan\n```\n`spill`", "spill", true);
    }

    #[test]
    fn prose_and_longer_words_do_not_name_it() {
        check("we join `records`, and join them", "join", false);
        check("`join_all`, `csvq-join`", "join", false);
        check("```\nscan\n```\nspill", "spill", false);
    }
}
