//! The log itself: in memory while it is small, then in sorted runs in an unlinked temporary file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use parking_lot::Mutex;

use super::{Difference, Kind, Place};
use crate::error::{Error, Result};

const ENTRY: usize = 40;
/// Entries read at a time from a run.
const BATCH: usize = 1024;

/// Rows that differ, collected in any order.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Entries,
    runs: Vec<Run>,
    file: Option<File>,
    end: u64,
    capacity: usize,
    folder: PathBuf,
}

/// Entries in memory, those of each kind by themselves: so they mostly come in order.
#[derive(Debug, Default)]
struct Entries([Vec<Difference>; 3]);

impl Entries {
    fn push(&mut self, difference: Difference) {
        self.0[difference.kind() as usize].push(difference);
    }

    fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    fn sort(&mut self) {
        for kind in &mut self.0 {
            kind.sort_unstable_by_key(Difference::rank);
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Difference> {
        self.0.iter().flatten()
    }
}

#[derive(Clone, Copy, Debug)]
struct Run {
    start: u64,
    count: u64,
}

impl Log {
    /// A log that keeps up to `memory` bytes, and more in a file in `folder`.
    pub(crate) fn new(memory: u64, folder: PathBuf) -> Self {
        let capacity = usize::try_from(memory / size_of::<Difference>() as u64).unwrap_or(usize::MAX).max(1024);
        Self { entries: Entries::default(), runs: Vec::new(), file: None, end: 0, capacity, folder }
    }

    pub(crate) fn push(&mut self, difference: Difference) -> Result<()> {
        if self.entries.len() >= self.capacity {
            self.flush().map_err(|error| Error::temporary_file(&self.folder, &error))?;
        }
        self.entries.push(difference);
        Ok(())
    }

    /// Takes another log's entries, whose rows on each side come after so many others.
    pub(crate) fn append(&mut self, other: Self, rows: [u64; 2]) -> Result<()> {
        let mut shift = |entry: &Difference| {
            self.push(Difference { left: entry.left.after(rows[0]), right: entry.right.after(rows[1]) })
        };
        if other.runs.is_empty() {
            return other.entries.iter().try_for_each(shift);
        }
        other.sorted().visit(|entry| shift(entry).map(|()| true))
    }

    pub(crate) fn len(&self) -> u64 {
        self.entries.len() as u64 + self.runs.iter().map(|run| run.count).sum::<u64>()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.entries.sort();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.folder)?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        let mut writer = io::BufWriter::with_capacity(1 << 16, &mut *file);
        for entry in self.entries.iter() {
            writer.write_all(&encode(entry))?;
        }
        writer.flush()?;
        drop(writer);
        self.runs.push(Run { start: self.end, count: self.entries.len() as u64 });
        self.end += (self.entries.len() * ENTRY) as u64;
        // The memory goes too: the next entries may be of another kind.
        self.entries = Entries::default();
        Ok(())
    }

    /// Ends the collecting: from now on the entries can be visited in order.
    pub(crate) fn sorted(mut self) -> SortedLog {
        self.entries.sort();
        SortedLog { entries: self.entries, runs: self.runs, file: self.file.map(Mutex::new) }
    }
}

/// Rows that differ, in the report's order.
#[derive(Debug)]
pub(crate) struct SortedLog {
    entries: Entries,
    runs: Vec<Run>,
    file: Option<Mutex<File>>,
}

impl SortedLog {
    pub(crate) fn len(&self) -> u64 {
        self.entries.len() as u64 + self.runs.iter().map(|run| run.count).sum::<u64>()
    }

    /// Visits the entries in order until `visit` answers false.
    pub(crate) fn visit(&self, mut visit: impl FnMut(&Difference) -> Result<bool>) -> Result<()> {
        let Some(file) = &self.file else {
            for entry in self.entries.iter() {
                if !visit(entry)? {
                    break;
                }
            }
            return Ok(());
        };
        let mut sources: Vec<_> = self.runs.iter().map(|run| Source { run: *run, batch: Vec::new(), at: 0 }).collect();
        let mut heap = BinaryHeap::new();
        let mut memory = self.entries.iter();
        for (index, source) in sources.iter_mut().enumerate() {
            heap.extend(source.next(file)?.map(|entry| Head { entry, source: index }).map(Reverse));
        }
        let last = sources.len();
        heap.extend(memory.next().map(|entry| Reverse(Head { entry: *entry, source: last })));
        while let Some(Reverse(Head { entry, source })) = heap.pop() {
            if !visit(&entry)? {
                break;
            }
            let next = match sources.get_mut(source) {
                Some(run) => run.next(file)?,
                None => memory.next().copied(),
            };
            heap.extend(next.map(|entry| Reverse(Head { entry, source })));
        }
        Ok(())
    }
}

/// The next entry of a run.
struct Head {
    entry: Difference,
    source: usize,
}

impl Head {
    fn rank(&self) -> (Kind, u64, usize) {
        let (kind, row) = self.entry.rank();
        (kind, row, self.source)
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// What is left of a run, and what was read of it.
struct Source {
    run: Run,
    batch: Vec<u8>,
    at: usize,
}

impl Source {
    fn next(&mut self, file: &Mutex<File>) -> Result<Option<Difference>> {
        if self.at == self.batch.len() {
            let count = self.run.count.min(BATCH as u64);
            if count == 0 {
                return Ok(None);
            }
            self.batch.resize(count as usize * ENTRY, 0);
            self.at = 0;
            let mut file = file.lock();
            file.seek(SeekFrom::Start(self.run.start))
                .and_then(|_| file.read_exact(&mut self.batch))
                .map_err(|error| Error::io("cannot read a temporary file", &error))?;
            self.run.start += self.batch.len() as u64;
            self.run.count -= count;
        }
        let entry = self.batch[self.at..].first_chunk().map(decode);
        self.at += ENTRY;
        Ok(entry)
    }
}

fn encode(entry: &Difference) -> [u8; ENTRY] {
    let mut bytes = [0; ENTRY];
    for (place, half) in [&entry.left, &entry.right].into_iter().zip(bytes.chunks_exact_mut(ENTRY / 2)) {
        half[..8].copy_from_slice(&place.row.to_le_bytes());
        half[8..16].copy_from_slice(&place.offset.to_le_bytes());
        half[16..].copy_from_slice(&place.len.to_le_bytes());
    }
    bytes
}

fn decode(bytes: &[u8; ENTRY]) -> Difference {
    let long = |at: usize| bytes[at..].first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
    let short = |at: usize| bytes[at..].first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
    let place = |at: usize| Place { row: long(at), offset: long(at + 8), len: short(at + 16) };
    Difference { left: place(0), right: place(ENTRY / 2) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_on_disk_give_the_same_order(count in 0_u64..if cfg!(miri) { 60 } else { 6000 }, step in 1_u64..97) {
            let place = |row: u64| Place { row, offset: row * 7, len: row as u32 };
            let entries: Vec<_> = (0..count).map(|i| {
                let row = i * step % 6007 + 1;
                match i % 3 {
                    0 => Difference::changed(place(row), place(row + 1)),
                    1 => Difference::removed(place(row)),
                    _ => Difference::added(place(row)),
                }
            }).collect();
            let order = |memory: u64| {
                let mut log = Log::new(memory, std::env::temp_dir());
                for entry in &entries {
                    log.push(*entry).expect("the temporary folder is writable");
                }
                assert_eq!(log.len(), count);
                let mut seen = Vec::new();
                log.sorted().visit(|entry| { seen.push(*entry); Ok(true) }).expect("readable");
                seen
            };
            let expected = order(u64::MAX);
            prop_assert!(expected.is_sorted_by_key(Difference::rank));
            prop_assert_eq!(order(0), expected);
        }
    }
}
