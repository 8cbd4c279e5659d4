//! What a plugin answered.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use serde_json::{Map, Value, json};

/// What a plugin answered to a [`Call`](super::Call).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Answer {
    /// The outcome.
    pub outcome: Value,
    /// The differences as they came.
    pub differences: Vec<RecordBatch>,
    /// The type of the differences, where there is a stream of them.
    pub schema: Option<SchemaRef>,
    /// The differences line by line, where they have the form of [`Differences`](crate::Differences).
    pub lines: Vec<Line>,
    /// How often the plugin asked whether it is cancelled.
    pub asked: u64,
    /// What it told of its progress: how much was done, and of how much.
    pub progress: Vec<(u64, u64)>,
    /// Lines of the log, with their level.
    pub log: Vec<(i32, String)>,
}

/// A line of the differences.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// Its kind, as it stands there.
    pub kind: Option<String>,
    /// The left row, from 1.
    pub left_row: Option<u64>,
    /// The right row, from 1.
    pub right_row: Option<u64>,
    /// The column.
    pub column: Option<String>,
    /// The left value.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// The columns of the plugin's own, as far as they are text, numbers of 64 bits and truth.
    pub extra: Map<String, Value>,
}

/// The columns that all differences have.
pub(super) const COLUMNS: [&str; 6] = ["kind", "left_row", "right_row", "column", "left", "right"];

impl Answer {
    /// Whether the plugin called the tables equal.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.outcome.get("is_equal") == Some(&Value::Bool(true))
    }

    /// One of the counts, such as `changed`; 0 where it is not told.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.outcome.get("counts").and_then(|counts| counts.get(name)).and_then(Value::as_u64).unwrap_or(0)
    }

    /// The lines of one kind.
    #[must_use]
    pub fn lines_of(&self, kind: &str) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.kind.as_deref() == Some(kind)).collect()
    }
}

/// The lines of batches.
pub(super) fn read_lines(batches: &[RecordBatch]) -> Vec<Line> {
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| line(batch, row))).collect()
}

fn line(batch: &RecordBatch, row: usize) -> Line {
    let text_of = |name| batch.column_by_name(name).and_then(|array| text(array, row));
    let row_of = |name| batch.column_by_name(name).and_then(|array| number(array, row));
    let mut extra = Map::new();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        if !COLUMNS.contains(&field.name().as_str()) {
            extra.insert(field.name().clone(), value(array, row));
        }
    }
    Line {
        kind: text_of("kind"),
        left_row: row_of("left_row"),
        right_row: row_of("right_row"),
        column: text_of("column"),
        left: text_of("left"),
        right: text_of("right"),
        extra,
    }
}

fn text(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string_opt::<i32>().map(|array| array.value(row).to_owned()),
        DataType::LargeUtf8 => array.as_string_opt::<i64>().map(|array| array.value(row).to_owned()),
        DataType::Utf8View => array.as_string_view_opt().map(|array| array.value(row).to_owned()),
        _ => None,
    }
}

fn number(array: &ArrayRef, row: usize) -> Option<u64> {
    if array.is_null(row) {
        return None;
    }
    array.as_primitive_opt::<UInt64Type>().map(|array| array.value(row))
}

fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Int64 => array.as_primitive_opt::<Int64Type>().map(|array| json!(array.value(row))),
        DataType::UInt64 => number(array, row).map(|number| json!(number)),
        DataType::Float64 => array.as_primitive_opt::<Float64Type>().map(|array| json!(array.value(row))),
        DataType::Boolean => array.as_boolean_opt().map(|array| json!(array.value(row))),
        _ => text(array, row).map(Value::String),
    }
    .unwrap_or(Value::Null)
}
