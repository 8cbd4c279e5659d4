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
