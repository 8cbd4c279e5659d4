//! The rule about modules inside csvq-core: each may use only those on lower floors.
//!
//! It follows `crate::`, `self::` and `super::` paths, in test modules too, and the names that
//! `lib.rs` re-exports; `lib.rs` itself may use every floor. It reads text, so an edge made by a
//! macro of another crate would go unseen.

use std::collections::BTreeMap;

use crate::source::paths::{UsedPath, outline};

/// The floors, ground floor first. Modules on one line are neighbours, and may not use each other.
const FLOORS: &[&[&str]] = &[
    &["error", "control", "types"],
    &["table", "spec"],
    &["source", "report"],
    &["compare"],
    &["config", "state"],
    &["access", "trust"],
    &["package", "sandbox"],
    &["plugin"],
    &["install", "cache"],
    &["repository", "exec"],
    &["ops"],
    &["engine"],
];

/// The only modules that may name polars.
const POLARS: &[&str] = &["table", "source", "compare", "report"];

/// One file of csvq-core.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path, for messages.
    pub(super) name: String,
    /// The module it holds, outermost name first; empty for `lib.rs`.
    pub(super) module: Vec<String>,
    /// What stands in it.
    pub(super) text: String,
}

/// What is wrong in these files, in their order.
pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let exports = exports(sources);
    let mut findings = Vec::new();
    for source in sources {
        let outline = outline(&source.text);
        let mut found = Vec::new();
        for line in outline.moved {
            let what = "#[path] hides which module a file holds: move the file instead";
            found.push((line, what.to_owned()));
        }
        let top = source.module.first();
        let declared = outline.modules.iter().filter(|_| top.is_none());
        let unknown = top.map(|top| (top, 1)).into_iter();
        let unknown = unknown.chain(declared.map(|(name, line)| (name, *line)));
        for (name, line) in unknown.filter(|(name, _)| floor(name).is_none()) {
            found.push((line, format!("`{name}` has no floor: add it to FLOORS in xtask/src/check/floors.rs")));
        }
        for path in &outline.paths {
            let wrong = edge(source, path, &exports).or_else(|| misplaced_polars(top, path));
            found.extend(wrong.map(|what| (path.line, what)));
        }
        found.sort();
        found.dedup();
        findings.extend(found.into_iter().map(|(line, what)| format!("{}:{line}: {what}", source.name)));
    }
    findings
}

/// What is wrong with a path, if it leads to another top-level module that is not below.
fn edge(source: &Source, path: &UsedPath, exports: &BTreeMap<String, String>) -> Option<String> {
    let own = source.module.first()?;
    let own_floor = floor(own)?;
    let target = absolute(source, path)?;
    let written = path.segments.join("::");
    let Some(name) = target.first().filter(|name| *name != "*") else {
        return Some(format!("`{written}` hides which modules it uses: name them"));
    };
    let module = if floor(name).is_some() || name == own {
        name
    } else {
        match exports.get(name) {
            Some(module) => module,
            None => {
                return Some(format!(
                    "`{written}` names neither a module with a floor nor anything lib.rs re-exports \
                     from one by name"
                ));
            }
        }
    };
    if module == own {
        return None;
    }
    let target_floor = floor(module)?;
    let relation = match target_floor.cmp(&own_floor) {
        std::cmp::Ordering::Less => return None,
        std::cmp::Ordering::Equal => "stands beside it",
        std::cmp::Ordering::Greater => "stands above it",
    };
    Some(format!(
        "`{own}` (floor {own_floor}) uses `{module}` (floor {target_floor}), which {relation}: \
         `{written}`"
    ))
}

/// The names a path has from the crate's root; none when it does not start from there.
fn absolute(source: &Source, path: &UsedPath) -> Option<Vec<String>> {
    let mut rest = path.segments.as_slice();
    let mut module: Vec<String> = Vec::new();
    match rest.first()?.as_str() {
        "crate" => rest = &rest[1..],
        "self" | "super" => {
            module.extend(source.module.iter().chain(&path.inside).cloned());
            while let Some(first) = rest.first() {
                match first.as_str() {
                    "self" => {}
                    "super" => drop(module.pop()),
                    _ => break,
                }
                rest = &rest[1..];
            }
        }
        _ => return None,
    }
    module.extend(rest.iter().cloned());
    Some(module)
}

fn misplaced_polars(top: Option<&String>, path: &UsedPath) -> Option<String> {
    let first = path.segments.first()?;
    let is_polars = first == "polars" || first.starts_with("polars_");
    if !is_polars || top.is_some_and(|top| POLARS.contains(&top.as_str())) {
        return None;
    }
    Some(format!(
        "polars may be named only in {}, not in `{}`",
        POLARS.join(", "),
        top.map_or("lib.rs", String::as_str)
    ))
}

/// The names `lib.rs` re-exports, each with the top-level module it comes from.
fn exports(sources: &[Source]) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    for source in sources.iter().filter(|source| source.module.is_empty()) {
        for path in outline(&source.text).paths {
            let mut names = path.segments.iter();
            let module = names.find(|name| !matches!(name.as_str(), "crate" | "self"));
            if let (Some(name), Some(module)) = (path.name, module)
                && floor(module).is_some()
            {
                exports.insert(name, module.clone());
            }
        }
    }
    exports
}

/// The floor a module stands on, counted from 1.
fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module)).map(|index| index + 1)
}

#[cfg(test)]
mod tests;
