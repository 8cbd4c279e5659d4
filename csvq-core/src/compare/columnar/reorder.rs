//! Right rows brought into the order of pairs, where they stand in another.
//!
//! Values are first put apart within each stretch of a piece, by the part of the pairs to which they belong, and then
//! brought into order within each part, which stays in the processor's cache: nothing is fetched from all over a column.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use csvq_text::threads;
use parking_lot::Mutex;

use super::column::{Column, Move, Room, Scattered, Segment, Space};
use super::pairs::{NONE, Pairs, Run};
use super::pieces::{PieceLayout, Pieces};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};

/// Pairs between two looks at whether to go on.
const STEP: usize = 1 << 18;
/// The number of pairs in a part, of which numbers of two bytes reach each.
const PART: usize = 1 << 15;
/// Rows of a piece whose places are found by one thread at a time.
const STRETCH: usize = 1 << 18;
/// Runs of fewer pairs are not kept.
const PAIRS_PER_RUN: usize = 64;

/// Where right rows go.
pub(super) struct Reorder {
    pairs: usize,
    /// For each piece the places of its rows, one stretch after another.
    pieces: Vec<Vec<Places>>,
    /// The runs of left rows, with the pairs' numbers in place of right rows, where there are few: each column needs them.
    left_runs: Option<Pairs>,
}

/// Where the rows of a stretch of a piece go.
struct Places {
    /// The rows, counted from the piece's first.
    rows: Range<usize>,
    /// For each row its place among those of the stretch when they are put apart.
    to: Vec<u32>,
    /// For each of those places the pair's number within its part.
    within: Vec<u16>,
    /// Where each part begins among those places; rows without a partner come last.
    starts: Vec<u32>,
}

impl Reorder {
    pub(super) fn new(pairs: &Pairs, layout: &PieceLayout, threads: usize, control: &Control) -> Result<Self> {
        let rows = layout.len().checked_sub(1).map_or(0, |last| layout.rows(last).end);
        // Each right row has one pair at most, so that threads never meet.
        let pair_of_right: Vec<AtomicU32> = (0..rows).map(|_| AtomicU32::new(NONE)).collect();
        let starts: Vec<usize> = (0..pairs.len()).step_by(STEP).collect();
        let store = |start: &usize| {
            csvq_text::check(control)?;
            pairs.each_right(*start..pairs.len().min(start + STEP), |pair, right| {
                pair_of_right[right].store(pair as u32, Ordering::Relaxed);
            });
            Ok::<_, Error>(())
        };
        threads::for_each(threads, &starts, store, |()| false)?.into_iter().collect::<Result<()>>()?;
        let pair_of_right: Vec<u32> = pair_of_right.into_iter().map(AtomicU32::into_inner).collect();
        let parts = pairs.len().div_ceil(PART);
        let stretches = stretches(layout);
        let place = |(piece, rows): &(usize, Range<usize>)| {
            csvq_text::check(control)?;
            let first = layout.rows(*piece).start;
            Ok::<_, Error>(Places::new(rows.clone(), &pair_of_right[first + rows.start..first + rows.end], parts))
        };
        let places = threads::for_each(threads, &stretches, place, |_| false)?;
        let mut pieces: Vec<Vec<Places>> = (0..layout.len()).map(|_| Vec::new()).collect();
        for ((piece, _), places) in stretches.into_iter().zip(places) {
            pieces[piece].push(places?);
        }
        Ok(Self { pairs: pairs.len(), pieces, left_runs: left_runs(pairs) })
    }

    /// The runs of left rows within these of all pairs; in place of right rows they have the pairs' numbers.
    pub(super) fn left_runs<'a>(
        &'a self,
        pairs: &'a Pairs,
        range: Range<usize>,
    ) -> Box<dyn Iterator<Item = (usize, Run)> + 'a> {
        match &self.left_runs {
            Some(known) => Box::new(known.runs(range)),
            None => Box::new(pairs.left_runs(range)),
        }
    }

    /// How many parts there are.
    pub(super) fn parts(&self) -> usize {
        self.pairs.div_ceil(PART)
    }

    /// The pairs of a part.
    pub(super) fn pairs(&self, part: usize) -> Range<usize> {
        part * PART..self.pairs.min((part + 1) * PART)
    }

    /// Puts all values of a right column apart.
    pub(super) fn scatter<'a>(&self, pieces: &Pieces<'_>, threads: usize, room: &'a mut Room) -> Result<Scattered<'a>> {
        let rows = |places: &Vec<Places>| places.last().map_or(0, |last| last.rows.end);
        let spaces = room.spaces(&self.pieces.iter().map(rows).collect::<Vec<_>>());
        let all: Vec<(usize, Mutex<Option<Space<'a>>>)> =
            spaces.into_iter().map(|space| Mutex::new(Some(space))).enumerate().collect();
        let scatter = |(piece, space): &(usize, Mutex<Option<Space<'a>>>)| {
            let moves: Vec<Move<'_>> =
                self.pieces[*piece].iter().map(|places| (places.rows.clone(), &places.to[..])).collect();
            let space = space.lock().take();
            let space = space.ok_or_else(|| Error::new(ErrorKind::Internal, "a piece was put apart twice"))?;
            Ok::<_, Error>(pieces.read(*piece)?.scatter(&moves, space))
        };
        let scattered = threads::for_each(threads, &all, scatter, |_| false)?;
        Ok(Scattered::new(scattered.into_iter().collect::<Result<_>>()?))
    }

    /// The right values of a part, in the order of its pairs.
    pub(super) fn gather(&self, scattered: &Scattered<'_>, part: usize) -> Column {
        let segments: Vec<Vec<Segment<'_>>> =
            self.pieces.iter().map(|places| places.iter().map(|places| places.segment(part)).collect()).collect();
        scattered.gather(&segments, self.pairs(part).len())
    }
}

/// The stretches of all pieces: the piece, and the rows from its first on.
fn stretches(layout: &PieceLayout) -> Vec<(usize, Range<usize>)> {
    let of_piece = |piece: usize| {
        let rows = layout.rows(piece).len();
        (0..rows).step_by(STRETCH).map(move |start| (piece, start..rows.min(start + STRETCH)))
    };
    (0..layout.len()).flat_map(of_piece).collect()
}

fn left_runs(pairs: &Pairs) -> Option<Pairs> {
    let most = pairs.len() / PAIRS_PER_RUN;
    let runs: Vec<_> = pairs.left_runs(0..pairs.len()).take(most + 1).collect();
    (runs.len() <= most).then_some(Pairs::Runs(runs))
}

impl Places {
    /// The places of a part in the piece, and the number of the pair in each of them.
    fn segment(&self, part: usize) -> Segment<'_> {
        let places = self.starts[part] as usize..self.starts[part + 1] as usize;
        (self.rows.start + places.start..self.rows.start + places.end, &self.within[places])
    }

    /// From the pair of each of these rows of a piece.
    fn new(rows: Range<usize>, pairs: &[u32], parts: usize) -> Self {
        let part = |pair: u32| if pair == NONE { parts } else { pair as usize / PART };
        let mut next = vec![0_u32; parts + 1];
        pairs.iter().for_each(|pair| next[part(*pair)] += 1);
        let mut start = 0;
        for count in &mut next {
            start += std::mem::replace(count, start);
        }
        let starts = next.clone();
        let mut within = vec![0; pairs.len()];
        let place = |pair: &u32| {
            let place = &mut next[part(*pair)];
            within[*place as usize] = (*pair as usize % PART) as u16;
            *place += 1;
            *place - 1
        };
        let to = pairs.iter().map(place).collect();
        Self { rows, to, within, starts }
    }
}

#[cfg(test)]
mod tests {
    use csvq_text::Rule;
    use polars_arrow::array::{BooleanArray, PrimitiveArray, Utf8ViewArray};

    use super::super::column::Values;
    use super::super::pieces::Told;
    use super::*;
    use crate::source::columns::ColumnReader;
    use crate::table::Array;
    use crate::types::{DataType, Field};

    /// Longer than a stretch.
    const PIECE: usize = STRETCH + 70_000;

    /// Numbers, texts and flags, of which some are null; the second piece of each is null alone, and the third has no nulls.
    struct Rows(Vec<Field>);

    fn value(row: usize) -> Option<usize> {
        (row / PIECE == 2 || row / PIECE == 0 && !row.is_multiple_of(7)).then_some(row)
    }

    fn text(row: usize) -> String {
        if row.is_multiple_of(3) { format!("{row}") } else { format!("a longer text of row {row}") }
    }

    impl ColumnReader for Rows {
        fn fields(&self) -> &[Field] {
            &self.0
        }

        fn rows(&self) -> u64 {
            3 * PIECE as u64
        }

        fn column_bytes(&self, _: usize) -> u64 {
            0
        }

        fn read(&self, _: usize, _: usize, _: &Control) -> Result<Vec<Array>> {
            Ok(Vec::new())
        }

        fn pieces(&self) -> Vec<u64> {
            vec![PIECE as u64; 3]
        }

        fn read_piece(&self, index: usize, piece: usize, _: usize, _: &Control) -> Result<Vec<Array>> {
            let rows = (piece * PIECE..(piece + 1) * PIECE).map(value);
            Ok(vec![match index {
                0 => PrimitiveArray::<i64>::from_iter(rows.map(|row| row.map(|row| row as i64))).boxed(),
                1 => Utf8ViewArray::from_slice(rows.map(|row| row.map(text)).collect::<Vec<_>>()).boxed(),
                _ => BooleanArray::from_iter(rows.map(|row| row.map(|row| row.is_multiple_of(2)))).boxed(),
            }])
        }

        fn check_unchanged(&self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn right_rows_come_into_the_order_of_pairs() {
        let types = [DataType::Integer { signed: true, bits: 64 }, DataType::Text, DataType::Boolean];
        let field = |data_type: DataType| Field { name: data_type.to_string(), data_type, nullable: true };
        let reader = Rows(types.map(field).into());
        let (layout, control, rule) = (PieceLayout::new(&reader), Control::new(), Rule::default());
        // A row in eleven has no partner; the others stand in another order.
        let rights: Vec<u32> = (0..3 * PIECE as u64)
            .map(|at| (at * 104_729 % (3 * PIECE as u64)) as u32)
            .filter(|row| row % 11 != 0)
            .collect();
        let pairs = Pairs::Listed((0..rights.len() as u32).collect(), rights.clone());
        let reorder = Reorder::new(&pairs, &layout, 2, &control).unwrap();
        assert_eq!(reorder.parts(), rights.len().div_ceil(PART));
        let mut room = Room::default();
        for index in 0..3 {
            let told = Told::new(&[], &rule);
            let pieces = Pieces {
                reader: &reader,
                index,
                bytes: 0,
                layout: &layout,
                widens: false,
                threads: 1,
                control: &control,
                told,
            };
            let scattered = reorder.scatter(&pieces, 2, &mut room).unwrap();
            for part in 0..reorder.parts() {
                let column = reorder.gather(&scattered, part);
                assert_eq!(column.len, reorder.pairs(part).len());
                for (at, pair) in reorder.pairs(part).enumerate() {
                    let found = match &column.values {
                        _ if !column.is_valid(at) => None,
                        Values::Signed(numbers) => Some(numbers[at].to_string()),
                        Values::Bytes(texts) => Some(String::from_utf8_lossy(texts.get(at)).into_owned()),
                        Values::Boolean(flags) => Some(flags.get_bit(at).to_string()),
                        _ => Some("of another kind".to_owned()),
                    };
                    let expected = value(rights[pair] as usize).map(|row| match index {
                        0 => row.to_string(),
                        1 => text(row),
                        _ => row.is_multiple_of(2).to_string(),
                    });
                    assert_eq!(found, expected, "column {index}, pair {pair}");
                }
            }
        }
    }
}
