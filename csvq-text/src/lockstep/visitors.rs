//! What is noted of each record that both sides share.

use super::unique::HashBag;
use crate::key::{Key, KeyReader, Order, Seed, ShortKey};
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
    order: &'a mut Order,
    previous: &'a mut [Key; 2],
    started: &'a mut [bool; 2],
    next: &'a mut Key,
    passed_any: bool,
    /// The last key, where it is short; `previous` may then be an older one.
    short: Option<ShortKey>,
}

impl<'a> OrderVisitor<'a> {
    pub(super) fn new(
        reader: &'a KeyReader,
        order: &'a mut Order,
        previous: &'a mut [Key; 2],
        started: &'a mut [bool; 2],
        next: &'a mut Key,
    ) -> Self {
        Self { reader, order, previous, started, next, passed_any: false, short: None }
    }

    /// Both sides have now passed the same last key.
    pub(super) fn finish(mut self) {
        self.settle();
        if self.passed_any {
            let [left, right] = self.previous;
            right.clone_from(left);
        }
    }

    /// Brings `previous` up to the last key.
    fn settle(&mut self) {
        if let Some(short) = self.short.take() {
            self.previous[0].set(short);
        }
    }
}

impl Visit for OrderVisitor<'_> {
    #[inline(always)]
    fn record<L: Lanes>(&mut self, lanes: L, text: &[u8], start: usize, end: usize) -> bool {
        if let Some(next) = self.reader.read_short(lanes, text, start, end)
            && let Some(previous) = self.short.filter(|_| self.passed_any)
        {
            self.short = Some(next);
            return self.order.rises_short(previous, next);
        }
        self.read_long(text, start, end)
    }
}

impl OrderVisitor<'_> {
    /// Notes a key that is not short, or that follows none that is.
    #[inline(never)]
    fn read_long(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        self.settle();
        self.reader.read(&text[start..end], self.next);
        if self.started[0] && !self.order.rises(&self.previous[0], self.next) {
            return false;
        }
        if !self.passed_any {
            if self.started[1] && !self.order.rises(&self.previous[1], self.next) {
                return false;
            }
            *self.started = [true; 2];
            self.passed_any = true;
        }
        std::mem::swap(&mut self.previous[0], self.next);
        self.short = self.previous[0].short();
        true
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
