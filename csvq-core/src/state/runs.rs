//! Runs of plugins, kept until they are forgotten.

use super::State;
use super::number::stored;
use super::records::RunRecord;
use super::time::Timestamp;
use crate::error::Result;

impl State {
    /// Keeps what is known of a run.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn record_run(&self, run: &RunRecord) -> Result<()> {
        self.inner.passing.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO runs (plugin, version, started, wall_ms, cpu_ms, peak_memory_bytes, rows, bytes, success, \
                 error_kind, cached) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?;
            statement.execute((
                &run.plugin,
                &run.version,
                run.started.0,
                duration(run.wall_ms),
                run.cpu_ms.map(duration),
                run.peak_memory_bytes.map(stored),
                stored(run.rows),
                stored(run.bytes),
                run.success,
                &run.error_kind,
                run.cached,
            ))?;
            Ok(())
        })
    }

    /// Forgets the runs that started before a time, and gives how many those were.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn forget_runs(&self, older_than: Timestamp) -> Result<u64> {
        self.inner.passing.write(|transaction| {
            let forgotten = transaction.execute("DELETE FROM runs WHERE started < ?1", [older_than.0])?;
            Ok(forgotten as u64)
        })
    }
}

/// SQLite takes what is no number for null.
fn duration(milliseconds: f64) -> f64 {
    if milliseconds.is_finite() { milliseconds.max(0.0) } else { 0.0 }
}
