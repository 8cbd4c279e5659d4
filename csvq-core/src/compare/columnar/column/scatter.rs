//! A column's values in another order: put apart within pieces first, and then gathered from all pieces.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;
use polars_arrow::array::View;
use polars_arrow::bitmap::Bitmap;
use polars_buffer::Buffer;

use super::room::{Filled, Space};
use super::texts::Texts;
use super::{Column, Values, bits};

/// The pieces of a column, each of them put apart.
pub(in crate::compare::columnar) struct Scattered<'a> {
    pieces: Vec<Piece<'a>>,
    /// The buffers of all texts, and where those of each piece begin.
    buffers: Arc<[Buffer<u8>]>,
    bases: Vec<u32>,
}

/// A piece that was put apart.
pub(in crate::compare::columnar) struct Piece<'a> {
    /// Its kind, and the buffers of its texts.
    column: Column,
    /// Its values: numbers, views, and a byte for each flag.
    values: Filled<'a>,
    /// A byte for each value, 1 where there is one; `None` where none is null.
    validity: Option<&'a [u8]>,
}

/// Rows of a piece that follow one another, and where each of them goes among them.
pub(in crate::compare::columnar) type Move<'a> = (Range<usize>, &'a [u32]);

/// From where in a piece values are gathered, and where each of them goes.
pub(in crate::compare::columnar) type Segment<'a> = (Range<usize>, &'a [u16]);

impl Column {
    /// Puts each value into its place in the space.
    pub(in crate::compare::columnar) fn scatter<'a>(&self, moves: &[Move<'_>], mut space: Space<'a>) -> Piece<'a> {
        let mut column = self.without_rows();
        match &self.values {
            Values::Null => {}
            Values::Boolean(values) => scatter_bits(values, moves, space.values()),
            Values::Signed(values) => scatter(values, moves, space.values()),
            Values::Unsigned(values) => scatter(values, moves, space.values()),
            Values::Single(values) => scatter(values, moves, space.values()),
            Values::Double(values) => scatter(values, moves, space.values()),
            Values::Decimal(values) => scatter(values, moves, space.values()),
            Values::Bytes(texts) => {
                scatter(texts.views(), moves, space.values());
                column.values = Values::Bytes(Texts::new(Buffer::new(), texts.buffers().clone()));
            }
        }
        if let Some(validity) = &self.validity {
            scatter_bits(validity, moves, space.validity);
        }
        let (values, validity) = space.filled();
        Piece { column, values, validity: self.validity.is_some().then_some(validity) }
    }
}

fn scatter<T: Pod>(values: &[T], moves: &[Move<'_>], scattered: &mut [T]) {
    for (rows, to) in moves {
        let scattered = &mut scattered[rows.clone()];
        values[rows.clone()].iter().zip(*to).for_each(|(value, place)| scattered[*place as usize] = *value);
    }
}

fn scatter_bits(values: &Bitmap, moves: &[Move<'_>], scattered: &mut [u8]) {
    for (rows, to) in moves {
        let scattered = &mut scattered[rows.clone()];
        bits::each(values, rows.clone()).zip(*to).for_each(|(value, place)| scattered[*place as usize] = value);
    }
}

impl Piece<'_> {
    fn is_null(&self) -> bool {
        matches!(self.column.values, Values::Null)
    }
}

impl<'a> Scattered<'a> {
    /// The pieces of one column, of which there is one at least.
    pub(in crate::compare::columnar) fn new(pieces: Vec<Piece<'a>>) -> Self {
        let (mut buffers, mut bases) = (Vec::new(), Vec::new());
        for piece in &pieces {
            bases.push(buffers.len() as u32);
            if let Values::Bytes(texts) = &piece.column.values {
                buffers.extend(texts.buffers().iter().cloned());
            }
        }
        Self { pieces, buffers: buffers.into(), bases }
    }

    /// The values of some segments of each piece, each in its place among so many.
    pub(in crate::compare::columnar) fn gather(&self, segments: &[Vec<Segment<'_>>], len: usize) -> Column {
        // A piece of nulls alone may have no values, whatever its type is.
        let kind = self.pieces.iter().find(|piece| !piece.is_null()).map(|piece| &piece.column.values);
        let from = || self.pieces.iter().zip(segments);
        let values = match kind {
            None | Some(Values::Null) => Values::Null,
            Some(Values::Signed(_)) => Values::Signed(gather(from(), len).into()),
            Some(Values::Unsigned(_)) => Values::Unsigned(gather(from(), len).into()),
            Some(Values::Single(_)) => Values::Single(gather(from(), len).into()),
            Some(Values::Double(_)) => Values::Double(gather(from(), len).into()),
            Some(Values::Decimal(_)) => Values::Decimal(gather(from(), len).into()),
            Some(Values::Boolean(_)) => Values::Boolean(bits::of_bytes(&gather(from(), len))),
            Some(Values::Bytes(_)) => Values::Bytes(self.texts(segments, len)),
        };
        let has_nulls = self.pieces.iter().any(|piece| piece.is_null() || piece.validity.is_some());
        let validity =
            (has_nulls && !matches!(values, Values::Null)).then(|| bits::of_bytes(&self.validity(segments, len)));
        let first = self.pieces.first();
        let data_type = first.map_or(crate::types::DataType::Null, |piece| piece.column.data_type.clone());
        Column { data_type, values, validity, len }
    }

    fn texts(&self, segments: &[Vec<Segment<'_>>], len: usize) -> Texts {
        let mut views = vec![View::default(); len];
        for ((piece, base), segments) in self.pieces.iter().zip(&self.bases).zip(segments) {
            if piece.is_null() {
                continue;
            }
            for (range, places) in segments {
                let from = &piece.values.values::<View>()[range.clone()];
                if *base == 0 {
                    put(from, places, &mut views);
                    continue;
                }
                for (view, place) in from.iter().zip(*places) {
                    let mut view = *view;
                    view.buffer_idx += if view.length > View::MAX_INLINE_SIZE { *base } else { 0 };
                    views[usize::from(*place)] = view;
                }
            }
        }
        Texts::new(views.into(), self.buffers.clone())
    }

    /// A byte for each value.
    fn validity(&self, segments: &[Vec<Segment<'_>>], len: usize) -> Vec<u8> {
        let mut gathered = vec![0; len];
        for (piece, segments) in self.pieces.iter().zip(segments) {
            for (range, places) in segments {
                match piece.validity {
                    _ if piece.is_null() => {}
                    Some(validity) => put(&validity[range.clone()], places, &mut gathered),
                    None => places.iter().for_each(|place| gathered[usize::from(*place)] = 1),
                }
            }
        }
        gathered
    }
}

/// The values of all pieces that have some.
fn gather<'a, T: Pod>(from: impl Iterator<Item = (&'a Piece<'a>, &'a Vec<Segment<'a>>)>, len: usize) -> Vec<T> {
    let mut gathered = vec![T::zeroed(); len];
    for (piece, segments) in from.filter(|(piece, _)| !piece.is_null()) {
        segments.iter().for_each(|(range, places)| put(&piece.values.values()[range.clone()], places, &mut gathered));
    }
    gathered
}

fn put<T: Copy>(values: &[T], places: &[u16], into: &mut [T]) {
    values.iter().zip(places).for_each(|(value, place)| into[usize::from(*place)] = *value);
}
