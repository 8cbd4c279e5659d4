//! What a comparison found besides rows, as tables of values: for the formats that programs read, and for exports.

use serde_json::{Value, json};

use super::model::{ColumnReport, DigestPair, Digests, Report, SchemaReport, SideStatistics};

/// A table of findings.
pub(crate) struct Findings {
    /// What they are: `columns`, `concentrations`, `digests` or `schema`.
    pub(crate) name: &'static str,
    pub(crate) header: &'static [(&'static str, Kind)],
    pub(crate) records: Vec<Vec<Value>>,
}

/// What a column of findings holds, nulls aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Count,
    Number,
    Flag,
}

impl Findings {
    /// The names of the columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.header.iter().map(|(name, _)| *name)
    }
}

/// The names that tables of findings can have.
pub(crate) const NAMES: [&str; 4] = ["columns", "concentrations", "digests", "schema"];

/// What the comparison found that rows do not say, the most important table first; none where it compared rows.
pub(crate) fn findings(report: &Report) -> Vec<Findings> {
    let details = &report.details;
    if let Some(found) = &details.digests {
        return vec![digests(found, report.details.counts.left_rows.max(report.details.counts.right_rows))];
    }
    if details.schema.mode.is_some() {
        return vec![schema(&details.schema)];
    }
    if details.columns.iter().any(|column| column.statistics.is_some()) {
        return vec![columns(&details.columns), concentrations(report)];
    }
    Vec::new()
}

fn columns(columns: &[ColumnReport]) -> Findings {
    let record = |column: &ColumnReport| {
        let statistics = column.statistics.clone().unwrap_or_default();
        let SideStatistics { nulls, distinct, min, max, mean } = statistics.left;
        let right = statistics.right;
        let moved = statistics.difference;
        let of = |value: fn(&super::model::Distribution) -> f64| moved.as_ref().map(value);
        vec![
            json!(column.name),
            json!(column.right_name),
            json!(column.column_type),
            json!(column.changed),
            json!(column.match_rate),
            json!(column.unparsable),
            json!(nulls),
            json!(right.nulls),
            json!(distinct),
            json!(right.distinct),
            json!(min),
            json!(right.min),
            json!(max),
            json!(right.max),
            json!(mean),
            json!(right.mean),
            json!(moved.map_or(0, |moved| moved.count)),
            json!(of(|moved| moved.mean_shift)),
            json!(of(|moved| moved.mean)),
            json!(of(|moved| moved.median)),
            json!(of(|moved| moved.p95)),
            json!(of(|moved| moved.max)),
        ]
    };
    Findings {
        name: "columns",
        header: &[
            ("column", Kind::Text),
            ("right_column", Kind::Text),
            ("type", Kind::Text),
            ("changed", Kind::Count),
            ("match_rate", Kind::Number),
            ("unparsable", Kind::Count),
            ("left_nulls", Kind::Count),
            ("right_nulls", Kind::Count),
            ("left_distinct", Kind::Count),
            ("right_distinct", Kind::Count),
            ("left_min", Kind::Text),
            ("right_min", Kind::Text),
            ("left_max", Kind::Text),
            ("right_max", Kind::Text),
            ("left_mean", Kind::Number),
            ("right_mean", Kind::Number),
            ("differences", Kind::Count),
            ("mean_shift", Kind::Number),
            ("mean_difference", Kind::Number),
            ("median_difference", Kind::Number),
            ("p95_difference", Kind::Number),
            ("max_difference", Kind::Number),
        ],
        records: columns.iter().map(record).collect(),
    }
}

fn concentrations(report: &Report) -> Findings {
    let records = report.details.concentrations.iter().map(|found| {
        vec![
            json!(found.kind.as_str()),
            json!(found.column),
            json!(found.by),
            json!(found.value),
            json!(found.rows),
            json!(found.of),
            json!(found.share),
            json!(found.overall_share),
            json!(found.lift),
        ]
    });
    Findings {
        name: "concentrations",
        header: &[
            ("kind", Kind::Text),
            ("column", Kind::Text),
            ("by", Kind::Text),
            ("value", Kind::Text),
            ("rows", Kind::Count),
            ("of", Kind::Count),
            ("share", Kind::Number),
            ("overall_share", Kind::Number),
            ("lift", Kind::Number),
        ],
        records: records.collect(),
    }
}

fn digests(digests: &Digests, rows: u64) -> Findings {
    let mut records = Vec::new();
    let mut add = |of: &str, column: Option<&str>, range: Option<(u64, u64)>, pair: &DigestPair| {
        let (first, last) = range.unzip();
        records.push(vec![
            json!(of),
            json!(column),
            json!(first),
            json!(last),
            json!(digests.algorithm),
            json!(pair.left),
            json!(pair.right),
            json!(pair.is_equal()),
        ]);
    };
    let all = (rows > 0).then_some((1, rows));
    if let Some(pair) = &digests.bytes {
        add("bytes", None, None, pair);
    }
    if let Some(pair) = &digests.table {
        add("table", None, all, pair);
    }
    if let Some(pair) = &digests.rows {
        add("table_in_any_order", None, all, pair);
    }
    for column in &digests.columns {
        if let Some(pair) = &column.ordered {
            add("column", Some(&column.column), all, pair);
        }
        if let Some(pair) = &column.unordered {
            add("column_in_any_order", Some(&column.column), all, pair);
        }
    }
    for chunk in digests.chunks.iter().flat_map(|chunks| &chunks.shown) {
        add("chunk", None, Some((chunk.first_row, chunk.last_row)), &chunk.digests);
    }
    Findings {
        name: "digests",
        header: &[
            ("of", Kind::Text),
            ("column", Kind::Text),
            ("first_row", Kind::Count),
            ("last_row", Kind::Count),
            ("algorithm", Kind::Text),
            ("left", Kind::Text),
            ("right", Kind::Text),
            ("is_equal", Kind::Flag),
        ],
        records,
    }
}

fn schema(schema: &SchemaReport) -> Findings {
    let mut records = Vec::new();
    let mut add = |finding: &str, names: [Value; 2], are: [Value; 2], change: Value, share: Value| {
        let ([left, right], [left_is, right_is]) = (names, are);
        records.push(vec![json!(finding), left, right, left_is, right_is, change, share]);
    };
    let none = || [Value::Null, Value::Null];
    for name in &schema.only_left {
        add("only_left", [json!(name), Value::Null], none(), Value::Null, Value::Null);
    }
    for name in &schema.only_right {
        add("only_right", [Value::Null, json!(name)], none(), Value::Null, Value::Null);
    }
    for found in &schema.renamed {
        add("renamed", [json!(found.left), json!(found.right)], none(), Value::Null, json!(found.share));
    }
    let both = |name: &String| [json!(name), json!(name)];
    for change in &schema.type_changes {
        let types = [json!(change.left), json!(change.right)];
        add("type", both(&change.column), types, json!(change.change.as_str()), Value::Null);
    }
    for change in &schema.nullability_changes {
        let is = |nullable: bool| json!(if nullable { "nullable" } else { "required" });
        add("nullability", both(&change.column), [is(change.left), is(change.right)], Value::Null, Value::Null);
    }
    for name in &schema.reordered {
        add("reordered", both(name), none(), Value::Null, Value::Null);
    }
    Findings {
        name: "schema",
        header: &[
            ("finding", Kind::Text),
            ("left", Kind::Text),
            ("right", Kind::Text),
            ("left_is", Kind::Text),
            ("right_is", Kind::Text),
            ("change", Kind::Text),
            ("share", Kind::Number),
        ],
        records,
    }
}

/// A value as a cell of text; null is empty.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
