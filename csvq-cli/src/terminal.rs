//! What standard output is: how wide, and whether it shows colour.

use std::io::{self, IsTerminal};

use csvq_core::report::render::RenderOptions;

use crate::args::ColorChoice;
use crate::environment::Environment;

/// How results are written, to standard output or elsewhere.
pub(crate) fn options(environment: &Environment, color: ColorChoice, to_stdout: bool) -> RenderOptions {
    let stdout = io::stdout();
    let is_terminal = to_stdout && stdout.is_terminal();
    let defaults = RenderOptions::default();
    RenderOptions {
        colour: to_stdout && environment.colour(color, is_terminal),
        width: if is_terminal { width(&stdout) } else { None }.unwrap_or(defaults.width),
        ..defaults
    }
}

/// How wide standard output is, where it is a terminal.
pub(crate) fn stdout_width() -> Option<usize> {
    let stdout = io::stdout();
    if stdout.is_terminal() { width(&stdout) } else { None }
}

#[cfg(unix)]
fn width(stdout: &io::Stdout) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stdout).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn width(_stdout: &io::Stdout) -> Option<usize> {
    None
}
