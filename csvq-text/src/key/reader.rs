//! Reading keys out of records: their fields found, their cells made canonical.

use super::{Key, SHORT, ShortKey};
use crate::dialect::Dialect;
use crate::plan::Column;
use crate::record::{self, Field};
use crate::rule::Rule;
use crate::scan::exact;
use crate::scan::lanes::{Block, Lanes};

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
    /// Reads the columns' cells; `index` says which side's.
    pub(crate) fn new(columns: &[Column], index: impl Fn(&Column) -> usize, dialect: &Dialect) -> Self {
        let parts: Vec<_> = columns
            .iter()
            .map(|column| Part { index: index(column), rule: (!column.rule.is_plain()).then(|| column.rule.clone()) })
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

    /// The key of the record `text[start..end]`, where it has one plain part within the record's first 64 bytes that is
    /// short and not preceded by quotes.
    #[inline(always)]
    pub(crate) fn read_short<L: Lanes>(&self, lanes: L, text: &[u8], start: usize, end: usize) -> Option<ShortKey> {
        let index = self.short_index?;
        let block: &Block = text[start..].first_chunk()?;
        let vector = lanes.load(block);
        let mut delimiters = lanes.equal(vector, self.dialect.delimiter);
        let mut first = 0;
        for _ in 0..index {
            first = delimiters.trailing_zeros() as usize + 1;
            delimiters &= delimiters.wrapping_sub(1);
        }
        if delimiters == 0 {
            return None;
        }
        let stop = delimiters.trailing_zeros() as usize;
        if start + stop > end || stop - first > SHORT {
            return None;
        }
        if let Some(quote) = self.dialect.quote
            && lanes.equal(vector, quote) & ((1 << stop) - 1) != 0
        {
            return None;
        }
        let bytes = text[start + first..].first_chunk()?;
        Some(ShortKey::of_first(bytes, (stop - first) as u32))
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
