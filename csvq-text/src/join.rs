//! The join: for inputs whose rows stand in different orders or layouts, or whose keys occur more than once.
//!
//! Where one input fits memory and keys are unique, it stays there as it is, indexed, and the other one is held against
//! it: [`resident`]. Otherwise both inputs are scanned in parallel, [`scan`], and their records copied into partitions
//! by the hash of their key, [`partition`], so that a partition of both sides fits the processor's cache; beyond the
//! memory budget partitions go to unlinked temporary files. Then the partitions are joined in parallel, [`probe`]. A
//! hash is a filter and never a verdict: equal hashes are confirmed on the bytes. Keys that occur more than once are
//! paired as [`groups`] says.

mod budget;
mod groups;
mod located;
mod partition;
mod partitioner;
mod probe;
mod resident;
mod scan;
mod slab;

use std::collections::HashSet;

use crate::control::{Control, Phase};
use crate::difference::Log;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::ColumnTally;
use crate::key::{Key, KeyReader, Seed};
use crate::lockstep::Tally;
use crate::memory;
use crate::outcome::DuplicateKey;
use crate::plan::{By, Column, Duplicates, Plan};
use crate::record_check::RecordCheck;
use crate::scan::walk::Head;
use crate::segment::Scanner;
use crate::table::Table;
use budget::Budget;
use located::Located;
use partition::{Shape, Written};
use partitioner::Partitioner;
use probe::Probe;
use scan::{Rows, Scanned};

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

impl<'a> Context<'a> {
    /// The hash of a record's key: of `text[start..end]`.
    #[inline(always)]
    fn hash(&self, side: usize, head: Option<Head>, text: &[u8], start: usize, end: usize, key: &mut Key) -> u64 {
        let reader = &self.readers[side];
        match head.and_then(|head| reader.read_short(text, start, end, head)) {
            Some(short) => short.hash(&self.seed),
            None => {
                reader.read(&text[start..end], key);
                key.hash(&self.seed)
            }
        }
    }

    /// Scans a side, checking its records.
    fn scanner(&self, side: usize) -> Scanner<'a> {
        let table = self.tables[side];
        Scanner::new(table, self.plan.level, RecordCheck::new(table, self.plan.ragged))
    }

    /// The tally of nothing but the records that were read.
    fn empty_tally(&self, rows: [&Rows; 2]) -> Tally {
        Tally {
            rows: rows.map(|rows| rows.total),
            unchanged: 0,
            changed: 0,
            columns: vec![ColumnTally::default(); self.plan.columns.len()],
            log: Log::new(memory::log(self.plan.memory), self.plan.spill_dir.clone()),
            stopped_early: false,
        }
    }
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
    let readers =
        |columns: &[Column]| [KeyReader::new(columns, 0, left.dialect()), KeyReader::new(columns, 1, right.dialect())];
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
        budget: Budget::new(memory::records(plan.memory)),
        shape: Shape::for_inputs(bytes, plan),
        same_layout: plan.same_layout(left, right),
    };
    if context.only.is_none()
        && let Some(joined) = resident::join(&context)?
    {
        return Ok(joined);
    }
    control.begin(Phase::Partitioning, bytes);
    let scanned = [partition(&context, 0)?, partition(&context, 1)?];
    tracing::debug!(partitions = context.shape.count, spilled = context.budget.spilled(), "partitioned");
    control.begin(Phase::Joining, bytes);
    merge(&context, &scanned, probe::all(&context, &scanned)?)
}

fn partition(context: &Context<'_>, side: usize) -> Result<Scanned<Written>> {
    let scanned = scan::side(context, side, true, &|| Partitioner::new(context, side))?;
    scanned.ok_or_else(|| Error::new(ErrorKind::Internal, "a scan that may be done again was not; please report this"))
}

fn merge(context: &Context<'_>, scanned: &[Scanned<Written>; 2], probes: Vec<Probe<'_>>) -> Result<Joined> {
    let plan = context.plan;
    let rows = [&scanned[0].rows, &scanned[1].rows];
    let mut tally = context.empty_tally(rows);
    let mut located = Located::new(plan.locate_duplicates);
    for probe in probes {
        tally.changed += probe.changed;
        tally.unchanged += probe.unchanged;
        for (total, part) in tally.columns.iter_mut().zip(&probe.evaluator.tallies) {
            total.add(part);
        }
        tally.log.append(probe.log, [0; 2])?;
        located.append(probe.located);
    }
    if plan.duplicates == Duplicates::Error && matches!(plan.by, By::Key(_)) {
        located.refuse(context)?;
    }
    // Rows outside the filter are equal.
    if context.only.is_some() {
        tally.unchanged += rows[0].total - rows[0].kept;
    }
    let duplicate_keys = located.counts();
    Ok(Joined { tally, duplicate_keys, duplicates: located.read(context)? })
}
