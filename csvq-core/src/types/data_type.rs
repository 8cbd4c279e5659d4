//! The types of typed columns, whichever format they come from.

use std::fmt;

use super::ColumnType;

/// What a typed column holds.
///
/// ```
/// use csvq_core::types::{DataType, TimeUnit};
/// let zoned = DataType::Timestamp { unit: TimeUnit::Microseconds, zone: Some("Europe/Vienna".into()) };
/// assert_eq!(zoned.to_string(), "timestamp[us, Europe/Vienna]");
/// assert_eq!(DataType::List(Box::new(DataType::Integer { bits: 32, signed: false })).to_string(), "list<uint32>");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataType {
    /// Nothing but nulls.
    Null,
    /// Truth values.
    Boolean,
    /// Whole numbers.
    Integer {
        /// Their size: 8, 16, 32 or 64.
        bits: u8,
        /// Whether there are negative ones.
        signed: bool,
    },
    /// IEEE 754 binary numbers.
    Float {
        /// Their size: 16, 32 or 64.
        bits: u8,
    },
    /// Decimal numbers of at most 38 digits.
    Decimal {
        /// Digits at most.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Unicode text.
    Text,
    /// Unicode text, of which each distinct one is held once.
    Categorical,
    /// Bytes.
    Binary,
    /// Calendar dates.
    Date,
    /// Times of day.
    Time,
    /// Dates with a time of day.
    Timestamp {
        /// What they are counted in.
        unit: TimeUnit,
        /// The time zone that they are shown in; instants where there is one, local times where not.
        zone: Option<String>,
    },
    /// Spans of time.
    Duration {
        /// What they are counted in.
        unit: TimeUnit,
    },
    /// Lists of values of one type.
    List(Box<DataType>),
    /// Values by name.
    Struct(Vec<Field>),
}

/// A column's name and type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name.
    pub name: String,
    /// What it holds.
    pub data_type: DataType,
    /// Whether the source allows nulls.
    pub nullable: bool,
}

/// What moments and spans are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
    /// Millionths of a second.
    Microseconds,
    /// Billionths of a second.
    Nanoseconds,
}

impl TimeUnit {
    /// The unit as people write it: `s`, `ms`, `us`, `ns`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
            Self::Nanoseconds => "ns",
        }
    }

    /// How many nanoseconds one is.
    #[must_use]
    pub fn nanoseconds(self) -> i64 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1000,
            Self::Nanoseconds => 1,
        }
    }
}

impl DataType {
    /// The type as rules and reports know it, whatever its size or unit: `integer`, `timestamp`, `list`, …
    #[must_use]
    pub fn family(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer { .. } => "integer",
            Self::Float { .. } => "float",
            Self::Decimal { .. } => "decimal",
            Self::Text | Self::Categorical => "text",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp { .. } => "timestamp",
            Self::Duration { .. } => "duration",
            Self::List(_) => "list",
            Self::Struct(_) => "struct",
        }
    }

    /// The type that text has to be read as to be compared with this one; text where there is none.
    #[must_use]
    pub fn column_type(&self) -> ColumnType {
        match self {
            Self::Boolean => ColumnType::Boolean,
            Self::Integer { .. } => ColumnType::Integer,
            Self::Float { .. } => ColumnType::Float,
            Self::Decimal { .. } => ColumnType::Decimal,
            Self::Date => ColumnType::Date,
            Self::Timestamp { .. } => ColumnType::Timestamp,
            _ => ColumnType::Text,
        }
    }

    /// Whether it is text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Categorical)
    }

    /// Whether it holds other values.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Struct(_))
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer { bits, signed: true } => write!(f, "int{bits}"),
            Self::Integer { bits, signed: false } => write!(f, "uint{bits}"),
            Self::Float { bits } => write!(f, "float{bits}"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision}, {scale})"),
            Self::Categorical => f.write_str("categorical"),
            Self::Timestamp { unit, zone: None } => write!(f, "timestamp[{}]", unit.symbol()),
            Self::Timestamp { unit, zone: Some(zone) } => write!(f, "timestamp[{}, {zone}]", unit.symbol()),
            Self::Duration { unit } => write!(f, "duration[{}]", unit.symbol()),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (index, field) in fields.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{}: {}", field.name, field.data_type)?;
                }
                f.write_str(">")
            }
            _ => f.write_str(self.family()),
        }
    }
}
