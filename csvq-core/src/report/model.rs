//! The typed report: what one comparison found, in the shape of its JSON.
//!
//! Everything here is owned text and numbers; the inputs may vanish once a report exists.
//! Nothing here computes or renders.

mod digests;
mod schema;
mod statistics;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use digests::{ChunkDigest, ChunkDigests, ColumnDigest, DigestPair, Digests};
pub use schema::{NullabilityChange, RenameEvidence, RenamedColumn, SchemaMode, SchemaReport, TypeChange};
pub use statistics::{ColumnStatistics, Concentration, Distribution, SideStatistics};

/// Version of the report's shape. Minor versions only add.
pub const SCHEMA_VERSION: &str = "1.0";

/// What one comparison found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version of this shape, [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// Whether the comparison found both sides equal: of rows, that none differs and no compared column stands on one side
    /// alone; of digests, that all are the same; of schemas, that they are as the mode asks.
    pub is_equal: bool,
    /// Counts, columns, schema and rows.
    pub details: Details,
    /// Where to mark each side, for a viewer that shows the two tables.
    pub highlights: Highlights,
    /// What ran, over what, and how it ended.
    pub metadata: Metadata,
}

/// The body of a [`Report`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// One paragraph for a person.
    pub summary: String,
    /// What went wrong, where the status is not `completed`.
    pub errors: Vec<String>,
    /// Exact counts, whatever the limit on shown rows.
    pub counts: Counts,
    /// The compared columns, in the order of the left table.
    pub columns: Vec<ColumnReport>,
    /// Where the two layouts differ.
    pub schema: SchemaReport,
    /// The rows that differ: changed by left row, removed by left row, then added by right row,
    /// of each kind at most the limit.
    pub rows: Vec<RowDifference>,
    /// Keys that occur more than once.
    pub duplicates: Duplicates,
    /// Where differences concentrate, the most telling first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concentrations: Vec<Concentration>,
    /// Digests; of `hash_compare` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
    /// What a plugin found besides, under names of its own.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    /// Whether `rows`, or the chunks of `digests`, leave some out, because of the limit or because the comparison was told to stop early.
    pub truncated: bool,
}

/// Exact counts of rows and cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Data records read on the left.
    pub left_rows: u64,
    /// Data records read on the right.
    pub right_rows: u64,
    /// Pairs of rows: unchanged and changed.
    pub matched: u64,
    /// Pairs in which every compared cell is equal under the rules.
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnReport {
    /// The column's name: the left one.
    pub name: String,
    /// Its name on the left.
    pub left_name: String,
    /// Its name on the right.
    pub right_name: String,
    /// Matched rows in which it differs.
    pub changed: u64,
    /// The part of matched rows in which it is equal, 0 to 1; null where no row matched.
    pub match_rate: Option<f64>,
    /// The largest absolute difference among changed cells that are numbers on both sides; null where there is none.
    pub max_abs_diff: Option<f64>,
    /// Changed cells that could not be read as the column's declared type.
    pub unparsable: u64,
    /// The column's type as compared: `text`, `integer`, `float`, …
    #[serde(rename = "type")]
    pub column_type: String,
    /// Its values on both sides; of `column_compare` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<ColumnStatistics>,
}

/// What happened to a row or a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The row is on both sides and some compared cell differs.
    Changed,
    /// The row is on the left alone.
    Removed,
    /// The row is on the right alone.
    Added,
}

impl DifferenceKind {
    /// The kind as it is written in reports: `changed`, `removed`, `added`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Added => "added",
        }
    }
}

/// One row that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDifference {
    /// What happened to the row.
    pub kind: DifferenceKind,
    /// The key's cells, in key order; empty when compared by position or by content.
    pub key: Vec<Option<String>>,
    /// The left record's number, from 1; null for added rows.
    pub left_row: Option<u64>,
    /// The right record's number, from 1; null for removed rows.
    pub right_row: Option<u64>,
    /// For a changed row the cells that differ; else every compared cell that is not of the key.
    pub cells: Vec<CellDifference>,
    /// What a plugin says of the row besides, under names of its own.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// One cell of a [`RowDifference`]: canonical text, or null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellDifference {
    /// The column's name, the left one.
    pub column: String,
    /// The left cell.
    pub left: Option<String>,
    /// The right cell.
    pub right: Option<String>,
    /// `unparsable` where a cell could not be read as the column's declared type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CellKind>,
    /// What a plugin says of the cell besides, under names of its own.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// Why a cell is reported, where it is not an ordinary change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// The text could not be read as the column's declared type.
    Unparsable,
}

/// Keys that occur more than once, by side; at most the limit of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicates {
    /// On the left.
    pub left: Vec<DuplicateKey>,
    /// On the right.
    pub right: Vec<DuplicateKey>,
}

/// One key that occurs more than once on a side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateKey {
    /// The key's cells, in key order.
    pub key: Vec<Option<String>>,
    /// The first record numbers with that key, in order, at most ten.
    pub rows: Vec<u64>,
    /// How many records have it.
    pub count: u64,
}

/// Places to mark, by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlights {
    /// Places on the left.
    pub left: Vec<Highlight>,
    /// Places on the right.
    pub right: Vec<Highlight>,
}

/// One place to mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlight {
    /// The record's number on this side, from 1.
    pub row: u64,
    /// The column's name on this side; null marks the whole row.
    pub column: Option<String>,
    /// Why it is marked.
    pub kind: DifferenceKind,
}

/// How a comparison ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It ran to its end.
    #[default]
    Completed,
    /// It failed; `details.errors` says why.
    Error,
    /// It was cancelled.
    Cancelled,
    /// It ran out of time.
    TimedOut,
}

/// What ran, over what, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The comparison's plugin, such as `row_compare`.
    pub plugin_name: String,
    /// Its version.
    pub plugin_version: String,
    /// How it ended.
    pub status: Status,
    /// Wall time in milliseconds.
    pub elapsed_ms: f64,
    /// The engine that ran: `text` or `columnar`, or `plugin` where it was none of csvq's own.
    pub engine: String,
    /// Whether it stopped early because enough differences had been found; counts then cover what was found.
    pub stopped_early: bool,
    /// The left input.
    pub left: InputReport,
    /// The right input.
    pub right: InputReport,
    /// The spec as it was understood, and the plugin's parameters.
    pub parameters: serde_json::Value,
    /// What held the plugin back while it ran, effect by effect; of one that ran in a worker alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<serde_json::Value>,
}

/// One input as it was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputReport {
    /// Its path, `-` for standard input, or a name that the caller gave.
    pub name: String,
    /// Its format: `csv`, `json`, `parquet`, `arrow` or `frame`; `bytes` where only those were looked at.
    pub format: String,
    /// Its size in bytes; of text, as decoded.
    pub bytes: u64,
    /// Its encoding, such as `UTF-8`; empty where it is not delimited text.
    pub encoding: String,
    /// Its compression: `none`, `gzip` or `zstd`; empty where it is not delimited text.
    pub compression: String,
    /// Its delimiter; empty where it is not delimited text.
    pub delimiter: String,
    /// Whether its first record names the columns.
    pub header: bool,
    /// Names of its columns, in order.
    pub columns: Vec<String>,
}
