//! Keys that occur more than once.
//!
//! Within one key, records whose compared cells are identical are matched first, the earliest with the earliest; the
//! rest are paired in order of occurrence; the surplus was removed or added.

use std::collections::{HashMap, VecDeque};

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
