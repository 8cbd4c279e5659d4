//! The `csvq` command that comes with the package: the program of csvq-cli, run in the interpreter's process.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the program on its arguments, of which the first is its own name, and says its exit status.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, argv: Vec<OsString>) -> u8 {
    py.detach(|| csvq_cli::run(argv).code())
}
