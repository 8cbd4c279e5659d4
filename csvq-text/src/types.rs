//! The types that a column's text can be read as.

use std::fmt;
use std::str::FromStr;

/// What the text of a column's cells stands for.
///
/// ```
/// use csvq_text::ColumnType;
/// assert_eq!("decimal".parse(), Ok(ColumnType::Decimal));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// The text itself: `1.0` is not `1`, `007` is not `7`.
    #[default]
    Text,
    /// Whole numbers of any length, compared exactly.
    Integer,
    /// Decimal numbers of any length, compared exactly by value: `1.0` is `1`.
    Decimal,
    /// IEEE 754 binary64. NaN equals NaN, -0.0 equals 0.0.
    Float,
    /// `true`/`false`, `t`/`f`, `yes`/`no`, `y`/`n`, `1`/`0`, in any case.
    Boolean,
    /// A calendar date.
    Date,
    /// A date and time, with or without an offset from UTC.
    Timestamp,
}

impl ColumnType {
    /// Every type, in the order in which help shows them.
    pub const ALL: &'static [ColumnType] =
        &[Self::Text, Self::Integer, Self::Decimal, Self::Float, Self::Boolean, Self::Date, Self::Timestamp];

    /// The type's name, as the spec and reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no column type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown column type `{0}`: expected text, integer, decimal, float, boolean, date or timestamp")]
pub struct UnknownType(pub String);

impl FromStr for ColumnType {
    type Err = UnknownType;

    fn from_str(name: &str) -> Result<Self, UnknownType> {
        Self::ALL.iter().copied().find(|t| t.name() == name).ok_or_else(|| UnknownType(name.to_owned()))
    }
}
