//! What a run of a comparison took.

mod process;

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::report::Comparison;
use crate::state::{RunRecord, Timestamp};

pub(crate) use self::process::Meter;

/// What a run took, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// Processor time: of the worker, or of this process while a comparison ran alone in it.
    pub cpu: Option<Duration>,
    /// The most memory that was resident: of the worker, or of this process where a comparison that ran alone in it took
    /// more than was ever taken before.
    pub peak_memory_bytes: Option<u64>,
}

/// A run that is going on.
#[derive(Debug)]
pub struct Running {
    plugin: String,
    version: String,
    started: Timestamp,
    began: Instant,
}

impl Running {
    /// Begins one.
    #[must_use]
    pub fn begin(plugin: impl Into<String>, version: impl Into<String>) -> Self {
        Self { plugin: plugin.into(), version: version.into(), started: Timestamp::now(), began: Instant::now() }
    }

    /// What it came to, for the statistics.
    #[must_use]
    pub fn end(self, result: Result<&Comparison, &Error>, measures: Measures, cached: bool) -> RunRecord {
        let counts = result.map(|comparison| comparison.report.details.counts).unwrap_or_default();
        let bytes = result.map_or(0, |comparison| {
            let metadata = &comparison.report.metadata;
            metadata.left.bytes.saturating_add(metadata.right.bytes)
        });
        RunRecord {
            plugin: self.plugin,
            version: self.version,
            started: self.started,
            wall_ms: self.began.elapsed().as_secs_f64() * 1000.0,
            cpu_ms: measures.cpu.map(|cpu| cpu.as_secs_f64() * 1000.0),
            peak_memory_bytes: measures.peak_memory_bytes,
            rows: counts.left_rows.saturating_add(counts.right_rows),
            bytes,
            success: result.is_ok(),
            error_kind: result.err().map(|error| error.kind().name().to_owned()),
            cached,
        }
    }
}
