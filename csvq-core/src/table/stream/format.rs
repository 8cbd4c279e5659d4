//! Format strings: which type a column has, as
//! <https://arrow.apache.org/docs/format/CDataInterface.html#format-strings> writes it.

use polars::prelude::TimeZone;
use polars_arrow::datatypes::{ArrowDataType, IntegerType, TimeUnit};

use super::shape::{Layout, Shape};
use crate::table::fault::{Checked, Fault};
use crate::table::zone::is_unnamed_offset;

/// The digits of a decimal at most.
const MOST_DIGITS: usize = 38;

/// The longest value of a fixed size, in bytes or items: views and offsets hold no more.
const MOST_WIDTH: usize = i32::MAX as usize;

/// What a format string says.
pub(super) enum Format {
    /// A type that has no children.
    Leaf(Shape),
    /// Lists, with offsets of 64 bits or of 32.
    List { long: bool },
    /// Lists of entries, each a key and its value.
    Map,
    /// Lists of one length.
    FixedList { width: usize },
    /// Columns side by side.
    Struct,
}

/// What a format string says, where the type is one that csvq can compare.
pub(super) fn parse(format: &str) -> Checked<Format> {
    let leaf = match format {
        "+l" => return Ok(Format::List { long: false }),
        "+L" => return Ok(Format::List { long: true }),
        "+m" => return Ok(Format::Map),
        "+s" => return Ok(Format::Struct),
        "n" => Shape::Null,
        "b" => Shape::Boolean,
        "e" => Shape::Plain(ArrowDataType::Float16),
        "f" => Shape::Plain(ArrowDataType::Float32),
        "g" => Shape::Plain(ArrowDataType::Float64),
        "z" => Shape::Binary(Layout::Offsets32),
        "Z" => Shape::Binary(Layout::Offsets64),
        "vz" => Shape::Binary(Layout::Views),
        "u" => Shape::Text(Layout::Offsets32),
        "U" => Shape::Text(Layout::Offsets64),
        "vu" => Shape::Text(Layout::Views),
        "tdD" => Shape::Plain(ArrowDataType::Date32),
        "tdm" => Shape::Plain(ArrowDataType::Timestamp(TimeUnit::Millisecond, None)),
        "tts" => Shape::Time { long: false, nanoseconds: 1_000_000_000 },
        "ttm" => Shape::Time { long: false, nanoseconds: 1_000_000 },
        "ttu" => Shape::Time { long: true, nanoseconds: 1_000 },
        "ttn" => Shape::Time { long: true, nanoseconds: 1 },
        "tDs" => Shape::Seconds(ArrowDataType::Duration(TimeUnit::Millisecond)),
        "tDm" => Shape::Plain(ArrowDataType::Duration(TimeUnit::Millisecond)),
        "tDu" => Shape::Plain(ArrowDataType::Duration(TimeUnit::Microsecond)),
        "tDn" => Shape::Plain(ArrowDataType::Duration(TimeUnit::Nanosecond)),
        "tiM" | "tiD" | "tin" => return Err(Fault::refused("interval")),
        "_pli128" | "_plu128" => return Err(Fault::refused("128-bit integer")),
        "+r" => return Err(Fault::refused("run-end-encoded")),
        "+vl" | "+vL" => return Err(Fault::refused("list view")),
        _ => match (integer(format), format.split_once(':')) {
            (Some(integer), _) => Shape::Plain(integer.into()),
            (None, Some((name, rest))) => return parametric(name, rest, format),
            (None, None) => return Err(unknown(format)),
        },
    };
    Ok(Format::Leaf(leaf))
}

/// The integers, which are also what the codes of a dictionary are.
pub(super) fn integer(format: &str) -> Option<IntegerType> {
    Some(match format {
        "c" => IntegerType::Int8,
        "C" => IntegerType::UInt8,
        "s" => IntegerType::Int16,
        "S" => IntegerType::UInt16,
        "i" => IntegerType::Int32,
        "I" => IntegerType::UInt32,
        "l" => IntegerType::Int64,
        "L" => IntegerType::UInt64,
        _ => return None,
    })
}

fn parametric(name: &str, rest: &str, format: &str) -> Checked<Format> {
    let unit = match name {
        "tss" => return Ok(Format::Leaf(Shape::Seconds(timestamp(TimeUnit::Millisecond, rest)?))),
        "tsm" => TimeUnit::Millisecond,
        "tsu" => TimeUnit::Microsecond,
        "tsn" => TimeUnit::Nanosecond,
        "d" => return Ok(Format::Leaf(decimal(rest, format)?)),
        "w" => match width(rest, format)? {
            // Any number of them would take no memory, but a view each here.
            0 => return Err(Fault::refused("fixed-size binary of no bytes")),
            width => return Ok(Format::Leaf(Shape::FixedBinary { width })),
        },
        "+w" => return Ok(Format::FixedList { width: width(rest, format)? }),
        "+us" | "+ud" => return Err(Fault::refused("union")),
        _ => return Err(unknown(format)),
    };
    Ok(Format::Leaf(Shape::Plain(timestamp(unit, rest)?)))
}

/// Timestamps in a zone; in none where it has no name. Those at an offset that is no zone are the same moments in UTC.
pub(in crate::table) fn timestamp(unit: TimeUnit, zone: &str) -> Checked<ArrowDataType> {
    let name = if is_unnamed_offset(zone) { "UTC" } else { zone };
    // polars takes `*` for any zone, which no column has.
    let known = (name != "*").then(|| TimeZone::opt_try_new(Some(name)));
    let Some(Ok(zone)) = known else {
        let zone = zone.escape_debug();
        let message = format!(
            "timestamps in the zone `{zone}` can't be compared: it is neither in the time zone database nor an offset \
             such as `+05:30`; convert the column to such a zone, or to UTC"
        );
        return Err(Fault::unsupported(message));
    };
    Ok(ArrowDataType::Timestamp(unit, zone.map(|zone| (*zone).clone())))
}

fn decimal(rest: &str, format: &str) -> Checked<Shape> {
    let numbers: Vec<i64> =
        rest.split(',').map(|number| number.parse().map_err(|_| unknown(format))).collect::<Checked<_>>()?;
    let (precision, scale, bits) = match numbers[..] {
        [precision, scale] => (precision, scale, 128),
        [precision, scale, bits] => (precision, scale, bits),
        _ => return Err(unknown(format)),
    };
    let bits = match bits {
        32 | 64 | 128 => bits as u8,
        256 => return Err(Fault::refused("256-bit decimal")),
        _ => return Err(unknown(format)),
    };
    match (usize::try_from(precision), usize::try_from(scale)) {
        (Ok(precision @ 1..=MOST_DIGITS), Ok(scale)) if scale <= precision => {
            Ok(Shape::Decimal { bits, precision, scale })
        }
        _ => Err(Fault::unsupported(
            "decimals need 1 to 38 digits, of which none to all are after the point; cast the column, or leave it out \
             of the stream",
        )),
    }
}

fn width(rest: &str, format: &str) -> Checked<usize> {
    match rest.parse::<usize>() {
        Ok(width) if width <= MOST_WIDTH => Ok(width),
        Ok(_) => Err(Fault::unsupported(format!("its values are longer than {MOST_WIDTH}, the most there can be"))),
        Err(_) => Err(unknown(format)),
    }
}

fn unknown(format: &str) -> Fault {
    let shown: String = format.chars().take(60).collect();
    Fault::unsupported(format!(
        "the type `{}` is none that csvq knows; cast it, or leave it out of the stream",
        shown.escape_debug()
    ))
}
