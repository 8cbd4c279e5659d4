//! What the engine found, put together from what was found in each column.

use super::Plan;
use super::align::Group;
use super::column::Column;
use super::evaluate::{self, Compared, Evaluated, Text};
use super::pairs::Aligned;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::report::DuplicateKey;
use crate::spec::DuplicatePolicy;

/// Places of a key that are told.
const ROWS: usize = 10;

/// Everything that was found.
#[derive(Debug)]
pub(in crate::compare) struct Outcome {
    pub(super) rows: [u64; 2],
    pub(super) aligned: Aligned,
    /// For each compared column what was found; none where rows were matched by content.
    pub(super) evaluated: Vec<Evaluated>,
    /// The numbers of the pairs that differ, in order.
    pub(super) changed: Vec<u32>,
    /// The keys of the shown rows: changed, removed, added.
    pub(super) keys: [Vec<Vec<Text>>; 3],
    pub(super) duplicate_keys: [u64; 2],
    pub(super) duplicates: [Vec<DuplicateKey>; 2],
    pub(super) stopped_early: bool,
    /// Pairs that are equal and not among those of `aligned`.
    pub(super) unlisted: u64,
}

/// The key's columns, for the texts of keys.
pub(super) struct KeyText<'a> {
    pub(super) key: &'a [Compared],
    pub(super) columns: &'a [[Column; 2]],
}

impl KeyText<'_> {
    /// The keys of the rows that are shown: changed, removed, added.
    fn shown(&self, aligned: &Aligned, changed: &[u32], show: usize) -> [Vec<Vec<Text>>; 3] {
        [
            changed.iter().take(show).map(|pair| self.of(0, aligned.pairs.get(*pair as usize).0 as u32)).collect(),
            aligned.removed.iter().take(show).map(|row| self.of(0, *row)).collect(),
            aligned.added.iter().take(show).map(|row| self.of(1, *row)).collect(),
        ]
    }

    fn of(&self, side: usize, row: u32) -> Vec<Text> {
        let parts = self.key.iter().zip(self.columns);
        parts.map(|(compared, columns)| evaluate::text(&columns[side], row as usize, &compared.rule)).collect()
    }
}

impl Outcome {
    pub(super) fn new(
        rows: [u64; 2],
        mut aligned: Aligned,
        mut evaluated: Vec<Evaluated>,
        groups: &[Group],
        plan: &Plan,
        key: &KeyText<'_>,
        names: [&str; 2],
    ) -> Result<Self> {
        let (duplicate_keys, duplicates) = duplicates(groups, plan, key);
        if plan.duplicates == DuplicatePolicy::Error
            && let Some((side, first)) =
                duplicates.iter().enumerate().find_map(|(side, keys)| Some((side, keys.first()?)))
        {
            return Err(duplicate_key(side, duplicate_keys[side], first, names));
        }
        let mut changed = changed_pairs(&evaluated, aligned.pairs.len());
        let stopped_early = cut(&mut changed, &mut aligned, &mut evaluated, plan.stop_after);
        let keys = key.shown(&aligned, &changed, plan.show);
        Ok(Self { rows, aligned, evaluated, changed, keys, duplicate_keys, duplicates, stopped_early, unlisted: 0 })
    }

    /// What others found: all pairs that are listed differ.
    #[cfg(feature = "plugins")]
    pub(super) fn told(
        rows: [u64; 2],
        aligned: Aligned,
        evaluated: Vec<Evaluated>,
        unlisted: u64,
        plan: &Plan,
        key: &KeyText<'_>,
    ) -> Self {
        let changed: Vec<u32> = (0..aligned.pairs.len() as u32).collect();
        let keys = key.shown(&aligned, &changed, plan.show);
        let (duplicate_keys, duplicates) = ([0; 2], [Vec::new(), Vec::new()]);
        Self { rows, aligned, evaluated, changed, keys, duplicate_keys, duplicates, stopped_early: false, unlisted }
    }
}

/// The pairs in which some column differs.
fn changed_pairs(evaluated: &[Evaluated], pairs: usize) -> Vec<u32> {
    let mut bits = vec![0_u64; pairs.div_ceil(64)];
    for change in evaluated.iter().flat_map(|column| &column.changes) {
        bits[change.pair as usize / 64] |= 1 << (change.pair % 64);
    }
    let mut changed = Vec::with_capacity(bits.iter().map(|word| word.count_ones() as usize).sum());
    for (at, mut word) in bits.into_iter().enumerate() {
        while word != 0 {
            changed.push(at as u32 * 64 + word.trailing_zeros());
            word &= word - 1;
        }
    }
    changed
}

/// Leaves the first differences, as many as were asked for, in the report's order. Says whether any were left out.
fn cut(changed: &mut Vec<u32>, aligned: &mut Aligned, evaluated: &mut [Evaluated], first: Option<u64>) -> bool {
    let Some(first) = first.and_then(|first| usize::try_from(first).ok()) else { return false };
    if changed.len() + aligned.removed.len() + aligned.added.len() <= first {
        return false;
    }
    changed.truncate(first);
    aligned.removed.truncate(first - changed.len());
    aligned.added.truncate(first - changed.len() - aligned.removed.len());
    for column in evaluated {
        column.changes.retain(|change| changed.binary_search(&change.pair).is_ok());
    }
    true
}

/// How many keys occur more than once on each side, and the first of them.
fn duplicates(groups: &[Group], plan: &Plan, key: &KeyText<'_>) -> ([u64; 2], [Vec<DuplicateKey>; 2]) {
    let sides = [0, 1].map(|side| {
        let mut repeated: Vec<&Vec<u32>> =
            groups.iter().map(|group| &group.rows[side]).filter(|rows| rows.len() > 1).collect();
        repeated.sort_unstable_by_key(|rows| rows[0]);
        let located = repeated.iter().take(plan.locate_duplicates.max(1)).map(|rows| DuplicateKey {
            key: key.of(side, rows[0]),
            rows: rows.iter().take(ROWS).map(|row| u64::from(*row) + 1).collect(),
            count: rows.len() as u64,
        });
        (repeated.len() as u64, located.collect::<Vec<_>>())
    });
    let [(left, left_keys), (right, right_keys)] = sides;
    let mut located = [left_keys, right_keys];
    if plan.duplicates != DuplicatePolicy::Error {
        located.iter_mut().for_each(|keys| keys.truncate(plan.locate_duplicates));
    }
    ([left, right], located)
}

fn duplicate_key(side: usize, count: u64, first: &DuplicateKey, names: [&str; 2]) -> Error {
    let rows: Vec<String> = first.rows.iter().map(u64::to_string).collect();
    let more = if first.count > ROWS as u64 { " and more" } else { "" };
    let keys = if count == 1 { "1 key occurs".to_owned() } else { format!("{count} keys occur") };
    let message = format!(
        "{keys} more than once; the first in records {}{more}; add a column to the key, or allow it by `duplicates`",
        rows.join(", ")
    );
    let context = Context { input: Some(names[side].to_owned()), ..Context::default() };
    Error::new(ErrorKind::DuplicateKey, message).with_context(context)
}
