//! A column's values as the kernels take them: one piece, whatever arrays they came in, and of few physical kinds.
//!
//! Numbers of eight bytes and text views are shared with the arrays; the rest is copied, one column at a time.

pub(super) mod bits;
mod load;
mod nested;
mod room;
mod scatter;
mod texts;
mod whole;

use polars_arrow::bitmap::Bitmap;
use polars_buffer::Buffer;

use crate::types::DataType;

pub(in crate::compare) use load::load;
pub(super) use room::{Room, Rooms, Space};
pub(super) use scatter::{Move, Scattered, Segment};
pub(super) use texts::Texts;
pub(super) use whole::Whole;

/// A whole column.
#[derive(Clone, Debug)]
pub(in crate::compare) struct Column {
    pub(super) data_type: DataType,
    pub(super) values: Values,
    /// Which values are not null; `None` where none is.
    pub(super) validity: Option<Bitmap>,
    pub(super) len: usize,
}

/// Values; what stands in the place of a null means nothing.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Nulls alone.
    Null,
    Boolean(Bitmap),
    /// Integers, days, and moments and spans in their unit.
    Signed(Buffer<i64>),
    Unsigned(Buffer<u64>),
    Single(Buffer<f32>),
    Double(Buffer<f64>),
    /// Decimals, as many times ten to the power of their scale as needed.
    Decimal(Buffer<i128>),
    /// Text, bytes, and lists and structs by their canonical text.
    Bytes(Texts),
}

impl Column {
    /// A column of the same kind that has no rows.
    pub(super) fn without_rows(&self) -> Self {
        let values = match &self.values {
            Values::Null => Values::Null,
            Values::Boolean(_) => Values::Boolean(Bitmap::new()),
            Values::Signed(_) => Values::Signed(Buffer::new()),
            Values::Unsigned(_) => Values::Unsigned(Buffer::new()),
            Values::Single(_) => Values::Single(Buffer::new()),
            Values::Double(_) => Values::Double(Buffer::new()),
            Values::Decimal(_) => Values::Decimal(Buffer::new()),
            Values::Bytes(_) => Values::Bytes(Texts::default()),
        };
        Self { data_type: self.data_type.clone(), values, validity: None, len: 0 }
    }

    /// Whether there is a value.
    #[inline(always)]
    pub(super) fn is_valid(&self, index: usize) -> bool {
        match &self.validity {
            None => !matches!(self.values, Values::Null),
            Some(validity) => validity.get_bit(index),
        }
    }

    /// The same column, with floats as the larger ones.
    pub(super) fn widened(mut self) -> Self {
        if let Values::Single(values) = &self.values {
            self.values = Values::Double(values.iter().map(|value| f64::from(*value)).collect());
        }
        self
    }

    /// How many values are null.
    pub(super) fn null_count(&self) -> usize {
        match (&self.validity, &self.values) {
            (_, Values::Null) => self.len,
            (Some(validity), _) => validity.unset_bits(),
            (None, _) => 0,
        }
    }
}
