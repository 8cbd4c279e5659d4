//! `cargo xtask`: the project's automation, in Rust, so that it runs alike on every platform.
//!
//! This file only starts the program. What can be asked is in `cli`, what is done in `check`,
//! `test`, `bench`, `fuzz` and `miri`. Nothing here is part of the product: no crate may depend on it.

mod bench;
mod check;
mod cli;
mod embedding;
mod failure;
mod fuzz;
mod miri;
mod plugins;
mod process;
mod python;
mod source;
mod test;
mod workspace;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match cli::run(arguments, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // When even standard error is closed there is no one left to tell.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}
