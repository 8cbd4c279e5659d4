//! One step of sixty-four bytes: where fields and records end in it, quotes and what came before taken into account.

use super::lanes::{Block, Lanes, STEP};
use super::walk::Shape;

/// The masks of one step, and what the next step must know of it.
pub(super) struct Marks {
    pub(super) delimiters: u64,
    pub(super) newlines: u64,
    pub(super) quotes: u64,
    /// Quotes that open where none may.
    pub(super) stray: u64,
}

/// What a step hands to the next.
pub(super) struct Carry {
    /// All ones inside a quoted field.
    inside: u64,
    /// Bit 0: the last byte ended a field.
    field_start: u64,
    /// Bit 0: the last byte closed a quoted field.
    closed: u64,
}

impl Default for Carry {
    /// At the start of a record.
    fn default() -> Self {
        Self { inside: 0, field_start: 1, closed: 0 }
    }
}

/// The bits below the lowest one that is set; all where none is.
#[inline(always)]
pub(super) fn below_first(bits: u64) -> u64 {
    !bits & bits.wrapping_sub(1)
}

/// The last bytes of a text as a whole step, spaces after them.
#[inline(always)]
pub(super) fn padded(rest: &[u8]) -> Block {
    let mut block = [b' '; STEP];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// The bits of the first `count` bytes, fewer than a step.
#[inline(always)]
pub(super) fn valid(count: usize) -> u64 {
    (1 << count) - 1
}

#[inline(always)]
pub(super) fn marks<L: Lanes>(lanes: L, vector: L::Vector, shape: Shape, carry: &mut Carry) -> Marks {
    let mut delimiters = lanes.equal(vector, shape.delimiter);
    let mut newlines = lanes.equal(vector, b'\n');
    let Some(quote) = shape.quote else {
        return Marks { delimiters, newlines, quotes: 0, stray: 0 };
    };
    let quotes = lanes.equal(vector, quote);
    let mut stray = 0;
    let mut closing = 0;
    if quotes | carry.inside != 0 {
        let inside = lanes.prefix_xor(quotes) ^ carry.inside;
        carry.inside = (inside.cast_signed() >> 63).cast_unsigned();
        delimiters &= !inside;
        newlines &= !inside;
        closing = quotes & !inside;
        let may_open = (delimiters | newlines) << 1 | carry.field_start | closing << 1 | carry.closed;
        stray = quotes & inside & !may_open;
    }
    carry.field_start = (delimiters | newlines) >> 63;
    carry.closed = closing >> 63;
    Marks { delimiters, newlines, quotes, stray }
}
