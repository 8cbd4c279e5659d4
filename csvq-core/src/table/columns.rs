//! Tables of values that a program has by column, without Arrow.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use polars::frame::DataFrame;
use polars::prelude::Series;
use polars_arrow::array::{BinaryViewArray, BooleanArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, Field, TimeUnit as ArrowUnit};

use super::fault::{Checked, Fault, unexpected};
use super::fork::refuse_in_child;
use super::{Array, MOST_ROWS, Table, stream};
use crate::error::Result;
use crate::types::TimeUnit;

/// The digits of a decimal at most.
const MOST_DIGITS: usize = 38;

/// The values of a column, `None` for null.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ColumnValues {
    /// Whole numbers.
    Integers(Vec<Option<i64>>),
    /// Whole numbers without a sign.
    Unsigned(Vec<Option<u64>>),
    /// Binary numbers.
    Floats(Vec<Option<f64>>),
    /// Truth values.
    Booleans(Vec<Option<bool>>),
    /// Text.
    Texts(Vec<Option<String>>),
    /// Bytes.
    Bytes(Vec<Option<Vec<u8>>>),
    /// Calendar dates: days since 1970-01-01.
    Dates(Vec<Option<i32>>),
    /// Dates with a time of day, since 1970-01-01, midnight: in UTC where there is a zone, on the local clock where not.
    Timestamps {
        /// What they are counted in. Seconds become milliseconds.
        unit: TimeUnit,
        /// The time zone that they are shown in; UTC for an offset that is no whole number of hours.
        zone: Option<String>,
        /// How many units.
        values: Vec<Option<i64>>,
    },
    /// Spans of time.
    Durations {
        /// What they are counted in. Seconds become milliseconds.
        unit: TimeUnit,
        /// How many units.
        values: Vec<Option<i64>>,
    },
    /// Decimal numbers of at most 38 digits.
    Decimals {
        /// The digits after the point, 38 at most.
        scale: usize,
        /// All digits.
        values: Vec<Option<i128>>,
    },
}

impl ColumnValues {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(values) | Self::Timestamps { values, .. } | Self::Durations { values, .. } => values.len(),
            Self::Unsigned(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::Booleans(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::Dates(values) => values.len(),
            Self::Decimals { values, .. } => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn into_array(self) -> Checked<Array> {
        Ok(match self {
            Self::Integers(values) => PrimitiveArray::from(values).boxed(),
            Self::Unsigned(values) => PrimitiveArray::from(values).boxed(),
            Self::Floats(values) => PrimitiveArray::from(values).boxed(),
            Self::Booleans(values) => BooleanArray::from(values).boxed(),
            Self::Texts(values) => Utf8ViewArray::from_slice(values).boxed(),
            Self::Bytes(values) => BinaryViewArray::from_slice(values).boxed(),
            Self::Dates(values) => PrimitiveArray::from(values).to(ArrowDataType::Date32).boxed(),
            Self::Timestamps { unit, zone, values } => {
                let data_type = stream::timestamp(arrow_unit(unit), zone.as_deref().unwrap_or_default())?;
                PrimitiveArray::from(counted(values, unit)?).to(data_type).boxed()
            }
            Self::Durations { unit, values } => {
                let data_type = ArrowDataType::Duration(arrow_unit(unit));
                PrimitiveArray::from(counted(values, unit)?).to(data_type).boxed()
            }
            Self::Decimals { scale, values } => decimals(scale, values)?,
        })
    }
}

impl Table {
    /// A table of columns, each with its name, and a name for messages and reports.
    ///
    /// # Errors
    /// [`Malformed`](crate::ErrorKind::Malformed), naming the column, where it has another number of values than the first one
    /// or holds a decimal of more than 38 digits. [`Unsupported`](crate::ErrorKind::Unsupported), naming it, where another one
    /// has its name, where its time zone is unknown, where it holds seconds that milliseconds can't say, or where its
    /// decimals have more than 38 digits after the point. [`LimitExceeded`](crate::ErrorKind::LimitExceeded) for more than
    /// 4294967294 rows; [`Forked`](crate::ErrorKind::Forked) in a child process.
    ///
    /// ```
    /// use csvq_core::table::{ColumnValues, Table};
    ///
    /// let columns = vec![
    ///     ("id".to_owned(), ColumnValues::Integers(vec![Some(1), Some(2)])),
    ///     ("price".to_owned(), ColumnValues::Decimals { scale: 2, values: vec![Some(1250), None] }),
    /// ];
    /// let table = Table::from_columns("prices", columns)?;
    /// assert_eq!((table.rows(), table.fields()[1].data_type.to_string()), (2, "decimal(38, 2)".to_owned()));
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    pub fn from_columns(name: impl Into<String>, columns: Vec<(String, ColumnValues)>) -> Result<Self> {
        refuse_in_child()?;
        let name = name.into();
        let frame = frame(columns).map_err(|fault| fault.into_error(&name, None))?;
        Self::new(name, frame)
    }
}

fn frame(columns: Vec<(String, ColumnValues)>) -> Checked<DataFrame> {
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    if rows > MOST_ROWS {
        return Err(Fault::too_long());
    }
    let mut names = HashSet::with_capacity(columns.len());
    if let Some((twice, _)) = columns.iter().find(|(name, _)| !names.insert(name.as_str())) {
        return Err(Fault::taken(twice).within(twice));
    }
    let series = |(name, values): (String, ColumnValues)| {
        series(&name, values, rows).map(Into::into).map_err(|fault| fault.within(&name))
    };
    let columns = columns.into_iter().map(series).collect::<Checked<_>>()?;
    DataFrame::new(rows, columns).map_err(unexpected)
}

fn series(name: &str, values: ColumnValues, rows: usize) -> Checked<Series> {
    if values.len() != rows {
        let message = format!("it has {} values, and the first column {rows}", values.len());
        return Err(Fault::malformed(message));
    }
    let array = values.into_array()?;
    let field = Field::new(name.into(), array.dtype().clone(), true);
    Series::try_from((&field, vec![array])).map_err(unexpected)
}

/// What polars counts in.
fn arrow_unit(unit: TimeUnit) -> ArrowUnit {
    match unit {
        TimeUnit::Seconds | TimeUnit::Milliseconds => ArrowUnit::Millisecond,
        TimeUnit::Microseconds => ArrowUnit::Microsecond,
        TimeUnit::Nanoseconds => ArrowUnit::Nanosecond,
    }
}

/// The values in what polars counts in.
fn counted(mut values: Vec<Option<i64>>, unit: TimeUnit) -> Checked<Vec<Option<i64>>> {
    if unit == TimeUnit::Seconds {
        for value in values.iter_mut().flatten() {
            *value = value.checked_mul(1000).ok_or_else(Fault::far_away)?;
        }
    }
    Ok(values)
}

fn decimals(scale: usize, values: Vec<Option<i128>>) -> Checked<Array> {
    if scale > MOST_DIGITS {
        return Err(Fault::unsupported(format!("decimals have at most {MOST_DIGITS} digits after the point")));
    }
    let limit = 10_u128.pow(MOST_DIGITS as u32);
    if values.iter().flatten().any(|value| value.unsigned_abs() >= limit) {
        return Err(Fault::long_decimal());
    }
    Ok(PrimitiveArray::from(values).to(ArrowDataType::Decimal(MOST_DIGITS, scale)).boxed())
}
