//! The columns of differences while they grow, and as Arrow has them.

use std::ops::Range;

use super::{ExtraType, ExtraValue};
use crate::stream::{Buffer, Column};

/// Row numbers, some of them null. Rows are counted from 1, so 0 stands for null.
#[derive(Debug, Default)]
pub(super) struct Rows(Vec<u64>);

/// Texts, one after the other, some of them null.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: String,
    ends: Vec<(usize, bool)>,
}

/// Numbers, some of them null.
pub(super) type Integers = Vec<Option<i64>>;

/// The values of a column of the plugin's own. They reach as far as the last one that was given.
#[derive(Debug)]
pub(super) enum Values {
    Text(Texts),
    Integer(Integers),
    Number(Vec<Option<f64>>),
    Truth(Vec<Option<bool>>),
}

impl Rows {
    pub(super) fn push(&mut self, row: Option<u64>) {
        self.0.push(row.unwrap_or(0));
    }

    pub(super) fn column(&self, range: Range<usize>) -> Column {
        let rows = self.0.get(range).unwrap_or_default();
        let (nulls, validity) = validity(rows.iter().map(|row| *row != 0));
        Column { nulls, buffers: vec![validity, Buffer::Unsigned(rows.to_vec())] }
    }
}

impl Texts {
    pub(super) fn push(&mut self, text: Option<&str>) {
        self.bytes.push_str(text.unwrap_or_default());
        self.ends.push((self.bytes.len(), text.is_some()));
    }

    fn get(&self, index: usize) -> Option<&str> {
        let (end, is_there) = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        is_there.then(|| self.bytes.get(start..end)).flatten()
    }

    pub(super) fn column(&self, range: Range<usize>) -> Column {
        texts(range.map(|index| self.get(index)))
    }
}

impl Values {
    pub(super) fn new(data_type: ExtraType) -> Self {
        match data_type {
            ExtraType::Text => Self::Text(Texts::default()),
            ExtraType::Integer => Self::Integer(Vec::new()),
            ExtraType::Number => Self::Number(Vec::new()),
            ExtraType::Truth => Self::Truth(Vec::new()),
        }
    }

    /// Sets the value of the last of so many lines, which is null before.
    pub(super) fn set_last(&mut self, lines: usize, value: ExtraValue) {
        fn set<T: Clone>(values: &mut Vec<Option<T>>, lines: usize, value: T) {
            values.resize(lines.saturating_sub(1), None);
            values.push(Some(value));
        }
        match (self, value) {
            (Self::Text(texts), ExtraValue::Text(value)) if texts.ends.len() < lines => {
                let end = texts.bytes.len();
                texts.ends.resize(lines - 1, (end, false));
                texts.push(Some(&value));
            }
            (Self::Integer(values), ExtraValue::Integer(value)) => set(values, lines, value),
            (Self::Number(values), ExtraValue::Number(value)) => set(values, lines, value),
            (Self::Truth(values), ExtraValue::Truth(value)) => set(values, lines, value),
            _ => {}
        }
    }

    pub(super) fn column(&self, range: Range<usize>) -> Column {
        fn get<T: Copy>(values: &[Option<T>], range: Range<usize>) -> impl Iterator<Item = Option<T>> + Clone {
            range.map(|index| values.get(index).copied().flatten())
        }
        match self {
            Self::Text(texts) => texts.column(range),
            Self::Integer(values) => {
                let values = get(values, range);
                let (nulls, validity) = validity(values.clone().map(|value| value.is_some()));
                Column {
                    nulls,
                    buffers: vec![validity, Buffer::Signed(values.map(Option::unwrap_or_default).collect())],
                }
            }
            Self::Number(values) => {
                let values = get(values, range);
                let (nulls, validity) = validity(values.clone().map(|value| value.is_some()));
                Column {
                    nulls,
                    buffers: vec![validity, Buffer::Floats(values.map(Option::unwrap_or_default).collect())],
                }
            }
            Self::Truth(values) => {
                let values = get(values, range);
                let (nulls, validity) = validity(values.clone().map(|value| value.is_some()));
                Column {
                    nulls,
                    buffers: vec![validity, Buffer::Bytes(bits(values.map(|value| value == Some(true))).1)],
                }
            }
        }
    }
}

/// A column of texts, with offsets of 64 bits.
pub(super) fn texts<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Column {
    let mut bytes = Vec::new();
    let mut offsets = vec![0_i64];
    let mut there = Vec::new();
    for text in texts {
        bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
        offsets.push(bytes.len() as i64);
        there.push(text.is_some());
    }
    let (nulls, validity) = validity(there.into_iter());
    Column { nulls, buffers: vec![validity, Buffer::Signed(offsets), Buffer::Bytes(bytes)] }
}

/// How many values are null, and which are not: no buffer where all are there.
fn validity(there: impl Iterator<Item = bool>) -> (usize, Buffer) {
    let (nulls, bits) = bits(there);
    (nulls, if nulls == 0 { Buffer::None } else { Buffer::Bytes(bits) })
}

/// How many are false, and all of them as bits, the first one lowest.
fn bits(values: impl Iterator<Item = bool>) -> (usize, Vec<u8>) {
    let mut bits = Vec::new();
    let mut unset = 0;
    for (index, value) in values.enumerate() {
        if index % 8 == 0 {
            bits.push(0);
        }
        match bits.last_mut() {
            Some(last) if value => *last |= 1 << (index % 8),
            _ => unset += 1,
        }
    }
    (unset, bits)
}
