//! Where differences concentrate: values of a column in whose rows they are more common than elsewhere.
//!
//! Only columns with few distinct values can say anything of the kind. What is told has to be more than chance: it is
//! ranked by the likelihood ratio (G) of rows with and without the value, among rows that differ and all others.

use std::collections::HashMap;
use std::hash::Hash;

use csvq_text::{Rule, threads};

use super::column::{Column, Values};
use super::evaluate::{self, Compared, Evaluated, Text};
use super::keys::float_key;
use super::outcome::Outcome;
use super::profile::Profile;
use super::{Plan, Readers, format};
use crate::compare::columns::Columns;
use crate::control::{Control, Phase};
use crate::error::Result;
use crate::report::{Concentration, DifferenceKind};
use crate::source::columns::ColumnReader;
use crate::spec::DuplicatePolicy;

/// Columns with more distinct values say nothing of where differences are.
const MOST_VALUES: usize = 1000;
/// What is told of one set of rows, and in all.
const TOLD: usize = 3;
const TOLD_IN_ALL: usize = 20;
/// Changed columns that are looked at, those with the most changes.
const SUBJECTS: usize = 50;
/// Below this share, or so little above the overall one, a value explains nothing.
const LEAST_SHARE: f64 = 0.2;
const LEAST_LIFT: f64 = 1.5;
/// What G is at least; chance alone makes a value reach it about once in ten thousand times.
const LEAST_G: f64 = 15.0;

/// Rows of which it is asked where they are.
struct Subject {
    kind: DifferenceKind,
    /// The compared column whose changes they are.
    column: Option<usize>,
    /// Their rows on the side that is looked at.
    rows: Vec<u32>,
}

impl Subject {
    fn side(&self) -> usize {
        usize::from(self.kind == DifferenceKind::Added)
    }
}

/// What was found, and how sure that is.
struct Finding {
    subject: usize,
    g: f64,
    concentration: Concentration,
}

/// Finds where the differences concentrate.
pub(super) fn concentrations(
    readers: &Readers,
    plan: &Plan,
    columns: &Columns,
    outcome: &Outcome,
    control: &Control,
) -> Result<Vec<Concentration>> {
    let subjects = subjects(outcome);
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    control.begin(Phase::Explaining, 0);
    let participants = [0, 1].map(|side| participants(plan, outcome, side));
    let both = [&*readers[0], &*readers[1]];
    let key = plan.key.iter().map(|compared| (None, compared));
    let candidates: Vec<(Option<usize>, &Compared)> = key
        .chain(plan.columns.iter().enumerate().map(|(index, compared)| (Some(index), compared)))
        .filter(|(index, _)| index.is_none_or(|index| has_few_values(&outcome.evaluated[index])))
        .collect();
    let workers = super::workers(both, plan);
    let found = threads::for_each(
        workers,
        &candidates,
        |(index, compared)| look(both, &subjects, &participants, *index, compared, columns, control),
        |_| false,
    )?;
    let mut findings: Vec<Finding> = found.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    findings.sort_by(|one, other| other.g.total_cmp(&one.g));
    let mut told = vec![0; subjects.len()];
    findings.retain(|finding| {
        told[finding.subject] += 1;
        told[finding.subject] <= TOLD
    });
    Ok(findings.into_iter().take(TOLD_IN_ALL).map(|finding| finding.concentration).collect())
}

/// The rows of a side that take part, where some are left out: further ones with a key of which the first counts.
fn participants(plan: &Plan, outcome: &Outcome, side: usize) -> Option<Vec<u32>> {
    let aligned = &outcome.aligned;
    let alone = [&aligned.removed, &aligned.added][side];
    let matched = (0..aligned.pairs.len()).map(|pair| {
        let (left, right) = aligned.pairs.get(pair);
        [left, right][side] as u32
    });
    (plan.duplicates == DuplicatePolicy::First).then(|| matched.chain(alone.iter().copied()).collect())
}

/// Whether a column can say anything, as far as its profiles tell.
fn has_few_values(evaluated: &Evaluated) -> bool {
    let few = |profile: &Profile| profile.distinct <= MOST_VALUES as u64;
    evaluated.profiles.as_ref().is_none_or(|profiles| profiles.iter().any(few))
}

/// All changed, removed and added rows, and the changes of each column.
fn subjects(outcome: &Outcome) -> Vec<Subject> {
    let left = |pair: u32| outcome.aligned.pairs.get(pair as usize).0 as u32;
    let mut subjects = Vec::new();
    let mut changed: Vec<usize> =
        (0..outcome.evaluated.len()).filter(|column| !outcome.evaluated[*column].changes.is_empty()).collect();
    changed.sort_by_key(|column| std::cmp::Reverse(outcome.evaluated[*column].changes.len()));
    // Where one column has all the changes, they are the changed rows.
    if changed.len() != 1 {
        let rows = outcome.changed.iter().map(|pair| left(*pair)).collect();
        subjects.push(Subject { kind: DifferenceKind::Changed, column: None, rows });
    }
    for column in changed.into_iter().take(SUBJECTS) {
        let rows = outcome.evaluated[column].changes.iter().map(|change| left(change.pair)).collect();
        subjects.push(Subject { kind: DifferenceKind::Changed, column: Some(column), rows });
    }
    let alone = [(DifferenceKind::Removed, &outcome.aligned.removed), (DifferenceKind::Added, &outcome.aligned.added)];
    for (kind, rows) in alone {
        subjects.push(Subject { kind, column: None, rows: rows.clone() });
    }
    subjects.retain(|subject| !subject.rows.is_empty());
    subjects
}

/// What one column says of all subjects.
fn look(
    readers: [&dyn ColumnReader; 2],
    subjects: &[Subject],
    participants: &[Option<Vec<u32>>; 2],
    index: Option<usize>,
    compared: &Compared,
    columns: &Columns,
    control: &Control,
) -> Result<Vec<Finding>> {
    let asked = |side: usize| subjects.iter().any(|subject| subject.side() == side);
    let mut coded = [None, None];
    for (side, coded) in coded.iter_mut().enumerate() {
        if asked(side) {
            let index = [compared.left, compared.right][side];
            let column = evaluate::read_one(readers[side], index, 1, control)?;
            *coded = Coded::of(&column, &compared.rule, participants[side].as_deref());
        }
    }
    let mut findings = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        let Some(coded) = &coded[subject.side()] else { continue };
        // Of a column itself the question is about the others.
        if subject.column.is_none() || subject.column != index {
            let name = |index: usize| columns.names[0][columns.compared[index].0].clone();
            let column = subject.column.map(name);
            let by = &columns.names[0][compared.left];
            findings.extend(coded.findings(subject, by).map(|(g, concentration)| Finding {
                subject: at,
                g,
                concentration: Concentration { column: column.clone(), ..concentration },
            }));
        }
    }
    Ok(findings)
}

/// A column by the numbers of its values.
struct Coded {
    codes: Vec<u16>,
    values: Vec<Text>,
    /// Rows with each value.
    rows: Vec<u64>,
}

impl Coded {
    /// A column with few values.
    fn of(column: &Column, rule: &Rule, participants: Option<&[u32]>) -> Option<Self> {
        let all = 0..column.len;
        let is_changed_by_rules =
            if column.data_type.is_text() { !rule.is_plain() } else { rule.empty_is_null || !rule.nulls.is_empty() };
        let codes = match &column.values {
            Values::Null => None,
            _ if is_changed_by_rules => codes(all.map(|row| {
                let mut text = Vec::new();
                let written = column.is_valid(row).then(|| format::write(column, row, &mut text));
                written.and_then(|()| rule.canonical(&text).map(std::borrow::Cow::into_owned))
            })),
            Values::Boolean(values) => codes(all.map(|row| column.is_valid(row).then(|| values.get_bit(row)))),
            Values::Signed(values) => codes(all.map(|row| column.is_valid(row).then(|| values[row]))),
            Values::Unsigned(values) => codes(all.map(|row| column.is_valid(row).then(|| values[row]))),
            Values::Single(values) => {
                codes(all.map(|row| column.is_valid(row).then(|| float_key(f64::from(values[row])))))
            }
            Values::Double(values) => codes(all.map(|row| column.is_valid(row).then(|| float_key(values[row])))),
            Values::Decimal(values) => codes(all.map(|row| column.is_valid(row).then(|| values[row]))),
            Values::Bytes(texts) => codes(all.map(|row| column.is_valid(row).then(|| texts.get(row)))),
        };
        let (codes, firsts) = codes?;
        let values: Vec<Text> = firsts.iter().map(|row| evaluate::text(column, *row, rule)).collect();
        let mut rows = vec![0; values.len()];
        match participants {
            None => codes.iter().for_each(|code| rows[usize::from(*code)] += 1),
            Some(participants) => {
                participants.iter().for_each(|row| rows[usize::from(codes[*row as usize])] += 1);
            }
        }
        Some(Self { codes, values, rows })
    }

    /// The values in which the subject's rows concentrate.
    fn findings<'a>(&'a self, subject: &'a Subject, by: &'a str) -> impl Iterator<Item = (f64, Concentration)> + 'a {
        let mut with = vec![0_u64; self.values.len()];
        subject.rows.iter().for_each(|row| with[usize::from(self.codes[*row as usize])] += 1);
        let (of, all) = (subject.rows.len() as u64, self.rows.iter().sum::<u64>());
        // The more values are tried, the more often chance alone makes one stand out.
        let least = LEAST_G + 2.0 * (self.values.len() as f64).ln();
        (0..self.values.len()).filter_map(move |code| {
            let (rows, overall) = (with[code], self.rows[code]);
            let (share, overall_share) = (rows as f64 / of as f64, overall as f64 / all as f64);
            let lift = share / overall_share;
            if share < LEAST_SHARE || lift < LEAST_LIFT {
                return None;
            }
            let g = likelihood_ratio(rows, of, overall, all);
            let concentration = Concentration {
                kind: subject.kind,
                column: None,
                by: by.to_owned(),
                value: self.values[code].clone(),
                rows,
                of,
                share,
                overall_share,
                lift,
            };
            (g >= least).then_some((g, concentration))
        })
    }
}

/// Numbers for values, in the order of their first rows, which come with them; `None` where there are too many.
fn codes<T: Eq + Hash>(values: impl ExactSizeIterator<Item = T>) -> Option<(Vec<u16>, Vec<usize>)> {
    let mut known: HashMap<T, u16, foldhash::fast::RandomState> = HashMap::default();
    let (mut codes, mut firsts) = (Vec::with_capacity(values.len()), Vec::new());
    for (row, value) in values.enumerate() {
        let next = firsts.len() as u16;
        let code = *known.entry(value).or_insert(next);
        if code == next {
            if firsts.len() == MOST_VALUES {
                return None;
            }
            firsts.push(row);
        }
        codes.push(code);
    }
    // Where every row has a value of its own there is nothing to concentrate in.
    (firsts.len() < codes.len()).then_some((codes, firsts))
}

/// How much likelier the counts are if the value matters than if it does not, as G: of so many rows that differ, and of
/// all rows, those that have the value.
fn likelihood_ratio(with: u64, of: u64, overall: u64, all: u64) -> f64 {
    let (rest, rest_with) = (all - of, overall - with);
    let expected = |row: u64, column: u64| row as f64 * column as f64 / all as f64;
    let term = |count: u64, expected: f64| if count == 0 { 0.0 } else { count as f64 * (count as f64 / expected).ln() };
    2.0 * (term(with, expected(of, overall))
        + term(of - with, expected(of, all - overall))
        + term(rest_with, expected(rest, overall))
        + term(rest - rest_with, expected(rest, all - overall)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_no_concentration() {
        // Ten of a hundred rows differ, as many of them with the value as elsewhere.
        assert!(likelihood_ratio(5, 10, 50, 100) < 1e-9);
        // All of them have a value that a tenth of the rows has.
        assert!(likelihood_ratio(10, 10, 10, 100) > 60.0);
        assert!(likelihood_ratio(3, 3, 30, 100) < LEAST_G);
    }

    #[test]
    fn a_value_of_its_own_for_each_row_says_nothing() {
        assert!(codes([1, 2, 3].into_iter()).is_none());
        assert_eq!(codes([7, 8, 7].into_iter()), Some((vec![0, 1, 0], vec![0, 1])));
        assert!(codes((0..5000).map(|row| row % 2000)).is_none());
    }
}
