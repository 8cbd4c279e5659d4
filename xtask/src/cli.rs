//! What `cargo xtask` can be asked: the commands, their options and their help.
//!
//! Each command is handed to the module that does it; nothing is done here.

use std::io::Write;

use clap::{Parser, Subcommand};

use crate::check::Step;
use crate::failure::Result;
use crate::{bench, check, fuzz, miri, python, test};

/// The project's automation
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "Examples:
  cargo xtask test               everything a change must pass
  cargo xtask check layers       one check alone
  cargo xtask bench              the benches, as a table
  cargo xtask fuzz --seconds 60  every fuzz target, a minute each"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check the house rules: formatting, lints, layers, features, sizes, docs, dependencies
    ///
    /// Every step runs, even after one has failed.
    #[command(after_help = "Examples:
  cargo xtask check               all steps
  cargo xtask check layers sizes  two of them")]
    Check {
        /// Run only these steps
        steps: Vec<Step>,
    },
    /// Build the Python package, check it, and test it with none, one and all of the libraries it works with
    ///
    /// Tools and libraries come from PyPI, into folders below cargo's target folder.
    Python,
    /// Build the Python wheel and source distribution that users get
    Dist,
    /// Run the checks, build csvq, then run every test of the workspace against it, and those of the Python package
    #[command(after_help = "Examples:
  cargo xtask test                       the checks, then all tests
  cargo xtask test --no-check            the tests alone
  cargo xtask test --no-check -- ragged  tests with `ragged` in their names")]
    Test {
        /// Leave the checks out
        #[arg(long)]
        no_check: bool,
        /// Leave the Python package out
        #[arg(long)]
        no_python: bool,
        /// More for `cargo test --workspace`
        #[arg(last = true, value_name = "CARGO_TEST_ARGUMENT")]
        extra: Vec<String>,
    },
    /// Run the benches and print their table, or compare real data and check the answers
    #[command(after_help = "Examples:
  cargo xtask bench         all benches
  cargo xtask bench scan    benches with `scan` in their names
  cargo xtask bench --real  published data, against plain Python and known counts (network)")]
    Bench {
        /// Run only benches with this in their names
        #[arg(conflicts_with = "real")]
        filter: Option<String>,
        /// Compare real data instead, downloading it the first time
        #[arg(long)]
        real: bool,
    },
    /// Run the fuzz targets of fuzz/Cargo.toml (needs nightly and cargo-fuzz)
    #[command(after_help = "Examples:
  cargo xtask fuzz               all targets, ten minutes each
  cargo xtask fuzz --seconds 60  all targets, a minute each
  cargo xtask fuzz TARGET        one of them")]
    Fuzz {
        /// Run only this target
        target: Option<String>,
        /// How long to run each target, in seconds
        #[arg(long, value_name = "N", default_value_t = 600,
              value_parser = clap::value_parser!(u64).range(1..))]
        seconds: u64,
    },
    /// Run the text engine's unit tests under miri (needs nightly with miri and rust-src)
    #[command(after_help = "Examples:
  cargo xtask miri        all of them, on each level
  cargo xtask miri join   tests with `join` in their names")]
    Miri {
        /// Run only tests with this in their names
        filter: Option<String>,
    },
}

/// Does what was asked.
///
/// # Errors
///
/// When the task failed.
pub(crate) fn run(arguments: Arguments, out: &mut dyn Write) -> Result<()> {
    match arguments.command {
        Command::Check { steps } => check::run(&steps, out),
        Command::Test { no_check, no_python, extra } => test::run(!no_check, !no_python, &extra, out),
        Command::Python => python::test(None, out),
        Command::Dist => python::dist(out),
        Command::Bench { real: true, .. } => bench::real::run(out),
        Command::Bench { filter, .. } => bench::run(filter.as_deref(), out),
        Command::Miri { filter } => miri::run(filter.as_deref(), out),
        Command::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds, out),
    }
}
