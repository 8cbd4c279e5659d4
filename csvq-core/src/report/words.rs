//! Findings in words, for every format that people read.

use super::model::{Concentration, DifferenceKind, RenameEvidence, RenamedColumn};
use super::number::{counted, percent, significant, thousands};

/// `98% of the 1,203 changed rows have country = DE, 8.9 times its share`.
pub(super) fn concentration(
    found: &Concentration,
    name: impl Fn(&str) -> String,
    value: impl Fn(Option<&str>) -> String,
) -> String {
    let what = match (&found.column, found.kind) {
        (Some(column), _) => format!("changes of {}", name(column)),
        (None, DifferenceKind::Changed) => "changed rows".to_owned(),
        (None, DifferenceKind::Removed) => "removed rows".to_owned(),
        (None, DifferenceKind::Added) => "added rows".to_owned(),
    };
    format!(
        "{} of the {} {what} have {} = {}, {} times its share of all rows",
        percent(found.rows, found.of),
        thousands(found.of),
        name(&found.by),
        value(found.value.as_deref()),
        significant((found.lift * 10.0).round() / 10.0),
    )
}

/// `city → town (the same in 99.8% of 1,000 matched rows)`.
pub(super) fn renamed(found: &RenamedColumn, name: impl Fn(&str) -> String) -> String {
    let part = percent((found.share * 1e6).round() as u64, 1_000_000);
    let evidence = match found.evidence {
        RenameEvidence::Key => format!("the same in {part} of {}", counted(found.rows, "matched row")),
        RenameEvidence::Values => format!("{part} of the values in {} are the same", counted(found.rows, "row")),
    };
    format!("{} → {} ({evidence})", name(&found.left), name(&found.right))
}
