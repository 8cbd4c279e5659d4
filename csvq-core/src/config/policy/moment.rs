//! Points in time, as people write them into a policy.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDate, NaiveTime};
use serde::{Serialize, Serializer};

/// A day (`2027-06-30`, in UTC) or an instant (`2027-06-30T18:00:00Z`), as it is written.
///
/// ```
/// use csvq_core::config::Moment;
/// let day = Moment::parse("2027-06-30").ok_or("no moment")?;
/// assert_eq!(day.end().duration_since(day.start())?.as_secs(), 24 * 60 * 60);
/// assert!(Moment::parse("30.6.2027").is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    text: String,
    /// Seconds since 1970.
    start: u64,
    end: u64,
}

impl Moment {
    /// Reads one; none where the text is neither, or lies before 1970.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = |start: i64, length: u64| {
            let start = u64::try_from(start).ok()?;
            Some(Self { text: text.to_owned(), start, end: start.checked_add(length)? })
        };
        if !text.is_ascii() || text.len() < 10 {
            return None;
        }
        if text.len() == 10 {
            let is_plain =
                |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            let start = day.and_time(NaiveTime::MIN).and_utc().timestamp();
            return text.bytes().enumerate().all(is_plain).then(|| moment(start, 24 * 60 * 60)).flatten();
        }
        moment(DateTime::parse_from_rfc3339(text).ok()?.timestamp(), 0)
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its beginning: of a day, midnight.
    #[must_use]
    pub fn start(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.start)
    }

    /// Its end: of a day, the next midnight. What expires on a day is good to the end of it.
    #[must_use]
    pub fn end(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.end)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
