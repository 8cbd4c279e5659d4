//! One side's column, a piece at a time, so that a piece is let go before the next one is read.

use std::collections::BTreeMap;
use std::ops::Range;

use csvq_text::{Rule, threads};
use parking_lot::Mutex;

use super::column::{self, Column, Whole};
use super::evaluate::{Text, text};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::source::columns::ColumnReader;

/// Pieces of fewer rows are read together with those that follow.
const LEAST_ROWS: usize = 1 << 16;

/// How the rows of a side stand in pieces, which are the same for all of its columns.
pub(super) struct PieceLayout {
    /// The pieces of the source that are one here, and their rows.
    pieces: Vec<(Range<usize>, Range<usize>)>,
}

impl PieceLayout {
    pub(super) fn new(reader: &dyn ColumnReader) -> Self {
        let mut pieces: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        for (piece, rows) in reader.pieces().into_iter().enumerate() {
            match pieces.last_mut() {
                Some((all, held)) if held.len() < LEAST_ROWS => {
                    (all.end, held.end) = (piece + 1, held.end + rows as usize);
                }
                last => {
                    let start = last.map_or(0, |(_, held)| held.end);
                    pieces.push((piece..piece + 1, start..start + rows as usize));
                }
            }
        }
        Self { pieces }
    }

    /// How many pieces there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The rows of a piece.
    pub(super) fn rows(&self, piece: usize) -> Range<usize> {
        self.pieces[piece].1.clone()
    }

    /// The most rows of a piece.
    pub(super) fn most_rows(&self) -> usize {
        self.pieces.iter().map(|(_, rows)| rows.len()).max().unwrap_or(0)
    }

    /// The rows of the piece with a row.
    pub(super) fn piece_of(&self, row: usize) -> Range<usize> {
        self.rows(self.find(row))
    }

    /// The piece with a row.
    fn find(&self, row: usize) -> usize {
        self.pieces.partition_point(|(_, rows)| rows.end <= row)
    }
}

/// What pieces are read with.
pub(super) struct Pieces<'a> {
    pub(super) reader: &'a dyn ColumnReader,
    pub(super) index: usize,
    /// What the whole column takes in memory, about.
    pub(super) bytes: u64,
    pub(super) layout: &'a PieceLayout,
    /// Whether numbers are compared as larger ones.
    pub(super) widens: bool,
    /// The threads that read a piece, if its source can make use of them.
    pub(super) threads: usize,
    pub(super) control: &'a Control,
    pub(super) told: Told<'a>,
}

/// The texts of some rows, told of each piece once it is there.
pub(super) struct Told<'a> {
    rows: &'a [u32],
    rule: &'a Rule,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Vec<bool>,
    texts: BTreeMap<u32, Text>,
    /// The only piece, where there is but one.
    only: Option<Column>,
}

impl<'a> Told<'a> {
    /// Tells of these rows, which rise.
    pub(super) fn new(rows: &'a [u32], rule: &'a Rule) -> Self {
        Self { rows, rule, state: Mutex::default() }
    }
}

impl Pieces<'_> {
    /// Reads a piece.
    pub(super) fn read(&self, piece: usize) -> Result<Column> {
        let column = self.load(piece)?;
        self.tell(&mut self.told.state.lock(), piece, &column);
        Ok(column)
    }

    /// Reads a piece, and keeps it where there are no others.
    fn keep(&self, piece: usize) -> Result<Column> {
        if self.layout.len() > 1 {
            return self.read(piece);
        }
        // Whoever else wants it waits for it.
        let mut state = self.told.state.lock();
        if let Some(column) = &state.only {
            return Ok(column.clone());
        }
        let column = self.load(piece)?;
        self.tell(&mut state, piece, &column);
        state.only = Some(column.clone());
        Ok(column)
    }

    fn load(&self, piece: usize) -> Result<Column> {
        let column = load(self.reader, self.index, (self.layout, piece), self.threads, self.control)?;
        Ok(if self.widens { column.widened() } else { column })
    }

    fn tell(&self, state: &mut State, piece: usize, column: &Column) {
        state.seen.resize(self.layout.len(), false);
        if std::mem::replace(&mut state.seen[piece], true) {
            return;
        }
        let rows = self.layout.rows(piece);
        let share = rows.len() as u128 * u128::from(self.bytes);
        self.control.advance((share / u128::from(self.reader.rows().max(1))) as u64);
        let first = self.told.rows.partition_point(|row| (*row as usize) < rows.start);
        for row in self.told.rows[first..].iter().take_while(|row| rows.contains(&(**row as usize))) {
            state.texts.insert(*row, text(column, *row as usize - rows.start, self.told.rule));
        }
    }

    /// The texts that were to be told. Pieces that nobody asked for are read now: what is damaged is refused wherever it is.
    pub(super) fn texts(self) -> Result<Vec<Text>> {
        for piece in 0..self.layout.len() {
            if !self.told.state.lock().seen.get(piece).is_some_and(|seen| *seen) {
                self.read(piece)?;
            }
        }
        Ok(self.told.state.into_inner().texts.into_values().collect())
    }

    /// Reads them one after another.
    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor { pieces: self, held: None }
    }
}

/// Reads a whole column, as many pieces at once as there are threads.
pub(super) fn whole(reader: &dyn ColumnReader, index: usize, threads: usize, control: &Control) -> Result<Column> {
    let layout = PieceLayout::new(reader);
    let threads = threads.max(1);
    let data_type = &reader.fields()[index].data_type;
    match layout.len() {
        0 => return column::load(&[], data_type),
        1 => return load(reader, index, (&layout, 0), threads, control),
        _ => {}
    }
    let read = |piece: &usize| load(reader, index, (&layout, *piece), 1, control);
    let mut whole = Whole::new(data_type, reader.rows() as usize);
    let pieces: Vec<usize> = (0..layout.len()).collect();
    for pieces in pieces.chunks(threads) {
        for piece in threads::for_each(threads, pieces, read, |_| false)? {
            whole.push(&piece?);
        }
    }
    Ok(whole.finish())
}

/// Reads a piece of a column, as it is.
fn load(
    reader: &dyn ColumnReader,
    index: usize,
    (layout, piece): (&PieceLayout, usize),
    threads: usize,
    control: &Control,
) -> Result<Column> {
    let mut arrays = Vec::new();
    for part in layout.pieces[piece].0.clone() {
        arrays.extend(reader.read_piece(index, part, threads, control)?);
    }
    let column = column::load(&arrays, &reader.fields()[index].data_type)?;
    if column.len != layout.rows(piece).len() {
        return Err(Error::new(ErrorKind::Internal, "a piece of a column has not as many values as it has rows"));
    }
    Ok(column)
}

/// Holds the piece that is looked at.
pub(super) struct Cursor<'a> {
    pieces: &'a Pieces<'a>,
    held: Option<(Range<usize>, Column)>,
}

impl Cursor<'_> {
    /// The piece with this row: its rows, and its values.
    pub(super) fn at(&mut self, row: usize) -> Result<(Range<usize>, &Column)> {
        let held = match self.held.take() {
            Some(held) if held.0.contains(&row) => held,
            other => {
                drop(other);
                let piece = self.pieces.layout.find(row);
                (self.pieces.layout.rows(piece), self.pieces.keep(piece)?)
            }
        };
        let (rows, column) = self.held.insert(held);
        Ok((rows.clone(), column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Array;
    use crate::types::Field;

    struct Rows(Vec<u64>);

    impl ColumnReader for Rows {
        fn fields(&self) -> &[Field] {
            &[]
        }

        fn rows(&self) -> u64 {
            self.0.iter().sum()
        }

        fn column_bytes(&self, _: usize) -> u64 {
            0
        }

        fn read(&self, _: usize, _: usize, _: &Control) -> Result<Vec<Array>> {
            Ok(Vec::new())
        }

        fn pieces(&self) -> Vec<u64> {
            self.0.clone()
        }

        fn check_unchanged(&self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn small_pieces_are_read_together() {
        let layout = PieceLayout::new(&Rows(vec![0, 60_000, 10_000, 70_000, 0, 5]));
        let rows: Vec<_> = (0..layout.len()).map(|piece| layout.rows(piece)).collect();
        assert_eq!(rows, [0..70_000, 70_000..140_000, 140_000..140_005]);
        assert_eq!(layout.pieces[2].0, 4..6);
        assert_eq!((layout.piece_of(69_999), layout.piece_of(140_000)), (0..70_000, 140_000..140_005));
        assert_eq!(PieceLayout::new(&Rows(Vec::new())).len(), 0);
    }
}
