//! What workers are told and what they give back: plain data, the same on every platform.

use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::enforced::Enforced;
use super::guards::Guards;
use super::host::Host;
use crate::error::{Error, ErrorKind, Result};

/// An open file as workers are given it.
#[cfg(unix)]
pub type Descriptor = std::os::fd::OwnedFd;
/// An open file as workers are given it.
#[cfg(not(unix))]
pub type Descriptor = File;

/// The program that serves as a worker: one that calls [`serve`](super::serve) with the socket that is its standard
/// input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerProgram {
    /// Where it lies. With a path that has a separator in it, starting it costs the same however large the host is.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its environment: of the host's it gets nothing by itself. See [`WorkerProgram::PASSED_ON`]. Of what is named
    /// here, it gets what is among [`WorkerProgram::ALLOWED`].
    pub environment: Vec<(OsString, OsString)>,
    /// Files and folders that the program itself has to read once its guards are on, besides the system's libraries:
    /// the library of a Python that lies elsewhere. Plugins may read them, too.
    pub readable: Vec<PathBuf>,
}

impl WorkerProgram {
    /// The variables that plugins need most, and that hold no secrets: whoever knows the environment of the host
    /// should pass these on, where they are set.
    pub const PASSED_ON: &[&str] = &["TZ", "LANG", "LC_ALL", "TMPDIR"];

    /// The variables by which libraries are told how many threads they may start: see [`Guards::threads`].
    pub const THREADS: &[&str] =
        &["POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

    /// All variables that a worker may have, whoever names them. None of them makes a program load or run anything,
    /// and none should hold a secret.
    pub const ALLOWED: &[&str] = &[
        "TZ",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TMPDIR",
        "POLARS_MAX_THREADS",
        "RAYON_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTHONIOENCODING",
        "PYTHONNOUSERSITE",
        "PYTHONSAFEPATH",
        "PYTHONUNBUFFERED",
        "PYTHONUTF8",
    ];

    /// A program with its arguments.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self { program: program.into(), args, environment: Vec::new(), readable: Vec::new() }
    }
}

/// What a plugin is loaded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A library.
    Native,
    /// A Python module.
    Python,
}

/// A plugin's file, as a worker is to load it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The plugin's id.
    pub id: String,
    /// What it is loaded as.
    pub kind: EntryKind,
    /// The file.
    pub path: PathBuf,
    /// The folder of the plugin's package, which it may read.
    pub folder: PathBuf,
    /// The class in it, for Python.
    pub class: Option<String>,
    /// The SHA-256 of that file, in hexadecimal.
    pub digest: String,
}

/// The longest that loading counts for the processor time that a worker may take.
#[cfg(unix)]
const LONGEST_LOADING: Duration = Duration::from_secs(30);

/// What a worker may take.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkerLimits {
    /// The most time that loading, and then comparing, may take each.
    pub timeout: Option<Duration>,
    /// The most time that loading may take, the start of the worker included, where that is less than `timeout`.
    /// Loading takes milliseconds, unless a plugin hangs; without this, one that may compare for hours could hang for
    /// hours.
    pub load_timeout: Option<Duration>,
    /// How long a worker that was asked to end may go on before it gets `SIGTERM`, and how long one that has given its
    /// result may take to exit.
    pub cancel_grace: Duration,
    /// How long it may go on after `SIGTERM` before it gets `SIGKILL`.
    pub term_grace: Duration,
    /// The most bytes that the differences may have.
    pub max_result_bytes: u64,
    /// The most bytes that are kept of what it logs and prints.
    pub max_log_bytes: usize,
    /// The most memory, besides the program itself and the tables that it is given.
    pub max_memory_bytes: Option<u64>,
    /// What else it is held to.
    pub guards: Guards,
}

impl WorkerLimits {
    /// The most time that loading may take: the smaller of what is set.
    pub(super) fn loading(&self) -> Option<Duration> {
        self.timeout.into_iter().chain(self.load_timeout).min()
    }

    /// The most seconds of processor time: what is set, or what all processors have until the time is over.
    #[cfg(unix)]
    pub(super) fn cpu_seconds(&self) -> Option<u64> {
        self.guards.max_cpu_seconds.or_else(|| {
            let loading = self.loading().unwrap_or_default().min(LONGEST_LOADING);
            let longest = self.timeout?.saturating_add(loading);
            let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
            Some(longest.as_secs().saturating_add(1).saturating_mul(processors))
        })
    }
}

impl Default for WorkerLimits {
    fn default() -> Self {
        Self {
            timeout: Some(Duration::from_secs(300)),
            load_timeout: Some(Duration::from_secs(30)),
            cancel_grace: Duration::from_secs(2),
            term_grace: Duration::from_secs(2),
            max_result_bytes: 1 << 30,
            max_log_bytes: 1 << 20,
            max_memory_bytes: None,
            guards: Guards::default(),
        }
    }
}

/// What a worker is to compare.
#[derive(Debug)]
pub struct Call<'a> {
    /// The left table: a sealed memory file that holds Arrow IPC; see [`memory_file`](super::memory_file).
    pub left: Descriptor,
    /// The right table.
    pub right: Descriptor,
    /// The plugin's parameters.
    pub parameters: &'a Map<String, Value>,
    /// The job document.
    pub job: &'a Value,
}

/// What a worker gave.
#[derive(Debug)]
pub struct WorkerAnswer {
    /// The outcome, as the plugin told it: checked for nothing but being JSON.
    pub outcome: Value,
    /// The differences as Arrow IPC, where there are any: sealed, read from its beginning, and not checked.
    pub differences: Option<File>,
    /// Which guards held.
    pub enforced: Enforced,
}

/// A call that is over, however it ended.
#[derive(Debug)]
pub struct Finished {
    /// What the worker gave, or why there is nothing.
    pub answer: Result<WorkerAnswer>,
    /// What the plugin logged and printed.
    pub log: Vec<LogLine>,
    /// The processor time of the whole worker, its start among it.
    pub cpu: Option<Duration>,
    /// The most memory that it had resident, where the system tells; of one that ended by itself before it gave a result,
    /// it does not.
    pub peak_memory_bytes: Option<u64>,
}

/// How much a line of a log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is doubtful.
    Warn,
    /// Something worth knowing; also what the plugin printed.
    Info,
    /// For whoever looks for a defect.
    Debug,
    /// Every step.
    Trace,
}

/// A line that a plugin logged or printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// The plugin's id.
    pub plugin: String,
    /// How much it matters.
    pub level: LogLevel,
    /// The line, control characters escaped.
    pub message: String,
}

/// What a worker does with plugins, of which the protocol knows nothing.
pub trait Serve {
    /// Gets ready to load a plugin, before the guards are on: what has to be read from elsewhere, or takes a system call
    /// that no plugin may use, belongs here. Nothing of the plugin may run.
    ///
    /// # Errors
    /// Whatever keeps it from being loaded.
    fn prepare(&mut self, entry: &Entry) -> Result<()> {
        let _ = entry;
        Ok(())
    }

    /// Loads a plugin, under the guards, and says what it says of itself.
    ///
    /// # Errors
    /// Whatever keeps it from being loaded.
    fn load(&mut self, entry: &Entry) -> Result<Value>;

    /// Compares two tables with the plugin that was loaded. Differences are written to `result`, best through
    /// [`Host::result_writer`], which refuses more than the host takes. What was printed must be flushed before it
    /// returns.
    ///
    /// # Errors
    /// Whatever the plugin reports.
    fn compare(
        &mut self,
        left: File,
        right: File,
        parameters: &Map<String, Value>,
        job: &Value,
        host: &Host<'_>,
        result: &mut File,
    ) -> Result<Served>;
}

/// What a comparison came to.
#[derive(Debug)]
pub struct Served {
    /// The outcome for the host.
    pub outcome: Value,
    /// Whether `result` holds differences.
    pub has_differences: bool,
}

/// The error for a result that is larger than it may be.
pub(crate) fn result_too_large(max: u64) -> Error {
    let message = format!("the differences are larger than the {max} bytes that `max_result_bytes` allows");
    Error::new(ErrorKind::LimitExceeded, message)
}
