//! The hash join: rows of both sides are put into partitions by the hash of their key, so that a partition's table stays
//! in the processor's cache, and each partition is joined by itself. Equal hashes are confirmed on the keys, but for those
//! that no two keys share.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use csvq_text::threads;

use super::super::keys::{Keys, Seed};
use super::super::pairs::{Aligned, LEFT_OUT, NONE};
use super::{Duplicates, Found, Group, Rules};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::spec::DuplicatePolicy;

/// About so many rows of both sides come into a partition.
const PARTITION_ROWS: usize = 1 << 14;
const MOST_PARTITIONS: usize = 1 << 12;
/// Rows between two looks at whether to go on.
const CHECKED: usize = 1 << 16;

/// A row of a partition.
#[derive(Clone, Copy)]
struct Entry {
    hash: u64,
    row: u32,
}

/// What one thread put into the partitions, of one side.
type Parts = Vec<Vec<Entry>>;

/// Joins both sides.
pub(super) fn join<K: Keys>(left: &K, right: &K, rules: Rules, control: &Control) -> Result<Found> {
    let count = ((left.len() + right.len()) / PARTITION_ROWS).next_power_of_two().clamp(1, MOST_PARTITIONS);
    let seed = Seed::new();
    let sides = [partition(left, count, &seed, rules, control)?, partition(right, count, &seed, rules, control)?];
    let partners: Vec<AtomicU32> = (0..left.len()).map(|_| AtomicU32::new(NONE)).collect();
    let taken: Vec<AtomicU64> = (0..right.len().div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
    let exact = left.hashes_are_exact() && right.hashes_are_exact();
    let places = Places { partners, taken };
    let indexes: Vec<usize> = (0..count).collect();
    let joined = threads::for_each(
        rules.threads,
        &indexes,
        |index| {
            csvq_text::check(control)?;
            let mut table = Table::new(sides.iter().flatten().map(|parts| parts[*index].len()).sum(), exact);
            for parts in &sides[1] {
                parts[*index].iter().for_each(|entry| table.insert(1, *entry, left, right));
            }
            for parts in &sides[0] {
                parts[*index].iter().for_each(|entry| table.insert(0, *entry, left, right));
            }
            Ok::<_, Error>(table.settle(&places, rules.duplicates))
        },
        |_| false,
    )?;
    let mut groups = joined.into_iter().collect::<Result<Vec<_>>>()?.concat();
    // By the first row of a key, on the left where it is there.
    groups.sort_unstable_by_key(|group| {
        [group.rows[0].first().copied().unwrap_or(NONE), group.rows[1].first().copied().unwrap_or(NONE)]
    });
    let added: Vec<u32> = (0..right.len() as u32).filter(|row| !places.is_taken(*row)).collect();
    let right_of_left: Vec<u32> = places.partners.into_iter().map(AtomicU32::into_inner).collect();
    Ok(if groups.is_empty() {
        Found::Unique(Aligned::of(right_of_left, added, rules.threads)?)
    } else {
        Found::Duplicates(Duplicates { right_of_left, added, groups })
    })
}

/// Counts the different keys of one side; a null is one, too.
pub(super) fn distinct<K: Keys>(keys: &K, rules: Rules, control: &Control) -> Result<u64> {
    let count = (keys.len() / PARTITION_ROWS).next_power_of_two().clamp(1, MOST_PARTITIONS);
    let parts = partition(keys, count, &Seed::new(), rules, control)?;
    let indexes: Vec<usize> = (0..count).collect();
    let counted = threads::for_each(
        rules.threads,
        &indexes,
        |index| {
            csvq_text::check(control)?;
            let rows = parts.iter().map(|parts| parts[*index].len()).sum();
            let mut table = Table::new(rows, keys.hashes_are_exact());
            let entries = parts.iter().flat_map(|parts| &parts[*index]);
            entries.for_each(|entry| table.insert(0, *entry, keys, keys));
            Ok::<_, Error>(table.keys.len() as u64)
        },
        |_| false,
    )?;
    counted.into_iter().sum()
}

/// Puts all rows of a side into partitions, a part of the rows on each thread; the parts are in the order of rows.
fn partition<K: Keys>(keys: &K, count: usize, seed: &Seed, rules: Rules, control: &Control) -> Result<Vec<Parts>> {
    let share = keys.len().div_ceil(rules.threads).max(1);
    let starts: Vec<usize> = (0..keys.len()).step_by(share).collect();
    let parts = threads::for_each(
        rules.threads,
        &starts,
        |start| {
            let end = (start + share).min(keys.len());
            let expected = (end - start) / count;
            let mut parts: Parts = (0..count).map(|_| Vec::with_capacity(expected + expected / 4)).collect();
            for row in *start..end {
                if row % CHECKED == 0 {
                    csvq_text::check(control)?;
                }
                let hash = keys.hash(row, seed);
                parts[hash as usize & (count - 1)].push(Entry { hash, row: row as u32 });
            }
            Ok::<_, Error>(parts)
        },
        |_| false,
    )?;
    parts.into_iter().collect()
}

/// Where the partitions say which rows belong together; each row is in one partition alone.
struct Places {
    partners: Vec<AtomicU32>,
    taken: Vec<AtomicU64>,
}

impl Places {
    fn pair(&self, left: u32, right: u32) {
        self.partners[left as usize].store(right, Ordering::Relaxed);
        self.take(right);
    }

    fn take(&self, right: u32) {
        self.taken[right as usize / 64].fetch_or(1 << (right % 64), Ordering::Relaxed);
    }

    fn is_taken(&self, right: u32) -> bool {
        self.taken[right as usize / 64].load(Ordering::Relaxed) >> (right % 64) & 1 == 1
    }
}

/// The rows of one key.
#[derive(Clone, Copy)]
struct Slot {
    hash: u64,
    /// The first row on each side.
    first: [u32; 2],
    /// Whether there are more, on either side.
    repeated: bool,
}

/// A partition's table.
struct Table {
    /// Whether equal hashes are equal keys.
    exact: bool,
    /// One more than the place in `keys`; zero where there is nothing.
    slots: Vec<u32>,
    keys: Vec<Slot>,
    /// Further rows with a key, in order: the key's place, the side, the row.
    more: Vec<(u32, u8, u32)>,
}

impl Table {
    fn new(rows: usize, exact: bool) -> Self {
        Self { exact, slots: vec![0; (rows * 2).next_power_of_two()], keys: Vec::with_capacity(rows), more: Vec::new() }
    }

    #[inline(always)]
    fn insert<K: Keys>(&mut self, side: usize, entry: Entry, left: &K, right: &K) {
        let mask = self.slots.len() - 1;
        // The lower half chose the partition.
        let mut at = (entry.hash >> 32) as usize & mask;
        let row = entry.row as usize;
        loop {
            let Some(place) = (self.slots[at] as usize).checked_sub(1) else {
                let mut first = [NONE; 2];
                first[side] = entry.row;
                self.keys.push(Slot { hash: entry.hash, first, repeated: false });
                self.slots[at] = self.keys.len() as u32;
                return;
            };
            let slot = self.keys[place];
            let known = slot.first.map(|row| row as usize);
            let same = slot.hash == entry.hash
                && (self.exact
                    || match (side, slot.first[1] != NONE) {
                        (0, true) => left.equals(row, right, known[1]),
                        (0, false) => left.equals(row, left, known[0]),
                        (_, true) => right.equals(row, right, known[1]),
                        (_, false) => left.equals(known[0], right, row),
                    });
            if !same {
                at = (at + 1) & mask;
            } else if slot.first[side] == NONE {
                self.keys[place].first[side] = entry.row;
                return;
            } else {
                self.keys[place].repeated = true;
                self.more.push((place as u32, side as u8, entry.row));
                return;
            }
        }
    }

    /// Pairs the rows whose keys are unique; the others come back, if they are to be paired.
    fn settle(mut self, places: &Places, duplicates: DuplicatePolicy) -> Vec<Group> {
        for slot in &self.keys {
            let [left, right] = slot.first;
            let alone = !slot.repeated || duplicates == DuplicatePolicy::First;
            if alone && left != NONE && right != NONE {
                places.pair(left, right);
            }
        }
        if duplicates == DuplicatePolicy::First {
            for (_, side, row) in &self.more {
                match side {
                    0 => places.partners[*row as usize].store(LEFT_OUT, Ordering::Relaxed),
                    _ => places.take(*row),
                }
            }
        }
        // In the order of keys, then sides, then rows, of which the last is what it is already.
        self.more.sort_by_key(|(place, side, _)| (*place, *side));
        self.more.chunk_by(|one, next| one.0 == next.0).map(|more| self.group(more)).collect()
    }

    fn group(&self, more: &[(u32, u8, u32)]) -> Group {
        let slot = &self.keys[more[0].0 as usize];
        let mut rows = slot.first.map(|row| if row == NONE { Vec::new() } else { vec![row] });
        for (_, side, row) in more {
            rows[usize::from(*side)].push(*row);
        }
        Group { rows }
    }
}
