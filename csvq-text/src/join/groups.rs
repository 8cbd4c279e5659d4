//! Keys that occur more than once.
//!
//! Within one key, records whose compared cells are identical are matched first, the earliest with the earliest; the
//! rest are paired in order of occurrence; the surplus was removed or added.

use std::collections::HashMap;

use super::located::{ROWS, Repeated};
use super::partition::{Loaded, Placed};
use super::probe::Probe;
use crate::error::Result;
use crate::key::Key;
use crate::plan::Duplicates;

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
        let by_left = self.by_content(0, left, &lefts);
        let by_right = self.by_content(1, right, &rights);
        let mut matched = [vec![false; lefts.len()], vec![false; rights.len()]];
        let mut keys: [Key; 2] = Default::default();
        let mut at = 0;
        for run in by_right.chunk_by(|one, next| one.0 == next.0) {
            at += by_left[at..].partition_point(|(hash, _)| *hash < run[0].0);
            let alike = by_left[at..].partition_point(|(hash, _)| *hash == run[0].0);
            let (mut open, end) = (at, at + alike);
            for (_, right_index) in run {
                self.context.contents[1].read(right.text(&rights[*right_index as usize]), &mut keys[1]);
                // The earliest that is left; all have the same hash, and mostly the same cells.
                let partner = (open..end).find(|place| {
                    let index = by_left[*place].1 as usize;
                    !matched[0][index] && {
                        self.context.contents[0].read(left.text(&lefts[index]), &mut keys[0]);
                        keys[0] == keys[1]
                    }
                });
                if let Some(place) = partner {
                    matched[0][by_left[place].1 as usize] = true;
                    matched[1][*right_index as usize] = true;
                    self.unchanged += 1;
                }
                while open < end && matched[0][by_left[open].1 as usize] {
                    open += 1;
                }
                if open == end {
                    break;
                }
            }
            at = end;
        }
        let [left_matched, right_matched] = matched;
        (rest(lefts, &left_matched), rest(rights, &right_matched))
    }

    /// Records by the hash of their compared cells, then in file order: the hash and the record's index.
    fn by_content(&self, side: usize, loaded: &Loaded<'_>, records: &[Placed]) -> Vec<(u64, u32)> {
        let mut content = Key::default();
        let mut hashes: Vec<(u64, u32)> = (0..)
            .zip(records)
            .map(|(index, placed)| {
                self.context.contents[side].read(loaded.text(placed), &mut content);
                (content.hash(&self.context.seed), index)
            })
            .collect();
        hashes.sort_unstable();
        hashes
    }

    fn locate(&mut self, records: &[Placed], side: usize) {
        if let [first, _, ..] = records {
            let rows = records.iter().take(ROWS).map(|placed| self.place(side, placed).row).collect();
            let first = self.place(side, first);
            self.located.push(side, Repeated { first, rows, count: records.len() as u64 });
        }
    }
}

/// The records that found no partner.
fn rest(records: Vec<Placed>, matched: &[bool]) -> Vec<Placed> {
    records.into_iter().zip(matched).filter(|(_, matched)| !**matched).map(|(placed, _)| placed).collect()
}
