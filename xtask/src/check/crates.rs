//! The rule about crates: each may depend only on those below it.
//!
//! ```text
//! text, plugin-api <- core <- ffi
//!                     core <- server <- cli <- py
//! ```
//!
//! It counts normal, build and dev dependencies alike. What modules do inside a crate is the
//! business of `floors`.

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::Member;

/// Each crate with those right below it; whatever stands further down is allowed too.
const BELOW: &[(&str, &[&str])] = &[
    ("csvq-text", &[]),
    ("csvq-plugin-abi", &[]),
    ("csvq-plugin-api", &["csvq-plugin-abi"]),
    ("csvq-core", &["csvq-text", "csvq-plugin-api"]),
    ("csvq-ffi", &["csvq-core"]),
    ("csvq-server", &["csvq-core"]),
    ("csvq-cli", &["csvq-server"]),
    ("csvq-py", &["csvq-cli"]),
];

/// Crates that are no part of the product: they may use anything, and nothing else uses them.
const OUTSIDE: &[&str] = &["csvq-tests", "csvq-benches", "xtask"];

/// The crate that must stay free of polars, however deep it would come in.
const WITHOUT_POLARS: &str = "csvq-text";

/// The edges between members of the workspace that do not run down.
pub(super) fn edges(members: &[Member]) -> Vec<String> {
    let ours: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut findings = Vec::new();
    for member in members {
        let name = member.name.as_str();
        if OUTSIDE.contains(&name) {
            continue;
        }
        let Some(allowed) = below(name) else {
            findings
                .push(format!("{name} has no place among the crates: add it to BELOW in xtask/src/check/crates.rs"));
            continue;
        };
        for dependency in &member.dependencies {
            // A crate may turn on a feature of its own for its tests.
            let is_own = dependency == name;
            if ours.contains(dependency.as_str()) && !is_own && !allowed.contains(dependency.as_str()) {
                findings.push(format!("{name} depends on {dependency}, which does not stand below it"));
            }
        }
    }
    findings
}

/// All crates below this one; none for a crate that has no place.
fn below(name: &str) -> Option<BTreeSet<&'static str>> {
    let (_, direct) = BELOW.iter().find(|(known, _)| *known == name)?;
    let mut all: BTreeSet<&'static str> = direct.iter().copied().collect();
    for lower in *direct {
        all.extend(below(lower)?);
    }
    Some(all)
}

/// How polars comes into the crate that must be without it, given each package's dependencies.
pub(super) fn polars(members: &[Member], graph: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let start = members.iter().find(|member| member.name == WITHOUT_POLARS)?;
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<Vec<&str>> =
        start.dependencies.iter().map(|dependency| vec![start.name.as_str(), dependency]).collect();
    while let Some(chain) = open.pop() {
        let last = chain.last().copied()?;
        if last == "polars" || last.starts_with("polars-") {
            return Some(format!("{WITHOUT_POLARS} must not depend on polars, and does: {}", chain.join(" -> ")));
        }
        if seen.insert(last) {
            for next in graph.get(last).into_iter().flatten() {
                open.push(chain.iter().copied().chain([next.as_str()]).collect());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependencies: &[&str]) -> Member {
        Member {
            name: name.to_owned(),
            folder: name.into(),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[track_caller]
    fn check(members: &[(&str, &[&str])], expected: &[&str]) {
        let members: Vec<Member> = members.iter().map(|(name, dependencies)| member(name, dependencies)).collect();
        let findings = edges(&members);
        assert_eq!(findings.len(), expected.len(), "{findings:#?}");
        for (finding, part) in findings.iter().zip(expected) {
            assert!(finding.contains(part), "{finding}");
        }
    }

    #[test]
    fn downward_edges_are_fine() {
        check(
            &[
                ("csvq-text", &["memchr"]),
                ("csvq-core", &["csvq-text", "polars"]),
                ("csvq-cli", &["csvq-core", "csvq-text", "clap"]),
                ("csvq-tests", &["csvq-cli", "csvq-core"]),
                ("xtask", &["csvq-tests"]),
            ],
            &[],
        );
    }

    #[test]
    fn upward_and_sideways_edges_are_found() {
        check(
            &[
                ("csvq-cli", &[]),
                ("csvq-text", &["csvq-core"]),
                ("csvq-core", &["csvq-cli", "csvq-tests"]),
                ("csvq-ffi", &["csvq-cli"]),
                ("csvq-tests", &[]),
            ],
            &[
                "csvq-text depends on csvq-core",
                "csvq-core depends on csvq-cli",
                "csvq-core depends on csvq-tests",
                "csvq-ffi depends on csvq-cli",
            ],
        );
    }

    #[test]
    fn an_unknown_crate_is_found() {
        check(&[("csvq-misc", &[])], &["csvq-misc has no place"]);
    }

    #[test]
    fn polars_is_found_below_text_however_deep() {
        let direct = polars(&[member("csvq-text", &["polars-arrow"])], &BTreeMap::new());
        assert!(direct.is_some_and(|chain| chain.ends_with("csvq-text -> polars-arrow")));
        let graph = BTreeMap::from([
            ("a".to_owned(), vec!["b".to_owned()]),
            ("b".to_owned(), vec!["a".to_owned(), "polars".to_owned()]),
        ]);
        let deep = polars(&[member("csvq-text", &["a"])], &graph);
        assert!(deep.is_some_and(|chain| chain.ends_with("csvq-text -> a -> b -> polars")));
        assert_eq!(polars(&[member("csvq-core", &["a"])], &graph), None);
    }
}
