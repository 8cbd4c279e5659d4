//! A column's values in another order: put apart within pieces first, and then gathered from all pieces.

use std::ops::Range;
use std::sync::Arc;

use polars_arrow::array::View;
use polars_arrow::bitmap::{Bitmap, MutableBitmap};
use polars_buffer::Buffer;

use super::texts::Texts;
use super::{Column, Values};

/// The pieces of a column, each of them put apart.
pub(in crate::compare::columnar) struct Scattered {
    pieces: Vec<Column>,
    /// The buffers of all texts, and where those of each piece begin.
    buffers: Arc<[Buffer<u8>]>,
    bases: Vec<u32>,
}

/// From where in a piece values are gathered, and where each of them goes.
type Segment<'a> = (Range<usize>, &'a [u16]);

impl Column {
    /// The values in other places, one for each of them.
    pub(in crate::compare::columnar) fn scatter(&self, to: &[u32]) -> Self {
        let values = match &self.values {
            Values::Null => Values::Null,
            Values::Boolean(values) => Values::Boolean(bits(values, to)),
            Values::Signed(values) => Values::Signed(scatter(values, to)),
            Values::Unsigned(values) => Values::Unsigned(scatter(values, to)),
            Values::Single(values) => Values::Single(scatter(values, to)),
            Values::Double(values) => Values::Double(scatter(values, to)),
            Values::Decimal(values) => Values::Decimal(scatter(values, to)),
            Values::Bytes(texts) => Values::Bytes(Texts::new(scatter(texts.views(), to), texts.buffers().clone())),
        };
        let validity = self.validity.as_ref().map(|validity| bits(validity, to));
        Self { data_type: self.data_type.clone(), values, validity, len: self.len }
    }
}

fn scatter<T: Copy + Default>(values: &[T], to: &[u32]) -> Buffer<T> {
    let mut scattered = vec![T::default(); to.len()];
    values.iter().zip(to).for_each(|(value, place)| scattered[*place as usize] = *value);
    scattered.into()
}

fn bits(bits: &Bitmap, to: &[u32]) -> Bitmap {
    let mut scattered = MutableBitmap::from_len_zeroed(to.len());
    bits.iter().zip(to).for_each(|(bit, place)| scattered.set(*place as usize, bit));
    scattered.into()
}

impl Scattered {
    /// The pieces of one column, of which there is one at least.
    pub(in crate::compare::columnar) fn new(pieces: Vec<Column>) -> Self {
        let (mut buffers, mut bases) = (Vec::new(), Vec::new());
        for piece in &pieces {
            bases.push(buffers.len() as u32);
            if let Values::Bytes(texts) = &piece.values {
                buffers.extend(texts.buffers().iter().cloned());
            }
        }
        Self { pieces, buffers: buffers.into(), bases }
    }

    /// The values of one segment of each piece, each in its place among so many.
    pub(in crate::compare::columnar) fn gather(&self, segments: &[Segment<'_>], len: usize) -> Column {
        let from = || self.pieces.iter().zip(segments).map(|(piece, (range, places))| (piece, range.clone(), *places));
        // A piece of nulls alone may have no values, whatever its type is.
        let kind = self.pieces.iter().map(|piece| &piece.values).find(|values| !matches!(values, Values::Null));
        macro_rules! numbers {
            ($kind:ident) => {
                Values::$kind(gather(
                    len,
                    from().filter_map(|(piece, range, places)| match &piece.values {
                        Values::$kind(values) => Some((&values[range], places)),
                        _ => None,
                    }),
                ))
            };
        }
        let values = match kind {
            None | Some(Values::Null) => Values::Null,
            Some(Values::Signed(_)) => numbers!(Signed),
            Some(Values::Unsigned(_)) => numbers!(Unsigned),
            Some(Values::Single(_)) => numbers!(Single),
            Some(Values::Double(_)) => numbers!(Double),
            Some(Values::Decimal(_)) => numbers!(Decimal),
            Some(Values::Boolean(_)) => Values::Boolean(gather_bits(
                len,
                from().map(|(piece, range, places)| match &piece.values {
                    Values::Boolean(values) => (Some(values), false, range, places),
                    _ => (None, false, range, places),
                }),
            )),
            Some(Values::Bytes(_)) => Values::Bytes(self.texts(segments, len)),
        };
        let has_nulls = self.pieces.iter().any(|piece| piece.null_count() > 0);
        let validity = (has_nulls && !matches!(values, Values::Null)).then(|| {
            let valid = from().map(|(piece, range, places)| {
                (piece.validity.as_ref(), !matches!(piece.values, Values::Null), range, places)
            });
            gather_bits(len, valid)
        });
        let data_type = self.pieces.first().map_or(crate::types::DataType::Null, |piece| piece.data_type.clone());
        Column { data_type, values, validity, len }
    }

    fn texts(&self, segments: &[Segment<'_>], len: usize) -> Texts {
        let mut views = vec![View::default(); len];
        for ((piece, base), (range, places)) in self.pieces.iter().zip(&self.bases).zip(segments) {
            let Values::Bytes(texts) = &piece.values else { continue };
            for (view, place) in texts.views()[range.clone()].iter().zip(*places) {
                let mut view = *view;
                view.buffer_idx += if view.length > View::MAX_INLINE_SIZE { *base } else { 0 };
                views[usize::from(*place)] = view;
            }
        }
        Texts::new(views.into(), self.buffers.clone())
    }
}

fn gather<'a, T: Copy + Default + 'a>(len: usize, segments: impl Iterator<Item = (&'a [T], &'a [u16])>) -> Buffer<T> {
    let mut gathered = vec![T::default(); len];
    for (values, places) in segments {
        values.iter().zip(places).for_each(|(value, place)| gathered[usize::from(*place)] = *value);
    }
    gathered.into()
}

/// Bits of segments, or one for all of a segment.
fn gather_bits<'a>(
    len: usize,
    segments: impl Iterator<Item = (Option<&'a Bitmap>, bool, Range<usize>, &'a [u16])>,
) -> Bitmap {
    let mut gathered = MutableBitmap::from_len_zeroed(len);
    for (bits, all, range, places) in segments {
        for (at, place) in range.zip(places) {
            gathered.set(usize::from(*place), bits.map_or(all, |bits| bits.get_bit(at)));
        }
    }
    gathered.into()
}
