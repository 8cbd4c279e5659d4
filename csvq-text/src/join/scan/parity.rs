//! Where the first record of a segment starts, by the parity of the quotes before it.
//!
//! Every thread counts its segment's quotes first, which costs next to nothing, tells the others, and scans it then.

use std::sync::atomic::{AtomicU8, Ordering};

use super::{BEYOND, Cut};
use crate::error::Result;
use crate::join::Context;
use crate::scan::lanes::{Kernel, Lanes, STEP};
use crate::segment::Scanner;
use crate::stop;

/// Parity of a segment's quotes: not known yet, even or odd.
const UNKNOWN: u8 = 0;
const EVEN: u8 = 2;
const ODD: u8 = 3;

/// The parity of the quotes in each segment of a side, as far as the threads have told it.
pub(super) struct Parities<'a> {
    context: &'a Context<'a>,
    side: usize,
    cut: Cut,
    told: Vec<AtomicU8>,
    /// The parity of all quotes before each segment, as far as a thread has added them up.
    before: Vec<AtomicU8>,
}

impl<'a> Parities<'a> {
    pub(super) fn new(context: &'a Context<'a>, side: usize, cut: Cut) -> Self {
        let unknown = || (0..cut.count).map(|_| AtomicU8::new(UNKNOWN)).collect();
        Self { context, side, cut, told: unknown(), before: unknown() }
    }

    /// Loads a segment, tells the parity of its quotes, and says where its first record starts.
    pub(super) fn load(&self, scanner: &mut Scanner<'_>, index: usize) -> Result<u64> {
        let cut = self.cut;
        // The byte before the segment says whether a record starts with the segment.
        let before = u64::from(index > 0);
        let first = cut.first(index) - before;
        let loaded = scanner.load(first, cut.limit(index) + BEYOND);
        if loaded.is_err() {
            // The others must not wait for what will never be known.
            self.told[index].store(EVEN, Ordering::Release);
        }
        loaded?;
        let own = (cut.limit(index) - u64::from(index + 1 < cut.count) - first) as usize;
        let text = &scanner.text()[..own.min(scanner.text().len())];
        let quote = self.context.tables[self.side].dialect().quote;
        let parity = quote.map_or(0, |quote| self.context.plan.level.run(Count { text, byte: quote }) % 2) as u8;
        self.told[index].store(EVEN + parity, Ordering::Release);
        if index == 0 {
            return Ok(cut.start);
        }
        let inside = self.is_inside(index)?;
        Ok(first_record(scanner.text(), quote, inside).map_or(cut.limit(index), |at| first + at as u64))
    }

    /// Whether the byte before a segment is inside quotes: the parity of the segments before it, from the last one on
    /// for which a thread has added up all.
    fn is_inside(&self, index: usize) -> Result<bool> {
        let known = |index: &usize| self.before[*index].load(Ordering::Relaxed) != UNKNOWN;
        let from = (1..=index).rev().find(known).unwrap_or(0);
        let mut inside = from > 0 && self.before[from].load(Ordering::Relaxed) == ODD;
        for at in from..index {
            inside ^= self.wait_for(&self.told[at])? == ODD;
            self.before[at + 1].store(if inside { ODD } else { EVEN }, Ordering::Relaxed);
        }
        Ok(inside)
    }

    /// The parity that another thread is about to tell.
    fn wait_for(&self, parity: &AtomicU8) -> Result<u8> {
        let mut spins = 0_u32;
        loop {
            match parity.load(Ordering::Acquire) {
                UNKNOWN => {
                    spins += 1;
                    if spins > 64 {
                        // The thread that has it may wait for a disk.
                        std::thread::yield_now();
                        stop::check(self.context.control)?;
                    }
                    std::hint::spin_loop();
                }
                known => return Ok(known),
            }
        }
    }
}

/// Where the first record starts after a line end outside quotes.
pub(in crate::join) fn first_record(text: &[u8], quote: Option<u8>, mut inside: bool) -> Option<usize> {
    let quote = quote.unwrap_or(b'\n');
    for at in memchr::memchr2_iter(quote, b'\n', text) {
        if text[at] == b'\n' {
            if !inside {
                return Some(at + 1);
            }
        } else {
            inside = !inside;
        }
    }
    None
}

/// Counts a byte.
pub(in crate::join) struct Count<'a> {
    pub(in crate::join) text: &'a [u8],
    pub(in crate::join) byte: u8,
}

impl Kernel for Count<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let (blocks, rest) = self.text.as_chunks::<STEP>();
        let counted: u64 =
            blocks.iter().map(|block| u64::from(lanes.equal(lanes.load(block), self.byte).count_ones())).sum();
        counted + rest.iter().filter(|byte| **byte == self.byte).count() as u64
    }
}
