//! What is noted of each record that both sides share.

use super::part::Sorted;
use super::unique::HashBag;
use crate::key::{Key, KeyReader, Seed, ShortKey};
use crate::scan::lanes::Lanes;
use crate::scan::walk::Visit;

/// Notes nothing.
pub(super) struct Passing;

impl Visit for Passing {
    #[inline(always)]
    fn record<L: Lanes>(&mut self, _: L, _: &[u8], _: usize, _: usize) -> bool {
        true
    }
}

/// Checks that keys rise strictly.
pub(super) struct OrderVisitor<'a> {
    reader: &'a KeyReader,
    sorted: &'a mut Sorted,
    next: &'a mut Key,
    spare: &'a mut Key,
    /// Whether both sides have passed a record, so that they have the same last key.
    passed_any: bool,
    /// The last key, where it is short; the one of `sorted` may then be older.
    short: Option<ShortKey>,
}

impl<'a> OrderVisitor<'a> {
    pub(super) fn new(reader: &'a KeyReader, sorted: &'a mut Sorted, [next, spare]: &'a mut [Key; 2]) -> Self {
        Self { reader, sorted, next, spare, passed_any: false, short: None }
    }

    /// Both sides have now passed the same last key.
    pub(super) fn finish(mut self) {
        self.settle();
        if self.passed_any {
            let [left, right] = &mut self.sorted.last;
            right.clone_from(left);
        }
    }

    /// Brings the last key of the left up to date.
    fn settle(&mut self) {
        if let Some(short) = self.short.take() {
            self.sorted.last[0].set(short);
        }
    }

    /// Notes a key that is not short, or that follows none that is.
    #[inline(never)]
    fn read_long(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        self.settle();
        self.reader.read(&text[start..end], self.next);
        if !self.passed_any {
            self.spare.clone_from(self.next);
            if !self.sorted.take(1, self.spare) {
                return false;
            }
            self.passed_any = true;
        }
        let rises = self.sorted.take(0, self.next);
        self.short = self.sorted.last[0].short();
        rises
    }
}

impl Visit for OrderVisitor<'_> {
    #[inline(always)]
    fn record<L: Lanes>(&mut self, lanes: L, text: &[u8], start: usize, end: usize) -> bool {
        if let Some(previous) = self.short
            && let Some(next) = self.reader.read_short(lanes, text, start, end)
        {
            self.short = Some(next);
            return self.sorted.order.rises_short(previous, next);
        }
        self.read_long(text, start, end)
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
    fn record<L: Lanes>(&mut self, lanes: L, text: &[u8], start: usize, end: usize) -> bool {
        if let Some(key) = self.reader.read_short(lanes, text, start, end) {
            self.hashes.push(key.hash(self.seed));
            return true;
        }
        self.reader.read(&text[start..end], self.key);
        self.hashes.push(self.key.hash(self.seed));
        true
    }
}
