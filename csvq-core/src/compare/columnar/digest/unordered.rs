//! Digests whatever the order of rows: the sum of the digests of rows, and for each column of those of its cells.
//!
//! A row's digest needs all its cells, so that rows are taken in ranges whose encoded cells fit into the memory; columns
//! are read again for each range.

use std::ops::Range;

use csvq_text::threads;

use super::super::evaluate::{self, Compared};
use super::super::{Plan, workers};
use super::algorithm::{Digest, Sum};
use super::encode::Encoder;
use super::{Settings, pair, write_column};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::report::Digests;
use crate::source::columns::ColumnReader;

/// What an encoded cell takes besides its column's bytes, about.
const CELL_BYTES: u64 = 24;
const LEAST_ROWS: usize = 1 << 12;
/// Rows between two looks at whether to go on.
const CHECKED: usize = 1 << 16;

/// Fills in the digests of both sides.
pub(super) fn digests(
    readers: [&dyn ColumnReader; 2],
    plan: &Plan,
    settings: Settings,
    control: &Control,
    digests: &mut Digests,
) -> Result<()> {
    let sides = [0, 1].map(|side| sums(readers, side, plan, settings, control));
    let [left, right] = sides;
    let sides = [left?, right?];
    let algorithm = settings.algorithm;
    for (index, column) in digests.columns.iter_mut().enumerate() {
        let [left, right] = [0, 1].map(|side| {
            let mut hasher = algorithm.hasher(b"csvq column in any order 1");
            hasher.update(column.encoding.as_bytes());
            sides[side].columns[index].write(&mut hasher);
            hasher.finish()
        });
        column.unordered = Some(pair([&left, &right]));
    }
    let table = |side: &Sums| -> Digest {
        let mut hasher = algorithm.hasher(b"csvq table in any order 1");
        digests.columns.iter().for_each(|column| write_column(column, &mut hasher));
        side.rows.write(&mut hasher);
        hasher.finish()
    };
    digests.rows = Some(pair([&table(&sides[0]), &table(&sides[1])]));
    Ok(())
}

/// The sums of one side.
struct Sums {
    rows: Sum,
    columns: Vec<Sum>,
}

/// The encoded cells of a column in a range of rows.
struct Encoded {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    sum: Sum,
}

fn sums(
    readers: [&dyn ColumnReader; 2],
    side: usize,
    plan: &Plan,
    settings: Settings,
    control: &Control,
) -> Result<Sums> {
    let rows = readers[side].rows() as usize;
    let mut sums = Sums {
        rows: Sum::new(settings.algorithm.size()),
        columns: vec![Sum::new(settings.algorithm.size()); plan.columns.len()],
    };
    let stored: u64 = plan
        .columns
        .iter()
        .map(|compared| readers[side].column_bytes([compared.left, compared.right][side]))
        .fold(0, u64::saturating_add);
    let each = stored / (rows as u64).max(1) + CELL_BYTES * plan.columns.len() as u64;
    let fit = usize::try_from(plan.memory / 4 / each.max(1)).unwrap_or(usize::MAX).max(LEAST_ROWS);
    let workers = workers(readers, plan);
    for start in (0..rows).step_by(fit) {
        let range = start..(start + fit).min(rows);
        let encoded = threads::for_each(
            workers,
            &plan.columns,
            |compared| encode(readers, side, compared, range.clone(), settings, control),
            |_| false,
        )?;
        let encoded = encoded.into_iter().collect::<Result<Vec<_>>>()?;
        for (sum, column) in sums.columns.iter_mut().zip(&encoded) {
            sum.merge(&column.sum);
        }
        let share = range.len().div_ceil(plan.threads).max(1);
        let starts: Vec<usize> = (0..range.len()).step_by(share).collect();
        let parts = threads::for_each(
            plan.threads,
            &starts,
            |start| {
                let mut sum = Sum::new(settings.algorithm.size());
                for row in *start..(start + share).min(range.len()) {
                    if row % CHECKED == 0 {
                        csvq_text::check(control)?;
                    }
                    let mut hasher = settings.algorithm.plain_hasher();
                    for Encoded { bytes, ends, .. } in &encoded {
                        let start = if row == 0 { 0 } else { ends[row - 1] };
                        hasher.update(&bytes[start..ends[row]]);
                    }
                    sum.add(&hasher.finish());
                }
                Ok::<_, Error>(sum)
            },
            |_| false,
        )?;
        for part in parts {
            sums.rows.merge(&part?);
        }
    }
    Ok(sums)
}

/// Encodes a column's cells in a range of rows, and sums their digests.
fn encode(
    readers: [&dyn ColumnReader; 2],
    side: usize,
    compared: &Compared,
    range: Range<usize>,
    settings: Settings,
    control: &Control,
) -> Result<Encoded> {
    let indexes = [compared.left, compared.right];
    let column = evaluate::read_one(readers[side], indexes[side], 1, control)?;
    let other = &readers[1 - side].fields()[indexes[1 - side]].data_type;
    let mut encoder = Encoder::new(&column, &compared.rule, other);
    let mut encoded =
        Encoded { bytes: Vec::new(), ends: Vec::with_capacity(range.len()), sum: Sum::new(settings.algorithm.size()) };
    for row in range {
        if row % CHECKED == 0 {
            csvq_text::check(control)?;
        }
        let start = encoded.bytes.len();
        encoder.write_cell(row, &mut encoded.bytes);
        encoded.ends.push(encoded.bytes.len());
        let mut hasher = settings.algorithm.plain_hasher();
        hasher.update(&encoded.bytes[start..]);
        encoded.sum.add(&hasher.finish());
    }
    Ok(encoded)
}
