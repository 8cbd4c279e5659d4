//! Room in which a column's values are brought into another order.
//!
//! It serves one column after another, and one comparison after another as long as it is small: to get as much new memory
//! takes as long as to write to it.

use bytemuck::Pod;
use parking_lot::Mutex;

/// What the largest value takes, but for the bytes of long texts.
type Place = u128;

/// What comparisons leave for the next ones.
static SPARE: Mutex<Vec<Room>> = Mutex::new(Vec::new());
/// The bytes that are left at most.
const MOST_SPARE: usize = 64 << 20;

/// The bytes that are asked for once. glibc gives memory back to the system where twice as much is free as the most that was
/// given back to it at once, up to 32 MiB: by less than this, each comparison would have the pages of its lists cleared
/// anew.
const ASKED_FOR: usize = 31 << 20;

/// The rooms of a comparison, one for each column that is at work.
#[derive(Default)]
pub(in crate::compare::columnar) struct Rooms(Mutex<Vec<Room>>);

/// Room for the values of a column, whatever they are.
#[derive(Default)]
pub(in crate::compare::columnar) struct Room {
    values: Vec<Place>,
    validity: Vec<u8>,
}

/// A part of the room, in which anything may stand.
pub(in crate::compare::columnar) struct Space<'a> {
    values: &'a mut [Place],
    /// A byte for each value.
    pub(super) validity: &'a mut [u8],
}

/// The values of a part of the room.
#[derive(Clone, Copy)]
pub(super) struct Filled<'a>(&'a [Place]);

impl Rooms {
    /// A room that nobody uses.
    pub(in crate::compare::columnar) fn take(&self) -> Room {
        // Nobody waits for others' comparisons here.
        self.0.lock().pop().or_else(|| SPARE.try_lock()?.pop()).unwrap_or_default()
    }

    /// Leaves a room for another column.
    pub(in crate::compare::columnar) fn put(&self, room: Room) {
        self.0.lock().push(room);
    }
}

impl Drop for Rooms {
    fn drop(&mut self) {
        if let Some(mut spare) = SPARE.try_lock() {
            leave(self.0.get_mut().drain(..), &mut spare);
        }
    }
}

/// Leaves rooms as far as there is place for them.
fn leave(rooms: impl Iterator<Item = Room>, spare: &mut Vec<Room>) {
    let mut bytes: usize = spare.iter().map(Room::bytes).sum();
    for room in rooms {
        if bytes + room.bytes() <= MOST_SPARE {
            bytes += room.bytes();
            spare.push(room);
        }
    }
}

impl Room {
    /// What a value takes, whatever it is: its place, and whether it is null.
    pub(in crate::compare::columnar) const VALUE_BYTES: usize = size_of::<Place>() + 1;

    fn bytes(&self) -> usize {
        self.values.len() * Self::VALUE_BYTES
    }

    /// A space for each of these numbers of values.
    pub(in crate::compare::columnar) fn spaces(&mut self, values: &[usize]) -> Vec<Space<'_>> {
        let all = values.iter().sum();
        if self.values.len() < all {
            *self = Self::default();
            // Nothing is written there; the compiler must not find that out.
            drop(std::hint::black_box(Vec::<u8>::with_capacity(ASKED_FOR)));
            *self = Self { values: vec![0; all], validity: vec![0; all] };
        }
        let (mut places, mut validity) = (&mut self.values[..], &mut self.validity[..]);
        let space =
            |count: &usize| Space { values: first(&mut places, *count), validity: first(&mut validity, *count) };
        values.iter().map(space).collect()
    }
}

impl<'a> Space<'a> {
    /// Places for values of this type, at least one for each.
    pub(super) fn values<T: Pod>(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(self.values)
    }

    /// What stands there now, and the bytes for validity.
    pub(super) fn filled(self) -> (Filled<'a>, &'a [u8]) {
        (Filled(self.values), self.validity)
    }
}

impl<'a> Filled<'a> {
    /// As values of the type that was written there.
    pub(super) fn values<T: Pod>(self) -> &'a [T] {
        bytemuck::cast_slice(self.0)
    }
}

/// The first of a slice, which loses them.
fn first<'a, T>(from: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let (first, rest) = std::mem::take(from).split_at_mut(count);
    *from = rest;
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_divided_and_used_again() {
        let rooms = Rooms::default();
        let mut room = rooms.take();
        let mut spaces = room.spaces(&[3, 0, 2]);
        spaces[0].values::<u64>()[..3].copy_from_slice(&[1, 2, 3]);
        spaces[2].values::<u64>()[..2].copy_from_slice(&[4, 5]);
        spaces[2].validity.fill(1);
        let lengths: Vec<usize> = spaces.iter().map(|space| space.validity.len()).collect();
        assert_eq!(lengths, [3, 0, 2]);
        let filled: Vec<_> = spaces.into_iter().map(Space::filled).collect();
        assert_eq!(filled[0].0.values::<u64>()[..3], [1, 2, 3]);
        assert_eq!((&filled[2].0.values::<u64>()[..2], filled[2].1), (&[4, 5][..], &[1, 1][..]));
        let place = room.values.as_ptr();
        rooms.put(room);
        let mut again = rooms.take();
        assert_eq!((again.spaces(&[4]).len(), again.values.as_ptr()), (1, place));
        assert_eq!(again.spaces(&[1 << 10])[0].validity.len(), 1 << 10);
    }

    #[test]
    fn what_is_left_for_the_next_comparison_is_bounded() {
        let room = |values: usize| {
            let mut room = Room::default();
            room.spaces(&[values]);
            room
        };
        let mut spare = Vec::new();
        leave([5 << 20, 1 << 20, 1 << 20].into_iter().map(room), &mut spare);
        assert_eq!(spare.len(), 2, "one is too large");
        leave([1 << 20, 1 << 20, 1 << 10].into_iter().map(room), &mut spare);
        let rows: Vec<usize> = spare.iter().map(|room| room.values.len()).collect();
        assert_eq!(rows, [1 << 20, 1 << 20, 1 << 20, 1 << 10]);
    }
}
