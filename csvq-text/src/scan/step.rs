//! One step of sixty-four bytes: where the fields and the line of one record end in it, quotes and what came before taken
//! into account.

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
    /// Bit 0: the next byte starts a field.
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

/// The step at a place, and the bits of those bytes that are text: after the last ones, there are spaces.
#[inline(always)]
pub(super) fn load<L: Lanes>(lanes: L, text: &[u8], at: usize) -> (L::Vector, u64) {
    let rest = &text[at..];
    match rest.first_chunk() {
        Some(block) => (lanes.load(block), u64::MAX),
        None => {
            let mut block: Block = [b' '; STEP];
            block[..rest.len()].copy_from_slice(rest);
            (lanes.load(&block), (1 << rest.len()) - 1)
        }
    }
}

/// The marks of a step, as far as the line end of the record in which it begins.
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
        let may_open = (delimiters | closing) << 1 | carry.field_start | carry.closed;
        stray = quotes & inside & !may_open;
    }
    carry.field_start = delimiters >> 63;
    carry.closed = closing >> 63;
    Marks { delimiters, newlines, quotes, stray }
}
