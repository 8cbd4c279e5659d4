//! Keys that occur more than once.
//!
//! Within one key, records whose compared cells are identical are matched first, the earliest with the earliest; the
//! rest are paired in order of occurrence; the surplus was removed or added.

use std::collections::{HashMap, VecDeque};

use super::Context;
use super::partition::{Loaded, Placed};
use super::probe::Probe;
use crate::difference::Place;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::outcome::DuplicateKey;
use crate::plan::{By, Duplicates};
use crate::record;

/// Row numbers that are kept of a key.
const ROWS: usize = 10;

/// The records with one key, on each side, in file order.
#[derive(Default)]
struct Group([Vec<Placed>; 2]);

impl Probe<'_> {
    /// Joins the records whose hash occurs twice on a side.
    pub(super) fn join_groups(&mut self, left: &Loaded<'_>, right: &Loaded<'_>) -> Result<()> {
        let mut groups: HashMap<Key, Group> = HashMap::new();
        for (side, loaded) in [left, right].into_iter().enumerate() {
            for placed in self.repeated_of(loaded) {
                let mut key = Key::default();
                self.context.readers[side].read(loaded.text(&placed), &mut key);
                groups.entry(key).or_default().0[side].push(placed);
            }
        }
        for Group([mut lefts, mut rights]) in groups.into_values() {
            if !self.by_content {
                self.locate(&lefts, 0);
                self.locate(&rights, 1);
                if self.context.plan.duplicates == Duplicates::First {
                    lefts.truncate(1);
                    rights.truncate(1);
                }
            }
            self.join_group(left, lefts, right, rights)?;
        }
        Ok(())
    }

    fn join_group(
        &mut self,
        left: &Loaded<'_>,
        lefts: Vec<Placed>,
        right: &Loaded<'_>,
        rights: Vec<Placed>,
    ) -> Result<()> {
        let (lefts, rights) = if self.by_content || lefts.len().max(rights.len()) < 2 {
            (lefts, rights)
        } else {
            self.match_identical(left, lefts, right, rights)
        };
        let paired = lefts.len().min(rights.len());
        for (left_placed, right_placed) in lefts.iter().zip(&rights) {
            self.pair(left, left_placed, right, right_placed)?;
        }
        for placed in &lefts[paired..] {
            self.removed(placed)?;
        }
        for placed in &rights[paired..] {
            self.added(placed)?;
        }
        Ok(())
    }

    /// Matches records whose compared cells are identical, and gives back the rest.
    fn match_identical(
        &mut self,
        left: &Loaded<'_>,
        lefts: Vec<Placed>,
        right: &Loaded<'_>,
        rights: Vec<Placed>,
    ) -> (Vec<Placed>, Vec<Placed>) {
        let mut by_content: HashMap<Key, VecDeque<usize>> = HashMap::new();
        for (index, placed) in lefts.iter().enumerate() {
            let mut content = Key::default();
            self.context.contents[0].read(left.text(placed), &mut content);
            by_content.entry(content).or_default().push_back(index);
        }
        let mut matched = vec![false; lefts.len()];
        let mut content = Key::default();
        let rights = rights
            .into_iter()
            .filter(|placed| {
                self.context.contents[1].read(right.text(placed), &mut content);
                match by_content.get_mut(&content).and_then(VecDeque::pop_front) {
                    Some(index) => {
                        matched[index] = true;
                        self.unchanged += 1;
                        false
                    }
                    None => true,
                }
            })
            .collect();
        let lefts = lefts.into_iter().zip(matched).filter(|(_, matched)| !matched).map(|(placed, _)| placed);
        (lefts.collect(), rights)
    }

    fn locate(&mut self, records: &[Placed], side: usize) {
        if let [first, _, ..] = records {
            let rows = records.iter().take(ROWS).map(|placed| self.place(side, placed).row).collect();
            let first = self.place(side, first);
            self.located.push(side, Repeated { first, rows, count: records.len() as u64 });
        }
    }
}

/// A key that occurs more than once on a side.
#[derive(Clone, Debug)]
struct Repeated {
    first: Place,
    rows: Vec<u64>,
    count: u64,
}

/// The first keys that occur more than once, and how many there are.
#[derive(Debug)]
pub(super) struct Located {
    most: usize,
    counts: [u64; 2],
    first: [Vec<Repeated>; 2],
}

impl Located {
    pub(super) fn new(most: usize) -> Self {
        Self { most, counts: [0; 2], first: Default::default() }
    }

    fn push(&mut self, side: usize, repeated: Repeated) {
        self.counts[side] += 1;
        self.first[side].push(repeated);
        if self.first[side].len() > self.most.saturating_mul(2).saturating_add(64) {
            self.trim(side);
        }
    }

    fn trim(&mut self, side: usize) {
        self.first[side].sort_unstable_by_key(|repeated| repeated.first.row);
        self.first[side].truncate(self.most.max(1));
    }

    pub(super) fn append(&mut self, other: Self) {
        for (side, first) in other.first.into_iter().enumerate() {
            self.counts[side] += other.counts[side];
            self.first[side].extend(first);
            self.trim(side);
        }
    }

    pub(super) fn counts(&self) -> [u64; 2] {
        self.counts
    }

    /// Fails where there is any.
    pub(super) fn refuse(&self, context: &Context<'_>) -> Result<()> {
        for (side, first) in self.first.iter().enumerate() {
            let Some(repeated) = first.iter().min_by_key(|repeated| repeated.first.row) else { continue };
            let rows: Vec<_> = repeated.rows.iter().map(u64::to_string).collect();
            let more = if repeated.count > ROWS as u64 { " and more" } else { "" };
            let keys = match self.counts[side] {
                1 => "1 key occurs".to_owned(),
                count => format!("{count} keys occur"),
            };
            return Err(Error::new(
                ErrorKind::DuplicateKey,
                format!(
                    "{keys} more than once; the first in records {}{more}; add a column to the key, or allow it by \
                     `duplicates`",
                    rows.join(", ")
                ),
            )
            .in_input(context.tables[side].input().name()));
        }
        Ok(())
    }

    /// The keys with their cells, read from the inputs.
    pub(super) fn read(self, context: &Context<'_>) -> Result<[Vec<DuplicateKey>; 2]> {
        let most = self.most;
        let mut keys: [Vec<DuplicateKey>; 2] = Default::default();
        for (side, first) in self.first.into_iter().enumerate() {
            for repeated in first.into_iter().take(most) {
                let cells = key_cells(context, side, repeated.first)?;
                keys[side].push(DuplicateKey { cells, rows: repeated.rows, count: repeated.count });
            }
        }
        Ok(keys)
    }
}

fn key_cells(context: &Context<'_>, side: usize, place: Place) -> Result<Vec<Option<String>>> {
    let By::Key(columns) = &context.plan.by else { return Ok(Vec::new()) };
    let table = context.tables[side];
    let mut text = vec![0; place.len as usize];
    table.input().read_at(place.offset, &mut text)?;
    let mut fields = Vec::new();
    record::split(&text, table.dialect(), &mut fields);
    let mut scratch = Vec::new();
    let cells = columns.iter().map(|column| {
        let index = if side == 0 { column.left } else { column.right };
        let raw = fields.get(index).map_or(&[][..], |field| field.raw(&text));
        let cell = record::cell(raw, table.dialect(), &mut scratch);
        column.rule.value(cell).map(|value| String::from_utf8_lossy(value).into_owned())
    });
    Ok(cells.collect())
}
