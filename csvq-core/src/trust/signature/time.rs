//! Times as they are written: in a `plugin.sig` in exactly one form, in a policy also as a day.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Timelike};

use crate::state::Timestamp;

/// The only form that a signature's times have.
const FORM: &str = "%Y-%m-%dT%H:%M:%SZ";

/// The last second that this form can write, in milliseconds since 1970: the end of the year 9999.
const LAST: i64 = 253_402_300_799_000;

/// The time of a signature: `2026-07-23T10:00:00Z`, and nothing that means the same.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let time = NaiveDateTime::parse_from_str(text, FORM).ok()?;
    // A leap second would have two forms.
    let time = Timestamp(time.and_utc().timestamp_millis());
    (whole(time) == Some(time) && write(time) == text).then_some(time)
}

/// A time in that form. Parts of a second are left out.
pub(super) fn write(time: Timestamp) -> String {
    let time = DateTime::from_timestamp_millis(time.0.clamp(0, LAST)).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time without its part of a second, if it lies in the years 1970 to 9999.
pub(super) fn whole(time: Timestamp) -> Option<Timestamp> {
    // The last second lasts to its end.
    (0..LAST + 1000).contains(&time.0).then(|| Timestamp(time.0 / 1000 * 1000))
}

/// Which end of a day stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Its first moment.
    Start,
    /// The first moment after it: what ends on a day holds for the whole of it.
    End,
}

/// The time of a policy's entry: a day such as `2027-06-30`, in UTC, or an RFC 3339 time.
pub(super) fn bound(text: &str, edge: Edge) -> Option<Timestamp> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(Timestamp(time.timestamp_millis())).filter(|_| time.nanosecond() < 1_000_000_000);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == text)?;
    let day = if edge == Edge::End { day.succ_opt()? } else { day };
    Some(Timestamp(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()))
}

/// A time as people read it: to the second.
pub(super) fn shown(time: Timestamp) -> String {
    write(time)
}
