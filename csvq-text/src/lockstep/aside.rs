//! Rows that the walk set aside, paired at its end.

use std::collections::HashMap;

use super::Walk;
use super::part::Part;
use crate::difference::{Difference, Place};
use crate::error::Result;
use crate::evaluate::Evaluator;
use crate::key::Key;

impl Walk<'_> {
    /// Pairs what was set aside on both sides, keys being unique; what is left was removed or added.
    pub(super) fn pair_asides(&self, part: &mut Part, evaluator: &mut Evaluator<'_>) -> Result<()> {
        let [left, right] = std::mem::take(&mut part.asides);
        let mut partners: HashMap<u64, usize> = HashMap::new();
        if !right.is_empty() {
            partners.extend(left.iter().enumerate().map(|(index, aside)| (aside.hash, index)));
        }
        let mut paired = vec![false; left.len()];
        let mut texts = [Vec::new(), Vec::new()];
        for aside in &right {
            let partner = partners.get(&aside.hash).copied().filter(|index| !paired[*index]);
            let places = partner.map(|index| [left[index].place, aside.place]);
            match (partner, places) {
                (Some(index), Some(places)) if self.have_same_key(places, &mut texts)? => {
                    paired[index] = true;
                    if evaluator.tally(&texts[0], &texts[1]) {
                        part.changed += 1;
                        part.log.push(Difference::changed(places[0], places[1]))?;
                    } else {
                        part.unchanged += 1;
                    }
                }
                _ => part.log.push(Difference::added(aside.place))?,
            }
        }
        for (aside, paired) in left.iter().zip(paired) {
            if !paired {
                part.log.push(Difference::removed(aside.place))?;
            }
        }
        Ok(())
    }

    /// Reads two rows whose keys have the same hash again, and says whether the keys are the same.
    fn have_same_key(&self, places: [Place; 2], texts: &mut [Vec<u8>; 2]) -> Result<bool> {
        let mut keys: [Key; 2] = Default::default();
        for (side, place) in places.into_iter().enumerate() {
            texts[side].resize(place.len as usize, 0);
            self.tables[side].input().read_at(place.offset, &mut texts[side])?;
            self.readers[side].read(&texts[side], &mut keys[side]);
        }
        Ok(keys[0] == keys[1])
    }
}
