//! Keys that rise strictly on both sides: they are unique, and one walk over both aligns them.

use std::cmp::Ordering;

use super::super::keys::Keys;
use super::super::pairs::{Aligned, RunsBuilder};
use crate::control::Control;
use crate::error::Result;

/// Rows between two looks at whether to go on.
const CHECKED: usize = 1 << 16;

/// Merges both sides.
pub(super) fn merge<K: Keys>(left: &K, right: &K, control: &Control) -> Result<Aligned> {
    let (mut at, mut there) = (0, 0);
    let mut runs = RunsBuilder::default();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let mut checked = 0;
    while at < left.len() && there < right.len() {
        let same = left.equal_run(at, right, there);
        runs.push(at, there, same);
        (at, there) = (at + same, there + same);
        // Rows on one side alone may come in any number.
        while at < left.len() && there < right.len() {
            match left.compare(at, right, there) {
                Ordering::Less => {
                    removed.push(at as u32);
                    at += 1;
                }
                Ordering::Greater => {
                    added.push(there as u32);
                    there += 1;
                }
                Ordering::Equal => break,
            }
            if at + there >= checked {
                checked = at + there + CHECKED;
                csvq_text::check(control)?;
            }
        }
    }
    removed.extend(at as u32..left.len() as u32);
    added.extend(there as u32..right.len() as u32);
    Ok(Aligned { pairs: runs.finish(), removed, added })
}
