//! Counters of the cache: kept in memory for a while, since writing each to the state would take longer than a hit.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;
use crate::state::State;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Hits,
    Misses,
    HitBytes,
    Stored,
    Expired,
    Evicted,
    Dropped,
}

const COUNTS: [Count; 7] =
    [Count::Hits, Count::Misses, Count::HitBytes, Count::Stored, Count::Expired, Count::Evicted, Count::Dropped];

/// What the names of all counters in the state begin with.
const PREFIX: &str = "cache.";

/// So many events are kept in memory; a process that is killed loses at most these.
const KEPT: u64 = 64;

impl Count {
    fn name(self) -> &'static str {
        match self {
            Self::Hits => "cache.hits",
            Self::Misses => "cache.misses",
            Self::HitBytes => "cache.hit_bytes",
            Self::Stored => "cache.stored",
            Self::Expired => "cache.expired",
            Self::Evicted => "cache.evicted",
            Self::Dropped => "cache.dropped",
        }
    }
}

/// Counts into a state. What is in memory is written when it is dropped.
pub(super) struct Tally {
    state: State,
    events: AtomicU64,
    pending: [AtomicU64; COUNTS.len()],
}

/// Counters as they stand in the state.
pub(super) struct Counted(BTreeMap<String, u64>);

impl Counted {
    pub(super) fn of(&self, count: Count) -> u64 {
        self.0.get(count.name()).copied().unwrap_or(0)
    }
}

impl Tally {
    pub(super) fn new(state: State) -> Self {
        Self { state, events: AtomicU64::new(0), pending: Default::default() }
    }

    pub(super) fn add(&self, count: Count, by: u64) {
        if by == 0 {
            return;
        }
        if let Some(pending) = self.pending.get(count as usize) {
            pending.fetch_add(by, Ordering::Relaxed);
        }
        if self.events.fetch_add(1, Ordering::Relaxed) + 1 >= KEPT {
            self.write();
        }
    }

    /// Everything that was counted, by all processes as far as they have written it.
    pub(super) fn read(&self) -> Result<Counted> {
        self.write();
        Ok(Counted(self.state.counters(PREFIX)?))
    }

    /// Nothing fails because it can't be counted: what can't be written is tried again later.
    fn write(&self) {
        self.events.store(0, Ordering::Relaxed);
        for (count, pending) in COUNTS.into_iter().zip(&self.pending) {
            let by = pending.swap(0, Ordering::Relaxed);
            if by > 0
                && let Err(error) = self.state.bump(count.name(), by)
            {
                pending.fetch_add(by, Ordering::Relaxed);
                tracing::debug!(%error, "the result cache can't write its counters");
                return;
            }
        }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.write();
    }
}
