//! The fields of one ordinary record, found as wide as [`walk`](super::walk) goes over many.

use super::exact::Record;
use super::lanes::{Kernel, Lanes, Level, STEP};
use super::step::{Carry, below_first, load, marks};
use super::walk::Shape;
use crate::record::Field;

/// Finds the fields of the record that the text starts with. `None` leaves it to the exact scanner: a record that goes
/// on beyond the text, has stray quotes, another number of fields, NUL, or bytes that are not ASCII and so must be
/// checked.
pub(crate) fn of_first(level: Level, text: &[u8], shape: Shape, fields: &mut Vec<Field>) -> Option<Record> {
    level.run(First { text, shape, fields })
}

struct First<'a> {
    text: &'a [u8],
    shape: Shape,
    fields: &'a mut Vec<Field>,
}

impl Kernel for First<'_> {
    type Output = Option<Record>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Option<Record> {
        let Self { text, shape, fields } = self;
        fields.clear();
        let mut carry = Carry::default();
        let mut start = 0;
        for at in (0..text.len()).step_by(STEP) {
            let (vector, valid) = load(lanes, text, at);
            let marks = marks(lanes, vector, shape, &mut carry);
            let newlines = marks.newlines & valid;
            let before = if newlines == 0 { valid } else { below_first(newlines) };
            if (marks.stray | lanes.high(vector) | lanes.equal(vector, 0)) & before != 0 {
                return None;
            }
            let mut delimiters = marks.delimiters & before;
            while delimiters != 0 {
                let end = at + delimiters.trailing_zeros() as usize;
                fields.push(Field::new(start, end));
                start = end + 1;
                delimiters &= delimiters - 1;
            }
            if newlines != 0 {
                let stop = at + newlines.trailing_zeros() as usize;
                let end = stop - usize::from(stop > start && text[stop - 1] == b'\r');
                fields.push(Field::new(start, end));
                let count = fields.len();
                return (count == shape.fields).then_some(Record { start: 0, end, next: stop + 1, fields: count });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::record;
    use crate::scan::exact::{self, Found};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_exact_scanner(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "a", "bc,", ",", "\n", "\r\n", "\"x\"", "\"y,z\",", "\"\"\"\"", "\"\n\"", "0123456789", "é",
                ]),
                0..40,
            ),
            columns in 1_usize..4,
        ) {
            let text = pieces.concat();
            let dialect = Dialect::default();
            let shape = Shape { delimiter: b',', quote: Some(b'"'), fields: columns };
            for level in Level::available() {
                let mut fields = Vec::new();
                let Some(found) = of_first(level, text.as_bytes(), shape, &mut fields) else { continue };
                prop_assert_eq!(Found::Record(found), exact::record(text.as_bytes(), 0, &dialect, false));
                let mut expected = Vec::new();
                record::split(&text.as_bytes()[..found.end], &dialect, &mut expected);
                prop_assert_eq!(&fields, &expected);
            }
        }
    }
}
