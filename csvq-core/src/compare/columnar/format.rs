//! The canonical text of typed values: what reports show, what rules that speak of text see, and what lists and structs
//! are compared by.
//!
//! Integers and decimals in digits; floats as short as they can be read back, with a point or an exponent; truth as
//! `true` and `false`; dates and times as in ISO 8601, with the offset of their zone; bytes in hexadecimal digits.

use std::io::Write;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::column::{Column, Values};
use crate::types::DataType;

const NANOS: i128 = 1_000_000_000;

/// Adds the text of a value that is not null.
pub(super) fn write(column: &Column, index: usize, out: &mut Vec<u8>) {
    match (&column.values, &column.data_type) {
        (Values::Null, _) => {}
        (Values::Boolean(values), _) => out.extend_from_slice(if values.get_bit(index) { b"true" } else { b"false" }),
        (Values::Signed(values), data_type) => signed(values[index], data_type, out),
        (Values::Unsigned(values), _) => add(out, format_args!("{}", values[index])),
        (Values::Single(values), _) => add(out, format_args!("{:?}", values[index])),
        (Values::Double(values), _) => add(out, format_args!("{:?}", values[index])),
        (Values::Decimal(values), data_type) => decimal(values[index], scale(data_type), out),
        (Values::Bytes(texts), DataType::Binary) => {
            texts.get(index).iter().for_each(|byte| add(out, format_args!("{byte:02x}")));
        }
        (Values::Bytes(texts), _) => out.extend_from_slice(texts.get(index)),
    }
}

/// Adds a value that is not null as it stands in JSON: numbers and truth bare, the rest in quotes.
pub(super) fn write_json(column: &Column, index: usize, out: &mut Vec<u8>) {
    let bare = match (&column.values, &column.data_type) {
        // Both zeros are equal, and so are all values that are no number.
        (Values::Single(values), _) if values[index] == 0.0 => return out.extend_from_slice(b"0.0"),
        (Values::Double(values), _) if values[index] == 0.0 => return out.extend_from_slice(b"0.0"),
        (Values::Bytes(texts), DataType::Text | DataType::Categorical) => {
            return write_json_text(texts.get(index), out);
        }
        (Values::Signed(_), DataType::Integer { .. }) => true,
        (Values::Boolean(_) | Values::Unsigned(_) | Values::Single(_) | Values::Double(_) | Values::Decimal(_), _) => {
            true
        }
        _ => false,
    };
    if !bare {
        out.push(b'"');
    }
    write(column, index, out);
    if !bare {
        out.push(b'"');
    }
}

/// Adds a text in quotes, as JSON has it.
pub(super) fn write_json_text(text: &[u8], out: &mut Vec<u8>) {
    // Writing to memory does not fail, and text is always UTF-8 here.
    let _ = serde_json::to_writer(out, &String::from_utf8_lossy(text));
}

/// The digits after the point.
pub(super) fn scale(data_type: &DataType) -> u8 {
    if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 }
}

fn add(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = out.write_fmt(text);
}

fn signed(value: i64, data_type: &DataType, out: &mut Vec<u8>) {
    match data_type {
        DataType::Date => date(value, out),
        DataType::Time => time(value, out),
        DataType::Timestamp { unit, zone } => {
            timestamp(i128::from(value) * i128::from(unit.nanoseconds()), zone.as_deref(), out);
        }
        DataType::Duration { unit } => duration(i128::from(value) * i128::from(unit.nanoseconds()), out),
        _ => add(out, format_args!("{value}")),
    }
}

fn decimal(value: i128, scale: u8, out: &mut Vec<u8>) {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let (sign, point) = (if value < 0 { "-" } else { "" }, if fraction.is_empty() { "" } else { "." });
    add(out, format_args!("{sign}{whole}{point}{fraction}"));
}

fn date(days: i64, out: &mut Vec<u8>) {
    let date = i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days);
    match date {
        Some(date) => add(out, format_args!("{date}")),
        None => add(out, format_args!("day {days}")),
    }
}

fn time(nanos: i64, out: &mut Vec<u8>) {
    let seconds = u32::try_from(i128::from(nanos).div_euclid(NANOS)).ok();
    let rest = i128::from(nanos).rem_euclid(NANOS) as u32;
    match seconds.and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, rest)) {
        Some(time) => {
            add(out, format_args!("{}", time.format("%H:%M:%S")));
            fraction(rest, out);
        }
        None => duration(i128::from(nanos), out),
    }
}

fn timestamp(nanos: i128, zone: Option<&str>, out: &mut Vec<u8>) {
    let (seconds, rest) = (nanos.div_euclid(NANOS), nanos.rem_euclid(NANOS) as u32);
    let utc = i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, rest));
    let Some(utc) = utc else {
        return add(out, format_args!("{nanos} ns"));
    };
    let write = |out: &mut Vec<u8>, local: NaiveDateTime, offset: Option<FixedOffset>| {
        add(out, format_args!("{}", local.format("%Y-%m-%dT%H:%M:%S")));
        fraction(rest, out);
        match offset {
            Some(offset) if offset.local_minus_utc() == 0 => out.push(b'Z'),
            Some(offset) => add(out, format_args!("{offset}")),
            None => {}
        }
    };
    let naive = utc.naive_utc();
    match zone {
        None => write(out, naive, None),
        Some(zone) => {
            // A zone that nobody knows is shown in UTC.
            let offset = offset(zone, naive).unwrap_or_else(|| Utc.fix());
            write(out, naive + offset, Some(offset));
        }
    }
}

/// How far a zone, by name or by offset, is from UTC at a moment.
fn offset(zone: &str, moment: NaiveDateTime) -> Option<FixedOffset> {
    if let Ok(zone) = zone.parse::<Tz>() {
        return Some(zone.offset_from_utc_datetime(&moment).fix());
    }
    zone.parse::<FixedOffset>().ok()
}

/// A fraction of a second, without zeros at its end.
fn fraction(nanos: u32, out: &mut Vec<u8>) {
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        add(out, format_args!(".{}", digits.trim_end_matches('0')));
    }
}

/// A span as in ISO 8601, in seconds.
fn duration(nanos: i128, out: &mut Vec<u8>) {
    let (sign, nanos) = (if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs());
    add(out, format_args!("{sign}PT{}", nanos / NANOS as u128));
    fraction((nanos % NANOS as u128) as u32, out);
    out.push(b'S');
}
