//! Where two layouts differ.

use super::LISTED;
use super::markup::Markup;
use super::table::{Cell, Table};
use crate::report::cell::show_name;
use crate::report::model::SchemaReport;
use crate::report::number::{counted, thousands};
use crate::report::words::renamed;

/// How much of a name stands in a sentence.
const NAME: usize = 60;

pub(super) fn layout(schema: &SchemaReport) -> Option<Markup> {
    let names = |names: &[String]| names.iter().take(LISTED).map(|name| Markup::name(name)).collect::<Vec<_>>();
    let moved = schema.renamed.iter().take(LISTED);
    let moved = moved.map(|found| Markup::text(&renamed(found, |name| show_name(name, NAME))));
    let types = schema.type_changes.iter().take(LISTED).map(|change| {
        let (left, right) = (show_name(&change.left, NAME), show_name(&change.right, NAME));
        let words = format!(" ({left} → {right}, {})", change.change.as_str());
        Markup::name(&change.column).and(Markup::text(&words))
    });
    let nullable = schema.nullability_changes.iter().take(LISTED).map(|change| {
        let is = |nullable: bool| if nullable { "nullable" } else { "required" };
        Markup::name(&change.column).and(Markup::text(&format!(" ({} → {})", is(change.left), is(change.right))))
    });
    let findings = [
        ("on the left alone", names(&schema.only_left), schema.only_left.len()),
        ("on the right alone", names(&schema.only_right), schema.only_right.len()),
        ("probably renamed", moved.collect(), schema.renamed.len()),
        ("of another type", types.collect(), schema.type_changes.len()),
        ("of another nullability", nullable.collect(), schema.nullability_changes.len()),
        ("in another order", names(&schema.reordered), schema.reordered.len()),
    ];
    let mut table = Table::without_heads("Layout");
    for (finding, mut names, count) in findings.into_iter().filter(|(_, _, count)| *count > 0) {
        if count > names.len() {
            names.push(Markup::text(&format!("and {} more", thousands((count - names.len()) as u64))));
        }
        let head = Cell::head(&format!("{} {finding}", counted(count as u64, "column")));
        table.push([head, Cell::Text(Markup::joined(names, ", "))]);
    }
    (!table.is_empty()).then(|| table.into())
}
