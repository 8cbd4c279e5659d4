//! The wide scanner: goes over many records at once, and over two buffers at once as long as they are equal.
//!
//! It understands records whose quotes open at the start of a field and that have the expected number of fields. It stops
//! before any other record, which is then the exact scanner's; it never reports an error itself.

use super::lanes::{Kernel, Lanes, Level, STEP};
use super::one::One;
use super::step::below_first;

/// What is done with each record that the scanner passes.
pub(crate) trait Visit {
    /// Takes a record: `text[start..end]` is its text without line end. False ends the walk after it.
    fn record(&mut self, text: &[u8], start: usize, end: usize, head: Head) -> bool;
}

/// What stands where in the first bytes of a record, sixty-four of them or all: bit i is for byte i.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The record's delimiters outside quotes.
    pub(crate) delimiters: u64,
    /// The quotes, and perhaps some after the record.
    pub(crate) quotes: u64,
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
    /// Whether all those bytes are ASCII and none is NUL; false perhaps for some further on.
    pub(crate) ascii_text: bool,
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

impl<V: Visit, const COMPARE: bool> Kernel for Walk<'_, V, COMPARE> {
    type Output = Walked;

    /// Steps start with a record wherever one ended in the step before: so the processor foresees where records of about
    /// the same length end, and the first step of each shows its first fields. Records with quotes or differences in
    /// them, and the last bytes of the text, are looked at one by one.
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Walked {
        let Self { text, other, shape, visit } = self;
        let other = &other[..text.len()];
        let mut walked = Walked { next: 0, records: 0, halt: Halt::Data, ascii_text: true };
        while walked.next < text.len() {
            let start = walked.next;
            let mut counted = 0;
            let mut ahead = 0;
            // The first step in which the record's line ends, and the record's delimiters before and in it.
            let mut at = start;
            let ended = loop {
                let step = match Step::of::<L, COMPARE>(lanes, text, other, at, shape) {
                    Ok(step) => step,
                    Err(None) => break None,
                    Err(Some(halt)) => return Walked { halt, ..walked },
                };
                walked.ascii_text &= step.ascii_text;
                if step.newlines != 0 {
                    break Some(step);
                }
                if at == start {
                    ahead = step.delimiters;
                }
                counted += step.delimiters.count_ones() as usize;
                at += STEP;
            };
            let Some(Step { mut delimiters, mut newlines, .. }) = ended else {
                std::hint::cold_path();
                match lanes.run(One { text, other, start, shape, compare: COMPARE }) {
                    Ok(found) => {
                        walked.ascii_text &= found.ascii_text;
                        if !walked.pass(text, start, found.newline, found.head, visit) {
                            return walked;
                        }
                        continue;
                    }
                    Err(halt) => return Walked { halt, ..walked },
                }
            };
            if at == start {
                ahead = delimiters & below_first(newlines);
            }
            loop {
                let before = below_first(newlines);
                if counted + (delimiters & before).count_ones() as usize + 1 != shape.fields {
                    return Walked { halt: Halt::Irregular, ..walked };
                }
                let newline = at + newlines.trailing_zeros() as usize;
                let head = Head { delimiters: ahead, quotes: 0 };
                if !walked.pass(text, walked.next, newline, head, visit) {
                    return walked;
                }
                newlines &= newlines - 1;
                if newlines == 0 {
                    break;
                }
                counted = 0;
                delimiters &= !before;
                ahead = (delimiters & below_first(newlines)) >> (walked.next - at);
            }
        }
        walked
    }
}

impl Walked {
    /// Passes a record. False where the visitor wants no more.
    #[inline(always)]
    fn pass<V: Visit>(&mut self, text: &[u8], start: usize, newline: usize, head: Head, visit: &mut V) -> bool {
        self.records += 1;
        self.next = newline + 1;
        let go_on = visit.record(text, start, line_end(text, start, newline), head);
        if !go_on {
            self.halt = Halt::Visitor;
        }
        go_on
    }
}

/// A step without quotes or differences.
struct Step {
    delimiters: u64,
    newlines: u64,
    ascii_text: bool,
}

impl Step {
    /// The step at a place; or why the record can't be passed, as far as that is plain.
    #[inline(always)]
    fn of<L: Lanes, const COMPARE: bool>(
        lanes: L,
        text: &[u8],
        other: &[u8],
        at: usize,
        shape: Shape,
    ) -> Result<Self, Option<Halt>> {
        let blocks = text.get(at..).and_then(<[u8]>::first_chunk).zip(other.get(at..).and_then(<[u8]>::first_chunk));
        let Some((block, other_block)) = blocks else { return Err(None) };
        let vector = lanes.load(block);
        let differ = if COMPARE { lanes.differ(vector, lanes.load(other_block)) } else { 0 };
        // No UTF-8 text has the byte that stands for no quote; where some other text does, it is only looked at more
        // closely.
        let quotes = lanes.equal(vector, shape.quote.unwrap_or(u8::MAX));
        if differ | quotes != 0 {
            let before = quotes == 0 && lanes.equal(vector, b'\n') & below_first(differ) == 0;
            return Err(before.then_some(Halt::Difference));
        }
        Ok(Self {
            delimiters: lanes.equal(vector, shape.delimiter),
            newlines: lanes.equal(vector, b'\n'),
            ascii_text: lanes.is_ascii_text(vector),
        })
    }
}

/// Where the text of a record ends whose newline is here.
#[inline(always)]
fn line_end(text: &[u8], start: usize, newline: usize) -> usize {
    newline - usize::from(newline > start && text[newline - 1] == b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::record;
    use crate::scan::exact::{self, Found};
    use proptest::prelude::*;

    struct Collect(Vec<(usize, usize, Head)>);

    impl Visit for Collect {
        fn record(&mut self, _: &[u8], start: usize, end: usize, head: Head) -> bool {
            self.0.push((start, end, head));
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
        for (start, end, head) in &wide.0 {
            let Found::Record(record) = exact::record(text, at, &dialect, true) else {
                return Err(TestCaseError::fail("the exact scanner finds no record"));
            };
            prop_assert_eq!((record.start, record.end, record.fields), (*start, *end, fields));
            at = record.next;
            let record = &text[*start..*end];
            let mut fields = Vec::new();
            record::split(record, &dialect, &mut fields);
            let (mut delimiters, mut field_end) = (0, 0);
            for field in &fields[..fields.len() - 1] {
                field_end += field.raw(record).len();
                delimiters |= 1_u64.checked_shl(field_end as u32).unwrap_or(0);
                field_end += 1;
            }
            prop_assert_eq!(head.delimiters, delimiters);
            let quotes = record.iter().take(STEP).enumerate().filter(|(_, byte)| **byte == b'"');
            let within = 1_u64.checked_shl(record.len() as u32).unwrap_or(0).wrapping_sub(1);
            prop_assert_eq!(head.quotes & within, quotes.fold(0, |mask, (at, _)| mask | 1 << at));
        }
        prop_assert_eq!(at, walked.next);
        prop_assert_eq!(walked.records as usize, wide.0.len());
        let passed = &text[..walked.next];
        let is_ascii_text = |text: &[u8]| text.iter().all(|byte| (1..0x80).contains(byte));
        let is_right = if walked.ascii_text { is_ascii_text(passed) } else { !is_ascii_text(text) };
        prop_assert!(is_right);
        let rest = &text[walked.next..];
        match walked.halt {
            Halt::Data => prop_assert!(!matches!(exact::record(rest, 0, &dialect, false), Found::Record(_))),
            Halt::Irregular => {
                let is_irregular = match exact::record(rest, 0, &dialect, true) {
                    Found::Record(record) => record.fields != fields || rest[..record.end].contains(&b'"'),
                    _ => rest.contains(&b'"'),
                };
                prop_assert!(is_irregular);
            }
            Halt::Difference | Halt::Visitor => prop_assert!(false),
        }
        let mut both = Collect(Vec::new());
        let same = common(level, text, text, shape, &mut both);
        prop_assert_eq!((same, both.0), (walked, wide.0));
        Ok(())
    }

    /// Pieces of records, short ones and some about as long as steps.
    fn pieces() -> impl Strategy<Value = String> {
        let short = [
            "a",
            "bc,",
            ",",
            "\n",
            "\r\n",
            "\"x\"",
            "\"y,z\",",
            "\"\"\"\"",
            "\"",
            "\"\n\"",
            "w,w\n",
            "0123456789,0\n",
            "é",
            "\0",
            "\r",
        ];
        let long = (58_usize..70, proptest::sample::select(vec!["", ",", "\n", ",\n", "\r\n", "\"", "\",\""]))
            .prop_map(|(len, end)| "l".repeat(len) + end);
        prop_oneof![6 => proptest::sample::select(short.to_vec()).prop_map(str::to_owned), 1 => long]
    }

    proptest! {
        #[test]
        fn agrees_with_the_exact_scanner(pieces in proptest::collection::vec(pieces(), 0..80), fields in 1_usize..4) {
            let text = pieces.concat();
            for level in Level::available() {
                check(level, text.as_bytes(), fields)?;
            }
        }

        #[test]
        fn stops_at_the_record_that_differs(
            lines in proptest::collection::vec((0_usize..140, any::<bool>()), 1..60),
            at in any::<prop::sample::Index>(),
            more in 0_usize..200,
        ) {
            let line = |(len, quoted): &(usize, bool)| {
                let filler = "v".repeat(*len);
                if *quoted { format!("1,\"{filler},\n2\"\n") } else { format!("1,{filler}\n") }
            };
            let lines: Vec<String> = lines.iter().map(line).collect();
            let left = lines.concat().into_bytes();
            let mut starts: Vec<usize> = lines.iter().scan(0, |at, line| { *at += line.len(); Some(*at) }).collect();
            starts.insert(0, 0);
            let at = at.index(left.len());
            let mut right = left.clone();
            right[at] ^= 1;
            right.extend(vec![b'x'; more]);
            let expected = starts.iter().filter(|start| **start <= at).count() - 1;
            let shape = Shape { delimiter: b',', quote: Some(b'"'), fields: 2 };
            for level in Level::available() {
                let mut seen = Collect(Vec::new());
                let walked = common(level, &left, &right, shape, &mut seen);
                prop_assert_eq!((walked.records as usize, walked.next), (expected, starts[expected]));
                prop_assert_eq!(walked.halt, Halt::Difference);
            }
        }
    }
}
