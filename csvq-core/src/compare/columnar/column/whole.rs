//! A whole column, put together from its pieces as they come, so that each can be let go before the next one is read.

use polars_arrow::bitmap::{Bitmap, MutableBitmap};

use super::texts::TextsBuilder;
use super::{Column, Values};
use crate::types::DataType;

/// A column that grows.
pub(in crate::compare::columnar) struct Whole {
    data_type: DataType,
    /// How many values are expected.
    expected: usize,
    values: Growing,
    validity: Option<MutableBitmap>,
    len: usize,
}

/// Values that grow; nothing is known of them before the first piece that is not null alone.
enum Growing {
    Unknown,
    Boolean(MutableBitmap),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
    Single(Vec<f32>),
    Double(Vec<f64>),
    Decimal(Vec<i128>),
    Bytes(TextsBuilder),
}

impl Whole {
    /// A column of this type that is to have so many values, about.
    pub(in crate::compare::columnar) fn new(data_type: &DataType, expected: usize) -> Self {
        Self { data_type: data_type.clone(), expected, values: Growing::Unknown, validity: None, len: 0 }
    }

    /// Adds a piece.
    pub(in crate::compare::columnar) fn push(&mut self, piece: &Column) {
        if matches!(self.values, Growing::Unknown) {
            self.values = Growing::like(&piece.values, self.expected);
            self.values.skip(self.len);
        }
        match (&mut self.values, &piece.values) {
            (Growing::Boolean(all), Values::Boolean(more)) => all.extend_from_bitmap(more),
            (Growing::Signed(all), Values::Signed(more)) => all.extend_from_slice(more),
            (Growing::Unsigned(all), Values::Unsigned(more)) => all.extend_from_slice(more),
            (Growing::Single(all), Values::Single(more)) => all.extend_from_slice(more),
            (Growing::Double(all), Values::Double(more)) => all.extend_from_slice(more),
            (Growing::Decimal(all), Values::Decimal(more)) => all.extend_from_slice(more),
            (Growing::Bytes(all), Values::Bytes(more)) => all.extend(more),
            // A piece of nulls alone may have no values.
            (all, _) => all.skip(piece.len),
        }
        if piece.null_count() > 0 && self.validity.is_none() {
            self.validity = Some(MutableBitmap::from_len_set(self.len));
        }
        if let Some(validity) = &mut self.validity {
            match &piece.validity {
                Some(more) => validity.extend_from_bitmap(more),
                None => validity.extend_constant(piece.len, piece.null_count() == 0),
            }
        }
        self.len += piece.len;
    }

    /// The column.
    pub(in crate::compare::columnar) fn finish(self) -> Column {
        let values = match self.values {
            Growing::Unknown => Values::Null,
            Growing::Boolean(all) => Values::Boolean(all.into()),
            Growing::Signed(all) => Values::Signed(all.into()),
            Growing::Unsigned(all) => Values::Unsigned(all.into()),
            Growing::Single(all) => Values::Single(all.into()),
            Growing::Double(all) => Values::Double(all.into()),
            Growing::Decimal(all) => Values::Decimal(all.into()),
            Growing::Bytes(all) => Values::Bytes(all.finish()),
        };
        let validity = self.validity.filter(|_| !matches!(values, Values::Null)).map(Bitmap::from);
        Column { data_type: self.data_type, values, validity, len: self.len }
    }
}

impl Growing {
    /// Room for so many values of the same kind.
    fn like(values: &Values, expected: usize) -> Self {
        match values {
            Values::Null => Self::Unknown,
            Values::Boolean(_) => Self::Boolean(MutableBitmap::new()),
            Values::Signed(_) => Self::Signed(room(expected)),
            Values::Unsigned(_) => Self::Unsigned(room(expected)),
            Values::Single(_) => Self::Single(room(expected)),
            Values::Double(_) => Self::Double(room(expected)),
            Values::Decimal(_) => Self::Decimal(room(expected)),
            Values::Bytes(_) => Self::Bytes(TextsBuilder::with_views(room(expected))),
        }
    }

    /// Adds values that mean nothing.
    fn skip(&mut self, count: usize) {
        match self {
            Self::Unknown => {}
            Self::Boolean(all) => all.extend_constant(count, false),
            Self::Signed(all) => all.resize(all.len() + count, 0),
            Self::Unsigned(all) => all.resize(all.len() + count, 0),
            Self::Single(all) => all.resize(all.len() + count, 0.0),
            Self::Double(all) => all.resize(all.len() + count, 0.0),
            Self::Decimal(all) => all.resize(all.len() + count, 0),
            Self::Bytes(all) => all.skip(count),
        }
    }
}

/// Room for what is expected, if there is any: what a damaged file says of itself may be anything.
fn room<T>(expected: usize) -> Vec<T> {
    let mut room = Vec::new();
    if room.try_reserve_exact(expected).is_err() {
        tracing::debug!(expected, "no room for a column at once");
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(values: Values, validity: Option<Bitmap>, len: usize) -> Column {
        Column { data_type: DataType::Integer { signed: true, bits: 64 }, values, validity, len }
    }

    #[test]
    fn pieces_are_put_together() {
        let nulls = piece(Values::Null, None, 2);
        let plain = piece(Values::Signed(vec![3, 4].into()), None, 2);
        let mixed = piece(Values::Signed(vec![5, 0].into()), Some(Bitmap::from([true, false])), 2);
        let check = |pieces: &[&Column], expected: &[Option<i64>]| {
            let mut whole = Whole::new(&plain.data_type, 1);
            pieces.iter().for_each(|piece| whole.push(piece));
            let column = whole.finish();
            let found: Vec<Option<i64>> = (0..column.len)
                .map(|row| match &column.values {
                    Values::Signed(values) if column.is_valid(row) => Some(values[row]),
                    _ => None,
                })
                .collect();
            assert_eq!(found, expected);
            assert_eq!(column.null_count(), expected.iter().filter(|value| value.is_none()).count());
        };
        check(&[], &[]);
        check(&[&plain, &plain], &[Some(3), Some(4), Some(3), Some(4)]);
        check(&[&nulls, &plain, &mixed], &[None, None, Some(3), Some(4), Some(5), None]);
        check(&[&plain, &nulls], &[Some(3), Some(4), None, None]);
        check(&[&nulls, &nulls], &[None; 4]);
    }
}
