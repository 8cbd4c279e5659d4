//! Rows that the walk set aside, paired at its end.

use std::collections::HashMap;

use super::Walker;
use crate::difference::{Difference, Place};
use crate::error::Result;
use crate::key::Key;

/// A row without a partner so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aside {
    pub(super) hash: u64,
    pub(super) place: Place,
}

impl Walker<'_> {
    /// Pairs what was set aside on both sides, keys being unique; what is left was removed or added.
    pub(super) fn pair_asides(&mut self) -> Result<()> {
        let [left, right] = std::mem::take(&mut self.asides);
        let mut partners: HashMap<u64, usize> = HashMap::with_capacity(left.len().min(1 << 16));
        if !right.is_empty() {
            partners.extend(left.iter().enumerate().map(|(index, aside)| (aside.hash, index)));
        }
        let mut paired = vec![false; left.len()];
        let mut texts = [Vec::new(), Vec::new()];
        for aside in &right {
            let partner = partners.get(&aside.hash).copied().filter(|index| !paired[*index]);
            match partner {
                Some(index) if self.pair(left[index].place, aside.place, &mut texts)? => paired[index] = true,
                _ => self.log.push(Difference::added(aside.place))?,
            }
        }
        for (aside, paired) in left.iter().zip(paired) {
            if !paired {
                self.log.push(Difference::removed(aside.place))?;
            }
        }
        Ok(())
    }

    /// Reads two rows whose keys have the same hash again, and pairs them where the keys are the same.
    fn pair(&mut self, left: Place, right: Place, texts: &mut [Vec<u8>; 2]) -> Result<bool> {
        let mut keys: [Key; 2] = Default::default();
        for (side, place) in [left, right].into_iter().enumerate() {
            texts[side].resize(place.len as usize, 0);
            self.tables[side].input().read_at(place.offset, &mut texts[side])?;
            self.readers[side].read(&texts[side], &mut keys[side]);
        }
        if keys[0] != keys[1] {
            return Ok(false);
        }
        if self.evaluator.tally(&texts[0], &texts[1]) {
            self.changed += 1;
            self.log.push(Difference::changed(left, right))?;
        } else {
            self.unchanged += 1;
        }
        Ok(true)
    }
}
