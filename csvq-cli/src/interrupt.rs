//! Ctrl-C and requests to end: the first cancels the comparison, the second ends the program at once.

use std::process;

use csvq_core::control::Control;

use crate::exit::Exit;

/// Lets signals (Ctrl-C, SIGTERM, SIGHUP) cancel a comparison.
pub(crate) fn cancel_on_signal(control: &Control) {
    let control = control.clone();
    let handler = move || {
        if control.stopped().is_some() {
            process::exit(i32::from(Exit::Interrupted.code()));
        }
        control.cancel();
        tracing::debug!("interrupted");
    };
    // Signals that someone else handles or ignores (a host program, `nohup`) stay theirs.
    if let Err(error) = ctrlc::try_set_handler(handler) {
        tracing::debug!(%error, "signals are handled by someone else");
    }
}
