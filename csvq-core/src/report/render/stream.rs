//! The rows that differ, one after the other: all of them where the comparison can fetch them, else the report's.

use std::io;

use super::RenderError;
use crate::error::{Error, ErrorKind};
use crate::report::model::RowDifference;
use crate::report::rows::Comparison;

/// Hands every row to `write`, at most `limit` of them.
pub(super) fn each_row(
    comparison: &Comparison,
    limit: Option<u64>,
    write: &mut dyn FnMut(&RowDifference) -> io::Result<()>,
) -> Result<(), RenderError> {
    let limit = limit.unwrap_or(u64::MAX);
    let Some(rows) = &comparison.rows else {
        let shown = comparison.report.details.rows.iter();
        let count = usize::try_from(limit).unwrap_or(usize::MAX);
        return Ok(shown.take(count).try_for_each(write)?);
    };
    if limit == 0 {
        return Ok(());
    }
    let layout = rows.layout();
    let mut end = End::Open;
    let mut count = 0;
    let visited = rows.visit(&mut |row| {
        if let Err(error) = write(&layout.difference(row)) {
            end = End::Failed(error);
            return Err(enough());
        }
        count += 1;
        if count == limit {
            end = End::Limit;
            return Err(enough());
        }
        Ok(())
    });
    match end {
        End::Failed(error) => Err(RenderError::Write(error)),
        End::Limit => Ok(()),
        End::Open => Ok(visited?),
    }
}

/// Names of the key columns, the left ones; without the layout as the spec has them, else by number.
pub(super) fn key_names(comparison: &Comparison) -> Vec<String> {
    if let Some(rows) = &comparison.rows {
        let layout = rows.layout();
        return layout.key.iter().map(|&(left, _)| layout.left_columns[left].clone()).collect();
    }
    let details = &comparison.report.details;
    let keys = details.rows.iter().map(|row| row.key.len());
    let duplicates =
        details.duplicates.left.iter().chain(&details.duplicates.right).map(|duplicate| duplicate.key.len());
    let count = keys.chain(duplicates).max().unwrap_or(0);
    let columns = &comparison.report.metadata.left.columns;
    let named: Option<Vec<String>> = comparison.report.metadata.parameters["key"].as_array().map(|names| {
        let name = |text: &str| {
            // A name may hold a `=` itself; then it is the whole text that stands among the columns.
            let left = text.split_once('=').map_or(text, |(left, _)| left);
            if columns.iter().any(|column| column == text) { text.to_owned() } else { left.to_owned() }
        };
        names.iter().filter_map(|value| value.as_str().map(name)).collect()
    });
    match named {
        Some(names) if names.len() == count || count == 0 => names,
        _ => (1..=count).map(|number| format!("key_{number}")).collect(),
    }
}

/// How a visit ended, where not by itself.
enum End {
    Open,
    Limit,
    Failed(io::Error),
}

/// Ends a visit; nobody sees it.
fn enough() -> Error {
    Error::new(ErrorKind::Cancelled, "no more rows are wanted")
}
