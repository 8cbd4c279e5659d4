//! The `csvq` program. All of it is in the library, so that other packages can carry the command too.

use std::process::ExitCode;

fn main() -> ExitCode {
    csvq_cli::run(std::env::args_os()).into()
}
