//! What is told of one table: its first rows, and its columns.

use serde::{Deserialize, Serialize};

use super::model::SideStatistics;

/// The first rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHead {
    /// The table's name: a path, `-` for standard input, or the one that the caller gave.
    pub name: String,
    /// Its format: `csv`, `json`, `parquet`, `arrow` or `frame`.
    pub format: String,
    /// Its columns, in order.
    pub columns: Vec<HeadColumn>,
    /// The rows, each with a cell for each column: canonical text, or null.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows the table has, where that is known without reading all of it.
    pub total_rows: Option<u64>,
}

/// A column of a [`TableHead`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadColumn {
    /// Its name.
    pub name: String,
    /// Its type; of delimited text `text`.
    #[serde(rename = "type")]
    pub column_type: String,
}

/// The columns of a table, and what they hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableProfile {
    /// The table's name: a path, `-` for standard input, or the one that the caller gave.
    pub name: String,
    /// Its format: `csv`, `json`, `parquet`, `arrow` or `frame`.
    pub format: String,
    /// How many rows it has.
    pub rows: u64,
    /// Its columns, in order.
    pub columns: Vec<ColumnProfile>,
    /// Columns, or pairs of columns where no single one will do, whose values are all different: they could be a key.
    pub keys: Vec<Vec<String>>,
}

/// A column of a [`TableProfile`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its type; of delimited text the one that all its cells can be read as.
    #[serde(rename = "type")]
    pub column_type: String,
    /// Whether the source allows nulls; null for delimited text, which does not say.
    pub nullable: Option<bool>,
    /// What it holds. In delimited text, empty cells count as nulls.
    #[serde(flatten)]
    pub values: SideStatistics,
    /// Whether its values are all different, so that it could be a key by itself.
    pub is_unique: bool,
}
