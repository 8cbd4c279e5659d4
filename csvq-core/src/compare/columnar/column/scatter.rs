//! A column's values in another order: put apart within pieces first, and then gathered from all pieces.
//!
//! What is put apart stands in room that serves one column after another: to get as much new memory for each of them
//! takes as long as to write to it.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;
use polars_arrow::array::View;
use polars_arrow::bitmap::{Bitmap, MutableBitmap};
use polars_buffer::Buffer;

use super::texts::Texts;
use super::{Column, Values};

/// What the largest value takes, but for the bytes of long texts.
type Place = u128;

/// The least places that memory is asked for. glibc gives memory back to the system where twice as much is free as the most
/// that was asked for at once, up to 32 MiB: by less than this, each comparison would have its pages cleared anew.
const LEAST_ROOM: usize = (31 << 20) / size_of::<Place>();

/// Room for the values of a column, whatever they are.
#[derive(Default)]
pub(in crate::compare::columnar) struct Room(Vec<Place>);

impl Room {
    /// Places for so many values, in which anything may stand.
    pub(in crate::compare::columnar) fn places(&mut self, values: usize) -> &mut [Place] {
        if self.0.len() < values {
            self.0 = Vec::with_capacity(values.max(LEAST_ROOM));
            self.0.resize(values, 0);
        }
        &mut self.0[..values]
    }
}

/// The pieces of a column, each of them put apart.
pub(in crate::compare::columnar) struct Scattered<'a> {
    pieces: Vec<Piece<'a>>,
    /// The buffers of all texts, and where those of each piece begin.
    buffers: Arc<[Buffer<u8>]>,
    bases: Vec<u32>,
}

/// A piece that was put apart.
pub(in crate::compare::columnar) struct Piece<'a> {
    /// All of it but numbers and views.
    column: Column,
    /// Numbers and views.
    values: &'a [Place],
}

/// From where in a piece values are gathered, and where each of them goes.
type Segment<'a> = (Range<usize>, &'a [u16]);

impl Column {
    /// The values in other places, one for each of them.
    pub(in crate::compare::columnar) fn scatter<'a>(&self, to: &[u32], room: &'a mut [Place]) -> Piece<'a> {
        let mut column = Self { len: self.len, ..self.without_rows() };
        match &self.values {
            Values::Null => {}
            Values::Boolean(values) => column.values = Values::Boolean(bits(values, to)),
            Values::Signed(values) => scatter(values, to, room),
            Values::Unsigned(values) => scatter(values, to, room),
            Values::Single(values) => scatter(values, to, room),
            Values::Double(values) => scatter(values, to, room),
            Values::Decimal(values) => scatter(values, to, room),
            Values::Bytes(texts) => {
                scatter(texts.views(), to, room);
                column.values = Values::Bytes(Texts::new(Buffer::new(), texts.buffers().clone()));
            }
        }
        column.validity = self.validity.as_ref().map(|validity| bits(validity, to));
        Piece { column, values: room }
    }
}

fn scatter<T: Pod>(values: &[T], to: &[u32], room: &mut [Place]) {
    let scattered: &mut [T] = bytemuck::cast_slice_mut(room);
    values.iter().zip(to).for_each(|(value, place)| scattered[*place as usize] = *value);
}

fn bits(bits: &Bitmap, to: &[u32]) -> Bitmap {
    let mut scattered = MutableBitmap::from_len_zeroed(to.len());
    bits.iter().zip(to).for_each(|(bit, place)| scattered.set(*place as usize, bit));
    scattered.into()
}

impl Piece<'_> {
    /// Numbers or views of this type, which the piece holds.
    fn values<T: Pod>(&self) -> &[T] {
        bytemuck::cast_slice(self.values)
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

    /// The values of one segment of each piece, each in its place among so many.
    pub(in crate::compare::columnar) fn gather(&self, segments: &[Segment<'_>], len: usize) -> Column {
        let from = || self.pieces.iter().zip(segments).map(|(piece, (range, places))| (piece, range.clone(), *places));
        // A piece of nulls alone may have no values, whatever its type is.
        let kind = self.pieces.iter().map(|piece| &piece.column.values).find(|values| !matches!(values, Values::Null));
        macro_rules! numbers {
            ($kind:ident) => {
                Values::$kind(gather(
                    len,
                    from().filter_map(|(piece, range, places)| match &piece.column.values {
                        Values::$kind(_) => Some((&piece.values()[range], places)),
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
                from().map(|(piece, range, places)| match &piece.column.values {
                    Values::Boolean(values) => (Some(values), false, range, places),
                    _ => (None, false, range, places),
                }),
            )),
            Some(Values::Bytes(_)) => Values::Bytes(self.texts(segments, len)),
        };
        let has_nulls = self.pieces.iter().any(|piece| piece.column.null_count() > 0);
        let validity = (has_nulls && !matches!(values, Values::Null)).then(|| {
            let valid = from().map(|(piece, range, places)| {
                let is_null = matches!(piece.column.values, Values::Null);
                (piece.column.validity.as_ref(), !is_null, range, places)
            });
            gather_bits(len, valid)
        });
        let first = self.pieces.first();
        let data_type = first.map_or(crate::types::DataType::Null, |piece| piece.column.data_type.clone());
        Column { data_type, values, validity, len }
    }

    fn texts(&self, segments: &[Segment<'_>], len: usize) -> Texts {
        let mut views = vec![View::default(); len];
        for ((piece, base), (range, places)) in self.pieces.iter().zip(&self.bases).zip(segments) {
            if !matches!(piece.column.values, Values::Bytes(_)) {
                continue;
            }
            for (view, place) in piece.values::<View>()[range.clone()].iter().zip(*places) {
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
