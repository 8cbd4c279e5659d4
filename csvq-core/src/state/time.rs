//! Points in time, as the state keeps them.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const MILLISECONDS_A_DAY: i64 = 86_400_000;

/// The first and the last millisecond that RFC 3339 can write: years 0000 to 9999.
const WRITABLE: (i64, i64) = (-62_167_219_200_000, 253_402_300_799_999);

/// Milliseconds since 1970 UTC. Shown, and in JSON, as RFC 3339 text in UTC.
///
/// ```
/// use csvq_core::state::Timestamp;
/// assert_eq!(Timestamp(1_700_000_000_123).to_string(), "2023-11-14T22:13:20.123Z");
/// assert_eq!(Timestamp(0).plus_days(1), Timestamp(86_400_000));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The present, by the system's clock.
    #[must_use]
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// So many days of 24 hours later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(i64::from(days) * MILLISECONDS_A_DAY))
    }

    /// So many days of 24 hours earlier.
    #[must_use]
    pub fn minus_days(self, days: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(days) * MILLISECONDS_A_DAY))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let milliseconds = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |before| -before),
        };
        Self(milliseconds)
    }
}

impl fmt::Display for Timestamp {
    /// What lies outside the years 0000 to 9999 is shown as the nearest that does not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::from_timestamp_millis(self.0.clamp(WRITABLE.0, WRITABLE.1)).unwrap_or_default();
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| de::Error::custom("expected a time such as `2023-11-14T22:13:20.123Z`"))?;
        Ok(Self(time.timestamp_millis()))
    }
}
