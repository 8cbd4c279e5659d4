//! Keys that occur more than once: within one key identical rows are matched first, the earliest with the earliest, then
//! the rest in order of occurrence.
//!
//! Rows are identical where they are in the same class. Classes begin as the groups and are refined by one column after
//! another, so that no more than one column is held at a time.

use std::collections::HashMap;

use csvq_text::Rule;

use super::super::column::Column;
use super::super::format;
use super::super::pairs::Aligned;
use super::{Duplicates, Group};
use crate::error::Result;

/// The rows of keys that occur more than once, while they are paired.
pub(in super::super) struct Pairing {
    found: Duplicates,
    /// The class of each row of each group, one group after another.
    classes: [Vec<u32>; 2],
}

impl Pairing {
    pub(in super::super) fn new(found: Duplicates) -> Self {
        let classes = [0, 1].map(|side| {
            let groups = found.groups.iter().enumerate();
            groups.flat_map(|(at, group)| group.rows[side].iter().map(move |_| at as u32)).collect()
        });
        Self { found, classes }
    }

    /// The keys that occur more than once.
    pub(in super::super) fn groups(&self) -> &[Group] {
        &self.found.groups
    }

    /// Whether there is anything to pair.
    pub(in super::super) fn is_needed(&self) -> bool {
        self.found.groups.iter().any(|group| group.rows.iter().all(|rows| !rows.is_empty()))
    }

    /// Tells rows apart by what a column holds.
    pub(in super::super) fn refine(&mut self, columns: [&Column; 2], rule: &Rule) {
        let mut known: HashMap<(u32, Option<Vec<u8>>), u32> = HashMap::new();
        let mut text = Vec::new();
        for (side, column) in columns.into_iter().enumerate() {
            let rows = self.found.groups.iter().flat_map(|group| &group.rows[side]);
            for (class, row) in self.classes[side].iter_mut().zip(rows) {
                let value = column.is_valid(*row as usize).then(|| {
                    text.clear();
                    format::write(column, *row as usize, &mut text);
                    rule.canonical(&text).map(|canonical| canonical.into_owned())
                });
                let next = known.len() as u32;
                *class = *known.entry((*class, value.flatten())).or_insert(next);
            }
        }
    }

    /// Pairs the rows.
    pub(in super::super) fn finish(self, threads: usize) -> Result<Aligned> {
        let Self { found: Duplicates { mut right_of_left, mut added, groups }, classes } = self;
        let mut starts = [0, 0];
        let mut paired = Vec::new();
        for group in &groups {
            let [left, right] = [0, 1].map(|side| {
                let start = starts[side];
                starts[side] += group.rows[side].len();
                group.rows[side].iter().copied().zip(classes[side][start..starts[side]].iter().copied())
            });
            let mut by_class: HashMap<u32, Vec<u32>> = HashMap::new();
            // The last of a class is taken first, so that they go in backwards.
            right.clone().rev().for_each(|(row, class)| by_class.entry(class).or_default().push(row));
            let mut rest = Vec::new();
            let taken = paired.len();
            for (row, class) in left {
                match by_class.get_mut(&class).and_then(Vec::pop) {
                    Some(partner) => paired.push((row, partner)),
                    None => rest.push(row),
                }
            }
            let mut partners: Vec<u32> = paired[taken..].iter().map(|(_, right)| *right).collect();
            partners.sort_unstable();
            let free = right.map(|(row, _)| row).filter(|row| partners.binary_search(row).is_err());
            paired.extend(rest.into_iter().zip(free));
        }
        for (left, right) in &paired {
            right_of_left[*left as usize] = *right;
        }
        let mut gone: Vec<u32> = paired.into_iter().map(|(_, right)| right).collect();
        gone.sort_unstable();
        added.retain(|row| gone.binary_search(row).is_err());
        Aligned::of(right_of_left, added, threads)
    }

    /// The rows as they are matched already, where the first of each key counts.
    pub(in super::super) fn first(self, threads: usize) -> Result<Aligned> {
        Aligned::of(self.found.right_of_left, self.found.added, threads)
    }
}
