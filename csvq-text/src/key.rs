//! The key of a record: its canonical cells, their hash and their order.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

use crate::dialect::Dialect;
use crate::plan::Column;
use crate::record;
use crate::rule::Rule;
use crate::scan::exact;
use crate::scan::lanes::{Block, Lanes};

/// The length that stands for a null part.
const NULL: u32 = u32::MAX;

/// A key's canonical cells, one after the other. Equal keys are equal as these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    bytes: Vec<u8>,
    lengths: Vec<u32>,
}

/// The longest key of one part that is held as a number.
const SHORT: usize = 16;

/// A key of one part of at most sixteen bytes, as a number: the hot loops never touch memory for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortKey {
    /// The bytes, the first highest, zeros after the last. Text has no NUL, so the order of numbers is that of bytes.
    bytes: u128,
    len: u32,
}

impl ShortKey {
    fn new(cell: &[u8]) -> Option<Self> {
        let mut bytes = [0; SHORT];
        bytes.get_mut(..cell.len())?.copy_from_slice(cell);
        Some(Self { bytes: u128::from_be_bytes(bytes), len: cell.len() as u32 })
    }

    /// The first `len` of sixteen bytes.
    #[inline(always)]
    fn of_first(bytes: &[u8; SHORT], len: u32) -> Self {
        let unused = 8 * (SHORT as u32 - len);
        let bytes = u128::from_be_bytes(*bytes).checked_shr(unused).unwrap_or(0);
        Self { bytes: bytes.checked_shl(unused).unwrap_or(0), len }
    }

    /// The same hash as that of the key which this is.
    #[inline(always)]
    pub(crate) fn hash(self, seed: &Seed) -> u64 {
        let [first, second, third] = seed.short;
        let high = (self.bytes >> 64) as u64;
        let mixed = fold(high ^ first, self.bytes as u64 ^ second);
        fold(mixed ^ u64::from(self.len), third)
    }
}

/// Both halves of the product, mixed: what one bit changes, changes half of the answer's bits.
#[inline(always)]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

/// Seeds the hash of keys, anew for each comparison.
#[derive(Clone)]
pub(crate) struct Seed {
    long: RandomState,
    short: [u64; 3],
}

impl Default for Seed {
    fn default() -> Self {
        let long = RandomState::default();
        // Odd numbers, so that no product is zero for all keys.
        let short = [1_u8, 2, 3].map(|n| long.hash_one(n) | 1);
        Self { long, short }
    }
}

impl Key {
    fn clear(&mut self) {
        self.bytes.clear();
        self.lengths.clear();
    }

    #[inline(always)]
    fn push(&mut self, cell: Option<&[u8]>) {
        match cell {
            Some(cell) => {
                self.bytes.extend_from_slice(cell);
                self.lengths.push(cell.len() as u32);
            }
            None => self.lengths.push(NULL),
        }
    }

    /// The hash: of every part's length, then its bytes, so that (1, 11) and (11, 1) differ.
    #[inline(always)]
    pub(crate) fn hash(&self, seed: &Seed) -> u64 {
        if let Some(short) = self.short() {
            return short.hash(seed);
        }
        let mut hasher = seed.long.build_hasher();
        for length in &self.lengths {
            hasher.write_u32(*length);
        }
        hasher.write(&self.bytes);
        hasher.finish()
    }

    /// The key as a number, where it is short.
    pub(crate) fn short(&self) -> Option<ShortKey> {
        match self.lengths[..] {
            [length] if length != NULL => ShortKey::new(&self.bytes),
            _ => None,
        }
    }

    /// Becomes a short key.
    pub(crate) fn set(&mut self, short: ShortKey) {
        self.clear();
        self.push(short.bytes.to_be_bytes().get(..short.len as usize));
    }

    fn parts(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut at = 0;
        self.lengths.iter().map(move |length| {
            if *length == NULL {
                return None;
            }
            let start = at;
            at += *length as usize;
            Some(&self.bytes[start..at])
        })
    }
}

/// The orders in which a column of keys may still be found to rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rising {
    /// Shorter first, then by bytes: `9` before `10`.
    shortlex: bool,
    /// By bytes.
    bytes: bool,
}

/// Which orders each part of a key may still be found to rise in, on both sides alike.
#[derive(Clone, Debug)]
pub(crate) struct Order(Vec<Rising>);

impl Order {
    pub(crate) fn new(parts: usize) -> Self {
        Self(vec![Rising { shortlex: true, bytes: true }; parts])
    }

    /// Takes the next key; false once no order is left in which all keys so far rise strictly, which would prove them unique.
    #[inline(always)]
    pub(crate) fn rises(&mut self, previous: &Key, next: &Key) -> bool {
        if let ([left], [right], [rising]) = (&previous.lengths[..], &next.lengths[..], &mut self.0[..]) {
            if *left == NULL || *right == NULL {
                return false;
            }
            if left == right {
                return previous.bytes < next.bytes;
            }
            rising.shortlex &= left < right;
            rising.bytes = rising.bytes && previous.bytes < next.bytes;
            return rising.shortlex || rising.bytes;
        }
        for ((left, right), rising) in previous.parts().zip(next.parts()).zip(&mut self.0) {
            let (Some(left), Some(right)) = (left, right) else { return false };
            if left == right {
                continue;
            }
            let by_bytes = left < right;
            rising.shortlex &= left.len() < right.len() || left.len() == right.len() && by_bytes;
            rising.bytes &= by_bytes;
            return rising.shortlex || rising.bytes;
        }
        false
    }

    /// As [`Order::rises`], for short keys.
    #[inline(always)]
    pub(crate) fn rises_short(&mut self, previous: ShortKey, next: ShortKey) -> bool {
        let by_bytes = previous.bytes < next.bytes;
        if previous.len == next.len {
            return by_bytes;
        }
        let rising = &mut self.0[0];
        rising.shortlex &= previous.len < next.len;
        rising.bytes &= by_bytes;
        rising.shortlex || rising.bytes
    }

    /// Keeps only the orders that another has too. False where a part is left without any.
    pub(crate) fn restrict(&mut self, other: &Self) -> bool {
        self.0.iter_mut().zip(&other.0).all(|(rising, other)| {
            rising.shortlex &= other.shortlex;
            rising.bytes &= other.bytes;
            rising.shortlex || rising.bytes
        })
    }

    /// Which of two different keys comes first in the order that both sides rise in. Where the orders that are left
    /// disagree, one is chosen, and it alone counts from then on.
    pub(crate) fn decide(&mut self, left: &Key, right: &Key) -> Ordering {
        for ((left, right), rising) in left.parts().zip(right.parts()).zip(&mut self.0) {
            let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
            let by_bytes = left.cmp(right);
            let by_length = left.len().cmp(&right.len()).then(by_bytes);
            if by_bytes == by_length {
                if by_bytes.is_ne() {
                    return by_bytes;
                }
            } else if rising.shortlex {
                rising.bytes = false;
                return by_length;
            } else {
                return by_bytes;
            }
        }
        Ordering::Equal
    }
}

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

    /// The key of the record `text[start..end]`, where it has one plain part within the record's first 64 bytes that is short
    /// and not preceded by quotes.
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
        // Key fields are short: a byte at a time beats the set-up of anything wider.
        let rest = &record[start..];
        match rest.iter().take(16).position(|byte| *byte == self.dialect.delimiter) {
            Some(at) => start + at,
            None if rest.len() <= 16 => record.len(),
            None => match memchr::memchr(self.dialect.delimiter, &rest[16..]) {
                Some(at) => start + 16 + at,
                None => record.len(),
            },
        }
    }
}
