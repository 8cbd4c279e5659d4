//! The join: for inputs whose rows stand in different orders or layouts, or whose keys occur more than once.
//!
//! Both inputs are scanned in parallel, [`scan`], and their records copied into partitions by the hash of their key,
//! [`partition`], so that a partition of both sides fits the processor's cache; beyond the memory budget partitions go to unlinked
//! temporary files. Then the partitions are joined in parallel, [`probe`]. A hash is a filter and never a verdict: equal hashes are
//! confirmed on the bytes. Keys that occur more than once are paired as [`groups`] says.

mod budget;
mod groups;
mod partition;
mod probe;
mod scan;
mod slab;

use std::collections::HashSet;

use crate::control::{Control, Phase};
use crate::difference::Log;
use crate::error::Result;
use crate::evaluate::ColumnTally;
use crate::key::{KeyReader, Seed};
use crate::lockstep::Tally;
use crate::outcome::DuplicateKey;
use crate::plan::{By, Column, Duplicates, Plan};
use crate::table::Table;
use budget::Budget;
use groups::Located;
use partition::Shape;
use probe::Probe;
use scan::Scanned;

/// What the join found.
pub(crate) struct Joined {
    pub(crate) tally: Tally,
    /// Distinct keys that occur more than once, on each side.
    pub(crate) duplicate_keys: [u64; 2],
    /// The first of them.
    pub(crate) duplicates: [Vec<DuplicateKey>; 2],
}

/// What the threads of a join share.
struct Context<'a> {
    tables: [&'a Table; 2],
    readers: [KeyReader; 2],
    /// Reads all compared columns, by which records with the same key are found identical.
    contents: [KeyReader; 2],
    seed: Seed,
    /// Join only records whose key has one of these hashes.
    only: Option<HashSet<u64>>,
    plan: &'a Plan,
    control: &'a Control,
    budget: Budget,
    shape: Shape,
    same_layout: bool,
}

/// Joins two tables; `only` limits the join to the rows whose content has one of these hashes, all others being equal.
pub(crate) fn join(
    left: &Table,
    right: &Table,
    plan: &Plan,
    only: Option<(Seed, Vec<u64>)>,
    control: &Control,
) -> Result<Joined> {
    let key = match &plan.by {
        By::Key(columns) => columns,
        By::Content | By::Position => &plan.columns,
    };
    let readers = |columns: &[Column]| {
        [
            KeyReader::new(columns, |column| column.left, left.dialect()),
            KeyReader::new(columns, |column| column.right, right.dialect()),
        ]
    };
    let bytes = left.input().len() + right.input().len();
    let (seed, only) = only.map_or_else(Default::default, |(seed, hashes)| (seed, Some(hashes.into_iter().collect())));
    let context = Context {
        tables: [left, right],
        readers: readers(key),
        contents: readers(&plan.columns),
        seed,
        only,
        plan,
        control,
        budget: Budget::new(plan.memory / 8 * 5),
        shape: Shape::for_inputs(bytes, plan),
        same_layout: plan.same_layout(left, right),
    };
    control.begin(Phase::Partitioning, bytes);
    let scanned = [scan::side(&context, 0)?, scan::side(&context, 1)?];
    tracing::debug!(partitions = context.shape.count, spilled = context.budget.spilled(), "partitioned");
    control.begin(Phase::Joining, bytes);
    merge(&context, &scanned, probe::all(&context, &scanned)?)
}

fn merge(context: &Context<'_>, scanned: &[Scanned; 2], probes: Vec<Probe<'_>>) -> Result<Joined> {
    let plan = context.plan;
    let mut tally = Tally {
        rows: [scanned[0].rows, scanned[1].rows],
        unchanged: 0,
        changed: 0,
        columns: vec![ColumnTally::default(); plan.columns.len()],
        log: Log::new(plan.memory / 8, plan.spill_dir.clone()),
        stopped_early: false,
    };
    let mut located = Located::new(plan.locate_duplicates);
    let mut paired_in_probes = 0;
    for probe in probes {
        tally.changed += probe.changed;
        paired_in_probes += probe.unchanged;
        for (total, part) in tally.columns.iter_mut().zip(&probe.evaluator.tallies) {
            total.add(part);
        }
        tally.log.append(probe.log, [0; 2])?;
        located.append(probe.located);
    }
    if plan.duplicates == Duplicates::Error && matches!(plan.by, By::Key(_)) {
        located.refuse(context)?;
    }
    // Rows outside the filter are equal: all of the left but those that were joined without finding a partner.
    tally.unchanged = match &context.only {
        None => paired_in_probes,
        Some(_) => scanned[0].rows - scanned[0].kept + paired_in_probes,
    };
    let duplicate_keys = located.counts();
    Ok(Joined { tally, duplicate_keys, duplicates: located.read(context)? })
}

/// Runs `work` on so many threads and gathers what they return; the first error in order of threads wins.
fn on_threads<T: Send>(threads: usize, work: impl Fn() -> Result<T> + Sync) -> Result<Vec<T>> {
    if threads <= 1 {
        return Ok(vec![work()?]);
    }
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        handles.into_iter().map(crate::threads::join).collect()
    })
}
