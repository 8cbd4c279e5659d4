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
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::error::ErrorKind;
    use crate::input::{Input, OpenOptions};
    use crate::plan::Column;
    use crate::table::DialectOptions;

    #[track_caller]
    fn refuses(plan: Plan) {
        let table = || {
            let input = Input::from_bytes("t", Arc::from(&b"id,v\n1,a\n"[..]), &OpenOptions::default());
            Table::open(input.expect("bytes open"), &DialectOptions::default()).expect("it has a header")
        };
        let error = compare(table(), table(), plan, &Control::new()).expect_err("the plan is wrong");
        assert_eq!(error.kind(), ErrorKind::Setting, "{error}");
    }

    #[test]
    fn a_wrong_plan_is_refused() {
        let beyond = Column { left: 0, right: 2, ..Column::default() };
        refuses(Plan { threads: 0, ..Plan::default() });
        refuses(Plan { block: 0, ..Plan::default() });
        refuses(Plan { by: By::Key(Vec::new()), ..Plan::default() });
        refuses(Plan { by: By::Key(vec![beyond.clone()]), ..Plan::default() });
        refuses(Plan { columns: vec![beyond], ..Plan::default() });
    }

    /// A CR before a line end of CR and LF is text, whichever way records find each other.
    #[test]
    fn a_cr_before_the_line_end_is_text() {
        const ROWS: usize = 20_000;
        let table = |rows: &mut dyn Iterator<Item = usize>, line_end: &str| {
            let text: String = rows.map(|row| format!("{row},v{line_end}")).collect();
            let bytes = Arc::from(format!("k,v\n{text}").into_bytes());
            let input = Input::from_bytes("t", bytes, &OpenOptions::default()).expect("bytes open");
            Table::open(input, &DialectOptions::default()).expect("it has a header")
        };
        let column = |index| Column { left: index, right: index, ..Column::default() };
        for (left_end, right_end, changed) in [("\r\n", "\r\r\n", ROWS as u64), ("\n", "\r\n", 0)] {
            for memory in [1 << 20, 1 << 30] {
                let plan =
                    || Plan { by: By::Key(vec![column(0)]), columns: vec![column(1)], memory, ..Plan::default() };
                let left = || table(&mut (0..ROWS), left_end);
                let right = || table(&mut (0..ROWS).rev(), right_end);
                let one = compare(left(), right(), plan(), &Control::new()).expect("well-formed");
                let other = compare(right(), left(), plan(), &Control::new()).expect("well-formed");
                assert_eq!([one.changed, other.changed], [changed; 2]);
            }
        }
    }

    /// An escaped line end is no place to cut an input for the threads.
    #[test]
    fn escaped_line_ends_are_text_for_every_thread() {
        let text: String = (0..60_000).map(|row| format!("{row:07},x\\\n{row},yy\n")).collect();
        let table = || {
            let bytes = Arc::from(format!("id,a,b\n{text}").into_bytes());
            let input = Input::from_bytes("t", bytes, &OpenOptions::default()).expect("bytes open");
            let options = DialectOptions { escape: Some(b'\\'), ..DialectOptions::default() };
            Table::open(input, &options).expect("it has a header")
        };
        let column = |index| Column { left: index, right: index, ..Column::default() };
        for threads in [1, 3] {
            let columns = vec![column(1), column(2)];
            let plan = Plan { by: By::Key(vec![column(0)]), columns, threads, block: 4096, ..Plan::default() };
            let outcome = compare(table(), table(), plan, &Control::new()).expect("well-formed");
            assert_eq!((outcome.rows, outcome.unchanged), ([60_000; 2], 60_000));
        }
    }
}
