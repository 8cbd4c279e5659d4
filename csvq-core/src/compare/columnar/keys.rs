//! The keys of one side's rows, in one of three forms: numbers, texts as they are, or bytes that stand for all values
//! that are equal under the rules.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher};

use csvq_text::Rule;
use foldhash::fast::{FixedState, FoldHasher, RandomState};
use polars_arrow::bitmap::Bitmap;
use polars_buffer::Buffer;

use super::column::{Column, Texts, Values};
use super::format;
use crate::control::Control;
use crate::error::Result;

/// The keys of a side.
pub(super) trait Keys: Sync {
    /// How many rows there are.
    fn len(&self) -> usize;
    /// A hash, the same for equal keys of both sides.
    fn hash(&self, row: usize, seed: &Seed) -> u64;
    /// Whether different keys of this side never have the same hash, nor do those of another side for which that holds.
    fn hashes_are_exact(&self) -> bool {
        false
    }
    /// The keys, where they are nothing but numbers.
    fn numbers(&self) -> Option<&[i64]> {
        None
    }
    /// Whether the key is one null.
    fn is_null(&self, row: usize) -> bool;
    /// How a key stands to one of the other side. Equal keys match; the order is any that is the same for all.
    fn compare(&self, row: usize, other: &Self, there: usize) -> Ordering;

    /// Whether a key equals one of the other side.
    #[inline(always)]
    fn equals(&self, row: usize, other: &Self, there: usize) -> bool {
        self.compare(row, other, there) == Ordering::Equal
    }

    /// Whether of the first so many keys every one is greater than the one before.
    fn rise(&self, first: usize) -> bool {
        (1..self.len().min(first)).all(|row| self.compare(row - 1, self, row) == Ordering::Less)
    }

    /// How many keys from these rows on are equal one by one.
    fn equal_run(&self, row: usize, other: &Self, there: usize) -> usize {
        let most = (self.len() - row).min(other.len() - there);
        (0..most).take_while(|at| self.equals(row + at, other, there + at)).count()
    }
}

/// What makes the hashes of one comparison its own, so that nobody can prepare keys whose hashes collide.
pub(super) struct Seed {
    state: FixedState,
    word: u64,
}

impl Seed {
    pub(super) fn new() -> Self {
        let random = RandomState::default();
        Self { state: FixedState::with_seed(random.hash_one(0)), word: random.hash_one(1) }
    }

    /// A number for each number: every step can be undone, so that no two have the same.
    #[inline(always)]
    fn mix(&self, number: u64) -> u64 {
        let mut mixed = number ^ self.word;
        mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }

    fn hash(&self, bytes: &[u8]) -> u64 {
        let mut hasher: FoldHasher<'_> = self.state.build_hasher();
        hasher.write(bytes);
        hasher.finish()
    }
}

/// Both sides' keys, in the same form.
pub(super) enum KeyPair {
    Numbers(NumberKeys, NumberKeys),
    Texts(TextKeys, TextKeys),
    Encoded(EncodedKeys, EncodedKeys),
}

/// One key column that holds integers, days or moments in one unit, or floats.
pub(super) struct NumberKeys {
    values: Buffer<i64>,
    validity: Option<Bitmap>,
}

/// One key column of text that no rule changes.
pub(super) struct TextKeys {
    texts: Texts,
    validity: Option<Bitmap>,
    len: usize,
}

/// Any key, as bytes.
pub(super) struct EncodedKeys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// The keys of both sides: for each key column its values on both sides, and its rule.
pub(super) fn keys(columns: &[(&Column, &Column, &Rule)], rows: [usize; 2], control: &Control) -> Result<KeyPair> {
    const CHECKED: usize = 1 << 14;
    if let [(left, right, rule)] = columns
        && as_is(left, right, rule)
    {
        if let (Some(left), Some(right)) = (number_keys(left), number_keys(right)) {
            return Ok(KeyPair::Numbers(left, right));
        }
        if let (Some(left), Some(right)) = (text_keys(left), text_keys(right)) {
            return Ok(KeyPair::Texts(left, right));
        }
    }
    let mut sides = [0, 1].map(|side| EncodedKeys { bytes: Vec::new(), ends: Vec::with_capacity(rows[side]) });
    let encoders: Vec<Encoder<'_>> =
        columns.iter().map(|(left, right, rule)| Encoder::new(left, right, rule)).collect();
    let mut text = Vec::new();
    for (side, keys) in sides.iter_mut().enumerate() {
        for row in 0..rows[side] {
            if row.is_multiple_of(CHECKED) {
                csvq_text::check(control)?;
            }
            for ((left, right, _), encoder) in columns.iter().zip(&encoders) {
                encoder.encode(if side == 0 { left } else { right }, row, &mut text, &mut keys.bytes);
            }
            keys.ends.push(keys.bytes.len());
        }
    }
    let [left, right] = sides;
    Ok(KeyPair::Encoded(left, right))
}

/// Whether values of both sides are equal under the rule exactly where they are the same.
fn as_is(left: &Column, right: &Column, rule: &Rule) -> bool {
    left.data_type == right.data_type
        && rule.nulls.is_empty()
        && !rule.empty_is_null
        && (rule.is_plain() || (!left.data_type.is_text() && rule.column_type == left.data_type.column_type()))
}

fn number_keys(column: &Column) -> Option<NumberKeys> {
    let values = match &column.values {
        Values::Signed(values) => values.clone(),
        Values::Unsigned(values) => values.iter().map(|value| value.cast_signed()).collect(),
        Values::Single(values) => values.iter().map(|value| float_key(f64::from(*value))).collect(),
        Values::Double(values) => values.iter().map(|value| float_key(*value)).collect(),
        _ => return None,
    };
    Some(NumberKeys { values, validity: column.validity.clone() })
}

/// The same number for all floats that are equal: both zeros, and all that is no number.
pub(super) fn float_key(value: f64) -> i64 {
    let one = if value.is_nan() {
        f64::NAN
    } else if value == 0.0 {
        0.0
    } else {
        value
    };
    one.to_bits().cast_signed()
}

fn text_keys(column: &Column) -> Option<TextKeys> {
    let Values::Bytes(texts) = &column.values else { return None };
    Some(TextKeys { texts: texts.clone(), validity: column.validity.clone(), len: column.len })
}

/// Stands for a null among a key's bytes.
const NULL: u8 = 0;

/// How the values of one key column become bytes.
enum Encoder<'a> {
    Number,
    Text,
    /// The rule's canonical text.
    Canonical(&'a Rule),
}

impl<'a> Encoder<'a> {
    fn new(left: &Column, right: &Column, rule: &'a Rule) -> Self {
        match (&left.values, &right.values) {
            (Values::Signed(_), Values::Signed(_)) if as_is(left, right, rule) => Self::Number,
            (Values::Bytes(_), Values::Bytes(_)) if as_is(left, right, rule) => Self::Text,
            _ => Self::Canonical(rule),
        }
    }

    /// Adds a value: whether there is one, how long it is where that is not fixed, and what it is.
    fn encode(&self, column: &Column, row: usize, text: &mut Vec<u8>, out: &mut Vec<u8>) {
        if !column.is_valid(row) {
            out.push(NULL);
            return;
        }
        match (self, &column.values) {
            (Self::Number, Values::Signed(values)) => {
                out.push(1);
                out.extend_from_slice(&values[row].to_le_bytes());
            }
            (Self::Text, Values::Bytes(texts)) => add_text(texts.get(row), out),
            (Self::Canonical(rule), _) => {
                text.clear();
                format::write(column, row, text);
                match rule.canonical(text) {
                    Some(canonical) => add_text(&canonical, out),
                    None => out.push(NULL),
                }
            }
            _ => out.push(NULL),
        }
    }
}

fn add_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(1);
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text);
}

fn bit(validity: Option<&Bitmap>, row: usize) -> bool {
    validity.is_none_or(|validity| validity.get_bit(row))
}

impl Keys for NumberKeys {
    fn len(&self) -> usize {
        self.values.len()
    }

    #[inline(always)]
    fn hash(&self, row: usize, seed: &Seed) -> u64 {
        if bit(self.validity.as_ref(), row) { seed.mix(self.values[row].cast_unsigned()) } else { 0 }
    }

    fn hashes_are_exact(&self) -> bool {
        self.validity.is_none()
    }

    fn numbers(&self) -> Option<&[i64]> {
        self.validity.is_none().then_some(&self.values[..])
    }

    fn is_null(&self, row: usize) -> bool {
        !bit(self.validity.as_ref(), row)
    }

    #[inline(always)]
    fn compare(&self, row: usize, other: &Self, there: usize) -> Ordering {
        let key = |keys: &Self, row: usize| bit(keys.validity.as_ref(), row).then(|| keys.values[row]);
        key(self, row).cmp(&key(other, there))
    }

    fn rise(&self, first: usize) -> bool {
        let values = &self.values[..self.values.len().min(first)];
        self.validity.is_none() && values.windows(2).all(|pair| pair[0] < pair[1])
    }

    fn equal_run(&self, row: usize, other: &Self, there: usize) -> usize {
        const STEP: usize = 64;
        let most = (self.len() - row).min(other.len() - there);
        if self.validity.is_some() || other.validity.is_some() {
            return (0..most).take_while(|at| self.equals(row + at, other, there + at)).count();
        }
        let (left, right) = (&self.values[row..row + most], &other.values[there..there + most]);
        let steps = left.chunks(STEP).zip(right.chunks(STEP));
        let same = steps.take_while(|(left, right)| left == right).map(|(left, _)| left.len()).sum::<usize>();
        same + left[same..].iter().zip(&right[same..]).take_while(|(left, right)| left == right).count()
    }
}

impl Keys for TextKeys {
    fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn hash(&self, row: usize, seed: &Seed) -> u64 {
        if bit(self.validity.as_ref(), row) { seed.hash(self.texts.get(row)) } else { 0 }
    }

    fn is_null(&self, row: usize) -> bool {
        !bit(self.validity.as_ref(), row)
    }

    #[inline(always)]
    fn compare(&self, row: usize, other: &Self, there: usize) -> Ordering {
        fn key(keys: &TextKeys, row: usize) -> Option<&[u8]> {
            bit(keys.validity.as_ref(), row).then(|| keys.texts.get(row))
        }
        key(self, row).cmp(&key(other, there))
    }

    #[inline(always)]
    fn equals(&self, row: usize, other: &Self, there: usize) -> bool {
        match (bit(self.validity.as_ref(), row), bit(other.validity.as_ref(), there)) {
            (true, true) => !self.texts.differs(row, &other.texts, there),
            (left, right) => left == right,
        }
    }
}

impl EncodedKeys {
    fn get(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }
}

impl Keys for EncodedKeys {
    fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline(always)]
    fn hash(&self, row: usize, seed: &Seed) -> u64 {
        seed.hash(self.get(row))
    }

    fn is_null(&self, row: usize) -> bool {
        self.get(row) == [NULL]
    }

    #[inline(always)]
    fn compare(&self, row: usize, other: &Self, there: usize) -> Ordering {
        self.get(row).cmp(other.get(there))
    }
}
