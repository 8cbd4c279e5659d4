//! Work without the GIL, with an eye on signals and on progress.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use csvq_core::control::Control;
use csvq_core::{Error, ErrorKind};
use pyo3::prelude::*;

use crate::error::raised;
use crate::log;

/// How often signals are looked for, and progress is told.
const INTERVAL: Duration = Duration::from_millis(50);

/// Does work on a thread of its own, so that this one can see Ctrl-C and tell how far it is. Both a signal handler's
/// exception and the callback's own cancel the work, and are raised once it has ended.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    control: &Control,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce() -> csvq_core::Result<T> + Send,
) -> PyResult<T> {
    log::follow(py)?;
    let done = py.detach(|| {
        thread::scope(|scope| {
            let (ended, wait) = mpsc::channel::<()>();
            let worker = thread::Builder::new().name("csvq".to_owned()).spawn_scoped(scope, move || {
                // Dropping it ends the waiting, however the work ends.
                let _ended = ended;
                work()
            });
            let worker = worker.map_err(|error| Failure::Csvq(no_thread(&error)))?;
            let mut raised = None;
            while wait.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                if raised.is_some() {
                    continue;
                }
                match Python::try_attach(|py| look(py, control, progress)) {
                    Some(Ok(())) => {}
                    Some(Err(error)) => {
                        control.cancel();
                        raised = Some(error);
                    }
                    // The interpreter ends, and nobody waits for the answer.
                    None => control.cancel(),
                }
            }
            let result = worker.join().unwrap_or_else(|_| Err(panicked()));
            match raised {
                // What it was cancelled for is over; what was found can still be read.
                Some(error) => {
                    control.resume();
                    Err(Failure::Python(error))
                }
                None => result.map_err(Failure::Csvq),
            }
        })
    });
    let told = log::deliver(py);
    let done = done.map_err(|failure| match failure {
        Failure::Csvq(error) => raised(py, &error),
        Failure::Python(error) => error,
    })?;
    told.map(|()| done)
}

/// Does work that nobody follows, without the GIL.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> csvq_core::Result<T> + Send) -> PyResult<T> {
    py.detach(work).map_err(|error| raised(py, &error))
}

enum Failure {
    Csvq(Error),
    Python(PyErr),
}

fn look(py: Python<'_>, control: &Control, progress: Option<&Py<PyAny>>) -> PyResult<()> {
    py.check_signals()?;
    log::deliver(py)?;
    if let Some(callback) = progress {
        let now = control.progress();
        callback.call1(py, (now.phase.name(), now.bytes_done, now.bytes_total))?;
    }
    Ok(())
}

fn no_thread(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::LimitExceeded, format!("the system allows no further thread: {error}"))
}

fn panicked() -> Error {
    Error::new(ErrorKind::Internal, "csvq ended by a panic, which is a defect of its own; please report it")
}
