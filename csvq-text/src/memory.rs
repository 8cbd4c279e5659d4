//! The shares of the memory budget. Whoever has one divides it among its threads and stretches. The walk and the join take
//! turns, so that what one has is free for the other.

/// What text of one input may take that is no plain file: read or decoded whole before it is compared.
pub(crate) fn spool(budget: u64) -> u64 {
    budget / 8
}

/// What the places of rows that differ may take, over all threads.
pub(crate) fn log(budget: u64) -> u64 {
    budget / 8
}

/// What the places of rows may take that the walk sets aside, over both sides and all threads.
pub(crate) fn asides(budget: u64) -> u64 {
    budget / 4
}

/// What the join may take for records: a side that stays in memory, or the filled chunks of partitions.
pub(crate) fn records(budget: u64) -> u64 {
    budget / 8 * 5
}

/// What the chunks may take that partitions are filling, over both sides and all threads.
pub(crate) fn open_chunks(budget: u64) -> u64 {
    budget / 4
}

/// The most that a thread takes at once for chunks.
pub(crate) fn slab(budget: u64) -> u64 {
    budget / 16
}
