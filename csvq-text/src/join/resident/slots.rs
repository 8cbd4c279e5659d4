//! A table of records by the hash of their key, filled and probed by many threads at once.
//!
//! A slot is one word: where the record starts, some bits of the hash, and whether the record has found its partner. It
//! says where to look and never that keys are equal.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::join::slab;

const OFFSET_BITS: u32 = 40;
const OFFSET: u64 = (1 << OFFSET_BITS) - 1;
const MATCHED: u64 = 1 << 63;
const TAG: u64 = !(OFFSET | MATCHED);

/// How many records ahead slots are asked for.
pub(super) const FETCH_SLOTS: usize = 24;

/// The longest text whose records have a place in a slot.
pub(super) const LONGEST: u64 = OFFSET - 1;

/// Slots, a good deal more than records.
pub(super) struct SlotTable {
    slots: Vec<AtomicU64>,
}

/// A slot that may hold the record of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The slot's place.
    pub(super) slot: usize,
    /// Where the record starts.
    pub(super) offset: u64,
}

impl SlotTable {
    /// A table for about so many records.
    pub(super) fn new(records: u64) -> Self {
        let size = (records + records / 2 + 64) as usize;
        Self { slots: atomic(slab::zeros(size)) }
    }

    /// How many records fit before searches grow long.
    pub(super) fn capacity(&self) -> u64 {
        self.slots.len() as u64 / 10 * 8
    }

    /// How many bytes a table for so many records takes.
    pub(super) fn bytes_for(records: u64) -> u64 {
        (records + records / 2 + 64) * 8
    }

    #[inline(always)]
    fn home(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.slots.len() as u128) >> 64) as usize
    }

    /// The bits of a hash that are kept: low ones, since high ones say where the slot is.
    #[inline(always)]
    fn tag(hash: u64) -> u64 {
        (hash << OFFSET_BITS) & TAG
    }

    /// Brings a hash's first slot nearer to the processor.
    #[inline(always)]
    pub(super) fn prefetch(&self, hash: u64) {
        prefetch(&self.slots, self.home(hash));
    }

    /// Puts a record in. The answer is a record whose hash has the same tag, which may be of the same key: nothing is
    /// put in then.
    #[inline(always)]
    pub(super) fn insert(&self, hash: u64, offset: u64) -> Option<Candidate> {
        let mut slot = self.home(hash);
        let tag = Self::tag(hash);
        loop {
            let found =
                match self.slots[slot].compare_exchange(0, tag | (offset + 1), Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => return None,
                    Err(found) => found,
                };
            if found & TAG == tag {
                return Some(Candidate { slot, offset: (found & OFFSET) - 1 });
            }
            slot = self.after(slot);
        }
    }

    /// Puts a record in behind a candidate that proved to be of another key.
    pub(super) fn insert_after(&self, slot: usize, hash: u64, offset: u64) -> Option<Candidate> {
        let tag = Self::tag(hash);
        let mut slot = self.after(slot);
        loop {
            let empty = self.slots[slot].compare_exchange(0, tag | (offset + 1), Ordering::Relaxed, Ordering::Relaxed);
            match empty {
                Ok(_) => return None,
                Err(found) if found & TAG == tag => return Some(Candidate { slot, offset: (found & OFFSET) - 1 }),
                Err(_) => slot = self.after(slot),
            }
        }
    }

    /// The first record that a hash may mean.
    #[inline(always)]
    pub(super) fn find(&self, hash: u64) -> Option<Candidate> {
        self.find_from(self.home(hash), hash)
    }

    /// The next record that a hash may mean.
    pub(super) fn find_after(&self, slot: usize, hash: u64) -> Option<Candidate> {
        self.find_from(self.after(slot), hash)
    }

    #[inline(always)]
    fn find_from(&self, mut slot: usize, hash: u64) -> Option<Candidate> {
        let tag = Self::tag(hash);
        loop {
            match self.slots[slot].load(Ordering::Relaxed) {
                0 => return None,
                found if found & TAG == tag => return Some(Candidate { slot, offset: (found & OFFSET) - 1 }),
                _ => slot = self.after(slot),
            }
        }
    }

    /// Notes that a record has found its partner. False where it had one already.
    #[inline(always)]
    pub(super) fn mark(&self, candidate: Candidate) -> bool {
        self.slots[candidate.slot].fetch_or(MATCHED, Ordering::Relaxed) & MATCHED == 0
    }

    /// Where the records start that have found no partner, in no order.
    pub(super) fn unmatched(&self) -> impl Iterator<Item = u64> {
        let slots = self.slots.iter().map(|slot| slot.load(Ordering::Relaxed));
        slots.filter(|slot| *slot != 0 && slot & MATCHED == 0).map(|slot| (slot & OFFSET) - 1)
    }

    #[inline(always)]
    fn after(&self, slot: usize) -> usize {
        if slot + 1 == self.slots.len() { 0 } else { slot + 1 }
    }
}

/// The same memory as atomic words, without touching it.
fn atomic(words: Vec<u64>) -> Vec<AtomicU64> {
    const { assert!(align_of::<u64>() == align_of::<AtomicU64>()) };
    let mut words = ManuallyDrop::new(words);
    let (start, len, capacity) = (words.as_mut_ptr(), words.len(), words.capacity());
    // SAFETY: an `AtomicU64` is a `u64` in memory, of the same alignment as was just checked, and nobody else frees
    // these.
    unsafe { Vec::from_raw_parts(start.cast(), len, capacity) }
}

/// Brings an element nearer to the processor, where there is an instruction for it.
#[inline(always)]
pub(super) fn prefetch<T>(items: &[T], index: usize) {
    let Some(item) = items.get(index) else { return };
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is there on every x86-64, and the address is that of a reference.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(item).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = item;
}
