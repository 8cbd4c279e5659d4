//! Layouts in words.

use super::named;
use crate::report::model::{Report, SchemaMode, SchemaReport};
use crate::report::number::counted;

/// `Different: 1 column on one side alone; 2 columns of another type`.
pub(super) fn verdict(report: &Report, mode: SchemaMode) -> String {
    let schema = &report.details.schema;
    let lone = schema.only_left.len() + schema.only_right.len();
    let findings = [
        (lone, "on one side alone"),
        (schema.type_changes.len(), "of another type"),
        (schema.nullability_changes.len(), "of another nullability"),
        (schema.reordered.len(), "in another order"),
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
    findings.into_iter().filter(|(_, names)| !names.is_empty()).map(|(finding, names)| {
        format!("{finding}: {}", named(&names))
    })
}
