//! Reading keys out of records: their fields found, their cells made canonical.

use super::{Key, SHORT, ShortKey};
use crate::dialect::Dialect;
use crate::plan::Column;
use crate::record::{self, Field};
use crate::rule::Rule;
use crate::scan::exact;
use crate::scan::lanes::STEP;
use crate::scan::walk::Head;

/// The bytes of a field that are looked at one by one: key fields are short, and that beats the set-up of anything
/// wider.
const NEAR: usize = 16;

/// Reads keys out of one side's records.
#[derive(Clone, Debug)]
pub(crate) struct KeyReader {
    dialect: Dialect,
    /// In key order.
    parts: Vec<Part>,
    /// Whether the parts' indexes rise, so that one pass over the record finds them all.
    in_order: bool,
    /// Where the key is one plain cell: its index.
    short_index: Option<usize>,
}

#[derive(Clone, Debug)]
struct Part {
    index: usize,
    /// `None` where the cell's text is the key.
    rule: Option<Rule>,
}

impl KeyReader {
    /// Reads the columns' cells on a side.
    pub(crate) fn new(columns: &[Column], side: usize, dialect: &Dialect) -> Self {
        let parts: Vec<_> = columns
            .iter()
            .map(|column| Part { index: column.on(side), rule: (!column.rule.is_plain()).then(|| column.rule.clone()) })
            .collect();
        let in_order = parts.is_sorted_by(|left, right| left.index < right.index);
        let short_index = match &parts[..] {
            [Part { index, rule: None }] if dialect.is_plain() => Some(*index),
            _ => None,
        };
        Self { dialect: *dialect, parts, in_order, short_index }
    }

    /// Writes a record's key. Fields that the record lacks are empty.
    #[inline(always)]
    pub(crate) fn read(&self, record: &[u8], key: &mut Key) {
        key.clear();
        let (mut field, mut start) = (0, 0);
        for part in &self.parts {
            if !self.in_order && part.index < field {
                (field, start) = (0, 0);
            }
            while field < part.index && start <= record.len() {
                start = self.field_end(record, start) + 1;
                field += 1;
            }
            let raw = if start <= record.len() { &record[start..self.field_end(record, start)] } else { &[] };
            self.push(raw, part, key);
        }
    }

    /// As [`KeyReader::read`], where the record's fields are known.
    pub(crate) fn read_split(&self, record: &[u8], fields: &[Field], key: &mut Key) {
        key.clear();
        for part in &self.parts {
            self.push(fields.get(part.index).map_or(&[][..], |field| field.raw(record)), part, key);
        }
    }

    /// The key of the record `text[start..end]`, where it is one plain short part within the head. In quotes it may be, with
    /// no quotes in it.
    #[inline(always)]
    pub(crate) fn read_short(&self, text: &[u8], start: usize, end: usize, head: Head) -> Option<ShortKey> {
        let index = self.short_index?;
        let mut delimiters = head.delimiters;
        let mut first = 0;
        for _ in 0..index {
            first = delimiters.trailing_zeros() as usize + 1;
            delimiters &= delimiters.wrapping_sub(1);
        }
        // The last field ends with the record.
        let mut stop = (delimiters.trailing_zeros() as usize).min(end - start);
        if stop >= STEP || stop < first {
            return None;
        }
        let quotes = head.quotes & ((1 << stop) - (1 << first));
        if quotes != 0 {
            let outer = 1 << first | 1 << (stop - 1);
            if quotes != outer || stop - first < 2 {
                return None;
            }
            (first, stop) = (first + 1, stop - 1);
        }
        if stop - first > SHORT {
            return None;
        }
        let bytes = text[start + first..].first_chunk()?;
        Some(ShortKey::of_first(bytes, (stop - first) as u32))
    }

    /// The key of a record whose fields are known, where it is one plain short part without quotes.
    pub(crate) fn short_of(&self, record: &[u8], fields: &[Field]) -> Option<ShortKey> {
        let raw = fields.get(self.short_index?)?.raw(record);
        if self.dialect.quote.is_some() && raw.first().copied() == self.dialect.quote {
            None
        } else {
            ShortKey::new(raw)
        }
    }

    #[inline(always)]
    fn push(&self, raw: &[u8], part: &Part, key: &mut Key) {
        let as_written = self.dialect.escape.is_none() && (raw.is_empty() || self.dialect.quote != Some(raw[0]));
        match (&part.rule, as_written) {
            (None, true) => key.push(Some(raw)),
            (rule, _) => self.push_read(raw, rule.as_ref(), key),
        }
    }

    #[inline(never)]
    fn push_read(&self, raw: &[u8], rule: Option<&Rule>, key: &mut Key) {
        let mut scratch = Vec::new();
        let cell = record::cell(raw, &self.dialect, &mut scratch);
        match rule {
            None => key.push(Some(cell)),
            Some(rule) => key.push(rule.canonical(cell).as_deref()),
        }
    }

    #[inline(always)]
    fn field_end(&self, record: &[u8], start: usize) -> usize {
        let special = self.dialect.escape.is_some()
            || self.dialect.quote.is_some() && record.get(start).copied() == self.dialect.quote;
        if special {
            return exact::field_end(record, start, &self.dialect);
        }
        let rest = &record[start..];
        match rest.iter().take(NEAR).position(|byte| *byte == self.dialect.delimiter) {
            Some(at) => start + at,
            None if rest.len() <= NEAR => record.len(),
            None => match memchr::memchr(self.dialect.delimiter, &rest[NEAR..]) {
                Some(at) => start + NEAR + at,
                None => record.len(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::lanes::Level;
    use crate::scan::walk::{self, Shape, Visit};
    use proptest::prelude::*;

    /// How often a key was read in the short way; what it was is checked against the long one.
    struct Check<'a> {
        reader: &'a KeyReader,
        short: usize,
    }

    impl Visit for Check<'_> {
        fn record(&mut self, text: &[u8], start: usize, end: usize, head: Head) -> bool {
            let mut key = Key::default();
            self.reader.read(&text[start..end], &mut key);
            if let Some(short) = self.reader.read_short(text, start, end, head) {
                assert_eq!(Some(short), key.short());
                let mut set = Key::default();
                set.set(short);
                assert_eq!(set, key);
                self.short += 1;
            }
            let mut fields = Vec::new();
            record::split(&text[start..end], &self.reader.dialect, &mut fields);
            assert!(self.reader.short_of(&text[start..end], &fields).is_none_or(|short| Some(short) == key.short()));
            true
        }
    }

    fn check(text: &str, fields: usize, index: usize) -> usize {
        let columns = [Column { left: index, right: index, rule: Rule::default() }];
        let reader = KeyReader::new(&columns, 0, &Dialect::default());
        let shape = Shape { delimiter: b',', quote: Some(b'"'), fields };
        let counts = Level::available().into_iter().map(|level| {
            let mut check = Check { reader: &reader, short: 0 };
            walk::single(level, text.as_bytes(), shape, &mut check);
            check.short
        });
        let counts: Vec<_> = counts.collect();
        assert!(counts.iter().all(|count| *count == counts[0]));
        counts[0]
    }

    #[test]
    fn ordinary_keys_are_short() {
        let after = "9".repeat(100);
        for (row, fields) in [("1234,x\n", 2), ("\"1234\",\"x\"\n", 2), ("x\n", 1), (&*format!("7,{after}\n"), 2)] {
            // The last records are too near the end of the text.
            assert!(check(&row.repeat(40), fields, 0) > 30, "{row}");
        }
        assert!(check(&"x,1234\r\n".repeat(40), 2, 1) > 30);
    }

    proptest! {
        #[test]
        fn short_keys_are_the_keys(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "a", "bc,", ",", "\n", "\r\n", "\"x\"", "\"y,z\",", "\"\"\"\"", "\"\n\"", "w,w\n", "\"v\",\"u\"\n",
                    "0123456789,0\n", "01234567890123456,1\n",
                ]),
                0..80,
            ),
            fields in 1_usize..4,
            index in 0_usize..3,
        ) {
            check(&pieces.concat(), fields, index.min(fields - 1));
        }
    }
}
