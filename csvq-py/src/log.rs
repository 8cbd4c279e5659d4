//! Log lines to Python's `logging`, under the logger `csvq` and those below it.

use std::fmt::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The lowest level, in Python's numbers, that someone listens to.
static LISTENED: AtomicU32 = AtomicU32::new(u32::MAX);

/// Asks what the logger listens to, where anyone has loaded `logging`. Until then nothing is logged.
pub(crate) fn follow(py: Python<'_>) -> PyResult<()> {
    static STARTED: Once = Once::new();
    let loaded = py.import("sys")?.getattr("modules")?;
    let loaded = loaded.cast::<PyDict>()?;
    let Some(logging) = loaded.get_item("logging")? else { return Ok(()) };
    let level: u32 = logging.call_method1("getLogger", ("csvq",))?.call_method0("getEffectiveLevel")?.extract()?;
    LISTENED.store(level, Ordering::Relaxed);
    STARTED.call_once(|| {
        // This library has no other subscriber, but where its own command has set one up.
        let _ = tracing_subscriber::registry().with(PythonLog).try_init();
    });
    Ok(())
}

/// Python's number of a level; below its `DEBUG` there is none, and 5 is what others take.
fn number(level: Level) -> u32 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG => 10,
        Level::TRACE => 5,
    }
}

/// Lines on their way: their logger, their level, and what they say.
static WAITING: Mutex<Vec<(String, u32, String)>> = Mutex::new(Vec::new());
/// How many may wait.
const MOST: usize = 10_000;

struct PythonLog;

impl<S: Subscriber> Layer<S> for PythonLog {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target().starts_with("csvq") { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        metadata.target().starts_with("csvq") && number(*metadata.level()) >= LISTENED.load(Ordering::Relaxed)
    }

    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        let logger = metadata.target().replace("::", ".").replacen("csvq_", "csvq.", 1);
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody comes for is no reason to grow without end.
        if waiting.len() < MOST {
            waiting.push((logger, number(*metadata.level()), line.text()));
        }
    }
}

/// Hands the waiting lines to their loggers, on the thread of whoever compares: a handler may need a lock that this one
/// holds, and would keep any other waiting for ever.
pub(crate) fn deliver(py: Python<'_>) -> PyResult<()> {
    let waiting = mem::take(&mut *WAITING.lock().unwrap_or_else(PoisonError::into_inner));
    for (logger, level, line) in waiting {
        let logger = py.import("logging")?.call_method1("getLogger", (logger,))?;
        logger.call_method1("log", (level, "%s", line))?;
    }
    Ok(())
}

/// An event as one line: its message, then its fields.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn text(self) -> String {
        self.message + &self.fields
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
