//! The comparison as a whole: the walk, and the join where the walk can't do.

use crate::control::Control;
use crate::difference::{Differences, Kind};
use crate::error::Result;
use crate::join::{self, Joined};
use crate::lockstep::{self, Walked};
use crate::outcome::Outcome;
use crate::plan::{By, Plan};
use crate::table::Table;

/// Compares two tables.
///
/// ```
/// use std::sync::Arc;
/// use csvq_text::{By, Column, Control, DialectOptions, Input, OpenOptions, Plan, Table, compare};
/// let table = |name: &str, text: &str| {
///     let input = Input::from_bytes(name, Arc::from(text.as_bytes()), &OpenOptions::default())?;
///     Table::open(input, &DialectOptions::default())
/// };
/// let column = |index| Column { left: index, right: index, ..Column::default() };
/// let plan = Plan { by: By::Key(vec![column(0)]), columns: vec![column(1)], ..Plan::default() };
/// let outcome = compare(table("l", "id,n\n1,a\n2,b\n")?, table("r", "id,n\n2,B\n3,c\n")?, plan, &Control::new())?;
/// assert_eq!((outcome.changed, outcome.removed, outcome.added), (1, 1, 1));
/// # Ok::<(), csvq_text::Error>(())
/// ```
///
/// # Errors
/// Everything of [`ErrorKind`](crate::ErrorKind). Of malformed records the first of an input is told; with both inputs
/// malformed, of the one in which it is met first.
pub fn compare(left: Table, right: Table, plan: Plan, control: &Control) -> Result<Outcome> {
    plan.check(&left, &right)?;
    let projected = !plan.same_layout(&left, &right);
    let walked = if projected && !matches!(plan.by, By::Position) {
        Walked::Join
    } else {
        lockstep::walk(&left, &right, &plan, control)?
    };
    let joined = match walked {
        Walked::Done(tally) => Joined { tally, duplicate_keys: [0; 2], duplicates: Default::default() },
        Walked::Join => join::join(&left, &right, &plan, None, control)?,
        Walked::JoinSome(seed, hashes) => join::join(&left, &right, &plan, Some((seed, hashes)), control)?,
    };
    control.complete();
    left.input().check_unchanged()?;
    right.input().check_unchanged()?;
    finish(left, right, plan, joined, control)
}

fn finish(left: Table, right: Table, plan: Plan, joined: Joined, control: &Control) -> Result<Outcome> {
    let Joined { tally, duplicate_keys, duplicates } = joined;
    let log = tally.log.sorted();
    let first = plan.stop_after.unwrap_or(u64::MAX);
    let is_cut = log.len() > first;
    let mut counts = [0_u64; 3];
    let mut seen = 0;
    log.visit(|difference| {
        counts[difference.kind() as usize] += 1;
        seen += 1;
        Ok(seen < first)
    })?;
    let differences = Differences { left, right, plan, log, first };
    let columns = if is_cut { differences.tally_columns(control)? } else { tally.columns };
    Ok(Outcome {
        rows: tally.rows,
        unchanged: tally.unchanged,
        changed: counts[Kind::Changed as usize],
        removed: counts[Kind::Removed as usize],
        added: counts[Kind::Added as usize],
        duplicate_keys,
        duplicates,
        columns,
        stopped_early: tally.stopped_early || is_cut,
        differences,
    })
}

#[cfg(test)]
mod tests;
