//! The canonical encoding of values: the same bytes for values that are equal under the rules, whatever the table's
//! format and its physical types. The guide describes it, so that others can compute the same digests.

use std::ops::Range;

use bytemuck::NoUninit;
use csvq_text::Rule;

use super::super::column::{Column, Texts, Values};
use super::super::format;
use super::algorithm::Hasher;
use crate::types::{ColumnType, DataType};

/// How a column's values are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compare) enum Encoding {
    /// Eight bytes, little-endian, in two's complement.
    Integer,
    /// The eight bytes of a binary64, little-endian; one zero and one NaN.
    Float,
    /// One byte, 0 or 1.
    Boolean,
    /// Sixteen bytes, little-endian: twice the nanoseconds since 1970, and one more where they are in UTC.
    Moment,
    /// The length (LEB128) and the bytes of the canonical text.
    Text,
}

/// A cell in its encoding.
enum Cell<'a> {
    Null,
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Moment(i128),
    /// A text; in a column of another encoding one that can't be read as it.
    Text(&'a [u8]),
}

impl Encoding {
    /// How values are encoded that are compared under a rule.
    pub(super) fn of(rule: &Rule) -> Self {
        match rule.column_type {
            ColumnType::Integer => Self::Integer,
            ColumnType::Float => Self::Float,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Date | ColumnType::Timestamp => Self::Moment,
            // Decimals, too, which may have any size.
            _ => Self::Text,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Moment => "moment",
            Self::Text => "text",
        }
    }

    /// The bytes of a value; none for texts, which have any number.
    fn width(self) -> usize {
        match self {
            Self::Integer | Self::Float => 8,
            Self::Boolean => 1,
            Self::Moment => 16,
            Self::Text => 0,
        }
    }
}

/// One column's values on their way to a digest.
pub(super) struct Encoder<'a> {
    column: &'a Column,
    rule: &'a Rule,
    encoding: Encoding,
    /// Whether values are what they are: no rule calls one null or another text.
    is_plain: bool,
    /// Whether some rule calls values null.
    has_null_rule: bool,
    /// What the other side's column holds, on which it depends what equals a float.
    other: &'a DataType,
    text: Vec<u8>,
    canonical: Vec<u8>,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(column: &'a Column, rule: &'a Rule, other: &'a DataType) -> Self {
        let encoding = Encoding::of(rule);
        let has_null_rule = rule.empty_is_null || !rule.nulls.is_empty();
        let is_plain = if column.data_type.is_text() { rule.is_plain() } else { !has_null_rule };
        Self { column, rule, encoding, is_plain, has_null_rule, other, text: Vec::new(), canonical: Vec::new() }
    }

    /// Hands the values of a range of rows to a hasher: how many there are, what they are, and which of them are null.
    pub(super) fn hash_rows(&mut self, rows: Range<usize>, hasher: &mut Hasher) {
        hasher.update(&(rows.len() as u64).to_le_bytes());
        let column = self.column;
        match (&column.values, self.encoding) {
            // Values that are what they are need not be looked at one by one.
            _ if !self.is_plain => self.hash_cells(rows, hasher),
            (Values::Signed(values), Encoding::Integer) => {
                self.hash_numbers(&values[rows.clone()], rows, hasher, |_| true, |value| value.to_le_bytes());
            }
            (Values::Double(values), Encoding::Float) => {
                self.hash_numbers(&values[rows.clone()], rows, hasher, are_one_float, |value| float_bytes(*value));
            }
            (Values::Boolean(values), Encoding::Boolean) => {
                let values: Vec<u8> = values.clone().sliced(rows.start, rows.len()).iter().map(u8::from).collect();
                self.hash_fixed(&values, rows, hasher, |value| [*value]);
            }
            (Values::Signed(values), Encoding::Moment) => match moments(&column.data_type) {
                Some((times, more)) => {
                    // Most moments fit eight bytes in nanoseconds, too.
                    let short = i64::try_from(times).unwrap_or(i64::MAX);
                    self.hash_fixed(&values[rows.clone()], rows, hasher, |value| match value.checked_mul(short) {
                        Some(moment) => (i128::from(moment) + more).to_le_bytes(),
                        None => (i128::from(*value) * times + more).to_le_bytes(),
                    });
                }
                None => self.hash_cells(rows, hasher),
            },
            (Values::Bytes(texts), Encoding::Text) if column.data_type.is_text() => {
                self.hash_texts(texts, rows, hasher);
            }
            _ => self.hash_cells(rows, hasher),
        }
    }

    /// Numbers that are encoded as they stand in memory, unless they have several forms or some are null.
    fn hash_numbers<T: NoUninit>(
        &self,
        values: &[T],
        rows: Range<usize>,
        hasher: &mut Hasher,
        are_one: impl Fn(&[T]) -> bool,
        encode: impl Fn(&T) -> [u8; 8],
    ) {
        let as_in_memory = cfg!(target_endian = "little") && self.column.null_count() == 0;
        if !(as_in_memory && are_one(values)) {
            return self.hash_fixed(values, rows, hasher, encode);
        }
        hasher.update(bytemuck::cast_slice(values));
        self.nulls(rows).hash(hasher);
        // All of them could be read as what they are.
        hasher.update(&0_u64.to_le_bytes());
    }

    /// Values of one width, many at once.
    fn hash_fixed<T, const WIDTH: usize>(
        &self,
        values: &[T],
        rows: Range<usize>,
        hasher: &mut Hasher,
        encode: impl Fn(&T) -> [u8; WIDTH],
    ) {
        const STEP: usize = 1 << 10;
        let has_nulls = self.column.null_count() > 0;
        let mut encoded = [[0_u8; WIDTH]; STEP];
        for (values, start) in values.chunks(STEP).zip(rows.clone().step_by(STEP)) {
            let encoded = &mut encoded[..values.len()];
            encoded.iter_mut().zip(values).for_each(|(encoded, value)| *encoded = encode(value));
            if has_nulls {
                let nulls = encoded.iter_mut().enumerate().filter(|(at, _)| !self.column.is_valid(start + at));
                nulls.for_each(|(_, encoded)| *encoded = [0; WIDTH]);
            }
            hasher.update(encoded.as_flattened());
        }
        self.nulls(rows).hash(hasher);
        // All of them could be read as what they are.
        hasher.update(&0_u64.to_le_bytes());
    }

    /// Texts that are what they are.
    fn hash_texts(&self, texts: &Texts, rows: Range<usize>, hasher: &mut Hasher) {
        let nulls = self.nulls(rows.clone());
        if nulls.count == 0 {
            hash_texts(texts, rows, |_| true, hasher);
        } else {
            hash_texts(texts, rows, |row| self.column.is_valid(row), hasher);
        }
        nulls.hash(hasher);
    }

    /// Which of these rows are null.
    fn nulls(&self, rows: Range<usize>) -> Nulls {
        let mut nulls = Nulls::new(rows.len());
        if self.column.null_count() == 0 {
            nulls.are_none();
        } else {
            rows.enumerate().filter(|(_, row)| self.column.is_valid(*row)).for_each(|(at, _)| nulls.is_value(at));
        }
        nulls
    }

    /// Values of any kind, one by one.
    fn hash_cells(&mut self, rows: Range<usize>, hasher: &mut Hasher) {
        const BUFFER: usize = 1 << 15;
        let mut nulls = Nulls::new(rows.len());
        let mut unread = Vec::new();
        let mut unread_count = 0_u64;
        let mut values = Vec::with_capacity(BUFFER + 64);
        let encoding = self.encoding;
        for (at, row) in rows.enumerate() {
            let cell = self.cell(row);
            if !matches!(cell, Cell::Null) {
                nulls.is_value(at);
            }
            match cell {
                Cell::Text(text) if encoding == Encoding::Text => write_text(text, &mut values),
                Cell::Text(text) => {
                    values.resize(values.len() + encoding.width(), 0);
                    unread_count += 1;
                    unread.extend_from_slice(&(at as u64).to_le_bytes());
                    write_text(text, &mut unread);
                }
                Cell::Null => values.resize(values.len() + encoding.width(), 0),
                cell => write_fixed(&cell, &mut values),
            }
            if values.len() >= BUFFER {
                hasher.update(&values);
                values.clear();
            }
        }
        hasher.update(&values);
        nulls.hash(hasher);
        if encoding != Encoding::Text {
            hasher.update(&unread_count.to_le_bytes());
            hasher.update(&unread);
        }
    }

    /// Adds one cell: whether there is a value of the encoding (1), another text (2) or none (0), and what it is.
    pub(super) fn write_cell(&mut self, row: usize, out: &mut Vec<u8>) {
        let encoding = self.encoding;
        match self.cell(row) {
            Cell::Null => out.push(0),
            Cell::Text(text) => {
                out.push(if encoding == Encoding::Text { 1 } else { 2 });
                write_text(text, out);
            }
            cell => {
                out.push(1);
                write_fixed(&cell, out);
            }
        }
    }

    #[inline]
    fn cell(&mut self, row: usize) -> Cell<'_> {
        if !self.column.is_valid(row) || (self.has_null_rule && self.is_null_by_rule(row)) {
            return Cell::Null;
        }
        match (&self.column.values, self.encoding) {
            (Values::Signed(values), Encoding::Integer) => return Cell::Integer(values[row]),
            (Values::Unsigned(values), Encoding::Integer) => {
                if let Ok(value) = i64::try_from(values[row]) {
                    return Cell::Integer(value);
                }
            }
            (Values::Double(values), Encoding::Float) => return Cell::Float(values[row]),
            // Text is held against the shortest text of such a float, all else against its value.
            (Values::Single(values), Encoding::Float) if !self.other.is_text() => {
                return Cell::Float(f64::from(values[row]));
            }
            (Values::Boolean(values), Encoding::Boolean) => return Cell::Boolean(values.get_bit(row)),
            (Values::Signed(values), Encoding::Moment) => {
                if let Some((times, more)) = moments(&self.column.data_type) {
                    return Cell::Moment(i128::from(values[row]) * times + more);
                }
            }
            (Values::Bytes(texts), Encoding::Text) if self.is_plain && self.column.data_type.is_text() => {
                return Cell::Text(texts.get(row));
            }
            _ => {}
        }
        self.cell_of_text(row)
    }

    /// Writes a value as text, unless it is one.
    fn text(&mut self, row: usize) -> &[u8] {
        match &self.column.values {
            Values::Bytes(texts) if self.column.data_type.is_text() => texts.get(row),
            values => {
                self.text.clear();
                let float = match values {
                    Values::Single(values) => Some(f64::from(values[row])),
                    Values::Double(values) => Some(values[row]),
                    _ => None,
                };
                // A float equals the integer that it is, of which its shortest text may lack digits.
                let is_held_against_integers = matches!(self.other, DataType::Integer { .. });
                match float.filter(|float| is_held_against_integers && float.fract() == 0.0 && float.abs() < 1e38) {
                    Some(float) => self.text.extend_from_slice(format!("{}", float as i128).as_bytes()),
                    None => format::write(self.column, row, &mut self.text),
                }
                &self.text
            }
        }
    }

    fn is_null_by_rule(&mut self, row: usize) -> bool {
        let rule = self.rule;
        rule.value(self.text(row)).is_none()
    }

    /// A cell by its text, which is read as a column of text would be.
    fn cell_of_text(&mut self, row: usize) -> Cell<'_> {
        let (rule, encoding) = (self.rule, self.encoding);
        let text = self.text(row);
        let Some(value) = rule.value(text) else { return Cell::Null };
        let read = match encoding {
            Encoding::Integer => integer(value).map(Cell::Integer),
            Encoding::Float => std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).map(Cell::Float),
            Encoding::Boolean => rule.truth(value).map(Cell::Boolean),
            Encoding::Moment => rule.moment(value).map(|(nanos, zoned)| Cell::Moment(nanos * 2 + i128::from(zoned))),
            Encoding::Text => None,
        };
        if let Some(read) = read {
            return read;
        }
        self.canonical = rule.canonical(text).unwrap_or_default().into_owned();
        match encoding {
            Encoding::Integer => integer(&self.canonical).map_or(Cell::Text(&self.canonical), Cell::Integer),
            _ => Cell::Text(&self.canonical),
        }
    }
}

/// Hands encoded texts to a hasher, many at once.
fn hash_texts(texts: &Texts, rows: Range<usize>, is_valid: impl Fn(usize) -> bool, hasher: &mut Hasher) {
    const STEP: usize = 1 << 8;
    /// What is copied for a text at most, however short it is: what lies beyond its end is written over by the next.
    const MOST: usize = 33;
    // Half of it is enough for the short texts of a step.
    const HALF: usize = STEP * MOST;
    let mut room = [0_u8; 2 * HALF];
    for start in rows.clone().step_by(STEP) {
        let rows = start..rows.end.min(start + STEP);
        let mut used = 0;
        if texts.are_inline(rows.clone()) {
            for row in rows.filter(|row| is_valid(*row)) {
                let (len, text) = texts.inline(row);
                room[used..][..text.len()].copy_from_slice(&text);
                used += len + 1;
            }
        } else {
            for row in rows.filter(|row| is_valid(*row)) {
                if let Some((len, text)) = texts.with_rest(row) {
                    room[used] = len as u8;
                    room[used + 1..][..text.len()].copy_from_slice(text);
                    used += len + 1;
                } else {
                    let text = texts.get(row);
                    let (length, count) = length(text.len());
                    if used + count + text.len() > HALF {
                        hasher.update(&room[..used]);
                        used = 0;
                    }
                    if count + text.len() > HALF {
                        hasher.update(&length[..count]);
                        hasher.update(text);
                    } else {
                        room[used..][..count].copy_from_slice(&length[..count]);
                        room[used + count..][..text.len()].copy_from_slice(text);
                        used += count + text.len();
                    }
                }
            }
        }
        // Hashing takes the processor's time and none of the memory's.
        texts.prefetch(start + STEP..start + 2 * STEP);
        hasher.update(&room[..used]);
    }
}

/// Which rows are null.
struct Nulls {
    /// A bit for each row that has a value.
    values: Vec<u8>,
    count: u64,
}

impl Nulls {
    /// Rows that are all null.
    fn new(rows: usize) -> Self {
        Self { values: vec![0; rows.div_ceil(8)], count: rows as u64 }
    }

    fn is_value(&mut self, row: usize) {
        self.values[row / 8] |= 1 << (row % 8);
        self.count -= 1;
    }

    fn are_none(&mut self) {
        self.count = 0;
    }

    fn hash(&self, hasher: &mut Hasher) {
        hasher.update(&self.count.to_le_bytes());
        if self.count > 0 {
            hasher.update(&self.values);
        }
    }
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// What a moment of this type is multiplied with, and what is added.
fn moments(data_type: &DataType) -> Option<(i128, i128)> {
    const DAY: i128 = 86_400_000_000_000;
    match data_type {
        DataType::Date => Some((DAY * 2, 0)),
        DataType::Timestamp { unit, zone } => Some((i128::from(unit.nanoseconds()) * 2, i128::from(zone.is_some()))),
        _ => None,
    }
}

/// Whether floats are the only forms of themselves: none is a NaN or the negative zero.
fn are_one_float(values: &[f64]) -> bool {
    const SIGN: u64 = 1 << 63;
    // Each has its highest bit set for what is looked for, by what processors can do with several values at once.
    let is_nan = |bits: u64| f64::INFINITY.to_bits().wrapping_sub(bits & !SIGN);
    let is_zero = |bits: u64| bits.wrapping_sub(1) & !bits;
    let odd = values.iter().map(|value| value.to_bits()).fold(0, |odd, bits| odd | is_nan(bits) | is_zero(bits ^ SIGN));
    odd & SIGN == 0
}

fn float_bytes(value: f64) -> [u8; 8] {
    let one = if value.is_nan() { f64::NAN } else { value + 0.0 };
    one.to_le_bytes()
}

#[inline]
fn write_fixed(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Integer(value) => out.extend_from_slice(&value.to_le_bytes()),
        Cell::Float(value) => out.extend_from_slice(&float_bytes(*value)),
        Cell::Boolean(value) => out.push(u8::from(*value)),
        Cell::Moment(value) => out.extend_from_slice(&value.to_le_bytes()),
        Cell::Null | Cell::Text(_) => {}
    }
}

fn write_text(text: &[u8], out: &mut Vec<u8>) {
    let (length, count) = length(text.len());
    out.extend_from_slice(&length[..count]);
    out.extend_from_slice(text);
}

/// A length as LEB128: seven bits in each of so many bytes, the lowest first.
fn length(mut len: usize) -> ([u8; 10], usize) {
    let (mut bytes, mut count) = ([0; 10], 0);
    while len >= 0x80 {
        bytes[count] = len as u8 | 0x80;
        (len, count) = (len >> 7, count + 1);
    }
    bytes[count] = len as u8;
    (bytes, count + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_zeros_have_one_form() {
        let mut out = Vec::new();
        write_text(&[b'x'; 300], &mut out);
        assert_eq!(&out[..3], [0xac, 0x02, b'x']);
        let bytes = |value: f64| {
            let mut out = Vec::new();
            write_fixed(&Cell::Float(value), &mut out);
            out
        };
        assert_eq!(bytes(-0.0), bytes(0.0));
        assert_eq!(bytes(-f64::NAN), bytes(f64::NAN));
        assert_ne!(bytes(1.0), bytes(-1.0));
        let odd = [f64::NAN, -f64::NAN, f64::from_bits(f64::INFINITY.to_bits() + 1), -0.0];
        assert!(odd.iter().all(|odd| !are_one_float(&[1.0, *odd, 2.0])));
        assert!(are_one_float(&[0.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, -5e-324, f64::MAX]));
    }
}
