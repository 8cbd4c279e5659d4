//! The columnar engine: for typed tables, and text against them.
//!
//! Key columns come first. Rows are aligned by them, without a join where keys rise on both sides; then one pair of
//! columns after another is read, held against each other by a kernel for its types, and let go. What the kernel finds
//! different goes through the rules; texts are made of what is shown alone.

mod align;
mod column;
mod concentrate;
mod digest;
mod distribution;
mod equal;
mod evaluate;
mod format;
mod judge;
mod keys;
mod outcome;
mod pairs;
mod pieces;
mod profile;
mod renamed;
mod reorder;
mod report;
mod rows;
mod settle;
mod single;
#[cfg(feature = "plugins")]
mod told;
mod unique;

use std::cmp::Reverse;
use std::sync::Arc;

use csvq_text::threads;

use self::align::groups::Pairing;
use self::align::{Found, Group, Rules};
use self::evaluate::{Evaluated, Evaluation};
use self::outcome::{KeyText, Outcome};
use self::pairs::Aligned;
use crate::control::{Control, Phase};
use crate::error::{self, Error, ErrorKind, Result};
use crate::source::columns::ColumnReader;
use crate::spec::{By, DuplicatePolicy};

pub(super) use self::evaluate::Compared;
pub(super) use digest::{Algorithm, Digest, Settings as DigestSettings, digests};
pub(super) use renamed::renamed;
pub(super) use report::{Context, comparison};
pub(super) use settle::{plan, type_changes};
pub(super) use single::{first_rows, table_profile};
#[cfg(feature = "plugins")]
pub(super) use told::{Told, ToldDifference, told};
pub(super) use unique::unique;

/// Rows beyond which numbers of four bytes do not reach.
const MOST_ROWS: u64 = u32::MAX as u64 - 2;

/// What the engine is to do.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) by: By,
    pub(super) key: Vec<Compared>,
    pub(super) columns: Vec<Compared>,
    pub(super) duplicates: DuplicatePolicy,
    /// Rows of each kind that are shown.
    pub(super) show: usize,
    /// Keys that occur more than once of which the places are told, on each side.
    pub(super) locate_duplicates: usize,
    pub(super) stop_after: Option<u64>,
    pub(super) max_rows: Option<u64>,
    pub(super) threads: usize,
    pub(super) memory: u64,
    /// Whether it is told what columns hold, and where their differences are.
    pub(super) statistics: bool,
}

/// Both sides.
pub(super) type Readers = [Arc<dyn ColumnReader>; 2];

/// Compares two tables.
pub(super) fn compare(readers: &Readers, plan: &Plan, names: [&str; 2], control: &Control) -> Result<Outcome> {
    let both = [&*readers[0], &*readers[1]];
    let key = match plan.by {
        By::Key => &plan.key[..],
        By::Content => &plan.columns[..],
        By::Position => &[],
    };
    let (aligned, groups, held) = matched(both, plan, key, names, control)?;

    control.begin(Phase::Walking, bytes(both, &plan.columns));
    let mut evaluation = Evaluation::new(both, &aligned, plan.threads, control)?;
    (evaluation.show, evaluation.statistics) = (plan.show, plan.statistics);
    let workers = fitting(plan, |column| evaluation.held_bytes(column));
    // Each thread within a column holds pieces of its own.
    let largest = plan.columns.iter().map(|column| evaluation.held_bytes(column)).max().unwrap_or(0);
    let fit = plan.memory / 2 / (workers as u64 * largest.max(1));
    let inner = (plan.threads / workers.min(plan.columns.len().max(1))).max(1);
    evaluation.threads = inner.min(usize::try_from(fit).unwrap_or(usize::MAX)).max(1);
    let evaluated = if plan.by == By::Content {
        held.iter()
            .zip(&plan.columns)
            .map(|(columns, compared)| evaluation.alone(columns, compared))
            .collect::<Result<_>>()?
    } else {
        evaluate(&evaluation, &plan.columns, workers)?
    };
    both.into_iter().try_for_each(ColumnReader::check_unchanged)?;
    let key_text = KeyText { key: if plan.by == By::Key { key } else { &[] }, columns: &held };
    let rows = both.map(ColumnReader::rows);
    Outcome::new(rows, aligned, evaluated, &groups, plan, &key_text, names)
}

/// Finds the rows that belong together by these columns, the keys that occur more than once, and keeps what was read.
fn matched(
    readers: [&dyn ColumnReader; 2],
    plan: &Plan,
    key: &[Compared],
    names: [&str; 2],
    control: &Control,
) -> Result<(Aligned, Vec<Group>, Vec<[column::Column; 2]>)> {
    let rows = readers.map(ColumnReader::rows);
    for (rows, name) in rows.into_iter().zip(names) {
        check_rows(rows, name, plan.max_rows)?;
    }
    control.begin(Phase::Reading, bytes(readers, key));
    let threads = (plan.threads / key.len().max(1)).max(1);
    let held: Vec<_> = threads::for_each(
        plan.threads,
        key,
        |compared| evaluate::read(readers, [compared.left, compared.right], threads, control),
        |_| false,
    )?;
    let held = held.into_iter().collect::<Result<Vec<_>>>()?;
    let (aligned, groups) = align(readers, plan, key, &held, rows.map(|rows| rows as usize), control)?;
    Ok((aligned, groups, held))
}

/// Evaluates all columns, the largest first, so that no thread is left with one at the end.
fn evaluate(evaluation: &Evaluation<'_>, columns: &[Compared], workers: usize) -> Result<Vec<Evaluated>> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|index| Reverse(bytes(evaluation.readers, &columns[*index..=*index])));
    let found = threads::for_each(workers, &order, |index| evaluation.column(&columns[*index]), |_| false)?;
    let mut evaluated: Vec<(usize, Evaluated)> =
        order.into_iter().zip(found).map(|(index, found)| Ok((index, found?))).collect::<Result<_>>()?;
    evaluated.sort_by_key(|(index, _)| *index);
    Ok(evaluated.into_iter().map(|(_, evaluated)| evaluated).collect())
}

/// Refuses more rows than are allowed, or than numbers of four bytes reach.
pub(super) fn check_rows(rows: u64, name: &str, max_rows: Option<u64>) -> Result<()> {
    let most = max_rows.unwrap_or(MOST_ROWS).min(MOST_ROWS);
    if rows <= most {
        return Ok(());
    }
    let advice = if max_rows.is_some() {
        "the most that `max_rows` allows; raise it or leave it out"
    } else {
        "the most that can be compared by column; compare parts of it"
    };
    let context = error::Context { input: Some(name.to_owned()), ..error::Context::default() };
    Err(Error::new(ErrorKind::LimitExceeded, format!("there are more than {most} rows, {advice}"))
        .with_context(context))
}

fn bytes(readers: [&dyn ColumnReader; 2], columns: &[Compared]) -> u64 {
    let of = |compared: &Compared| {
        readers[0].column_bytes(compared.left).saturating_add(readers[1].column_bytes(compared.right))
    };
    // What a damaged file says of itself may be anything.
    columns.iter().map(of).fold(0, u64::saturating_add)
}

/// How many columns are held whole at once: as many as there are threads, if that much fits half of the memory.
fn workers(readers: [&dyn ColumnReader; 2], plan: &Plan) -> usize {
    fitting(plan, |column| bytes(readers, std::slice::from_ref(column)))
}

/// How many columns are held at once, of which each takes so many bytes.
fn fitting(plan: &Plan, bytes: impl Fn(&Compared) -> u64) -> usize {
    let largest = plan.columns.iter().map(bytes).max().unwrap_or(0);
    let fit = plan.memory / 2 / largest.max(1);
    usize::try_from(fit).unwrap_or(usize::MAX).clamp(1, plan.threads)
}

/// Finds the rows that belong together, and the keys that occur more than once.
fn align(
    readers: [&dyn ColumnReader; 2],
    plan: &Plan,
    key: &[Compared],
    held: &[[column::Column; 2]],
    rows: [usize; 2],
    control: &Control,
) -> Result<(Aligned, Vec<Group>)> {
    if plan.by == By::Position {
        return Ok((Aligned::by_position(rows[0], rows[1]), Vec::new()));
    }
    control.begin(Phase::Joining, 0);
    let columns: Vec<_> = held.iter().zip(key).map(|([left, right], compared)| (left, right, &compared.rule)).collect();
    let keys = keys::keys(&columns, rows, control)?;
    let duplicates = if plan.by == By::Content { DuplicatePolicy::Pair } else { plan.duplicates };
    let found = match align::by_key(&keys, Rules { threads: plan.threads, duplicates }, control)? {
        Found::Unique(aligned) => return Ok((aligned, Vec::new())),
        Found::Duplicates(found) => found,
    };
    drop(keys);
    let mut pairing = Pairing::new(found);
    let groups = pairing.groups().to_vec();
    if duplicates == DuplicatePolicy::First {
        return Ok((pairing.first(plan.threads)?, groups));
    }
    if plan.by == By::Key && duplicates == DuplicatePolicy::Pair && pairing.is_needed() {
        for compared in &plan.columns {
            let [left, right] = evaluate::read(readers, [compared.left, compared.right], plan.threads, control)?;
            pairing.refine([&left, &right], &compared.rule);
        }
    }
    Ok((pairing.finish(plan.threads)?, if plan.by == By::Content { Vec::new() } else { groups }))
}
