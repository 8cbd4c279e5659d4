//! `csvq stats`: what comparisons took.

use std::path::Path;

use csvq_core::Result;
use csvq_core::access::Caller;
use csvq_core::state::PluginStatistics;
use indicatif::HumanBytes;

use super::{answer, home};
use crate::args::StatsArgs;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;
use crate::table;

/// Tells what runs took, by plugin.
///
/// # Errors
/// Whatever kept it from that.
pub(crate) fn run(
    args: &StatsArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let engine = home::open(flag, environment, messages)?;
    let statistics = engine.statistics(&Caller::local(), args.plugin.as_deref())?;
    answer::answer(args.answer.format, &statistics, || {
        if statistics.is_empty() {
            return "No comparison has run yet.\n".to_owned();
        }
        let headings =
            ["plugin", "runs", "success", "average", "median", "95 %", "longest", "memory", "cached", "last run"];
        table::render(&headings, &statistics.iter().map(row).collect::<Vec<_>>())
    })?;
    Ok(Exit::Success)
}

fn row(of: &PluginStatistics) -> Vec<String> {
    let seconds = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3} s"));
    vec![
        of.plugin.clone(),
        of.total_executions.to_string(),
        of.success_rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.0} %", rate * 100.0)),
        seconds(of.avg_execution_time),
        seconds(of.p50_execution_time),
        seconds(of.p95_execution_time),
        seconds(of.max_execution_time),
        of.max_memory_usage.map_or_else(|| "-".to_owned(), |bytes| HumanBytes(bytes).to_string()),
        of.cached.to_string(),
        of.last_run.to_string(),
    ]
}
