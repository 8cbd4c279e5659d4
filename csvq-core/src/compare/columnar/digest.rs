//! Digests of tables: with the order of rows, by columns and chunks of rows; and whatever the order, by the sum of the
//! digests of rows.
//!
//! With order, the values of a column in a chunk are hashed once; all else is hashed from those digests, so that every
//! value goes through the algorithm a single time.

mod algorithm;
mod encode;
mod ordered;
mod unordered;

use super::{Plan, Readers};
use crate::compare::columns::Columns;
use crate::control::{Control, Phase};
use crate::error::Result;
use crate::report::{ColumnDigest, DigestPair, Digests};
use crate::source::columns::ColumnReader;

use algorithm::Hasher;
pub(in crate::compare) use algorithm::{Algorithm, Digest};
use encode::Encoding;

/// What digests are computed, and how.
#[derive(Clone, Copy, Debug)]
pub(in crate::compare) struct Settings {
    pub(in crate::compare) algorithm: Algorithm,
    /// Rows in a chunk.
    pub(in crate::compare) chunk_size: usize,
    /// Digests that tell in which order rows come.
    pub(in crate::compare) ordered: bool,
    /// Digests that don't.
    pub(in crate::compare) unordered: bool,
}

/// Computes the digests of both sides.
pub(in crate::compare) fn digests(
    readers: &Readers,
    plan: &Plan,
    columns: &Columns,
    settings: Settings,
    control: &Control,
) -> Result<Digests> {
    let both = [&*readers[0], &*readers[1]];
    let mut digests = Digests {
        algorithm: settings.algorithm.name().to_owned(),
        chunk_size: settings.chunk_size as u64,
        columns: plan
            .columns
            .iter()
            .map(|compared| ColumnDigest {
                column: columns.names[0][compared.left].clone(),
                encoding: Encoding::of(&compared.rule).name().to_owned(),
                ..ColumnDigest::default()
            })
            .collect(),
        ..Digests::default()
    };
    if settings.ordered {
        control.begin(Phase::Hashing, super::bytes(both, &plan.columns));
        ordered::digests(both, plan, settings, control, &mut digests)?;
    }
    if settings.unordered {
        control.begin(Phase::Hashing, super::bytes(both, &plan.columns));
        unordered::digests(both, plan, settings, control, &mut digests)?;
    }
    both.into_iter().try_for_each(ColumnReader::check_unchanged)?;
    Ok(digests)
}

/// A pair of digests in hexadecimal digits.
fn pair([left, right]: [&Digest; 2]) -> DigestPair {
    DigestPair { left: Some(left.hex()), right: Some(right.hex()) }
}

/// Hands on what a column is called, and how its values are encoded.
fn write_column(column: &ColumnDigest, hasher: &mut Hasher) {
    hasher.update(&(column.column.len() as u64).to_le_bytes());
    hasher.update(column.column.as_bytes());
    hasher.update(column.encoding.as_bytes());
}
