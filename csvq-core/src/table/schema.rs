//! Arrow's types under csvq's names. What csvq can't compare is refused by name.

use polars_arrow::datatypes::{ArrowDataType, Field as ArrowField, TimeUnit as ArrowUnit};

use crate::error::{Error, ErrorKind, Result};
use crate::types::{DataType, Field, TimeUnit};

/// The digits of a decimal at most.
const MOST_DIGITS: usize = 38;

/// A column's name and type.
pub(crate) fn field(arrow: &ArrowField) -> Result<Field> {
    Ok(Field { name: arrow.name.to_string(), data_type: data_type(&arrow.dtype)?, nullable: arrow.is_nullable })
}

fn data_type(arrow: &ArrowDataType) -> Result<DataType> {
    use ArrowDataType as Arrow;
    let integer = |bits, signed| Ok(DataType::Integer { bits, signed });
    match arrow {
        Arrow::Null => Ok(DataType::Null),
        Arrow::Boolean => Ok(DataType::Boolean),
        Arrow::Int8 => integer(8, true),
        Arrow::Int16 => integer(16, true),
        Arrow::Int32 => integer(32, true),
        Arrow::Int64 => integer(64, true),
        Arrow::UInt8 => integer(8, false),
        Arrow::UInt16 => integer(16, false),
        Arrow::UInt32 => integer(32, false),
        Arrow::UInt64 => integer(64, false),
        Arrow::Float16 => Ok(DataType::Float { bits: 16 }),
        Arrow::Float32 => Ok(DataType::Float { bits: 32 }),
        Arrow::Float64 => Ok(DataType::Float { bits: 64 }),
        Arrow::Decimal(precision, scale) | Arrow::Decimal32(precision, scale) | Arrow::Decimal64(precision, scale)
            if *precision <= MOST_DIGITS && *scale <= MOST_DIGITS =>
        {
            Ok(DataType::Decimal { precision: *precision as u8, scale: *scale as u8 })
        }
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => Ok(DataType::Text),
        Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView | Arrow::FixedSizeBinary(_) => Ok(DataType::Binary),
        Arrow::Date32 => Ok(DataType::Date),
        Arrow::Date64 => Ok(DataType::Timestamp { unit: TimeUnit::Milliseconds, zone: None }),
        Arrow::Time32(_) | Arrow::Time64(_) => Ok(DataType::Time),
        Arrow::Timestamp(unit, zone) => {
            let zone = zone.as_ref().map(ToString::to_string).filter(|zone| !zone.is_empty());
            Ok(DataType::Timestamp { unit: time_unit(*unit), zone })
        }
        Arrow::Duration(unit) => Ok(DataType::Duration { unit: time_unit(*unit) }),
        Arrow::List(item) | Arrow::LargeList(item) | Arrow::FixedSizeList(item, _) | Arrow::Map(item, _) => {
            Ok(DataType::List(Box::new(data_type(&item.dtype)?)))
        }
        Arrow::Struct(fields) => Ok(DataType::Struct(fields.iter().map(field).collect::<Result<_>>()?)),
        Arrow::Dictionary(_, values, _) => match data_type(values)? {
            DataType::Text => Ok(DataType::Categorical),
            other => Ok(other),
        },
        other => Err(unsupported(other)),
    }
}

fn time_unit(unit: ArrowUnit) -> TimeUnit {
    match unit {
        ArrowUnit::Second => TimeUnit::Seconds,
        ArrowUnit::Millisecond => TimeUnit::Milliseconds,
        ArrowUnit::Microsecond => TimeUnit::Microseconds,
        ArrowUnit::Nanosecond => TimeUnit::Nanoseconds,
    }
}

fn unsupported(arrow: &ArrowDataType) -> Error {
    use ArrowDataType as Arrow;
    let name = match arrow {
        Arrow::Int128 | Arrow::UInt128 => "128-bit integer",
        Arrow::Interval(_) => "interval",
        Arrow::Decimal(..) | Arrow::Decimal32(..) | Arrow::Decimal64(..) | Arrow::Decimal256(..) => {
            "decimal of 256 bits, of more than 38 digits or of a negative scale"
        }
        Arrow::Extension(extension) => {
            let message =
                format!("the extension type `{}` can't be compared; cast the column to its storage", extension.name);
            return Error::new(ErrorKind::Unsupported, message);
        }
        Arrow::Union(_) => "union",
        _ => "unknown",
    };
    Error::new(
        ErrorKind::Unsupported,
        format!("columns of type {name} can't be compared; cast it before, or take the column out of the table"),
    )
}
