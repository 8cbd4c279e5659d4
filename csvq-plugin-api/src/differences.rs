//! What differs, row by row, in the form that every host understands.

mod columns;

use std::collections::HashMap;
use std::ops::Range;

use crate::error::Result;
use crate::stream::{Array, Batches, Field, Schema, Stream, array, schema};
use columns::{Rows, Texts, Values};

/// How many differences a batch has at most.
const BATCH: usize = 1 << 16;

/// What a row or cell is reported for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The row is on the right alone.
    Added,
    /// The row is on the left alone.
    Removed,
    /// The row is on both sides and differs.
    Changed,
    /// The row is on both sides, and a cell could not be read as what its column should hold.
    Unparsable,
}

impl Kind {
    /// The kind as it stands in the column `kind`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Unparsable => "unparsable",
        }
    }
}

/// The type of a column of the plugin's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtraType {
    /// Text.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Floating-point numbers of 64 bits.
    Number,
    /// True or false.
    Truth,
}

/// A column that differences have besides those that all have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExtraColumn {
    /// Its name: none of `kind`, `left_row`, `right_row`, `column`, `left` and `right`.
    pub name: String,
    /// Its type.
    pub data_type: ExtraType,
}

impl ExtraColumn {
    /// A column of a name and type.
    #[must_use]
    pub fn new(name: impl Into<String>, data_type: ExtraType) -> Self {
        Self { name: name.into(), data_type }
    }
}

/// A value for a column of the plugin's own.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ExtraValue {
    /// For [`ExtraType::Text`].
    Text(String),
    /// For [`ExtraType::Integer`].
    Integer(i64),
    /// For [`ExtraType::Number`].
    Number(f64),
    /// For [`ExtraType::Truth`].
    Truth(bool),
}

macro_rules! extra_value {
    ($($from:ty => $variant:ident),+) => {$(
        impl From<$from> for ExtraValue {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )+};
}

extra_value!(String => Text, &str => Text, i64 => Integer, f64 => Number, bool => Truth);

/// What differs, row by row.
///
/// A line tells of a cell (a row that is on both sides, a column, its two values), or of a whole row, where the column
/// is null. Rows are data records counted from 1. All lines of one pair of rows lie together; in which order pairs come
/// is the plugin's choice. Values are text, whatever the column's type.
///
/// | column | type | |
/// |---|---|---|
/// | `kind` | text | `added`, `removed`, `changed` or `unparsable` |
/// | `left_row` | integer | the left row; null for `added` |
/// | `right_row` | integer | the right row; null for `removed` |
/// | `column` | text | the column's left name; null for the row as a whole |
/// | `left` | text | the left value, or null |
/// | `right` | text | the right value, or null |
///
/// and after them those of the plugin's own.
///
/// ```
/// use csvq_plugin_api::Differences;
/// use csvq_plugin_api::differences::{ExtraColumn, ExtraType};
///
/// let mut differences = Differences::with_columns(vec![ExtraColumn::new("similarity", ExtraType::Number)]);
/// differences.changed(1, 1, "name", Some("Smith"), Some("Smythe"));
/// differences.note(0, 0.72);
/// differences.added(2);
/// assert_eq!(differences.len(), 2);
/// ```
#[derive(Debug, Default)]
pub struct Differences {
    kinds: Vec<Kind>,
    left_rows: Rows,
    right_rows: Rows,
    columns: Names,
    left: Texts,
    right: Texts,
    extra: Vec<(ExtraColumn, Values)>,
}

/// Names of columns, each held once.
#[derive(Debug, Default)]
struct Names {
    known: Vec<String>,
    places: HashMap<String, usize>,
    used: Vec<Option<usize>>,
}

impl Differences {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// None yet, with columns of the plugin's own.
    #[must_use]
    pub fn with_columns(columns: Vec<ExtraColumn>) -> Self {
        let extra = columns.into_iter().map(|column| {
            let values = Values::new(column.data_type);
            (column, values)
        });
        Self { extra: extra.collect(), ..Self::default() }
    }

    /// A row that is on the right alone.
    pub fn added(&mut self, right_row: u64) {
        self.line(Kind::Added, None, Some(right_row), None, None, None);
    }

    /// A row that is on the left alone.
    pub fn removed(&mut self, left_row: u64) {
        self.line(Kind::Removed, Some(left_row), None, None, None, None);
    }

    /// A cell that differs, by the left name of its column.
    pub fn changed(&mut self, left_row: u64, right_row: u64, column: &str, left: Option<&str>, right: Option<&str>) {
        self.line(Kind::Changed, Some(left_row), Some(right_row), Some(column), left, right);
    }

    /// A cell that could not be read as what its column should hold, by the left name of its column.
    pub fn unparsable(&mut self, left_row: u64, right_row: u64, column: &str, left: Option<&str>, right: Option<&str>) {
        self.line(Kind::Unparsable, Some(left_row), Some(right_row), Some(column), left, right);
    }

    /// Gives the last line a value for a column of the plugin's own, which are counted from 0. A column that there is
    /// not, and a value of another type than the column's, is left out.
    pub fn note(&mut self, column: usize, value: impl Into<ExtraValue>) {
        let last = self.kinds.len();
        if let (Some((_, values)), Some(_)) = (self.extra.get_mut(column), last.checked_sub(1)) {
            values.set_last(last, value.into());
        }
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// As a stream, which makes one batch at a time.
    #[must_use]
    pub fn into_stream(self) -> Stream {
        Stream::new(Batched { differences: self, next: 0 })
    }

    /// The type of the stream's batches.
    ///
    /// # Errors
    /// Where the name of a column of the plugin's own holds a NUL.
    pub fn schema(&self) -> Result<Schema> {
        let text = c"U";
        let ours = [
            ("kind", text, false),
            ("left_row", c"L", true),
            ("right_row", c"L", true),
            ("column", text, true),
            ("left", text, true),
            ("right", text, true),
        ];
        let ours = ours.map(|(name, format, nullable)| Field { name: name.to_owned(), format, nullable });
        let extra = self.extra.iter().map(|(column, _)| {
            let format = match column.data_type {
                ExtraType::Text => text,
                ExtraType::Integer => c"l",
                ExtraType::Number => c"g",
                ExtraType::Truth => c"b",
            };
            Field { name: column.name.clone(), format, nullable: true }
        });
        schema(&ours.into_iter().chain(extra).collect::<Vec<_>>())
    }

    /// Adds a line as it is: what the columns of the differences are to hold.
    pub fn line(
        &mut self,
        kind: Kind,
        left_row: Option<u64>,
        right_row: Option<u64>,
        column: Option<&str>,
        left: Option<&str>,
        right: Option<&str>,
    ) {
        self.kinds.push(kind);
        self.left_rows.push(left_row);
        self.right_rows.push(right_row);
        self.columns.push(column);
        self.left.push(left);
        self.right.push(right);
    }

    fn batch(&self, range: Range<usize>) -> Array {
        let kinds = self.kinds.get(range.clone()).unwrap_or_default();
        let mut columns = vec![
            columns::texts(kinds.iter().map(|kind| Some(kind.as_str()))),
            self.left_rows.column(range.clone()),
            self.right_rows.column(range.clone()),
            columns::texts(self.columns.get(range.clone())),
            self.left.column(range.clone()),
            self.right.column(range.clone()),
        ];
        columns.extend(self.extra.iter().map(|(_, values)| values.column(range.clone())));
        array(range.len(), columns)
    }
}

impl Names {
    fn push(&mut self, name: Option<&str>) {
        let place = name.map(|name| {
            self.places.get(name).copied().unwrap_or_else(|| {
                self.known.push(name.to_owned());
                self.places.insert(name.to_owned(), self.known.len() - 1);
                self.known.len() - 1
            })
        });
        self.used.push(place);
    }

    fn get(&self, range: Range<usize>) -> impl Iterator<Item = Option<&str>> {
        let used = self.used.get(range).unwrap_or_default().iter();
        used.map(|place| place.and_then(|place| self.known.get(place)).map(String::as_str))
    }
}

/// Differences as batches.
struct Batched {
    differences: Differences,
    next: usize,
}

impl Batches for Batched {
    fn schema(&mut self) -> Result<Schema> {
        self.differences.schema()
    }

    fn next_batch(&mut self) -> Result<Option<Array>> {
        let from = self.next;
        let to = self.differences.len().min(from.saturating_add(BATCH));
        self.next = to;
        Ok((from < to).then(|| self.differences.batch(from..to)))
    }
}
