//! What a comparison can be told. The field names are those of the command line and of Python.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::scoped::Scoped;
use super::units::{ByteSize, Limit, Span};
use crate::types::ColumnType;

/// How two tables are compared: key, columns, rules, reading, limits.
///
/// Read from TOML or JSON, an unknown name is an error. [`CompareSpec::validate`] checks what can be checked
/// without data; a comparison does that first.
///
/// ```
/// use csvq_core::spec::{CompareSpec, Scoped};
/// let spec = CompareSpec {
///     key: vec!["id".parse()?],
///     abs_tol: Scoped::for_all(0.01),
///     ..CompareSpec::default()
/// };
/// spec.validate()?;
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CompareSpec {
    /// The key columns, each `name` or `left=right`. Empty: none given.
    #[serde(with = "super::names::key", skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<ColumnPair>,
    /// How rows find each other.
    pub by: By,
    /// Compare these columns alone (names and globs). Empty: all.
    #[serde(with = "super::names::list", skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Leave these columns out (names and globs).
    #[serde(with = "super::names::list", skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Columns whose names differ between the sides.
    #[serde(with = "super::names::map", skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<ColumnPair>,

    /// Numbers are equal within this distance.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub abs_tol: Scoped<f64>,
    /// Numbers are equal within this part of the larger magnitude: 0.01 is one percent.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub rel_tol: Scoped<f64>,
    /// Times are equal within this span, such as `2s`.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub time_tol: Scoped<Span>,
    /// Letters are equal whatever their case (Unicode lower case).
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub ignore_case: Scoped<bool>,
    /// White space (Unicode) at both ends is left out.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub trim: Scoped<bool>,
    /// An empty cell is null.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub empty_is_null: Scoped<bool>,
    /// Cells with one of these texts are null.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub null: Scoped<Vec<String>>,
    /// Cells that are numbers on both sides are compared by value: `1.0` is `1`.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub as_number: Scoped<bool>,
    /// Cells that are times on both sides in one of these formats (strftime, or `iso`) are compared as instants.
    #[serde(skip_serializing_if = "Scoped::is_empty")]
    pub as_time: Scoped<Vec<String>>,

    /// What the text of cells stands for.
    pub types: Typing,
    /// What is done with keys that occur more than once.
    pub duplicates: DuplicatePolicy,
    /// What is done with records that have too few or too many fields.
    pub ragged: RaggedPolicy,

    /// The byte between fields; sniffed where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// As `delimiter`, for the left side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_delimiter: Option<String>,
    /// As `delimiter`, for the right side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_delimiter: Option<String>,
    /// The byte around fields, `"` where none is given; `none` for files without quoting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// As `quote`, for the left side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_quote: Option<String>,
    /// As `quote`, for the right side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_quote: Option<String>,
    /// A byte that makes the next one an ordinary character; none where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escape: Option<String>,
    /// As `escape`, for the left side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_escape: Option<String>,
    /// As `escape`, for the right side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_escape: Option<String>,
    /// Records that begin with this byte are comments; none where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// As `comment`, for the left side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_comment: Option<String>,
    /// As `comment`, for the right side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_comment: Option<String>,
    /// Whether the first record names the columns; without it they are `column_1`, `column_2`, … Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// As `header`, for the left side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_header: Option<bool>,
    /// As `header`, for the right side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_header: Option<bool>,
    /// The encoding, by its WHATWG label (`utf-8`, `utf-16le`, `latin1`, `shift_jis`, …). Default: the BOM's, else
    /// UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// As `encoding`, for the left side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_encoding: Option<String>,
    /// As `encoding`, for the right side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_encoding: Option<String>,

    /// How many rows of each kind `details.rows` and the highlights show. Default: 100. Counts are always exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Report the first so many rows that differ, and count no others. By position the comparison ends once they are
    /// known; by key or content only the end of the inputs tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<u64>,
    /// The memory to stay within, such as `2GiB`. Default: a quarter of what the process may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<ByteSize>,
    /// The folder for temporary files. Default: the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spill_dir: Option<PathBuf>,
    /// How many threads compare. Default: one for each processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
}

/// A column by its name on each side.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ColumnPair {
    /// Its name on the left.
    pub left: String,
    /// Its name on the right.
    pub right: String,
}

/// How rows of the two sides find each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By the key columns.
    #[default]
    Key,
    /// The first with the first, the second with the second, …
    Position,
    /// Equal rows with equal rows: tables as multisets of rows.
    Content,
}

/// What the text of cells stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typing {
    /// For columns without a declared type.
    pub default: TypingDefault,
    /// Declared types, by left name.
    pub columns: BTreeMap<String, ColumnType>,
}

/// The typing of columns without a declared type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TypingDefault {
    /// Text is text.
    #[default]
    Text,
    /// A type that all of a sample of both sides can be read as; cells that can't are compared as text.
    Infer,
}

/// What is done with keys that occur more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicatePolicy {
    /// Identical records are matched first, the rest in order of occurrence; the surplus is added or removed.
    #[default]
    Pair,
    /// The first record with a key counts, on each side; the others are left out.
    First,
    /// They are an error.
    Error,
}

/// What is done with records that have too few or too many fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RaggedPolicy {
    /// They are an error, with file, line and byte offset.
    #[default]
    Error,
    /// Missing fields are empty; too many are an error.
    Pad,
    /// Fields too many are left out, and missing ones are empty.
    Truncate,
}
