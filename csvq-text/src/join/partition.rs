//! Records by the hash of their key, in chunks: in memory within the budget, else in an unlinked temporary file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use parking_lot::Mutex;

use super::budget::Budget;
use super::slab::{SLAB, Slab};
use crate::error::{Error, Result};
use crate::memory;
use crate::plan::Plan;

/// Bytes of both sides that a partition should have: its records and its table then stay in the processor's cache.
const PARTITION_BYTES: u64 = 384 << 10;
const MOST_PARTITIONS: u64 = 4096;
/// Bytes of a chunk: long enough that writing one to a file is worth it, and that the list of them stays short.
const LEAST_CHUNK: u64 = 4 << 10;
const MOST_CHUNK: u64 = 16 << 10;
const HEADER: usize = 24;

/// How many partitions there are, and how long their chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) count: usize,
    chunk: usize,
    slab: usize,
}

impl Shape {
    pub(super) fn for_inputs(bytes: u64, plan: &Plan) -> Self {
        // Every thread fills a chunk of every partition of both sides.
        let chunks = memory::open_chunks(plan.memory) / (2 * plan.threads as u64);
        let wanted = (bytes / PARTITION_BYTES).clamp(1, MOST_PARTITIONS).next_power_of_two();
        let count = wanted.min((chunks / LEAST_CHUNK).max(1));
        let chunk = (chunks / count).clamp(LEAST_CHUNK, MOST_CHUNK);
        let slab = memory::slab(plan.memory).clamp(chunk, SLAB as u64);
        Self { count: count as usize, chunk: chunk as usize, slab: slab as usize }
    }

    /// The partition of a hash, by its highest bits: the tables of the partitions use the lowest.
    #[inline(always)]
    fn of(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.count as u128) >> 64) as usize
    }
}

/// A record in a partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) hash: u64,
    /// Its first byte in the input.
    pub(super) offset: u64,
    /// Its place among the records of its segment, from 0.
    pub(super) ordinal: u32,
    pub(super) len: u32,
}

/// One thread's records of one side.
pub(super) struct Writer<'a> {
    shape: Shape,
    budget: &'a Budget,
    folder: &'a Path,
    slabs: Vec<Slab>,
    /// The slab that chunks are cut from, beyond all slabs while there is none, and how much of it is in use.
    filling: usize,
    used: usize,
    parts: Vec<Part>,
    /// The file, and where it ends.
    spill: Option<(File, u64)>,
}

/// A partition's chunk that is being filled, and those that are full.
#[derive(Default)]
struct Part {
    current: Span,
    capacity: usize,
    full: Vec<Chunk>,
}

/// A stretch of a slab.
#[derive(Clone, Copy, Default)]
struct Span {
    slab: usize,
    start: usize,
    len: usize,
}

#[derive(Clone, Copy)]
enum Chunk {
    Memory(Span),
    File { offset: u64, len: usize },
}

/// One thread's records of one side, written.
pub(super) struct Written {
    slabs: Vec<Slab>,
    parts: Vec<Part>,
    spill: Option<Mutex<File>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(shape: Shape, budget: &'a Budget, folder: &'a Path) -> Self {
        let parts = (0..shape.count).map(|_| Part::default()).collect();
        Self { shape, budget, folder, slabs: Vec::new(), filling: usize::MAX, used: 0, parts, spill: None }
    }

    /// Adds a record.
    #[inline(always)]
    pub(super) fn push(&mut self, entry: Entry, text: &[u8]) -> Result<()> {
        let index = self.shape.of(entry.hash);
        let needed = HEADER + text.len();
        if needed > self.shape.chunk {
            return self.push_long(index, entry, text);
        }
        let part = &self.parts[index];
        if part.capacity - part.current.len < needed {
            self.make_room(index)?;
        }
        let current = &mut self.parts[index].current;
        let start = current.start + current.len;
        current.len += needed;
        let room = &mut self.slabs[current.slab].bytes_mut()[start..start + needed];
        let (header, room) = room.split_at_mut(HEADER);
        header.copy_from_slice(&entry.header());
        room.copy_from_slice(text);
        Ok(())
    }

    /// Makes room for a chunk in memory, or empties the partition's current one into the file.
    #[cold]
    fn make_room(&mut self, index: usize) -> Result<()> {
        let size = self.shape.chunk;
        let part = &self.parts[index];
        let is_first = part.capacity == 0;
        let has_room = self.slabs.get(self.filling).is_some_and(|slab| slab.len() - self.used >= size);
        // The first chunk of each partition is counted by the shape.
        if !is_first && !has_room && !self.budget.take(self.shape.slab) {
            let chunk = part.current;
            self.parts[index].current.len = 0;
            let text = &self.slabs[chunk.slab].bytes()[chunk.start..chunk.start + chunk.len];
            return spill(&mut self.spill, text, self.folder, self.budget)
                .map(|chunk| self.parts[index].full.push(chunk));
        }
        if !has_room {
            self.filling = self.slabs.len();
            self.slabs.push(Slab::new(self.shape.slab));
            self.used = 0;
        }
        let part = &mut self.parts[index];
        if !is_first {
            part.full.push(Chunk::Memory(part.current));
        }
        part.current = Span { slab: self.filling, start: self.used, len: 0 };
        part.capacity = size;
        self.used += size;
        Ok(())
    }

    /// Adds a record that is longer than a chunk, as a chunk of its own.
    #[cold]
    fn push_long(&mut self, index: usize, entry: Entry, text: &[u8]) -> Result<()> {
        let len = HEADER + text.len();
        let chunk = if self.budget.take(len) {
            let mut slab = Slab::new(len);
            slab.bytes_mut()[..HEADER].copy_from_slice(&entry.header());
            slab.bytes_mut()[HEADER..].copy_from_slice(text);
            self.slabs.push(slab);
            Chunk::Memory(Span { slab: self.slabs.len() - 1, start: 0, len })
        } else {
            spill(&mut self.spill, &[&entry.header()[..], text].concat(), self.folder, self.budget)?
        };
        self.parts[index].full.push(chunk);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Written {
        for part in &mut self.parts {
            part.full.push(Chunk::Memory(part.current));
        }
        Written { slabs: self.slabs, parts: self.parts, spill: self.spill.map(|(file, _)| Mutex::new(file)) }
    }
}

/// Writes a chunk to the thread's file, which is made where there is none yet.
fn spill(file: &mut Option<(File, u64)>, text: &[u8], folder: &Path, budget: &Budget) -> Result<Chunk> {
    let cannot_write = |error: std::io::Error| Error::temporary_file(folder, &error);
    let (file, end) = match file {
        Some(file) => file,
        none => none.insert((tempfile::tempfile_in(folder).map_err(cannot_write)?, 0)),
    };
    file.write_all(text).map_err(cannot_write)?;
    let chunk = Chunk::File { offset: *end, len: text.len() };
    *end += text.len() as u64;
    budget.note_spilled(text.len());
    Ok(chunk)
}

impl Entry {
    #[inline(always)]
    fn header(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&self.hash.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.offset.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.ordinal.to_le_bytes());
        bytes[20..].copy_from_slice(&self.len.to_le_bytes());
        bytes
    }

    #[inline(always)]
    fn from_header(bytes: &[u8; HEADER]) -> Self {
        let long = |at: usize| bytes[at..].first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
        let short = |at: usize| bytes[at..].first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
        Self { hash: long(0), offset: long(8), ordinal: short(16), len: short(20) }
    }
}

/// A partition of one side in memory.
#[derive(Default)]
pub(super) struct Loaded<'a> {
    chunks: Vec<Cow<'a, [u8]>>,
    pub(super) entries: Vec<Placed>,
}

/// An entry, and where its text lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) entry: Entry,
    chunk: u32,
    at: u32,
}

impl<'a> Loaded<'a> {
    /// Takes what the threads wrote of a partition, in place of what it held.
    pub(super) fn take(&mut self, written: &'a [Written], index: usize) -> Result<()> {
        self.chunks.clear();
        self.entries.clear();
        for written in written {
            for chunk in &written.parts[index].full {
                let bytes = match *chunk {
                    Chunk::Memory(span) if span.len == 0 => continue,
                    Chunk::Memory(span) => {
                        Cow::Borrowed(&written.slabs[span.slab].bytes()[span.start..span.start + span.len])
                    }
                    Chunk::File { offset, len } => Cow::Owned(written.read(offset, len)?),
                };
                self.add(bytes);
            }
        }
        Ok(())
    }

    fn add(&mut self, bytes: Cow<'a, [u8]>) {
        let mut at = 0;
        while let Some(header) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let entry = Entry::from_header(header);
            at += HEADER;
            self.entries.push(Placed { entry, chunk: self.chunks.len() as u32, at: at as u32 });
            at += entry.len as usize;
        }
        self.chunks.push(bytes);
    }

    /// A record's text.
    #[inline(always)]
    pub(super) fn text(&self, placed: &Placed) -> &[u8] {
        let at = placed.at as usize;
        &self.chunks[placed.chunk as usize][at..at + placed.entry.len as usize]
    }

    /// How many bytes of text and headers there are.
    pub(super) fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.len() as u64).sum()
    }
}

impl Written {
    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        if let Some(file) = &self.spill {
            let mut file = file.lock();
            file.seek(SeekFrom::Start(offset))
                .and_then(|_| file.read_exact(&mut bytes))
                .map_err(|error| Error::io("cannot read a temporary file", &error))?;
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: u64 = if cfg!(miri) { 100 } else { 1000 };

    /// Records longer than a chunk keep out of the way of those that share one, in memory and in the file.
    #[test]
    fn gives_back_long_and_short_records() {
        for budget in [0, 1 << 30] {
            let plan = Plan { memory: 1 << 20, threads: 1, ..Plan::default() };
            let shape = Shape::for_inputs(1 << 21, &plan);
            let budget = Budget::new(budget);
            let folder = std::env::temp_dir();
            let mut writer = Writer::new(shape, &budget, &folder);
            let text = |row: u64| vec![b'a' + (row % 26) as u8; if row.is_multiple_of(50) { 40_000 } else { 100 }];
            for row in 0..RECORDS {
                let text = text(row);
                let hash = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let entry = Entry { hash, offset: row, ordinal: row as u32, len: text.len() as u32 };
                writer.push(entry, &text).expect("the temporary folder is writable");
            }
            let written = [writer.finish()];
            let mut loaded = Loaded::default();
            let mut seen = 0;
            for index in 0..shape.count {
                loaded.take(&written, index).expect("what was written can be read");
                for placed in &loaded.entries {
                    assert!(loaded.text(placed) == text(placed.entry.offset), "record {}", placed.entry.offset);
                    seen += 1;
                }
            }
            assert_eq!(seen, RECORDS);
        }
    }
}
