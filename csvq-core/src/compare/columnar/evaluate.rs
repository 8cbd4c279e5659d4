//! One pair of columns at a time: which pairs of rows it differs in, and the texts of the cells that are shown.

use std::ops::Range;

use csvq_text::{Rule, Verdict, threads};

use super::column::{Column, Room, Rooms};
use super::pairs::{Aligned, Run};
use super::pieces::{self, Cursor, PieceLayout, Pieces, Told};
use super::profile::{self, Profile};
use super::reorder::Reorder;
use super::single::KEY_BYTES;
use super::{equal, format, judge::Judge};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::source::columns::ColumnReader;
use crate::types::DataType;

/// Pairs between two looks at whether to go on.
const STEP: usize = 1 << 16;

/// A column on both sides, and when its cells are equal.
#[derive(Clone, Debug)]
pub(in crate::compare) struct Compared {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) rule: Rule,
}

/// A cell's text; `None` is null.
pub(super) type Text = Option<String>;

/// A changed cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// The pair's number.
    pub(super) pair: u32,
    pub(super) is_unparsable: bool,
    /// By how much the right number is more than the left one.
    pub(super) difference: Option<f64>,
}

/// What was found in one pair of columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluated {
    /// In the order of pairs.
    pub(super) changes: Vec<Change>,
    /// The texts of the first changed cells, left and right.
    pub(super) shown: Vec<[Text; 2]>,
    /// The texts of the first removed and of the first added rows.
    pub(super) removed: Vec<Text>,
    pub(super) added: Vec<Text>,
    /// What the column holds on both sides, where that was asked for.
    pub(super) profiles: Option<[Profile; 2]>,
}

/// What columns are evaluated with.
pub(super) struct Evaluation<'a> {
    pub(super) readers: [&'a dyn ColumnReader; 2],
    pub(super) aligned: &'a Aligned,
    /// How many rows of each kind are shown.
    pub(super) show: usize,
    /// Whether it is told what columns hold.
    pub(super) statistics: bool,
    /// The threads within a column.
    pub(super) threads: usize,
    pub(super) control: &'a Control,
    pub(super) layouts: [PieceLayout; 2],
    /// How right rows come into the order of pairs, unless they stand in it.
    pub(super) reorder: Option<Reorder>,
    /// Where right values are brought into the order of pairs.
    rooms: Rooms,
}

/// What was found in some pairs.
#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    /// The texts of the first of them.
    shown: Vec<[Text; 2]>,
}

impl<'a> Evaluation<'a> {
    /// Of columns of which nothing is shown, and only their changes are told.
    pub(super) fn new(
        readers: [&'a dyn ColumnReader; 2],
        aligned: &'a Aligned,
        threads: usize,
        control: &'a Control,
    ) -> Result<Self> {
        let layouts = readers.map(PieceLayout::new);
        let reorder = (!aligned.pairs.are_in_order())
            .then(|| Reorder::new(&aligned.pairs, &layouts[1], threads, control))
            .transpose()?;
        let rooms = Rooms::default();
        Ok(Self { readers, aligned, show: 0, statistics: false, threads, control, layouts, reorder, rooms })
    }

    /// How many bytes are held of a column, about.
    pub(super) fn held_bytes(&self, compared: &Compared) -> u64 {
        let indexes = [compared.left, compared.right];
        let bytes = [0, 1].map(|side| {
            let (reader, most) = (self.readers[side], self.layouts[side].most_rows() as u128);
            let all = reader.column_bytes(indexes[side]);
            [all, (u128::from(all) * most / u128::from(reader.rows().max(1))) as u64]
        });
        if self.statistics {
            let rows = self.readers.iter().map(|reader| reader.rows()).fold(0, u64::saturating_add);
            return bytes[0][0].saturating_add(bytes[1][0]).saturating_add(rows.saturating_mul(KEY_BYTES));
        }
        // What is decoded and what it is decoded from, and right values that wait until all are there.
        let pieces = bytes[0][1].saturating_add(bytes[1][1]).saturating_mul(2);
        let room = self.readers[1].rows().saturating_mul(Room::VALUE_BYTES as u64);
        pieces.saturating_add(if self.reorder.is_some() { bytes[1][0].max(room) } else { 0 })
    }

    /// Evaluates a column.
    pub(super) fn column(&self, compared: &Compared) -> Result<Evaluated> {
        if self.statistics { self.column_at_once(compared) } else { self.column_by_pieces(compared) }
    }

    /// Evaluates a column all of which is needed anyway, for what it holds.
    fn column_at_once(&self, compared: &Compared) -> Result<Evaluated> {
        let columns = read(self.readers, [compared.left, compared.right], self.threads, self.control)?;
        let pairs = &self.aligned.pairs;
        let starts: Vec<usize> = (0..pairs.len()).step_by(STEP).collect();
        let found = threads::for_each(
            self.threads,
            &starts,
            |start| {
                csvq_text::check(self.control)?;
                let mut found = Found::default();
                let mut runs = pairs.all_runs(*start..pairs.len().min(start + STEP));
                self.hold(columns.each_ref(), &compared.rule, &mut runs, &mut found);
                Ok::<_, Error>(found)
            },
            |_| false,
        )?;
        let found = self.together(found)?;
        Ok(Evaluated { changes: found.changes, shown: found.shown, ..self.alone(&columns, compared)? })
    }

    /// What was found in pairs that follow one another.
    fn together(&self, parts: Vec<Result<Found>>) -> Result<Found> {
        let mut all = Found::default();
        for part in parts {
            let part = part?;
            all.changes.extend(part.changes);
            all.shown.extend(part.shown);
        }
        all.shown.truncate(self.show);
        Ok(all)
    }

    /// Evaluates a column a piece at a time.
    fn column_by_pieces(&self, compared: &Compared) -> Result<Evaluated> {
        let indexes = [compared.left, compared.right];
        let alone = [&self.aligned.removed, &self.aligned.added];
        let types = [0, 1].map(|side| &self.readers[side].fields()[indexes[side]].data_type);
        let sides = [0, 1].map(|side| Pieces {
            reader: self.readers[side],
            index: indexes[side],
            bytes: self.readers[side].column_bytes(indexes[side]),
            layout: &self.layouts[side],
            widens: widens(types[1 - side]),
            threads: self.threads,
            control: self.control,
            told: Told::new(&alone[side][..alone[side].len().min(self.show)], &compared.rule),
        });
        let found = match &self.reorder {
            None => threads::for_each(
                self.threads,
                &self.shares(),
                |share| self.in_order(&sides, &compared.rule, share.clone()),
                |_| false,
            )?,
            Some(reorder) => {
                let mut room = self.rooms.take();
                let scattered = reorder.scatter(&sides[1], self.threads, &mut room)?;
                let share = reorder.parts().div_ceil(self.threads).max(1);
                let starts: Vec<usize> = (0..reorder.parts()).step_by(share).collect();
                let found = threads::for_each(
                    self.threads,
                    &starts,
                    |start| {
                        let mut found = Found::default();
                        let mut left = sides[0].cursor();
                        for part in *start..reorder.parts().min(start + share) {
                            let right = reorder.gather(&scattered, part);
                            self.reordered(&mut left, &right, &compared.rule, (reorder, part), &mut found)?;
                        }
                        Ok(found)
                    },
                    |_| false,
                )?;
                self.rooms.put(room);
                found
            }
        };
        let Found { changes, shown } = self.together(found)?;
        let [left, right] = sides;
        Ok(Evaluated { changes, shown, removed: left.texts()?, added: right.texts()?, profiles: None })
    }

    /// What is told of a column besides its changes: its cells in the rows that stand on one side, and what it holds.
    pub(super) fn alone(&self, [left, right]: &[Column; 2], compared: &Compared) -> Result<Evaluated> {
        let first = |rows: &[u32], column: &Column| -> Vec<Text> {
            rows.iter().take(self.show).map(|row| text(column, *row as usize, &compared.rule)).collect()
        };
        let profiles = || profile::profiles([left, right], &compared.rule, self.threads, self.control);
        Ok(Evaluated {
            removed: first(&self.aligned.removed, left),
            added: first(&self.aligned.added, right),
            profiles: self.statistics.then(profiles).transpose()?,
            ..Evaluated::default()
        })
    }

    /// The pairs for each thread, cut where a piece of the left side begins, so that few are read twice.
    fn shares(&self) -> Vec<Range<usize>> {
        let pairs = &self.aligned.pairs;
        let cut = |share: usize| {
            let at = pairs.len() * share / self.threads;
            if self.layouts[0].len() < 2 || at == 0 || at >= pairs.len() {
                return at;
            }
            let start = self.layouts[0].piece_of(pairs.get(at).0).start;
            pairs.partition_point(0..at, |left, _| left < start)
        };
        (0..self.threads).map(|share| cut(share)..cut(share + 1)).filter(|share| !share.is_empty()).collect()
    }

    /// Evaluates pairs whose rows rise on both sides.
    fn in_order(&self, sides: &[Pieces<'_>; 2], rule: &Rule, range: Range<usize>) -> Result<Found> {
        let mut found = Found::default();
        let mut cursors = [sides[0].cursor(), sides[1].cursor()];
        let pairs = &self.aligned.pairs;
        let mut at = range.start;
        while at < range.end {
            csvq_text::check(self.control)?;
            let [left, right] = &mut cursors;
            let rows = pairs.get(at);
            let (one, left) = left.at(rows.0)?;
            let (other, right) = right.at(rows.1)?;
            let end = range.end.min(at + STEP);
            let end = pairs.partition_point(at..end, |left, right| left < one.end && right < other.end);
            let within =
                |run: Run| Run { left: run.left - one.start as u32, right: run.right - other.start as u32, ..run };
            let mut runs = pairs.runs(at..end).map(|(pair, run)| (pair, within(run)));
            self.hold([left, right], rule, &mut runs, &mut found);
            at = end;
        }
        Ok(found)
    }

    /// Evaluates a part of the pairs, whose right values were brought into their order.
    fn reordered(
        &self,
        cursor: &mut Cursor<'_>,
        right: &Column,
        rule: &Rule,
        (reorder, part): (&Reorder, usize),
        found: &mut Found,
    ) -> Result<()> {
        let (pairs, range) = (&self.aligned.pairs, reorder.pairs(part));
        let mut at = range.start;
        while at < range.end {
            csvq_text::check(self.control)?;
            let (rows, left) = cursor.at(pairs.get(at).0)?;
            let end = pairs.partition_point(at..range.end, |left, _| left < rows.end);
            let within =
                |run: Run| Run { left: run.left - rows.start as u32, right: run.right - range.start as u32, ..run };
            let mut runs = reorder.left_runs(pairs, at..end).map(|(pair, run)| (pair, within(run)));
            self.hold([left, right], rule, &mut runs, found);
            at = end;
        }
        Ok(())
    }

    /// Holds rows of both sides against each other, in runs that begin with a pair each.
    fn hold(
        &self,
        columns: [&Column; 2],
        rule: &Rule,
        runs: &mut dyn Iterator<Item = (usize, Run)>,
        found: &mut Found,
    ) {
        let has_kernel = equal::has_kernel(columns);
        let mut judge = Judge::new(columns, rule, has_kernel);
        let mut visit = |pair: usize, left: usize, right: usize| {
            let verdict = judge.judge(left, right);
            if verdict == Verdict::Equal {
                return;
            }
            found.changes.push(Change {
                pair: pair as u32,
                is_unparsable: verdict == Verdict::Unparsable,
                difference: judge.difference(left, right),
            });
            if found.shown.len() < self.show {
                found.shown.push([text(columns[0], left, rule), text(columns[1], right, rule)]);
            }
        };
        if has_kernel {
            equal::differing(columns, runs, &mut visit);
            return;
        }
        for (pair, run) in runs {
            for at in 0..run.len as usize {
                visit(pair + at, run.left as usize + at, run.right as usize + at);
            }
        }
    }
}

/// Reads a column of both sides, ready to be held against each other.
pub(super) fn read(
    readers: [&dyn ColumnReader; 2],
    indexes: [usize; 2],
    threads: usize,
    control: &Control,
) -> Result<[Column; 2]> {
    let read = |side: &usize| read_one(readers[*side], indexes[*side], threads.div_ceil(2), control);
    let sides = threads::for_each(threads, &[0, 1], read, |_| false)?.into_iter().collect::<Result<Vec<_>>>()?;
    let Ok([left, right]) = <[Column; 2]>::try_from(sides) else {
        return Err(Error::new(ErrorKind::Internal, "a side of a column was not read"));
    };
    let types = [&left.data_type, &right.data_type].map(widens);
    Ok([if types[1] { left.widened() } else { left }, if types[0] { right.widened() } else { right }])
}

/// Reads a column of one side.
pub(super) fn read_one(reader: &dyn ColumnReader, index: usize, threads: usize, control: &Control) -> Result<Column> {
    let column = pieces::whole(reader, index, threads, control)?;
    control.advance(reader.column_bytes(index));
    Ok(column)
}

/// Whether floats of four bytes are compared as larger ones where they stand against this type: against larger ones, and
/// against integers, which are compared by value.
fn widens(other: &DataType) -> bool {
    matches!(other, DataType::Float { bits: 64 } | DataType::Integer { .. })
}

/// The text of a cell; `None` where it is null under the rule.
pub(super) fn text(column: &Column, row: usize, rule: &Rule) -> Text {
    if !column.is_valid(row) {
        return None;
    }
    let mut text = Vec::new();
    format::write(column, row, &mut text);
    rule.value(&text)?;
    Some(String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
