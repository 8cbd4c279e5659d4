//! The values of a column one after another, for programs that have no Arrow.

mod held;
#[cfg(test)]
mod tests;

use self::held::Held;
use super::{Table, in_column};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::types::TimeUnit;

/// One value of a table.
///
/// Texts and bytes are borrowed from the [`Values`] that it comes from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number: of any size with a sign, or without one of less than 64 bits.
    Integer(i64),
    /// A whole number of 64 bits without a sign.
    Unsigned(u64),
    /// A binary number. Those of less than 64 bits are exactly what they were.
    Float(f64),
    /// Text, of a categorical too.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A decimal number.
    Decimal {
        /// All of its digits.
        unscaled: i128,
        /// How many of them are after the point.
        scale: usize,
    },
    /// A calendar date: days since 1970-01-01.
    Date(i32),
    /// A time of day: nanoseconds since midnight.
    Time(i64),
    /// A date with a time of day.
    Timestamp {
        /// How many units since 1970-01-01, midnight: in UTC where there is a zone, on the local clock where not.
        value: i64,
        /// The unit.
        unit: TimeUnit,
        /// The time zone that it is shown in.
        zone: Option<&'a str>,
    },
    /// A span of time.
    Duration {
        /// How many units.
        value: i64,
        /// The unit.
        unit: TimeUnit,
    },
    /// Values of one type.
    List(Vec<Value<'a>>),
    /// Values by name, in the order of the type.
    Struct(Vec<(&'a str, Value<'a>)>),
}

/// The values of a column. They share the table's memory as far as they can be read from it as they are.
#[derive(Debug)]
pub struct Values {
    chunks: Vec<Held>,
}

impl Values {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Held::len).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values from first to last.
    pub fn iter(&self) -> impl Iterator<Item = Value<'_>> + '_ {
        self.chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|index| chunk.value(index)))
    }
}

impl Table {
    /// The values of a column, by its place from 0.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where the table has no such column.
    ///
    /// ```
    /// use csvq_core::table::{Table, Value};
    /// use polars::prelude::{Column, DataFrame};
    ///
    /// let column = Column::new("city".into(), [Some("Graz"), None]);
    /// let table = Table::new("cities", DataFrame::new_infer_height(vec![column])?)?;
    /// let values = table.values(0)?;
    /// assert_eq!(values.iter().collect::<Vec<_>>(), [Value::Text("Graz"), Value::Null]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn values(&self, column: usize) -> Result<Values> {
        let Some(field) = self.fields.get(column) else {
            let message = format!("there is no column {column}, counted from 0: the table has {}", self.fields.len());
            let context = Context { input: Some(self.name.clone()), ..Context::default() };
            return Err(Error::new(ErrorKind::NotFound, message).with_context(context));
        };
        let arrays = self.arrays(column);
        let chunks = arrays.iter().map(|array| Held::new(array, &field.data_type)).collect::<Result<_>>();
        Ok(Values { chunks: chunks.map_err(|error| in_column(error, &self.name, &field.name))? })
    }
}
