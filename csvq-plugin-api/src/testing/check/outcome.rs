//! Whether an outcome says what a host reads, and does not contradict itself.

use serde_json::{Map, Value};

use super::Findings;
use crate::testing::answer::Answer;
use crate::testing::call::Call;

const FIELDS: [&str; 6] = ["is_equal", "summary", "counts", "columns", "errors", "extra"];

const COUNTS: [&str; 10] = [
    "left_rows",
    "right_rows",
    "matched",
    "unchanged",
    "changed",
    "added",
    "removed",
    "changed_cells",
    "left_duplicate_keys",
    "right_duplicate_keys",
];

/// Checks the outcome of an answer.
pub(super) fn check(name: &str, call: &Call<'_>, answer: &Answer, findings: &mut Findings) {
    let Value::Object(fields) = &answer.outcome else {
        return findings.add(name, "the outcome is no JSON object");
    };
    for field in fields.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
        findings
            .add(name, format!("the outcome's `{field}` is not known: what is the plugin's own belongs into `extra`"));
    }
    if !fields.get("is_equal").is_some_and(Value::is_boolean) {
        findings.add(name, "the outcome's `is_equal` is missing, or neither true nor false");
    }
    if fields.get("summary").is_some_and(|summary| !summary.is_string() && !summary.is_null()) {
        findings.add(name, "the outcome's `summary` is no text");
    }
    let is_text = |errors: &Value| errors.as_array().is_some_and(|errors| errors.iter().all(Value::is_string));
    if fields.get("errors").is_some_and(|errors| !is_text(errors)) {
        findings.add(name, "the outcome's `errors` is no list of texts");
    }
    if fields.get("extra").is_some_and(|extra| !extra.is_object()) {
        findings.add(name, "the outcome's `extra` is no object");
    }
    match fields.get("counts") {
        None | Some(Value::Null) => {}
        Some(Value::Object(counts)) => self::counts(name, call, answer, counts, findings),
        Some(_) => findings.add(name, "the outcome's `counts` is no object"),
    }
    match fields.get("columns") {
        None => {}
        Some(Value::Array(columns)) => {
            for (index, column) in columns.iter().enumerate() {
                self::column(name, index, column, findings);
            }
        }
        Some(_) => findings.add(name, "the outcome's `columns` is no list"),
    }
    if answer.is_equal() && !answer.lines.is_empty() {
        findings.add(name, "the outcome is that the tables are equal, and there are differences");
    }
}

fn counts(name: &str, call: &Call<'_>, answer: &Answer, counts: &Map<String, Value>, findings: &mut Findings) {
    for (field, value) in counts {
        if !COUNTS.contains(&field.as_str()) {
            findings.add(name, format!("`counts.{field}` is not known"));
        } else if !value.is_u64() {
            findings.add(name, format!("`counts.{field}` is no whole number"));
        }
    }
    let count = |field: &str| counts.get(field).and_then(Value::as_u64);
    for (field, rows) in [("left_rows", call.left.rows()), ("right_rows", call.right.rows())] {
        if count(field).is_some_and(|count| count != rows) {
            findings.add(name, format!("`counts.{field}` is not the {rows} that the table has"));
        }
    }
    let sums = [
        ("matched", ["unchanged", "changed"]),
        ("left_rows", ["matched", "removed"]),
        ("right_rows", ["matched", "added"]),
    ];
    for (total, parts) in sums {
        let sum: Option<u64> = parts.iter().map(|part| count(part)).sum();
        if let (Some(total_count), Some(sum)) = (count(total), sum)
            && total_count != sum
        {
            findings.add(name, format!("`counts.{total}` is {total_count}, and {} are {sum}", parts.join(" and ")));
        }
    }
    if answer.is_equal() && ["changed", "added", "removed"].iter().any(|field| count(field).unwrap_or(0) > 0) {
        findings.add(name, "the outcome is that the tables are equal, and its counts say otherwise");
    }
}

fn column(name: &str, index: usize, column: &Value, findings: &mut Findings) {
    let place = format!("`columns[{index}]`");
    let Value::Object(fields) = column else {
        return findings.add(name, format!("{place} is no object"));
    };
    if !fields.get("name").is_some_and(Value::is_string) {
        findings.add(name, format!("{place} has no `name`"));
    }
    for (field, value) in fields {
        let fits = match field.as_str() {
            "name" | "left_name" | "right_name" => value.is_string(),
            "changed" | "unparsable" => value.is_u64(),
            "match_rate" => value.is_null() || value.as_f64().is_some_and(|rate| (0.0..=1.0).contains(&rate)),
            "max_abs_diff" => value.is_null() || value.as_f64().is_some_and(|most| most >= 0.0),
            _ => {
                findings.add(name, format!("{place} has a `{field}`, which is not known"));
                continue;
            }
        };
        if !fits {
            findings.add(name, format!("{place} has a `{field}` that can't be"));
        }
    }
}
