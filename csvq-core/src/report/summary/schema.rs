//! Layouts in words.

use super::named;
use crate::report::model::{Report, SchemaMode, SchemaReport};
use crate::report::number::counted;
use crate::types::TypeRelation;

/// `Different: 1 column on one side alone; 2 columns of another type`.
pub(super) fn verdict(report: &Report, mode: SchemaMode) -> String {
    let schema = &report.details.schema;
    let lone = schema.only_left.len() + schema.only_right.len();
    // Where it is told why tables are incompatible, what is compatible is no reason.
    let is_reason = |is_compatible: bool| report.is_equal || mode == SchemaMode::Strict || !is_compatible;
    let types = schema.type_changes.iter().filter(|change| is_reason(change.change == TypeRelation::Widened)).count();
    let nullability = schema.nullability_changes.iter().filter(|change| is_reason(change.right)).count();
    let reordered = if is_reason(true) { schema.reordered.len() } else { 0 };
    let findings = [
        (lone, "on one side alone"),
        (types, "of another type"),
        (nullability, "of another nullability"),
        (reordered, "in another order"),
    ];
    let findings: Vec<String> = findings
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, finding)| format!("{} {finding}", counted(*count as u64, "column")))
        .collect();
    let shared = counted(report.details.columns.len() as u64, "column");
    match (report.is_equal, findings.is_empty()) {
        (true, true) => format!("Equal: {shared}"),
        (true, false) => format!("Compatible: {shared} shared; {}", findings.join("; ")),
        (false, _) => {
            let word = if mode == SchemaMode::Strict { "Different" } else { "Incompatible" };
            format!("{word}: {}", findings.join("; "))
        }
    }
}

/// What was found, by name.
pub(super) fn sentences(schema: &SchemaReport) -> impl Iterator<Item = String> {
    let retyped: Vec<String> = schema.type_changes.iter().map(|change| change.column.clone()).collect();
    let nullable: Vec<String> = schema.nullability_changes.iter().map(|change| change.column.clone()).collect();
    let renamed: Vec<String> =
        schema.renamed.iter().map(|column| format!("{} to {}", column.left, column.right)).collect();
    let findings = [
        ("On the left alone", schema.only_left.clone()),
        ("On the right alone", schema.only_right.clone()),
        ("Probably renamed", renamed),
        ("Of another type", retyped),
        ("Of another nullability", nullable),
        ("In another order", schema.reordered.clone()),
    ];
    findings
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(finding, names)| format!("{finding}: {}", named(&names)))
}
