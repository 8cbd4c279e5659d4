//! Time zones that Arrow has and polars lacks.

use chrono::FixedOffset;
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
    const HOUR: i32 = 3600;
    // What chrono reads may be followed by anything, and have any space within.
    let is_plain = zone.len() == "+05:30".len() && zone.as_bytes()[3] == b':';
    is_plain && zone.parse::<FixedOffset>().is_ok_and(|offset| offset.local_minus_utc() % HOUR != 0)
}
