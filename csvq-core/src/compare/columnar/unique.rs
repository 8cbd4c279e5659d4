//! Which columns, or pairs of columns, could be a key: those whose values are all different on both sides.

use super::align::{self, Found, Rules};
use super::evaluate::{self, Compared};
use super::keys;
use super::{Plan, Readers};
use crate::control::{Control, Phase};
use crate::error::Result;
use crate::source::columns::ColumnReader;
use crate::spec::DuplicatePolicy;

/// Columns whose pairs are tried, where no single column is unique.
const PAIRED: usize = 12;

/// The sets of compared columns that could be a key, by their places among those.
pub(in crate::compare) fn unique(readers: &Readers, plan: &Plan, control: &Control) -> Result<Vec<Vec<usize>>> {
    let both = [&*readers[0], &*readers[1]];
    control.begin(Phase::Reading, 0);
    let fit: Vec<usize> = (0..plan.columns.len()).filter(|at| can_be_key(both, &plan.columns[*at])).collect();
    let mut found = Vec::new();
    for at in &fit {
        if is_unique(both, plan, &[*at], control)? {
            found.push(vec![*at]);
        }
    }
    if found.is_empty() {
        let first = &fit[..fit.len().min(PAIRED)];
        for (place, one) in first.iter().enumerate() {
            for other in &first[place + 1..] {
                if is_unique(both, plan, &[*one, *other], control)? {
                    found.push(vec![*one, *other]);
                }
            }
        }
    }
    Ok(found)
}

fn can_be_key(readers: [&dyn ColumnReader; 2], compared: &Compared) -> bool {
    let [left, right] = readers;
    left.fields()[compared.left].data_type.can_be_key() && right.fields()[compared.right].data_type.can_be_key()
}

fn is_unique(readers: [&dyn ColumnReader; 2], plan: &Plan, set: &[usize], control: &Control) -> Result<bool> {
    let read = |at: &usize| {
        let compared = &plan.columns[*at];
        evaluate::read(readers, [compared.left, compared.right], plan.threads, control)
    };
    let held = set.iter().map(read).collect::<Result<Vec<_>>>()?;
    let columns: Vec<_> =
        held.iter().zip(set).map(|([left, right], at)| (left, right, &plan.columns[*at].rule)).collect();
    let keys = keys::keys(&columns, readers.map(|reader| reader.rows() as usize), control)?;
    let rules = Rules { threads: plan.threads, duplicates: DuplicatePolicy::Pair };
    Ok(matches!(align::by_key(&keys, rules, control)?, Found::Unique(_)))
}
