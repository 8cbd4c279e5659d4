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
/// With fewer distinct values columns look alike by chance, unless their names do, too.
const TELLING: u64 = 20;
const SIMILAR_NAMES: f64 = 0.7;

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
    let hasher = FixedState::with_seed(RandomState::default().hash_one(0));
    let sketches = |side: usize| -> Result<Vec<Sketch>> {
        let looked_at = alone[side].iter().take(LOOKED_AT);
        looked_at
            .map(|index| {
                let column = evaluate::read_one(both[side], *index, plan.threads, control)?;
                Ok(Sketch::of(&column, &hasher))
            })
            .collect()
    };
    let (left, right) = (sketches(0)?, sketches(1)?);
    let mut found = Vec::new();
    for (one, left_index) in left.iter().zip(alone[0]) {
        for (other, right_index) in right.iter().zip(alone[1]) {
            let fields = [&both[0].fields()[*left_index], &both[1].fields()[*right_index]];
            let overlap = one.overlap(other);
            if overlap >= WORTH_A_LOOK && can_be_equal(fields) {
                found.push(Candidate { indexes: [*left_index, *right_index], overlap, sketches: [one, other] });
            }
        }
    }
    let name = |side: usize, index: usize| columns.names[side][index].clone();
    let told = |candidate: &Candidate<'_>, evidence, rows, share| RenamedColumn {
        left: name(0, candidate.indexes[0]),
        right: name(1, candidate.indexes[1]),
        evidence,
        rows,
        share,
        distinct: candidate.sketches[0].distinct(),
    };
    let mut told: Vec<([usize; 2], RenamedColumn)> = if plan.key.is_empty() || found.is_empty() {
        let rows = both[0].rows().max(both[1].rows());
        let alike = found.iter().filter(|candidate| {
            let names = candidate.names(columns);
            let is_telling = candidate.sketches[0].distinct() >= TELLING;
            candidate.overlap >= ALIKE && (is_telling || strsim::jaro_winkler(names[0], names[1]) >= SIMILAR_NAMES)
        });
        let tell = |candidate: &Candidate<'_>| {
            (candidate.indexes, told(candidate, RenameEvidence::Values, rows, candidate.overlap))
        };
        alike.map(tell).collect()
    } else {
        let (aligned, _, _) = matched(both, plan, &plan.key, names, control)?;
        let evaluation = Evaluation::new(both, &aligned, plan.threads, control)?;
        let pairs = aligned.pairs.len();
        let mut told_by_key = Vec::new();
        for candidate in &found {
            let [left, right] = candidate.indexes;
            let changes =
                evaluation.column(&Compared { left, right, rule: rule(both[0].fields(), left) })?.changes.len();
            let share = 1.0 - changes as f64 / pairs.max(1) as f64;
            let chance = candidate.sketches[0].chance(candidate.sketches[1]);
            if pairs > 0 && chance < 1.0 && (share - chance) / (1.0 - chance) >= AGREES {
                told_by_key.push((candidate.indexes, told(candidate, RenameEvidence::Key, pairs as u64, share)));
            }
        }
        told_by_key
    };
    // The surest first; of those that are as sure, the one with the more telling values.
    told.sort_by(|(_, one), (_, other)| {
        other.share.total_cmp(&one.share).then_with(|| other.distinct.cmp(&one.distinct))
    });
    let (mut taken, mut renamed) = ([Vec::new(), Vec::new()], Vec::new());
    for (indexes, column) in told {
        if (0..2).all(|side| !taken[side].contains(&indexes[side])) {
            (0..2).for_each(|side| taken[side].push(indexes[side]));
            renamed.push(column);
        }
    }
    Ok(renamed)
}

/// Two columns that may be one.
struct Candidate<'a> {
    indexes: [usize; 2],
    overlap: f64,
    sketches: [&'a Sketch; 2],
}

impl Candidate<'_> {
    fn names<'a>(&self, columns: &'a Columns) -> [&'a str; 2] {
        [0, 1].map(|side| columns.names[side][self.indexes[side]].as_str())
    }
}

fn rule(fields: &[Field], index: usize) -> Rule {
    Rule { column_type: fields[index].data_type.column_type(), ..Rule::default() }
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
    fn of(column: &Column, hasher: &FixedState) -> Self {
        let mut sketch = Self { counts: HashMap::default(), zeros: 0, rows: column.len as u64 };
        // Numbers are told by their value, however they are written.
        let rule = Rule { as_number: true, ..Rule::default() };
        let mut text = Vec::new();
        for row in (0..column.len).filter(|row| column.is_valid(*row)) {
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
        sketch
    }

    /// The distinct values, as far as a sample tells.
    fn distinct(&self) -> u64 {
        (self.counts.len() as u64) << self.zeros
    }

    /// The part of the values that both have, each as often as it occurs, 0 to 1.
    fn overlap(&self, other: &Self) -> f64 {
        let zeros = self.zeros.max(other.zeros);
        let of = |sketch: &Self| -> u64 {
            sketch.counts.iter().filter(|(hash, _)| hash.trailing_zeros() >= zeros).map(|(_, count)| count).sum()
        };
        let shared: u64 = self
            .counts
            .iter()
            .filter(|(hash, _)| hash.trailing_zeros() >= zeros)
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
