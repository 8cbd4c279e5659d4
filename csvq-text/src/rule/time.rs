//! Dates and times as text, read into instants.

use std::fmt::Write;

use chrono::format::{Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

const NANOS: i128 = 1_000_000_000;

/// The formats that are tried, in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times<'a> {
    /// strftime formats, or `iso`; none stands for `iso`.
    pub(super) formats: &'a [String],
    /// Whether a time of day makes the text unreadable.
    pub(super) dates_only: bool,
}

/// A moment: nanoseconds since 1970-01-01, and whether that is in UTC or in a zone that the text does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    nanos: i128,
    zoned: bool,
}

impl Moment {
    /// Whether two moments are at most so many nanoseconds apart. One with an offset and one without can't be told.
    pub(super) fn is_within(self, other: Self, nanos: u64) -> bool {
        self.zoned == other.zoned && self.nanos.abs_diff(other.nanos) <= u128::from(nanos)
    }

    /// One text for all ways to write the moment. Its NUL keeps it apart from every text that a cell can hold.
    pub(super) fn canonical(self) -> Vec<u8> {
        format!("\0{}{}", self.nanos, if self.zoned { "Z" } else { "" }).into_bytes()
    }

    /// Nanoseconds since 1970-01-01, and whether they are in UTC.
    pub(super) fn parts(self) -> (i128, bool) {
        (self.nanos, self.zoned)
    }

    fn naive(time: NaiveDateTime) -> Self {
        let time = time.and_utc();
        let nanos = i128::from(time.timestamp()) * NANOS + i128::from(time.timestamp_subsec_nanos());
        Self { nanos, zoned: false }
    }
}

impl Times<'_> {
    /// Reads a text by the first format that fits.
    pub(super) fn parse(self, text: &[u8]) -> Option<Moment> {
        let text = std::str::from_utf8(text).ok()?;
        let moment = if self.formats.is_empty() {
            iso(text)?
        } else {
            self.formats.iter().find_map(|format| if format == "iso" { iso(text) } else { by_format(text, format) })?
        };
        let midnight = moment.nanos.rem_euclid(86_400 * NANOS) == 0 && !moment.zoned;
        (!self.dates_only || midnight && date_alone(text, self.formats)).then_some(moment)
    }
}

/// Whether the text has no time of day; formats that a caller gave are taken at their word.
fn date_alone(text: &str, formats: &[String]) -> bool {
    !formats.is_empty() || !text.contains(':')
}

/// ISO 8601 as data has it: `2024-01-31`, then optionally `T` or a space, a time with optional seconds and fraction,
/// and optionally `Z` or an offset.
fn iso(text: &str) -> Option<Moment> {
    let (date, rest) = text.split_at_checked(10)?;
    let bytes = date.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(digits(0..4)?.cast_signed(), digits(5..7)?, digits(8..10)?)?;
    if rest.is_empty() {
        return Some(Moment::naive(date.and_time(NaiveTime::MIN)));
    }
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let zone_at = time.find(['Z', 'z', '+', '-']);
    let (clock, zone) = time.split_at(zone_at.unwrap_or(time.len()));
    let clock = clock.trim_end_matches(' ');
    let clock =
        NaiveTime::parse_from_str(clock, "%H:%M:%S%.f").or_else(|_| NaiveTime::parse_from_str(clock, "%H:%M")).ok()?;
    let moment = Moment::naive(date.and_time(clock));
    if zone.is_empty() {
        return Some(moment);
    }
    let offset = offset_seconds(zone)?;
    Some(Moment { nanos: moment.nanos - i128::from(offset) * NANOS, zoned: true })
}

/// `Z`, `+hh`, `+hhmm` or `+hh:mm` in seconds.
fn offset_seconds(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = digits.get(2..).filter(|m| !m.is_empty()).map_or(Some(0), |m| m.parse().ok())?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Whether what a strftime format writes can be read back as a date, or a date and time.
///
/// ```
/// use csvq_text::tells_a_moment;
/// assert!(tells_a_moment("%d.%m.%Y %H:%M"));
/// assert!(!tells_a_moment("%H:%M"));
/// ```
#[must_use]
pub fn tells_a_moment(format: &str) -> bool {
    let Some(sample) = DateTime::from_timestamp(981_169_506, 789_000_000) else { return true };
    // Offsets that can be read, and not written or not so that they could be read.
    let format = ["%:::z", "%::z", "%#z"].iter().fold(format.to_owned(), |format, code| format.replace(code, "%z"));
    let mut text = String::new();
    write!(text, "{}", sample.format(&format)).is_err() || by_format(&text, &format).is_some()
}

/// By a strftime format: a date, a date and time, or those with an offset.
fn by_format(text: &str, format: &str) -> Option<Moment> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, StrftimeItems::new(format)).ok()?;
    if parsed.offset().is_some() {
        let time: DateTime<_> = parsed.to_datetime().ok()?;
        return Some(Moment { zoned: true, ..Moment::naive(time.naive_utc()) });
    }
    let date = parsed.to_naive_date().ok();
    match (parsed.timestamp(), date) {
        (Some(_), _) => {
            let time = parsed.to_naive_datetime_with_offset(0).ok()?;
            Some(Moment { zoned: true, ..Moment::naive(time) })
        }
        (None, Some(date)) => {
            let time = match parsed.to_naive_time() {
                Ok(time) => time,
                // A format without any part of a clock is a date; one with parts that make no time is wrong.
                Err(_) if parsed.hour_mod_12().is_none() && parsed.minute().is_none() => NaiveTime::MIN,
                Err(_) => return None,
            };
            Some(Moment::naive(date.and_time(time)))
        }
        (None, None) => None,
    }
}
