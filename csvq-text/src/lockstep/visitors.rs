//! What is noted of each record that both sides share.

use super::part::Sorted;
use super::unique::HashBag;
use crate::key::{Key, KeyReader, Seed};
use crate::scan::walk::{Head, Visit};

/// Notes nothing.
pub(super) struct Passing;

impl Visit for Passing {
    #[inline(always)]
    fn record(&mut self, _: &[u8], _: usize, _: usize, _: Head) -> bool {
        true
    }
}

/// Checks that keys rise strictly.
pub(super) struct OrderVisitor<'a> {
    pub(super) reader: &'a KeyReader,
    pub(super) sorted: &'a mut Sorted,
    /// Room for a key.
    pub(super) key: &'a mut Key,
}

impl OrderVisitor<'_> {
    #[inline(never)]
    fn read_long(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        self.reader.read(&text[start..end], self.key);
        self.sorted.take_both(self.key)
    }
}

impl Visit for OrderVisitor<'_> {
    #[inline(always)]
    fn record(&mut self, text: &[u8], start: usize, end: usize, head: Head) -> bool {
        match self.sorted.take_short(self.reader.read_short(text, start, end, head)) {
            Some(rises) => rises,
            None => self.read_long(text, start, end),
        }
    }
}

/// Collects the hashes of keys.
pub(super) struct HashVisitor<'a> {
    reader: &'a KeyReader,
    seed: &'a Seed,
    hashes: &'a mut HashBag,
    key: &'a mut Key,
}

impl<'a> HashVisitor<'a> {
    pub(super) fn new(reader: &'a KeyReader, seed: &'a Seed, hashes: &'a mut HashBag, key: &'a mut Key) -> Self {
        Self { reader, seed, hashes, key }
    }
}

impl Visit for HashVisitor<'_> {
    #[inline(always)]
    fn record(&mut self, text: &[u8], start: usize, end: usize, head: Head) -> bool {
        if let Some(key) = self.reader.read_short(text, start, end, head) {
            self.hashes.push(key.hash(self.seed));
            return true;
        }
        self.reader.read(&text[start..end], self.key);
        self.hashes.push(self.key.hash(self.seed));
        true
    }
}
