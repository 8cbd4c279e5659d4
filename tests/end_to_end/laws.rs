//! What holds for every pair of tables: no edits, no differences; sides mirror; neither order, threads, blocks, memory,
//! processor nor layout change the answer; and it is the one of a plain comparison.

mod edits;
mod engine;
mod errors;
mod exports;
mod generated;
mod large;
mod tables;
mod typed;

use proptest::prelude::ProptestConfig;

/// So many cases as keep a run short; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if asked { default.cases } else { 160 };
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 1500, ..default }
}
