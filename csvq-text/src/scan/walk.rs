//! The wide scanner: goes over many records at once, and over two buffers at once as long as they are equal.
//!
//! It understands records whose quotes open at the start of a field and that have the expected number of fields. It stops
//! before any other record, which is then the exact scanner's; it never reports an error itself.

use super::lanes::{Block, Kernel, Lanes, Level, STEP};

/// What is done with each record that the scanner passes.
pub(crate) trait Visit {
    /// Takes a record: `text[start..end]` is its text without line end. False ends the walk after it.
    fn record<L: Lanes>(&mut self, lanes: L, text: &[u8], start: usize, end: usize) -> bool;
}

/// Why a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The bytes ran out.
    Data,
    /// The two buffers differ within the next record.
    Difference,
    /// The next record is for the exact scanner.
    Irregular,
    /// The visitor asked to.
    Visitor,
}

/// How far a walk came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walked {
    /// Where the first record starts that was not passed.
    pub(crate) next: usize,
    /// How many records were passed.
    pub(crate) records: u64,
    /// Why it ended.
    pub(crate) halt: Halt,
    /// Whether the bytes may need a closer look: some, perhaps further on, are not ASCII.
    pub(crate) high: bool,
    /// As `high`: some are NUL.
    pub(crate) nul: bool,
}

/// What the scanner needs to know of the dialect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The byte between fields.
    pub(crate) delimiter: u8,
    /// The byte around fields.
    pub(crate) quote: Option<u8>,
    /// How many fields a record has.
    pub(crate) fields: usize,
}

/// Walks over the records that two buffers share. Both start at a record.
pub(crate) fn common<V: Visit>(level: Level, left: &[u8], right: &[u8], shape: Shape, visit: &mut V) -> Walked {
    let len = left.len().min(right.len());
    level.run(Walk::<V, true> { text: &left[..len], other: &right[..len], shape, visit })
}

/// Walks over the records of one buffer, which starts at a record.
pub(crate) fn single<V: Visit>(level: Level, text: &[u8], shape: Shape, visit: &mut V) -> Walked {
    level.run(Walk::<V, false> { text, other: text, shape, visit })
}

struct Walk<'a, V, const COMPARE: bool> {
    text: &'a [u8],
    other: &'a [u8],
    shape: Shape,
    visit: &'a mut V,
}

/// The masks of one step, and what the next step must know of it.
pub(super) struct Marks {
    pub(super) delimiters: u64,
    pub(super) newlines: u64,
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

impl<V: Visit, const COMPARE: bool> Kernel for Walk<'_, V, COMPARE> {
    type Output = Walked;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Walked {
        let Self { text, other, shape, visit } = self;
        let mut state = State {
            carry: Carry::default(),
            at: 0,
            start: 0,
            records: 0,
            delimiters: 0,
            seen: lanes.nothing_seen(),
            halt: Halt::Data,
        };
        let (blocks, rest) = text.as_chunks::<STEP>();
        let (other_blocks, other_rest) = other.as_chunks::<STEP>();
        for (block, other_block) in blocks.iter().zip(other_blocks) {
            state.step::<L, V, COMPARE>(lanes, text, (block, other_block), u64::MAX, shape, visit);
            if state.halt != Halt::Data {
                return state.walked(lanes);
            }
            state.at += STEP;
        }
        if !rest.is_empty() {
            let (block, other_block) = (padded(rest), padded(other_rest));
            state.step::<L, V, COMPARE>(lanes, text, (&block, &other_block), valid(rest.len()), shape, visit);
        }
        state.walked(lanes)
    }
}

/// What the walk knows between two steps.
struct State<S> {
    carry: Carry,
    /// Where the step is.
    at: usize,
    /// Where the record starts in which the step begins.
    start: usize,
    records: u64,
    /// Delimiters seen of that record.
    delimiters: u64,
    seen: S,
    halt: Halt,
}

impl<S: Copy> State<S> {
    /// Looks at sixty-four bytes, of which the `valid` ones are text.
    #[inline(always)]
    fn step<L: Lanes<Seen = S>, V: Visit, const COMPARE: bool>(
        &mut self,
        lanes: L,
        text: &[u8],
        (block, other): (&Block, &Block),
        mut valid: u64,
        shape: Shape,
        visit: &mut V,
    ) {
        let vector = lanes.load(block);
        if COMPARE {
            let differ = lanes.differ(vector, lanes.load(other)) & valid;
            if differ != 0 {
                valid &= below_first(differ);
                self.halt = Halt::Difference;
            }
        }
        self.seen = lanes.see(self.seen, vector);
        let marks = marks(lanes, vector, shape, &mut self.carry);
        if marks.stray & valid != 0 {
            valid &= below_first(marks.stray);
            self.halt = Halt::Irregular;
        }
        let mut delimiters = marks.delimiters & valid;
        let mut newlines = marks.newlines & valid;
        while newlines != 0 {
            let before = below_first(newlines);
            if self.delimiters + u64::from((delimiters & before).count_ones()) + 1 != shape.fields as u64 {
                self.halt = Halt::Irregular;
                return;
            }
            delimiters &= !before;
            self.delimiters = 0;
            let stop = self.at + newlines.trailing_zeros() as usize;
            let end = stop - usize::from(stop > self.start && text[stop - 1] == b'\r');
            self.records += 1;
            let go_on = visit.record(lanes, text, self.start, end);
            self.start = stop + 1;
            if !go_on {
                self.halt = Halt::Visitor;
                return;
            }
            newlines &= newlines - 1;
        }
        self.delimiters += u64::from(delimiters.count_ones());
    }

    #[inline(always)]
    fn walked<L: Lanes<Seen = S>>(&self, lanes: L) -> Walked {
        let (high, nul) = lanes.summary(self.seen);
        Walked { next: self.start, records: self.records, halt: self.halt, high, nul }
    }
}

/// The bits below the lowest one that is set.
#[inline(always)]
pub(super) fn below_first(bits: u64) -> u64 {
    (bits & bits.wrapping_neg()) - 1
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
        return Marks { delimiters, newlines, stray: 0 };
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
    Marks { delimiters, newlines, stray }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::scan::exact::{self, Found};
    use proptest::prelude::*;

    struct Collect(Vec<(usize, usize)>);

    impl Visit for Collect {
        fn record<L: Lanes>(&mut self, _: L, _: &[u8], start: usize, end: usize) -> bool {
            self.0.push((start, end));
            true
        }
    }

    /// Every record that the wide scanner passes is one that the exact scanner finds, and it stops only where it must.
    fn check(level: Level, text: &[u8], fields: usize) -> Result<(), TestCaseError> {
        let dialect = Dialect::default();
        let shape = Shape { delimiter: b',', quote: Some(b'"'), fields };
        let mut wide = Collect(Vec::new());
        let walked = single(level, text, shape, &mut wide);
        let mut at = 0;
        for (start, end) in &wide.0 {
            let Found::Record(record) = exact::record(text, at, &dialect, true) else {
                return Err(TestCaseError::fail("the exact scanner finds no record"));
            };
            prop_assert_eq!((record.start, record.end, record.fields), (*start, *end, fields));
            at = record.next;
        }
        prop_assert_eq!(at, walked.next);
        prop_assert_eq!(walked.records as usize, wide.0.len());
        let rest = &text[walked.next..];
        match walked.halt {
            Halt::Data => prop_assert!(!matches!(
                exact::record(rest, 0, &dialect, false),
                Found::Record(r) if r.fields == fields && !rest.contains(&b'"')
            )),
            Halt::Irregular => {
                let other_fields =
                    matches!(exact::record(rest, 0, &dialect, true), Found::Record(r) if r.fields != fields);
                prop_assert!(other_fields || rest.contains(&b'"'));
            }
            Halt::Difference | Halt::Visitor => prop_assert!(false),
        }
        let mut both = Collect(Vec::new());
        let same = common(level, text, text, shape, &mut both);
        prop_assert_eq!((same, both.0), (walked, wide.0));
        Ok(())
    }

    proptest! {
        #[test]
        fn agrees_with_the_exact_scanner(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "a", "bc,", ",", "\n", "\r\n", "\"x\"", "\"y,z\",", "\"\"\"\"", "\"", "\"\n\"", "w,w\n",
                    "0123456789,0\n",
                ]),
                0..80,
            ),
            fields in 1_usize..4,
        ) {
            let text = pieces.concat();
            for level in Level::available() {
                check(level, text.as_bytes(), fields)?;
            }
        }

        #[test]
        fn stops_at_the_record_that_differs(rows in 1_usize..60, at in 0_usize..2000) {
            let left: Vec<u8> = (0..rows).flat_map(|i| format!("{i},\"v,{i}\"\n").into_bytes()).collect();
            let at = at % left.len();
            let mut right = left.clone();
            right[at] ^= 1;
            let starts_before = left[..at].iter().filter(|b| **b == b'\n').count();
            let shape = Shape { delimiter: b',', quote: Some(b'"'), fields: 2 };
            for level in Level::available() {
                let mut seen = Collect(Vec::new());
                let walked = common(level, &left, &right, shape, &mut seen);
                prop_assert_eq!(walked.records as usize, starts_before);
                prop_assert_eq!(walked.halt, Halt::Difference);
            }
        }
    }
}
