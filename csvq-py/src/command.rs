//! The `csvq` command that comes with the package: the program of csvq-cli, run in the interpreter's process.

use std::ffi::OsString;
use std::path::PathBuf;

use csvq_core::sandbox::WorkerProgram;
use pyo3::prelude::*;

/// Runs the program on its arguments, of which the first is its own name, and says its exit status.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, argv: Vec<OsString>) -> PyResult<u8> {
    // This process is an interpreter: a worker is another one that runs the same command.
    let interpreter: Option<PathBuf> = py.import("sys")?.getattr("executable")?.extract()?;
    let worker = interpreter
        .filter(|path| !path.as_os_str().is_empty())
        .map(|path| WorkerProgram::new(path, ["-m", "csvq", "worker"]));
    Ok(py.detach(|| csvq_cli::run_in(argv, worker).code()))
}
