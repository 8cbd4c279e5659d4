//! Where keys stand that occur more than once: the first of them, and how many there are.

use super::Context;
use crate::difference::Place;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::DuplicateKey;
use crate::plan::By;
use crate::record;

/// Row numbers that are kept of a key.
pub(super) const ROWS: usize = 10;

/// A key that occurs more than once on a side.
#[derive(Clone, Debug)]
pub(super) struct Repeated {
    pub(super) first: Place,
    pub(super) rows: Vec<u64>,
    pub(super) count: u64,
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

    pub(super) fn push(&mut self, side: usize, repeated: Repeated) {
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
        let index = column.on(side);
        let raw = fields.get(index).map_or(&[][..], |field| field.raw(&text));
        let cell = record::cell(raw, table.dialect(), &mut scratch);
        column.rule.value(cell).map(|value| String::from_utf8_lossy(value).into_owned())
    });
    Ok(cells.collect())
}
