//! Asking whoever sits at the terminal before something is gone for good.

use std::io::{self, BufRead, IsTerminal, Write};

use csvq_core::sandbox::harmless;
use csvq_core::{Error, ErrorKind, Result};

/// Asks whether to do something, such as `Remove` `the plugin good`.
///
/// # Errors
/// [`InvalidSpec`](ErrorKind::InvalidSpec) where there is no terminal: then a flag has to say it; [`Io`](ErrorKind::Io)
/// where the answer can't be read.
pub(super) fn is_confirmed(act: &str, what: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        let act = act.to_lowercase();
        let message = format!("there is no terminal to ask whether to {act} {what}; say that you are sure by --yes");
        return Err(Error::new(ErrorKind::InvalidSpec, message));
    }
    let mut stderr = io::stderr().lock();
    // Where nobody can read the question, nobody says yes.
    let _ = write!(stderr, "{act} {}? [y/N] ", harmless(what)).and_then(|()| stderr.flush());
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Error::new(ErrorKind::Io, format!("cannot read the answer: {error}")))?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
