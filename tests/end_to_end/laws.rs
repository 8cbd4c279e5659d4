//! What holds for every pair of tables: no edits, no differences; sides mirror; neither order, threads, blocks, memory, processor
//! nor layout change the answer; and it is the one of a plain comparison.

mod engine;
mod errors;
mod exports;
mod generated;
mod large;
mod tables;
