//! `csvq cache`: the results that are kept.

use std::path::Path;
use std::time::Duration;

use csvq_core::access::Caller;
use csvq_core::{Error, Result};
use indicatif::HumanBytes;

use super::{answer, home};
use crate::args::{CacheArgs, CacheCommand};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;
use crate::table;

/// Tells of the cache, or clears it.
///
/// # Errors
/// Whatever kept it from that.
pub(crate) fn run(
    args: &CacheArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let engine = home::open(flag, environment, messages)?;
    let caller = Caller::local();
    match &args.command {
        CacheCommand::Stats => {
            let stats = engine.cache_stats(&caller)?;
            answer::answer(args.answer.format, &stats, || {
                table::pairs(&[
                    ("results", stats.entries.to_string()),
                    ("size", HumanBytes(stats.bytes).to_string()),
                    ("hits", stats.hits.to_string()),
                    ("misses", stats.misses.to_string()),
                    ("read by hits", HumanBytes(stats.hit_bytes).to_string()),
                    ("dropped", stats.dropped.to_string()),
                ])
            })?;
        }
        CacheCommand::Clear { older_than } => {
            let age = older_than.map(|hours| {
                Duration::try_from_secs_f64(hours * 3600.0)
                    .map_err(|_| Error::spec("older_than", "it needs a number of hours, 0 or more"))
            });
            let cleared = engine.clear_cache(&caller, age.transpose()?)?;
            answer::answer(args.answer.format, &cleared, || {
                format!("Removed {} results, {}.\n", cleared.entries, HumanBytes(cleared.bytes))
            })?;
        }
    }
    Ok(Exit::Success)
}
