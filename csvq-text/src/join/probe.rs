//! Joining a partition: a table of the left records, probed by the right ones.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Context;
use super::located::Located;
use super::partition::{Loaded, Placed, Written};
use super::scan::Scanned;
use crate::difference::{Difference, Log, Place};
use crate::error::Result;
use crate::evaluate::Evaluator;
use crate::key::Key;
use crate::memory;
use crate::plan::By;
use crate::stop;
use crate::threads::on_threads;

const NONE: u32 = u32::MAX;

/// What one thread found, and what it works with.
pub(super) struct Probe<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) scanned: &'a [Scanned<Written>; 2],
    pub(super) evaluator: Evaluator<'a>,
    pub(super) unchanged: u64,
    pub(super) changed: u64,
    pub(super) log: Log,
    pub(super) located: Located,
    pub(super) keys: [Key; 2],
    pub(super) by_content: bool,
    slots: Vec<u32>,
    /// For each left record the right one with its hash.
    partners: Vec<u32>,
    alone: Vec<u32>,
    repeated: HashSet<u64>,
}

/// Joins all partitions.
pub(super) fn all<'a>(context: &'a Context<'a>, scanned: &'a [Scanned<Written>; 2]) -> Result<Vec<Probe<'a>>> {
    let next = AtomicUsize::new(0);
    on_threads(context.plan.threads.min(context.shape.count), || {
        let mut probe = Probe::new(context, scanned);
        let mut sides: [Loaded<'_>; 2] = Default::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= context.shape.count {
                return Ok(probe);
            }
            stop::check(context.control)?;
            for (loaded, scanned) in sides.iter_mut().zip(scanned) {
                loaded.take(&scanned.parts, index)?;
            }
            probe.join(&sides[0], &sides[1])?;
            context.control.advance(sides.iter().map(Loaded::bytes).sum());
        }
    })
}

impl<'a> Probe<'a> {
    fn new(context: &'a Context<'a>, scanned: &'a [Scanned<Written>; 2]) -> Self {
        let plan = context.plan;
        Self {
            context,
            scanned,
            evaluator: Evaluator::new(plan, context.tables[0], context.tables[1]),
            unchanged: 0,
            changed: 0,
            log: Log::new(memory::log(plan.memory) / plan.threads as u64, plan.spill_dir.clone()),
            located: Located::new(plan.locate_duplicates),
            keys: Default::default(),
            by_content: matches!(plan.by, By::Content),
            slots: Vec::new(),
            partners: Vec::new(),
            alone: Vec::new(),
            repeated: HashSet::new(),
        }
    }

    fn join(&mut self, left: &Loaded<'_>, right: &Loaded<'_>) -> Result<()> {
        self.match_hashes(left, right);
        if !self.repeated.is_empty() {
            self.join_groups(left, right)?;
        }
        for index in 0..left.entries.len() {
            let placed = &left.entries[index];
            if self.is_repeated(placed) {
                continue;
            }
            match self.partners[index] {
                NONE => self.removed(placed)?,
                partner => self.confirm(left, placed, right, &right.entries[partner as usize])?,
            }
        }
        for at in 0..self.alone.len() {
            let placed = &right.entries[self.alone[at] as usize];
            if !self.is_repeated(placed) {
                self.added(placed)?;
            }
        }
        Ok(())
    }

    fn is_repeated(&self, placed: &Placed) -> bool {
        !self.repeated.is_empty() && self.repeated.contains(&placed.entry.hash)
    }

    /// Finds for each left record the right one with its hash; hashes that occur twice on a side go to `repeated`.
    fn match_hashes(&mut self, left: &Loaded<'_>, right: &Loaded<'_>) {
        self.repeated.clear();
        self.alone.clear();
        self.partners.clear();
        self.partners.resize(left.entries.len(), NONE);
        let size = (left.entries.len() * 2).next_power_of_two().max(2);
        let mask = size - 1;
        self.slots.clear();
        self.slots.resize(size, NONE);
        for (index, placed) in left.entries.iter().enumerate() {
            let hash = placed.entry.hash;
            let mut slot = hash as usize & mask;
            loop {
                match self.slots[slot] {
                    NONE => {
                        self.slots[slot] = index as u32;
                        break;
                    }
                    other if left.entries[other as usize].entry.hash == hash => {
                        self.repeated.insert(hash);
                        break;
                    }
                    _ => slot = (slot + 1) & mask,
                }
            }
        }
        for (index, placed) in right.entries.iter().enumerate() {
            let hash = placed.entry.hash;
            let mut slot = hash as usize & mask;
            loop {
                match self.slots[slot] {
                    NONE => {
                        self.alone.push(index as u32);
                        break;
                    }
                    other if left.entries[other as usize].entry.hash == hash => {
                        let partner = &mut self.partners[other as usize];
                        if *partner == NONE {
                            *partner = index as u32;
                        } else {
                            self.repeated.insert(hash);
                        }
                        break;
                    }
                    _ => slot = (slot + 1) & mask,
                }
            }
        }
        let mut alone: Vec<u64> = self.alone.iter().map(|index| right.entries[*index as usize].entry.hash).collect();
        alone.sort_unstable();
        self.repeated.extend(alone.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
    }

    /// Pairs two records with the same hash, if they have the same key.
    fn confirm(
        &mut self,
        left: &Loaded<'_>,
        left_placed: &Placed,
        right: &Loaded<'_>,
        right_placed: &Placed,
    ) -> Result<()> {
        let (left_text, right_text) = (left.text(left_placed), right.text(right_placed));
        if self.context.same_layout && left_text == right_text {
            self.unchanged += 1;
            return Ok(());
        }
        let [left_key, right_key] = &mut self.keys;
        self.context.readers[0].read(left_text, left_key);
        self.context.readers[1].read(right_text, right_key);
        if left_key != right_key {
            self.removed(left_placed)?;
            return self.added(right_placed);
        }
        self.pair(left, left_placed, right, right_placed)
    }

    /// Compares two records with the same key.
    pub(super) fn pair(
        &mut self,
        left: &Loaded<'_>,
        left_placed: &Placed,
        right: &Loaded<'_>,
        right_placed: &Placed,
    ) -> Result<()> {
        if !self.by_content && self.evaluator.tally(left.text(left_placed), right.text(right_placed)) {
            self.changed += 1;
            let places = [self.place(0, left_placed), self.place(1, right_placed)];
            return self.log.push(Difference::changed(places[0], places[1]));
        }
        self.unchanged += 1;
        Ok(())
    }

    pub(super) fn removed(&mut self, placed: &Placed) -> Result<()> {
        self.log.push(Difference::removed(self.place(0, placed)))
    }

    pub(super) fn added(&mut self, placed: &Placed) -> Result<()> {
        self.log.push(Difference::added(self.place(1, placed)))
    }

    pub(super) fn place(&self, side: usize, placed: &Placed) -> Place {
        let entry = &placed.entry;
        Place { row: self.scanned[side].rows.number(entry.offset, entry.ordinal), offset: entry.offset, len: entry.len }
    }

    /// The records of a partition whose hash occurs twice on a side, in file order.
    pub(super) fn repeated_of(&self, loaded: &Loaded<'_>) -> Vec<Placed> {
        let mut repeated: Vec<_> = loaded.entries.iter().filter(|placed| self.is_repeated(placed)).copied().collect();
        repeated.sort_unstable_by_key(|placed| placed.entry.offset);
        repeated
    }
}
