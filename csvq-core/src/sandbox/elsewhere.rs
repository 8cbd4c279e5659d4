//! Workers where there are none: the same names, which say so.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::enforced::Enforced;
use super::model::{Call, Descriptor, Entry, Finished, LogLine, Serve, WorkerLimits, WorkerProgram};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};

/// A worker process, of which there is none on this platform.
#[derive(Debug)]
pub struct Worker(std::convert::Infallible);

impl Worker {
    /// Says that there are no workers on this platform.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`].
    pub fn start(_program: &WorkerProgram, _limits: &WorkerLimits) -> Result<Self> {
        Err(unsupported())
    }

    /// Never called, since there is no worker.
    ///
    /// # Errors
    /// None.
    pub fn load(&mut self, _entry: &Entry, _limits: &WorkerLimits) -> Result<Value> {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    ///
    /// # Errors
    /// None.
    pub fn load_under(&mut self, _entry: &Entry, _limits: &WorkerLimits, _control: &Control) -> Result<Value> {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    #[must_use]
    pub fn description(&self) -> Option<&Value> {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    #[must_use]
    pub fn enforced(&self) -> Option<&Enforced> {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    pub fn take_log(&mut self) -> Vec<LogLine> {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    pub fn tend(&mut self) -> bool {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    #[must_use]
    pub fn run(self, _call: &Call<'_>, _limits: &WorkerLimits, _control: &Control) -> Finished {
        match self.0 {}
    }

    /// Never called, since there is no worker.
    pub fn close(self, _grace: Duration) {
        match self.0 {}
    }
}

/// Says that there are no memory files on this platform.
///
/// # Errors
/// [`ErrorKind::Unsupported`].
pub fn memory_file(_name: &str, _write: impl FnOnce(&mut File) -> Result<()>) -> Result<Descriptor> {
    Err(unsupported())
}

/// Says that there are no workers on this platform.
///
/// # Errors
/// [`ErrorKind::Unsupported`].
pub fn socket_from_stdin() -> Result<Descriptor> {
    Err(unsupported())
}

/// Says that there are no workers on this platform.
///
/// # Errors
/// [`ErrorKind::Unsupported`].
pub fn serve(_socket: Descriptor, _serving: &mut dyn Serve) -> Result<()> {
    Err(unsupported())
}

/// Says that there are no workers on this platform.
///
/// # Errors
/// [`ErrorKind::Unsupported`].
pub fn probe(_program: &WorkerProgram, _limits: &WorkerLimits, _control: &Control) -> Result<Enforced> {
    Err(unsupported())
}

/// Finds nothing, since there are no workers on this platform.
///
/// # Errors
/// None.
pub fn sweep_scratch(_base: &Path) -> Result<usize> {
    Ok(0)
}

fn unsupported() -> Error {
    let message = "plugins run in processes of their own, which csvq has on Linux and macOS only; the comparisons that \
                   are built in work here, too";
    Error::new(ErrorKind::Unsupported, message)
}
