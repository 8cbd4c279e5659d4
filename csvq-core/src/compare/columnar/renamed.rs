//! Columns of different name that hold the same.
//!
//! Each column is made into a sketch of its values: how often each occurs, of all values or of an even sample of them.
//! Columns whose sketches are alike are candidates; where rows are matched by a key they are then held against each other
//! row by row, and it counts how much more often they agree than chance would have it.

use std::collections::HashMap;
use std::hash::BuildHasher;

use csvq_text::Rule;
use foldhash::fast::{FixedState, RandomState};

use super::column::Column;
use super::evaluate::{self, Compared, Evaluation};
use super::{Plan, Readers, format, judge, matched};
use crate::compare::columns::Columns;
use crate::control::Control;
use crate::error::Result;
use crate::report::{RenameEvidence, RenamedColumn};
use crate::source::columns::ColumnReader;
use crate::types::Field;

/// Values that a sketch knows at most.
const SKETCHED: usize = 1 << 16;
/// Columns of a side that are looked at.
const LOOKED_AT: usize = 64;
/// How alike sketches are for a closer look, and to be told of where there is none.
const WORTH_A_LOOK: f64 = 0.5;
const ALIKE: f64 = 0.9;
/// How much of what chance leaves open has to agree where rows are matched.
const AGREES: f64 = 0.8;
/// How unlikely it has to be that so many rows agree by chance, as a power of one half: there are many columns to try.
const LEAST_BITS: f64 = 20.0;
/// With fewer distinct values columns look alike by chance, unless their names do, too.
const TELLING: u64 = 20;
const SIMILAR_NAMES: f64 = 0.7;
/// Rows between two looks at whether to go on.
const CHECKED: usize = 1 << 16;

/// Two columns that may be one.
struct Candidate<'a> {
    indexes: [usize; 2],
    sketches: [&'a Sketch; 2],
    overlap: f64,
}

/// Finds columns of those that stand on one side alone that hold the same, by index; each is told of once, the surest first.
pub(in crate::compare) fn renamed(
    readers: &Readers,
    plan: &Plan,
    columns: &Columns,
    alone: [&[usize]; 2],
    names: [&str; 2],
    control: &Control,
) -> Result<Vec<RenamedColumn>> {
    let both = [&*readers[0], &*readers[1]];
    let sketches = sketches(both, alone, plan, control)?;
    let mut candidates = candidates(both, &sketches, alone);
    // The surest first; of those that are as sure, the one with the more telling values.
    candidates.sort_by(|one, other| {
        let distinct = |candidate: &Candidate<'_>| candidate.sketches[0].distinct();
        other.overlap.total_cmp(&one.overlap).then_with(|| distinct(other).cmp(&distinct(one)))
    });
    let aligned = if plan.key.is_empty() || candidates.is_empty() {
        None
    } else {
        Some(matched(both, plan, &plan.key, names, control)?.0)
    };
    let evaluation =
        aligned.as_ref().map(|aligned| Evaluation::new(both, aligned, plan.threads, control)).transpose()?;
    let (mut taken, mut found) = ([Vec::new(), Vec::new()], Vec::new());
    for candidate in &candidates {
        if (0..2).any(|side| taken[side].contains(&candidate.indexes[side])) {
            continue;
        }
        let name = |side: usize| columns.names[side][candidate.indexes[side]].clone();
        let told = match &evaluation {
            Some(evaluation) => by_key(candidate, evaluation)?,
            None => by_values(candidate, &name(0), &name(1)),
        };
        if let Some(told) = told {
            (0..2).for_each(|side| taken[side].push(candidate.indexes[side]));
            let distinct = candidate.sketches[0].distinct();
            found.push(RenamedColumn { left: name(0), right: name(1), distinct, ..told });
        }
    }
    found.sort_by(|one, other| other.share.total_cmp(&one.share));
    Ok(found)
}

/// The sketches of the columns of both sides.
fn sketches(
    readers: [&dyn ColumnReader; 2],
    alone: [&[usize]; 2],
    plan: &Plan,
    control: &Control,
) -> Result<[Vec<Sketch>; 2]> {
    let hasher = FixedState::with_seed(RandomState::default().hash_one(0));
    let sketch = |side: usize| -> Result<Vec<Sketch>> {
        let looked_at = alone[side].iter().take(LOOKED_AT);
        let sketch = |index: &usize| {
            let column = evaluate::read_one(readers[side], *index, plan.threads, control)?;
            Sketch::of(&column, &hasher, control)
        };
        looked_at.map(sketch).collect()
    };
    Ok([sketch(0)?, sketch(1)?])
}

/// Columns whose sketches are alike.
fn candidates<'a>(
    readers: [&dyn ColumnReader; 2],
    [left, right]: &'a [Vec<Sketch>; 2],
    alone: [&[usize]; 2],
) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    for (one, left_index) in left.iter().zip(alone[0]) {
        for (other, right_index) in right.iter().zip(alone[1]) {
            let fields = [&readers[0].fields()[*left_index], &readers[1].fields()[*right_index]];
            let overlap = one.overlap(other);
            if overlap >= WORTH_A_LOOK && can_be_equal(fields) {
                found.push(Candidate { indexes: [*left_index, *right_index], overlap, sketches: [one, other] });
            }
        }
    }
    found
}

/// What matched rows say, beyond what chance would have them say.
fn by_key(candidate: &Candidate<'_>, evaluation: &Evaluation<'_>) -> Result<Option<RenamedColumn>> {
    let pairs = evaluation.aligned.pairs.len();
    let chance = candidate.sketches[0].chance(candidate.sketches[1]);
    if pairs == 0 || chance >= 1.0 {
        return Ok(None);
    }
    let [left, right] = candidate.indexes;
    let column_type = evaluation.readers[0].fields()[left].data_type.column_type();
    let rule = Rule { column_type, ..Rule::default() };
    let changes = evaluation.column(&Compared { left, right, rule })?.changes.len();
    let share = 1.0 - changes as f64 / pairs as f64;
    let agreeing = (pairs - changes) as f64;
    let bits = agreeing * -chance.max(1.0 / pairs as f64).log2();
    let told = RenamedColumn { evidence: RenameEvidence::Key, rows: pairs as u64, share, ..RenamedColumn::default() };
    Ok(((share - chance) / (1.0 - chance) >= AGREES && bits >= LEAST_BITS).then_some(told))
}

/// What the values say by themselves.
fn by_values(candidate: &Candidate<'_>, left: &str, right: &str) -> Option<RenamedColumn> {
    let [one, other] = candidate.sketches;
    let is_telling = one.distinct() >= TELLING || strsim::jaro_winkler(left, right) >= SIMILAR_NAMES;
    // Where one value is nearly all that there is, the others have to be alike, too.
    let is_alike = candidate.overlap >= ALIKE && one.overlap_of_the_rarer(other) >= ALIKE;
    (is_telling && is_alike).then(|| RenamedColumn {
        evidence: RenameEvidence::Values,
        rows: one.rows.max(other.rows),
        share: candidate.overlap,
        ..RenamedColumn::default()
    })
}

/// Whether values of both types can be the same.
fn can_be_equal([left, right]: [&Field; 2]) -> bool {
    let (left, right) = (&left.data_type, &right.data_type);
    judge::natural(left, right).is_some() || left.is_text() || right.is_text()
}

/// How often values occur, by their hashes: of all of them, or of those whose hashes end in so many zeros.
struct Sketch {
    counts: HashMap<u64, u64, RandomState>,
    zeros: u32,
    rows: u64,
}

impl Sketch {
    fn of(column: &Column, hasher: &FixedState, control: &Control) -> Result<Self> {
        let mut sketch = Self { counts: HashMap::default(), zeros: 0, rows: column.len as u64 };
        // Numbers are told by their value, however they are written; cells without text are nulls.
        let rule = Rule { as_number: true, empty_is_null: true, ..Rule::default() };
        let mut text = Vec::new();
        for row in (0..column.len).filter(|row| column.is_valid(*row)) {
            if row % CHECKED == 0 {
                csvq_text::check(control)?;
            }
            text.clear();
            format::write(column, row, &mut text);
            let Some(canonical) = rule.canonical(&text) else { continue };
            let hash = hasher.hash_one(&*canonical);
            if hash.trailing_zeros() < sketch.zeros {
                continue;
            }
            *sketch.counts.entry(hash).or_insert(0) += 1;
            if sketch.counts.len() > SKETCHED {
                sketch.zeros += 1;
                sketch.counts.retain(|hash, _| hash.trailing_zeros() >= sketch.zeros);
            }
        }
        Ok(sketch)
    }

    /// The distinct values, as far as a sample tells.
    fn distinct(&self) -> u64 {
        (self.counts.len() as u64) << self.zeros
    }

    /// The part of the values that both have, each as often as it occurs, 0 to 1.
    fn overlap(&self, other: &Self) -> f64 {
        self.overlap_without(other, None)
    }

    /// The same without the most frequent value.
    fn overlap_of_the_rarer(&self, other: &Self) -> f64 {
        let most = self.counts.iter().max_by_key(|(_, count)| **count).map(|(hash, _)| *hash);
        self.overlap_without(other, most)
    }

    fn overlap_without(&self, other: &Self, without: Option<u64>) -> f64 {
        let zeros = self.zeros.max(other.zeros);
        let counts = |hash: &u64| hash.trailing_zeros() >= zeros && Some(*hash) != without;
        let of = |sketch: &Self| -> u64 {
            sketch.counts.iter().filter(|(hash, _)| counts(hash)).map(|(_, count)| count).sum()
        };
        let shared: u64 = self
            .counts
            .iter()
            .filter(|(hash, _)| counts(hash))
            .filter_map(|(hash, count)| other.counts.get(hash).map(|there| (*count).min(*there)))
            .sum();
        shared as f64 / of(self).max(of(other)).max(1) as f64
    }

    /// How often values of both would agree if rows were matched at random. Rare values, of which a sample has few, add
    /// next to nothing.
    fn chance(&self, other: &Self) -> f64 {
        let part = |count: u64, rows: u64| count as f64 / rows.max(1) as f64;
        let nulls = |sketch: &Self| {
            let values: u64 = sketch.counts.values().sum();
            if sketch.zeros == 0 { part(sketch.rows - values, sketch.rows) } else { 0.0 }
        };
        let values = self.counts.iter().filter_map(|(hash, count)| {
            other.counts.get(hash).map(|there| part(*count, self.rows) * part(*there, other.rows))
        });
        values.sum::<f64>() + nulls(self) * nulls(other)
    }
}
