//! Statistics of the runs that are kept, under the guide's names.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use serde::Serialize;

use super::State;
use super::failure::Failure;
use super::number::{count, count_if_any, stored};
use super::time::Timestamp;
use crate::error::Result;

/// Statistics of one plugin. Times are seconds, memory is bytes. What came from the cache is counted by `cached` and
/// `last_run` alone: everything else is about executions of the plugin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginStatistics {
    /// The plugin's id.
    pub plugin: String,
    /// How often it ran.
    pub total_executions: u64,
    /// The share of its executions that gave a result, from 0 to 1.
    pub success_rate: Option<f64>,
    /// The mean time an execution took.
    pub avg_execution_time: Option<f64>,
    /// The longest time.
    pub max_execution_time: Option<f64>,
    /// Half of the executions took no longer. Percentiles are exact: the nearest rank, a time that was measured.
    pub p50_execution_time: Option<f64>,
    /// 95 in 100 executions took no longer.
    pub p95_execution_time: Option<f64>,
    /// 99 in 100 executions took no longer.
    pub p99_execution_time: Option<f64>,
    /// The mean processor time, of the executions where it is known.
    pub avg_cpu_time: Option<f64>,
    /// The mean of the most memory held, of the executions where it is known.
    pub avg_memory_usage: Option<f64>,
    /// The most memory held.
    pub max_memory_usage: Option<u64>,
    /// Rows of all executions, both sides.
    pub total_rows: u64,
    /// Bytes of all executions, both sides.
    pub total_bytes: u64,
    /// How many results came from the cache.
    pub cached: u64,
    /// When the last run started, be it from the cache.
    pub last_run: Timestamp,
    /// How often each kind of error ended an execution.
    pub errors: BTreeMap<String, u64>,
}

impl State {
    /// Statistics of one plugin or of all that have runs, by id.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn statistics(&self, plugin: Option<&str>) -> Result<Vec<PluginStatistics>> {
        self.inner.passing.read(|transaction| {
            let mut all = totals(transaction, plugin)?;
            for statistics in &mut all {
                let [p50, p95, p99] = percentiles(transaction, statistics)?;
                (statistics.p50_execution_time, statistics.p95_execution_time) = (p50, p95);
                statistics.p99_execution_time = p99;
                statistics.errors = errors(transaction, &statistics.plugin)?;
            }
            Ok(all)
        })
    }
}

fn totals(transaction: &Transaction<'_>, plugin: Option<&str>) -> Result<Vec<PluginStatistics>, Failure> {
    // `total` sums as floating point, which can't overflow as `sum` does.
    let mut statement = transaction.prepare_cached(
        "SELECT plugin, count(*) FILTER (WHERE NOT cached), avg(success) FILTER (WHERE NOT cached), \
         avg(wall_ms) FILTER (WHERE NOT cached), max(wall_ms) FILTER (WHERE NOT cached), \
         avg(cpu_ms) FILTER (WHERE NOT cached), avg(peak_memory_bytes) FILTER (WHERE NOT cached), \
         max(peak_memory_bytes) FILTER (WHERE NOT cached), total(rows) FILTER (WHERE NOT cached), \
         total(bytes) FILTER (WHERE NOT cached), count(*) FILTER (WHERE cached), max(started) \
         FROM runs WHERE plugin = coalesce(?1, plugin) GROUP BY plugin ORDER BY plugin",
    )?;
    let rows = statement.query_map([plugin], |row| {
        Ok(PluginStatistics {
            plugin: row.get(0)?,
            total_executions: count(row, 1)?,
            success_rate: row.get(2)?,
            avg_execution_time: seconds(row.get(3)?),
            max_execution_time: seconds(row.get(4)?),
            p50_execution_time: None,
            p95_execution_time: None,
            p99_execution_time: None,
            avg_cpu_time: seconds(row.get(5)?),
            avg_memory_usage: row.get(6)?,
            max_memory_usage: count_if_any(row, 7)?,
            total_rows: row.get::<_, f64>(8)? as u64,
            total_bytes: row.get::<_, f64>(9)? as u64,
            cached: count(row, 10)?,
            last_run: Timestamp(row.get(11)?),
            errors: BTreeMap::new(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// By nearest rank: of `n` times in rising order, the percentile `p` is number `ceil(n * p / 100)`.
fn percentiles(transaction: &Transaction<'_>, statistics: &PluginStatistics) -> Result<[Option<f64>; 3], Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT wall_ms FROM runs WHERE plugin = ?1 AND cached = 0 ORDER BY wall_ms LIMIT 1 OFFSET ?2",
    )?;
    let mut found = [None; 3];
    if statistics.total_executions > 0 {
        for (percentile, place) in [50, 95, 99].into_iter().zip(&mut found) {
            let rank = statistics.total_executions.saturating_mul(percentile).div_ceil(100);
            let offset = stored(rank.saturating_sub(1));
            *place = seconds(statement.query_row((&statistics.plugin, offset), |row| row.get(0))?);
        }
    }
    Ok(found)
}

fn errors(transaction: &Transaction<'_>, plugin: &str) -> Result<BTreeMap<String, u64>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT coalesce(error_kind, 'unknown'), count(*) FROM runs \
         WHERE plugin = ?1 AND cached = 0 AND NOT success GROUP BY 1",
    )?;
    let rows = statement.query_map([plugin], |row| Ok((row.get(0)?, count(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn seconds(milliseconds: Option<f64>) -> Option<f64> {
    milliseconds.map(|milliseconds| milliseconds / 1000.0)
}
