//! Time zones that Arrow has and polars lacks.

use polars_arrow::datatypes::ArrowDataType;

use super::Array;

/// Moments in a zone that polars does not know, such as `+05:30`, as the same moments in UTC.
pub(crate) fn with_known_zone(mut array: Array) -> Array {
    if let ArrowDataType::Timestamp(unit, Some(zone)) = array.dtype()
        && !zone.is_empty()
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        let utc = ArrowDataType::Timestamp(*unit, Some("UTC".into()));
        *array.dtype_mut() = utc;
    }
    array
}

/// Whether this is an offset from UTC that is no zone of polars, for which it must be a whole number of hours.
pub(super) fn is_unnamed_offset(zone: &str) -> bool {
    let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    let (hours, minutes) = match zone.as_bytes() {
        [b'+' | b'-', hours @ .., b':', one, other] if hours.len() == 2 => (hours, [*one, *other]),
        [b'+' | b'-', hours @ .., one, other] if hours.len() == 2 => (hours, [*one, *other]),
        _ => return false,
    };
    let are_digits = hours.iter().chain(&minutes).all(u8::is_ascii_digit);
    are_digits && number(hours) < 24 && (1..60).contains(&number(&minutes))
}
