//! Tests of the rule about core's modules, on small sources in memory.

use super::*;

const LIB: &str = "pub mod error; pub mod table; mod compare; pub mod report; pub mod engine;\n\
                   pub use crate::error::{Error as Fault};\n\
                   pub use engine::{Engine, EngineBuilder};";

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let sources: Vec<Source> = files
        .iter()
        .map(|(module, text)| Source {
            name: format!("{module}.rs"),
            module: module.split("::").filter(|name| *name != "lib").map(str::to_owned).collect(),
            text: (*text).to_owned(),
        })
        .collect();
    let findings = findings(&sources);
    assert_eq!(findings.len(), expected.len(), "{findings:#?}");
    for (finding, part) in findings.iter().zip(expected) {
        assert!(finding.contains(part), "{finding} should contain {part}");
    }
}

#[test]
fn edges_that_run_down_are_fine() {
    check(
        &[
            ("lib", LIB),
            ("table", "use crate::error::Error; mod stream; use crate::table::stream::S;"),
            ("table::stream", "use super::super::error::E; use super::Table; use super::*;"),
            ("compare", "use crate::{Fault, report::Report, spec};\nuse memchr::memchr;"),
            ("report", "fn f() -> crate::types::Kind { crate::control::check!() }"),
        ],
        &[],
    );
}

#[test]
fn an_edge_that_runs_up_is_found() {
    check(
        &[("table", "use crate::error::Error;\nuse crate::engine::Engine;")],
        &["table.rs:2: `table` (floor 2) uses `engine` (floor 12), which stands above it"],
    );
    check(
        &[("error", "use crate::{control::Progress as _, table::{self, Table}};")],
        &["`control` (floor 1), which stands beside it", "`crate::table::Table`", "`crate::table`"],
    );
    check(&[("source::text", "fn f() { crate::compare::run() }")], &["source::text.rs:1: `source`"]);
}

#[test]
fn an_edge_that_runs_sideways_is_found() {
    check(
        &[("source", "use crate::report::Report;")],
        &["`source` (floor 3) uses `report` (floor 3), which stands beside it"],
    );
}

#[test]
fn relative_paths_are_followed() {
    check(&[("table", "use super::engine::Engine;")], &["`engine` (floor 12)"]);
    check(&[("table::read", "use super::super::exec::Task;")], &["`exec` (floor 10)"]);
    check(
        &[("table", "mod a { use super::super::spec::S; use super::inner; }")],
        &["`spec` (floor 2), which stands beside it"],
    );
    check(&[("table", "#[cfg(test)] mod tests { use super::*; use crate::ops; }")], &["`ops`"]);
}

#[test]
fn names_that_lib_re_exports_are_followed() {
    check(
        &[("lib", LIB), ("compare", "use crate::Fault;\nuse crate::EngineBuilder;")],
        &["compare.rs:2: `compare` (floor 4) uses `engine`"],
    );
    check(&[("lib", LIB), ("compare", "use crate::Nowhere;")], &["names neither"]);
    check(&[("compare", "use crate::*;"), ("table", "use super::*;")], &["hides", "hides"]);
}

#[test]
fn text_and_comments_are_no_edges() {
    check(&[("table", "//! See [`crate::engine`].\n/* use crate::engine; */ const A: &str = \"crate::engine\";")], &[]);
}

#[test]
fn a_misplaced_polars_is_found() {
    for module in ["table::stream", "source", "compare", "report"] {
        check(&[(module, "use polars::prelude::*; use ::polars_arrow::array;")], &[]);
    }
    check(
        &[
            ("spec", "use polars::prelude::DataType;"),
            ("engine::run", "fn f(frame: polars::frame::DataFrame) {}"),
            ("state", "use polars;"),
            ("lib", "pub use polars_core as frames;"),
        ],
        &["in `spec`", "in `engine`", "in `state`", "in `lib.rs`"],
    );
}

#[test]
fn a_module_without_a_floor_is_found() {
    check(
        &[("lib", "pub mod table;\nmod helpers;"), ("helpers::text", "")],
        &["lib.rs:2: `helpers` has no floor", "helpers::text.rs:1: `helpers` has no floor"],
    );
}

#[test]
fn a_moved_module_is_found() {
    check(&[("table", "#[path = \"../engine.rs\"]\nmod e;")], &["table.rs:1: #[path]"]);
}
