//! Running other programs: shown before they run, and turned into a `Failure` when they fail.
//!
//! It does not decide what to run, and it never hides a program's own messages.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::{Failure, Result};

/// The cargo that runs us, so that every step uses the same toolchain.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Cargo of the nightly toolchain, found by rustup whatever toolchain runs us.
pub(crate) fn nightly_cargo() -> Command {
    let mut command = Command::new("cargo");
    command.arg("+nightly");
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    command
}

/// Shows a command, runs it with our own terminal, and fails when it does.
///
/// # Errors
///
/// When the program cannot be started or does not exit with 0; `advice` says what to do then.
pub(crate) fn run(command: &mut Command, out: &mut dyn Write, advice: &str) -> Result<()> {
    show(command, out)?;
    let status = command.status().map_err(|error| not_started(command, &error))?;
    succeeded(command, status, advice)
}

/// Shows a command, runs it with our own standard error, and hands back its standard output.
///
/// # Errors
///
/// As for [`run`].
pub(crate) fn capture(command: &mut Command, out: &mut dyn Write, advice: &str) -> Result<Vec<u8>> {
    show(command, out)?;
    let (status, stdout) = output(command)?;
    succeeded(command, status, advice)?;
    Ok(stdout)
}

/// Runs a command with our own standard error; its standard output and status, whatever they are.
///
/// # Errors
///
/// When the program cannot be started.
pub(crate) fn output(command: &mut Command) -> Result<(ExitStatus, Vec<u8>)> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, &error))?;
    Ok((output.status, output.stdout))
}

/// Whether a program is there: it can be started, and exits with 0. Says nothing.
pub(crate) fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_stem().unwrap_or_else(|| command.get_program()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| {
        let text = argument.to_string_lossy();
        if text.contains(' ') { format!("'{text}'") } else { text.into_owned() }
    });
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn show(command: &Command, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "  $ {}", shown(command))?;
    out.flush()?;
    Ok(())
}

fn succeeded(command: &Command, status: ExitStatus, advice: &str) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed ({status})", shown(command)), advice))
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy().into_owned();
    Failure::new(
        format!("cannot start `{}`: {error}", shown(command)),
        format!("install {program}, or put it on the PATH"),
    )
}
