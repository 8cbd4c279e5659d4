//! Points in time, as people write them on the command line.

use csvq_core::spec::Span;
use csvq_core::state::Timestamp;
use serde_json::Value;

/// A point in time: one of the calendar, or so long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// At this time.
    At(Timestamp),
    /// So long before the present.
    Ago(Span),
}

impl Time {
    /// The point in time, where the present is known.
    pub(crate) fn seen_from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Ago(span) => {
                let milliseconds = i64::try_from(span.nanoseconds() / 1_000_000).unwrap_or(i64::MAX);
                Timestamp(now.0.saturating_sub(milliseconds))
            }
        }
    }
}

/// A date, which stands for its beginning, a time with its zone, or how long ago.
pub(super) fn time(text: &str) -> Result<Time, String> {
    let at = instant(text).or_else(|| beginning(text)).map(Time::At);
    at.or_else(|| text.parse().ok().map(Time::Ago)).ok_or_else(|| {
        "write a date (2026-07-01), a time with its zone (2026-07-01T18:00:00Z), or how long ago it was (7d, 12h, 30m)"
            .to_owned()
    })
}

/// The end of something: a date, to the end of which it lasts, or a time with its zone.
pub(super) fn end(text: &str) -> Result<Timestamp, String> {
    instant(text)
        .or_else(|| beginning(text).map(|day| day.plus_days(1)))
        .ok_or_else(|| "write a date (2027-06-30), or a time with its zone (2027-06-30T18:00:00Z)".to_owned())
}

/// A time as RFC 3339 has it.
fn instant(text: &str) -> Option<Timestamp> {
    serde_json::from_value(Value::from(text)).ok()
}

/// The first moment of a day, in UTC.
fn beginning(day: &str) -> Option<Timestamp> {
    let is_date = day.len() == "2026-07-01".len() && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_date.then(|| instant(&format!("{day}T00:00:00Z"))).flatten()
}
