//! What came of a comparison.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::differences::Differences;
use crate::stream::Stream;

/// Exact counts of rows and cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Data records on the left.
    pub left_rows: u64,
    /// Data records on the right.
    pub right_rows: u64,
    /// Pairs of rows: unchanged and changed.
    pub matched: u64,
    /// Pairs in which every compared cell is equal.
    pub unchanged: u64,
    /// Pairs in which some compared cell differs.
    pub changed: u64,
    /// Rows on the right alone.
    pub added: u64,
    /// Rows on the left alone.
    pub removed: u64,
    /// Cells that differ, over all changed pairs.
    pub changed_cells: u64,
    /// Distinct keys that occur more than once on the left.
    pub left_duplicate_keys: u64,
    /// Distinct keys that occur more than once on the right.
    pub right_duplicate_keys: u64,
}

/// One compared column.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ColumnOutcome {
    /// The column's name: the left one.
    pub name: String,
    /// Its name on the left.
    pub left_name: String,
    /// Its name on the right.
    pub right_name: String,
    /// Matched rows in which it differs.
    pub changed: u64,
    /// The part of matched rows in which it is equal, 0 to 1; none where no row matched.
    pub match_rate: Option<f64>,
    /// The largest absolute difference among changed cells that are numbers on both sides, where there is one.
    pub max_abs_diff: Option<f64>,
    /// Changed cells that could not be read as what the column should hold.
    pub unparsable: u64,
}

/// What came of a comparison: the verdict, and whatever a report should have besides.
///
/// ```
/// use csvq_plugin_api::{Differences, Outcome, json};
///
/// let mut differences = Differences::new();
/// differences.changed(3, 4, "price", Some("2.50"), Some("2.55"));
/// differences.removed(7);
/// let outcome = Outcome::different()
///     .summary("1 price rose, 1 row is gone")
///     .extra("mean_rise", json!(0.05))
///     .differences(differences);
/// assert!(!outcome.is_equal);
/// ```
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Whether the tables are equal, as this comparison has it.
    pub is_equal: bool,
    /// One paragraph for a person; the host writes one where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Counts of rows and cells, where the comparison is one of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// The compared columns, in the order of the left table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnOutcome>,
    /// What went wrong although there is an outcome.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// Anything else that the report should show, by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    /// The differences, where they are told row by row.
    #[serde(skip)]
    pub differences: Option<Stream>,
}

impl Outcome {
    /// The tables are equal, or not.
    #[must_use]
    pub fn new(is_equal: bool) -> Self {
        Self {
            is_equal,
            summary: None,
            counts: None,
            columns: Vec::new(),
            errors: Vec::new(),
            extra: Map::new(),
            differences: None,
        }
    }

    /// The tables are equal.
    #[must_use]
    pub fn equal() -> Self {
        Self::new(true)
    }

    /// The tables are not equal.
    #[must_use]
    pub fn different() -> Self {
        Self::new(false)
    }

    /// Says it in a paragraph for a person.
    #[must_use]
    pub fn summary(self, summary: impl Into<String>) -> Self {
        Self { summary: Some(summary.into()), ..self }
    }

    /// Tells counts of rows and cells.
    #[must_use]
    pub fn counts(self, counts: Counts) -> Self {
        Self { counts: Some(counts), ..self }
    }

    /// Tells what became of each compared column.
    #[must_use]
    pub fn columns(self, columns: Vec<ColumnOutcome>) -> Self {
        Self { columns, ..self }
    }

    /// Adds something that went wrong although there is an outcome.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.errors.push(error.into());
        self
    }

    /// Adds anything else that the report should show.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: Value) -> Self {
        self.extra.insert(name.into(), value);
        self
    }

    /// Tells the differences row by row.
    #[must_use]
    pub fn differences(self, differences: Differences) -> Self {
        let differences = (!differences.is_empty()).then(|| differences.into_stream());
        Self { differences, ..self }
    }

    /// Tells the differences by a stream of the plugin's own. It has the columns of [`Differences`] and others after
    /// them, or none of these; then the host passes it on as it is.
    #[must_use]
    pub fn stream(self, stream: Stream) -> Self {
        Self { differences: Some(stream), ..self }
    }
}
