//! What `column_compare` found.

use std::cmp::Reverse;

use super::LISTED;
use super::markup::Markup;
use super::table::{Cell, Table};
use crate::report::cell::{show, show_name};
use crate::report::model::{ColumnReport, Details};
use crate::report::number::{percent, significant, thousands};
use crate::report::words::concentration;

/// How much of a name or value stands in a sentence.
const SHOWN: usize = 60;

pub(super) fn columns(details: &Details) -> Vec<Markup> {
    let mut columns: Vec<&ColumnReport> = details.columns.iter().collect();
    columns.sort_by_key(|column| Reverse(column.changed));
    let matched = details.counts.matched;
    let [equal, changed, nulls, distinct, mean] = ["equal", "changed", "nulls", "distinct", "mean"].map(Cell::number);
    let [column, kind, least, greatest] = ["column", "type", "least", "greatest"].map(Cell::text);
    let heads = [column, kind, equal, changed, nulls, distinct, least, greatest, mean];
    let mut table = Table::new(Some("Columns"), heads);
    for column in columns.iter().take(LISTED) {
        let statistics = column.statistics.clone().unwrap_or_default();
        let (left, right) = (&statistics.left, &statistics.right);
        let number = |left: String, right: String| Cell::Number(both(&left, &right, |text| Markup::text(text)));
        let count = |left: u64, right: u64| number(thousands(left), thousands(right));
        let value = |left: &Option<String>, right: &Option<String>| {
            Cell::Text(both(&left.as_deref(), &right.as_deref(), |value| Markup::value(*value)))
        };
        let mean = |mean: Option<f64>| mean.map(significant).unwrap_or_default();
        table.push([
            Cell::name(&column.name),
            Cell::text(&column.column_type),
            Cell::number(&percent(matched.saturating_sub(column.changed), matched)),
            Cell::number(&thousands(column.changed)),
            count(left.nulls, right.nulls),
            count(left.distinct, right.distinct),
            value(&left.min, &right.min),
            value(&left.max, &right.max),
            number(mean(left.mean), mean(right.mean)),
        ]);
    }
    let mut parts = table.with_rest(columns.len());
    parts.extend(moved(&columns));
    parts.extend(concentrations(details));
    parts
}

/// A value where both sides have the same, else both of them.
fn both<T: PartialEq + ?Sized>(left: &T, right: &T, show: impl Fn(&T) -> Markup) -> Markup {
    if left == right {
        return show(left);
    }
    Markup::joined([show(left), show(right)], " → ")
}

fn moved(columns: &[&ColumnReport]) -> Option<Markup> {
    let heads = ["cells", "mean Δ", "mean abs Δ", "median abs Δ", "95% abs Δ", "max abs Δ"].map(Cell::number);
    let heads = std::iter::once(Cell::text("column")).chain(heads);
    let mut table = Table::new(Some("How far changed numbers moved (Δ is right minus left)"), heads);
    for column in columns {
        if let Some(found) = column.statistics.as_ref().and_then(|statistics| statistics.difference) {
            let numbers = [found.mean_shift, found.mean, found.median, found.p95, found.max];
            let cells = [Cell::name(&column.name), Cell::number(&thousands(found.count))];
            table.push(cells.into_iter().chain(numbers.map(|number| Cell::number(&significant(number)))));
        }
    }
    (!table.is_empty()).then(|| table.into())
}

fn concentrations(details: &Details) -> Option<Markup> {
    let mut table = Table::without_heads("Where differences concentrate");
    for found in &details.concentrations {
        let words = concentration(found, |name| show_name(name, SHOWN), |value| show(value, SHOWN));
        table.push([Cell::text(&words)]);
    }
    (!table.is_empty()).then(|| table.into())
}
