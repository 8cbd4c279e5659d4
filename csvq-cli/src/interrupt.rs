//! Ctrl-C and requests to end: the first cancels the comparison, the second ends the program at once.

use csvq_core::control::Control;

/// A control that signals cancel.
pub(crate) fn control() -> Control {
    let control = Control::new();
    cancel_on_signal(&control);
    control
}

/// Lets signals (Ctrl-C, SIGTERM, SIGHUP) cancel a comparison. Those that someone else handles or ignores (a host
/// program, `nohup`, the shell for a job in the background) stay theirs.
pub(crate) fn cancel_on_signal(control: &Control) {
    if let Err(error) = signals::watch(control) {
        tracing::debug!(%error, "signals are not handled");
    }
}

#[cfg(unix)]
mod signals {
    use std::ffi::c_int;
    use std::io;
    use std::mem::MaybeUninit;

    use csvq_core::control::Control;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::low_level;

    use crate::exit::Exit;

    /// Has each signal that asks the program to end cancel the comparison, right where it comes in: no thread waits.
    pub(super) fn watch(control: &Control) -> io::Result<()> {
        let status = i32::from(Exit::Interrupted.code());
        for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| is_free(*signal)) {
            let control = control.clone();
            let handler = move || {
                if control.stopped().is_some() {
                    low_level::exit(status);
                }
                control.cancel();
            };
            // SAFETY: the handler reads and writes one atomic number or ends the process: it locks and allocates nothing.
            unsafe { low_level::register(signal, handler) }?;
        }
        Ok(())
    }

    /// Whether nobody handles or ignores a signal.
    fn is_free(signal: c_int) -> bool {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: without a new action the call only asks; the place for the present one is ours.
        let asked = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) };
        // SAFETY: a call that succeeds has written the action.
        asked == 0 && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_DFL
    }
}

#[cfg(not(unix))]
mod signals {
    use csvq_core::control::Control;

    use crate::exit::Exit;

    /// Has Ctrl-C cancel the comparison.
    pub(super) fn watch(control: &Control) -> Result<(), ctrlc::Error> {
        let control = control.clone();
        ctrlc::try_set_handler(move || {
            if control.stopped().is_some() {
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
            control.cancel();
        })
    }
}
