//! `csvq completions`: a script that completes flags and names in a shell.

use clap::CommandFactory;
use clap_complete::Shell;
use csvq_core::Result;
use csvq_core::control::Control;

use crate::args::Cli;
use crate::output;

/// Writes the script to standard output.
pub(crate) fn run(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "csvq", &mut script);
    output::write(None, &Control::new(), &mut |out| Ok(out.write_all(&script)?))
}
