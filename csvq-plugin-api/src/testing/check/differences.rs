//! Whether differences have the form that a host reads.

use std::collections::HashSet;

use arrow_schema::DataType;

use super::Findings;
use crate::testing::answer::{Answer, COLUMNS, Line};
use crate::testing::call::Call;

/// Checks the differences of an answer. A stream of the plugin's own, with none of the usual columns, is its business.
pub(super) fn check(name: &str, call: &Call<'_>, answer: &Answer, findings: &mut Findings) {
    let Some(schema) = &answer.schema else { return };
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|column| schema.field_with_name(column).is_err()).collect();
    if missing.len() == COLUMNS.len() {
        return;
    }
    if !missing.is_empty() {
        findings.add(name, format!("the differences have some of the usual columns, and lack {}", missing.join(", ")));
        return;
    }
    for column in COLUMNS {
        let Ok(field) = schema.field_with_name(column) else { continue };
        let is_row = matches!(column, "left_row" | "right_row");
        let fits = match field.data_type() {
            DataType::UInt64 => is_row,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => !is_row,
            _ => false,
        };
        if !fits {
            let wanted = if is_row { "an unsigned integer of 64 bits" } else { "text" };
            findings.add(name, format!("`{column}` of the differences is {}, not {wanted}", field.data_type()));
            return;
        }
    }
    let compared = call.compared();
    let known: HashSet<&str> = compared.iter().chain(&call.key).map(|pair| pair.left.as_str()).collect();
    let mut seen = HashSet::new();
    let mut last = None;
    for (number, line) in answer.lines.iter().enumerate() {
        let mut add =
            |problem: String| findings.add(name, format!("line {} of the differences: {problem}", number + 1));
        if let Some(problem) = rows(line) {
            add(problem.to_owned());
        }
        for (side, row, rows) in
            [("left", line.left_row, call.left.rows()), ("right", line.right_row, call.right.rows())]
        {
            if row.is_some_and(|row| !(1..=rows).contains(&row)) {
                add(format!("the {side} row is not one of 1 to {rows}"));
            }
        }
        if let Some(column) = line.column.as_deref().filter(|column| !known.contains(column)) {
            add(format!("column `{column}` is none of the left table that was to be compared"));
        }
        let pair = Some((line.left_row, line.right_row));
        if pair != last && !seen.insert(pair) {
            add("other rows come between the lines of its pair of rows".to_owned());
        }
        last = pair;
    }
}

/// What is wrong with the kind of a line and the rows that it has.
fn rows(line: &Line) -> Option<&'static str> {
    let (left, right) = (line.left_row.is_some(), line.right_row.is_some());
    match line.kind.as_deref() {
        Some("added") if left || !right => Some("`added` has a right row, and no left one"),
        Some("removed") if !left || right => Some("`removed` has a left row, and no right one"),
        Some("changed" | "unparsable") if !left || !right => Some("`changed` and `unparsable` have both rows"),
        Some("added" | "removed" | "changed" | "unparsable") => None,
        _ => Some("its kind is none of added, removed, changed and unparsable"),
    }
}
