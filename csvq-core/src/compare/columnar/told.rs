//! What others tell of rows and cells, put together as if the engine had found it.

use super::evaluate::{self, Change, Compared, Evaluated, text};
use super::outcome::{KeyText, Outcome};
use super::pairs::{Aligned, Pairs};
use super::{Plan, Readers};
use crate::compare::columns::Columns;
use crate::control::{Control, Phase};
use crate::error::Result;
use crate::report::DifferenceKind;
use crate::spec::By;

/// A difference that was told: rows from 0, and the number of the compared column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compare) struct ToldDifference {
    pub(in crate::compare) kind: DifferenceKind,
    pub(in crate::compare) left: Option<u32>,
    pub(in crate::compare) right: Option<u32>,
    pub(in crate::compare) column: Option<usize>,
    pub(in crate::compare) is_unparsable: bool,
}

/// All that was told. Rows are there, each has one partner or none, and no cell is told of twice.
#[derive(Debug)]
pub(in crate::compare) struct Told {
    pub(in crate::compare) differences: Vec<ToldDifference>,
    /// How many pairs are equal, of which nothing else is known.
    pub(in crate::compare) unlisted: u64,
}

impl Compared {
    /// The column's name on the left.
    pub(in crate::compare) fn left_name<'a>(&self, columns: &'a Columns) -> &'a str {
        &columns.names[0][self.left]
    }
}

/// Puts together what was told.
pub(in crate::compare) fn told(readers: &Readers, plan: &Plan, told: Told, control: &Control) -> Result<Outcome> {
    control.begin(Phase::Collecting, 0);
    let aligned = aligned(&told.differences);
    let both = [&*readers[0], &*readers[1]];
    let key = if plan.by == By::Key { &plan.key[..] } else { &[] };
    let keys: Vec<_> = key
        .iter()
        .map(|compared| evaluate::read(both, [compared.left, compared.right], plan.threads, control))
        .collect::<Result<_>>()?;
    let evaluated = plan
        .columns
        .iter()
        .enumerate()
        .map(|(at, compared)| {
            let columns = evaluate::read(both, [compared.left, compared.right], plan.threads, control)?;
            let first = |rows: &[u32], side: usize| {
                rows.iter().take(plan.show).map(|row| text(&columns[side], *row as usize, &compared.rule)).collect()
            };
            let changes = changes(&told.differences, at, &aligned.pairs);
            let cells = |change: &Change| {
                let (left, right) = aligned.pairs.get(change.pair as usize);
                [text(&columns[0], left, &compared.rule), text(&columns[1], right, &compared.rule)]
            };
            Ok(Evaluated {
                shown: changes.iter().take(plan.show).map(cells).collect(),
                changes,
                removed: first(&aligned.removed, 0),
                added: first(&aligned.added, 1),
                profiles: None,
            })
        })
        .collect::<Result<_>>()?;
    let rows = [both[0].rows(), both[1].rows()];
    let key = KeyText { key, columns: &keys };
    Ok(Outcome::told(rows, aligned, evaluated, told.unlisted, plan, &key))
}

/// The rows that were told of, pairs in the order of the left ones.
fn aligned(differences: &[ToldDifference]) -> Aligned {
    let mut pairs: Vec<(u32, u32)> = differences
        .iter()
        .filter(|difference| difference.kind == DifferenceKind::Changed)
        .filter_map(|difference| difference.left.zip(difference.right))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let alone = |kind: DifferenceKind, row: fn(&ToldDifference) -> Option<u32>| {
        let mut rows: Vec<u32> =
            differences.iter().filter(|difference| difference.kind == kind).filter_map(row).collect();
        rows.sort_unstable();
        rows
    };
    let (left, right) = pairs.into_iter().unzip();
    Aligned {
        pairs: Pairs::Listed(left, right),
        removed: alone(DifferenceKind::Removed, |difference| difference.left),
        added: alone(DifferenceKind::Added, |difference| difference.right),
    }
}

/// The changes of a column, in the order of pairs.
fn changes(differences: &[ToldDifference], column: usize, pairs: &Pairs) -> Vec<Change> {
    let mut changes: Vec<Change> = differences
        .iter()
        .filter(|difference| difference.kind == DifferenceKind::Changed && difference.column == Some(column))
        .filter_map(|difference| {
            let left = difference.left? as usize;
            let pair = pairs.partition_point(0..pairs.len(), |own, _| own < left);
            Some(Change { pair: pair as u32, is_unparsable: difference.is_unparsable, difference: None })
        })
        .collect();
    changes.sort_unstable_by_key(|change| change.pair);
    changes
}
