//! Ctrl-C and requests to end: the first cancels the comparison, the second ends the program at once.

use std::process;

use csvq_core::control::Control;

use crate::exit::Exit;

/// Lets signals (Ctrl-C, SIGTERM, SIGHUP) cancel a comparison. Those that someone else handles or ignores (a host
/// program, `nohup`, the shell for a job in the background) stay theirs.
pub(crate) fn cancel_on_signal(control: &Control) {
    let control = control.clone();
    let handler = move || {
        if control.stopped().is_some() {
            process::exit(i32::from(Exit::Interrupted.code()));
        }
        control.cancel();
        tracing::debug!("interrupted");
    };
    if let Err(error) = signals::watch(handler) {
        tracing::debug!(%error, "signals are not handled");
    }
}

#[cfg(unix)]
mod signals {
    use std::ffi::c_int;
    use std::io;
    use std::mem::MaybeUninit;
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    /// Calls the handler, on a thread of its own, for each signal that asks the program to end.
    pub(super) fn watch(handler: impl Fn() + Send + 'static) -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| is_free(*signal)))?;
        let watch = move || signals.forever().for_each(|_| handler());
        thread::Builder::new().name("signals".to_owned()).spawn(watch).map(drop)
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
    /// Calls the handler, on a thread of its own, for Ctrl-C.
    pub(super) fn watch(handler: impl Fn() + Send + 'static) -> Result<(), ctrlc::Error> {
        ctrlc::try_set_handler(handler)
    }
}
