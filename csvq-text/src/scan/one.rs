//! One record looked at closely: with quotes, or with a difference from another record, or at the end of the text.

use super::lanes::{Kernel, Lanes, STEP};
use super::step::{Carry, below_first, load, marks};
use super::walk::{Halt, Head, Shape};

/// The record at `start`, in two texts of the same length where they are to be compared.
pub(super) struct One<'a> {
    pub(super) text: &'a [u8],
    pub(super) other: &'a [u8],
    pub(super) start: usize,
    pub(super) shape: Shape,
    pub(super) compare: bool,
}

/// A record that was found.
pub(super) struct Found {
    /// Where its line ends.
    pub(super) newline: usize,
    pub(super) head: Head,
    /// Whether all its bytes are ASCII and none is NUL; false perhaps for some after it.
    pub(super) ascii_text: bool,
}

impl Kernel for One<'_> {
    /// The record, or why it can't be passed.
    type Output = Result<Found, Halt>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<Found, Halt> {
        let Self { text, other, start, shape, compare } = self;
        let mut carry = Carry::default();
        let mut ascii_text = true;
        let mut head = Head::default();
        let mut counted = 0;
        for at in (start..text.len()).step_by(STEP) {
            let (vector, mut valid) = load(lanes, text, at);
            let mut halt = None;
            let differ = if compare { lanes.differ(vector, load(lanes, other, at).0) & valid } else { 0 };
            if differ != 0 {
                valid &= below_first(differ);
                halt = Some(Halt::Difference);
            }
            ascii_text &= lanes.is_ascii_text(vector);
            let marks = marks(lanes, vector, shape, &mut carry);
            if marks.stray & valid != 0 {
                valid &= below_first(marks.stray);
                halt = Some(Halt::Irregular);
            }
            let newlines = marks.newlines & valid;
            let delimiters = marks.delimiters & valid & below_first(newlines);
            if at == start {
                head = Head { delimiters, quotes: marks.quotes };
            }
            counted += delimiters.count_ones() as usize;
            if newlines != 0 {
                if counted + 1 != shape.fields {
                    return Err(Halt::Irregular);
                }
                return Ok(Found { newline: at + newlines.trailing_zeros() as usize, head, ascii_text });
            }
            if let Some(halt) = halt {
                return Err(halt);
            }
        }
        Err(Halt::Data)
    }
}
