//! What `column_compare` found, as Markdown.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::{LISTED, code, prose, value_code};
use crate::report::model::{ColumnReport, Details};
use crate::report::number::{percent, significant, thousands};
use crate::report::words::concentration;

pub(super) fn columns(details: &Details, out: &mut dyn Write) -> io::Result<()> {
    let mut columns: Vec<&ColumnReport> = details.columns.iter().collect();
    columns.sort_by_key(|column| Reverse(column.changed));
    let matched = details.counts.matched;
    writeln!(out, "\n## Columns\n")?;
    writeln!(out, "| column | type | equal | changed | nulls | distinct | least | greatest | mean |")?;
    writeln!(out, "|---|---|--:|--:|--:|--:|---|---|--:|")?;
    for column in columns.iter().take(LISTED) {
        let statistics = column.statistics.clone().unwrap_or_default();
        let (left, right) = (&statistics.left, &statistics.right);
        let mean = |mean: Option<f64>| mean.map(significant).unwrap_or_default();
        let cells = [
            code(&column.name),
            prose(&column.column_type),
            prose(&percent(matched.saturating_sub(column.changed), matched)),
            thousands(column.changed),
            both(thousands(left.nulls), thousands(right.nulls)),
            both(thousands(left.distinct), thousands(right.distinct)),
            both(value_code(&left.min), value_code(&right.min)),
            both(value_code(&left.max), value_code(&right.max)),
            both(mean(left.mean), mean(right.mean)),
        ];
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    if let rest @ 1.. = columns.len().saturating_sub(LISTED) {
        writeln!(out, "\nAnd {} more.", thousands(rest as u64))?;
    }
    moved(&columns, out)?;
    if !details.concentrations.is_empty() {
        writeln!(out, "\n## Where differences concentrate\n")?;
    }
    for found in &details.concentrations {
        let value = |value: Option<&str>| value_code(&value.map(str::to_owned));
        writeln!(out, "- {}", concentration(found, code, value))?;
    }
    Ok(())
}

fn both(left: String, right: String) -> String {
    if left == right { left } else { format!("{left} → {right}") }
}

fn moved(columns: &[&ColumnReport], out: &mut dyn Write) -> io::Result<()> {
    let moved = columns.iter().filter_map(|column| Some((column, column.statistics.as_ref()?.difference?)));
    let moved: Vec<_> = moved.collect();
    if moved.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## How far changed numbers moved\n\nΔ is right minus left.\n")?;
    writeln!(out, "| column | cells | mean Δ | mean abs Δ | median abs Δ | 95% abs Δ | max abs Δ |")?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
    for (column, found) in moved {
        let numbers = [found.mean_shift, found.mean, found.median, found.p95, found.max].map(significant);
        writeln!(out, "| {} | {} | {} |", code(&column.name), thousands(found.count), numbers.join(" | "))?;
    }
    Ok(())
}
