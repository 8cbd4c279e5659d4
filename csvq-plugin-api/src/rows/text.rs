//! The text of typed values, as csvq writes it in reports: integers and decimals in digits; floats as short as they can
//! be read back, with a point or an exponent; truth as `true` and `false`; dates, times and spans as in ISO 8601,
//! moments with a time zone in UTC; bytes in hexadecimal digits.

use std::borrow::Cow;
use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate, NaiveTime};

const NANOS: i128 = 1_000_000_000;

/// Whether values of a type have a text here.
pub(super) fn is_known(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_known(values),
        DataType::Null
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Date32
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Timestamp(..)
        | DataType::Duration(_) => true,
        other => other.is_integer(),
    }
}

/// The text of a value; none where it is null, or of a type that has none here.
pub(super) fn of(array: &ArrayRef, index: usize) -> Option<Cow<'_, str>> {
    if array.is_null(index) {
        return None;
    }
    let owned = match array.data_type() {
        DataType::Utf8 => return array.as_string_opt::<i32>().map(|array| Cow::Borrowed(array.value(index))),
        DataType::LargeUtf8 => return array.as_string_opt::<i64>().map(|array| Cow::Borrowed(array.value(index))),
        DataType::Utf8View => return array.as_string_view_opt().map(|array| Cow::Borrowed(array.value(index))),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary_opt()?;
            let key = integer(dictionary.keys(), index)?;
            return of(dictionary.values(), usize::try_from(key).ok()?);
        }
        DataType::Boolean => array.as_boolean_opt()?.value(index).to_string(),
        DataType::Binary => hexadecimal(array.as_binary_opt::<i32>()?.value(index)),
        DataType::LargeBinary => hexadecimal(array.as_binary_opt::<i64>()?.value(index)),
        DataType::BinaryView => hexadecimal(array.as_binary_view_opt()?.value(index)),
        DataType::FixedSizeBinary(_) => hexadecimal(array.as_fixed_size_binary_opt()?.value(index)),
        DataType::Float16 => format!("{:?}", f32::from(value::<Float16Type>(array, index)?)),
        DataType::Float32 => format!("{:?}", value::<Float32Type>(array, index)?),
        DataType::Float64 => format!("{:?}", value::<Float64Type>(array, index)?),
        DataType::Decimal32(_, scale) => decimal(value::<Decimal32Type>(array, index)?.into(), *scale),
        DataType::Decimal64(_, scale) => decimal(value::<Decimal64Type>(array, index)?.into(), *scale),
        DataType::Decimal128(_, scale) => decimal(value::<Decimal128Type>(array, index)?, *scale),
        DataType::Date32 => date(value::<Date32Type>(array, index)?),
        DataType::Time32(_) | DataType::Time64(_) => time(nanoseconds(array, index)?),
        DataType::Timestamp(_, zone) => timestamp(nanoseconds(array, index)?, zone.is_some()),
        DataType::Duration(_) => duration(nanoseconds(array, index)?),
        _ => integer(array, index)?.to_string(),
    };
    Some(Cow::Owned(owned))
}

fn value<T: ArrowPrimitiveType>(array: &dyn Array, index: usize) -> Option<T::Native> {
    array.as_primitive_opt::<T>().map(|array| array.value(index))
}

fn integer(array: &dyn Array, index: usize) -> Option<i128> {
    Some(match array.data_type() {
        DataType::Int8 => value::<Int8Type>(array, index)?.into(),
        DataType::Int16 => value::<Int16Type>(array, index)?.into(),
        DataType::Int32 => value::<Int32Type>(array, index)?.into(),
        DataType::Int64 => value::<Int64Type>(array, index)?.into(),
        DataType::UInt8 => value::<UInt8Type>(array, index)?.into(),
        DataType::UInt16 => value::<UInt16Type>(array, index)?.into(),
        DataType::UInt32 => value::<UInt32Type>(array, index)?.into(),
        DataType::UInt64 => value::<UInt64Type>(array, index)?.into(),
        _ => return None,
    })
}

/// A time, moment or span, in nanoseconds.
fn nanoseconds(array: &dyn Array, index: usize) -> Option<i128> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    let (number, factor): (i128, i128) = match array.data_type() {
        DataType::Time32(Second) => (value::<Time32SecondType>(array, index)?.into(), NANOS),
        DataType::Time32(Millisecond) => (value::<Time32MillisecondType>(array, index)?.into(), 1_000_000),
        DataType::Time64(Microsecond) => (value::<Time64MicrosecondType>(array, index)?.into(), 1_000),
        DataType::Time64(Nanosecond) => (value::<Time64NanosecondType>(array, index)?.into(), 1),
        DataType::Timestamp(Second, _) => (value::<TimestampSecondType>(array, index)?.into(), NANOS),
        DataType::Timestamp(Millisecond, _) => (value::<TimestampMillisecondType>(array, index)?.into(), 1_000_000),
        DataType::Timestamp(Microsecond, _) => (value::<TimestampMicrosecondType>(array, index)?.into(), 1_000),
        DataType::Timestamp(Nanosecond, _) => (value::<TimestampNanosecondType>(array, index)?.into(), 1),
        DataType::Duration(Second) => (value::<DurationSecondType>(array, index)?.into(), NANOS),
        DataType::Duration(Millisecond) => (value::<DurationMillisecondType>(array, index)?.into(), 1_000_000),
        DataType::Duration(Microsecond) => (value::<DurationMicrosecondType>(array, index)?.into(), 1_000),
        DataType::Duration(Nanosecond) => (value::<DurationNanosecondType>(array, index)?.into(), 1),
        _ => return None,
    };
    Some(number * factor)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to memory does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn decimal(value: i128, scale: i8) -> String {
    let Ok(scale) = usize::try_from(scale) else {
        let zeros = if value == 0 { 0 } else { usize::from(scale.unsigned_abs()) };
        return format!("{value}{}", "0".repeat(zeros));
    };
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    let (sign, point) = (if value < 0 { "-" } else { "" }, if fraction.is_empty() { "" } else { "." });
    format!("{sign}{whole}{point}{fraction}")
}

fn date(days: i32) -> String {
    NaiveDate::from_epoch_days(days).map_or_else(|| format!("day {days}"), |date| date.to_string())
}

fn time(nanos: i128) -> String {
    let seconds = u32::try_from(nanos.div_euclid(NANOS)).ok();
    match seconds.and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)) {
        Some(time) => format!("{}{}", time.format("%H:%M:%S"), fraction(nanos)),
        None => duration(nanos),
    }
}

fn timestamp(nanos: i128, is_zoned: bool) -> String {
    let seconds = i64::try_from(nanos.div_euclid(NANOS)).ok();
    match seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) {
        Some(moment) => {
            let zone = if is_zoned { "Z" } else { "" };
            format!("{}{}{zone}", moment.format("%Y-%m-%dT%H:%M:%S"), fraction(nanos))
        }
        None => format!("{nanos} ns"),
    }
}

fn duration(nanos: i128) -> String {
    let (sign, nanos) = (if nanos < 0 { "-" } else { "" }, nanos.abs());
    format!("{sign}PT{}{}S", nanos / NANOS, fraction(nanos))
}

/// The fraction of a second, without zeros at its end.
fn fraction(nanos: i128) -> String {
    match nanos.rem_euclid(NANOS) {
        0 => String::new(),
        rest => format!(".{rest:09}").trim_end_matches('0').to_owned(),
    }
}
