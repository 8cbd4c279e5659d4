//! Quantities with units: sizes in bytes, time spans, and how many rows are shown.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::names::from_text;

/// A size in bytes, such as `256MiB`, `2GB` or `1048576`.
///
/// ```
/// use csvq_core::spec::ByteSize;
/// assert_eq!("256MiB".parse(), Ok(ByteSize(256 << 20)));
/// assert_eq!(ByteSize(2_000_000_000).to_string(), "2GB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

const BYTE_SIZE: &str = "a size such as `256MiB`, `2GB` or a number of bytes";

/// Units of sizes, the largest first.
const BYTE_UNITS: &[(&str, u64)] = &[
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused =
            || format!("`{text}` is no size: write {BYTE_SIZE} (units: B, kB, KiB, MB, MiB, GB, GiB, TB, TiB)");
        let (number, unit) = Decimal::split(text).ok_or_else(refused)?;
        let scale = match unit.trim_start() {
            "" => 1,
            unit => BYTE_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(refused)?.1,
        };
        let bytes = number
            .times(scale)
            .ok_or_else(|| format!("`{text}` is more than csvq can count, or no whole number of bytes"))?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for ByteSize {
    /// The largest unit of which the size is a multiple.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact =
            BYTE_UNITS.iter().find(|(_, scale)| self.0 >= *scale && self.0.is_multiple_of(*scale) && *scale > 1);
        match exact {
            Some((name, scale)) => write!(f, "{}{name}", self.0 / scale),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText { expected: BYTE_SIZE, number: |bytes| ByteSize(bytes) })
    }
}

/// A time span, never negative, to the nanosecond: `2s`, `500ms`, `1h30m`.
///
/// ```
/// use csvq_core::spec::Span;
/// let span: Span = "1m30s".parse().map_err(|message: String| message)?;
/// assert_eq!(span.nanoseconds(), 90_000_000_000);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

const SPAN: &str = "a time span such as `2s`, `500ms` or `1h30m`";

/// Units of time spans in nanoseconds, the largest first.
const SPAN_UNITS: &[(&str, u64)] = &[
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl Span {
    /// A span of so many nanoseconds.
    #[must_use]
    pub fn from_nanoseconds(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// Its length in nanoseconds.
    #[must_use]
    pub fn nanoseconds(self) -> u64 {
        self.0
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is no time span: write {SPAN} (units: d, h, m, s, ms, us, ns)");
        let mut rest = text;
        let mut sum = 0_u64;
        while !rest.is_empty() || text.is_empty() {
            let (number, after) = Decimal::split(rest).ok_or_else(refused)?;
            let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
            let (unit, next) = after.split_at(end);
            let (_, scale) = SPAN_UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refused)?;
            let too_long = || format!("`{text}` is longer than 584 years, or finer than a nanosecond");
            sum = number.times(*scale).and_then(|part| sum.checked_add(part)).ok_or_else(too_long)?;
            rest = next;
        }
        Ok(Self(sum))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (name, scale) in SPAN_UNITS {
            if rest >= *scale {
                write!(f, "{}{name}", rest / scale)?;
                rest %= scale;
            }
        }
        Ok(())
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, SPAN)
    }
}

/// How many rows of each kind are shown.
///
/// ```
/// use csvq_core::spec::Limit;
/// assert_eq!("20".parse(), Ok(Limit::Rows(20)));
/// assert_eq!("all".parse(), Ok(Limit::All));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Every row.
    All,
    /// At most so many.
    Rows(u64),
}

const LIMIT: &str = "a number of rows, or `all`";

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            // `u64::from_str` would take a plus sign, which no schema would.
            _ if text.starts_with('+') => Err(format!("`{text}` is no limit: write {LIMIT}")),
            _ => text.parse().map(Self::Rows).map_err(|_| format!("`{text}` is no limit: write {LIMIT}")),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Rows(rows) => write!(f, "{rows}"),
        }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Rows(rows) => serializer.serialize_u64(*rows),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText { expected: LIMIT, number: Limit::Rows })
    }
}

/// Reads a whole number, or text through [`FromStr`].
struct NumberOrText<T> {
    expected: &'static str,
    number: fn(u64) -> T,
}

impl<T: FromStr<Err = String>> Visitor<'_> for NumberOrText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        Ok((self.number)(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        let number = u64::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))?;
        self.visit_u64(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// An exact decimal number: `digits / 10^places`.
struct Decimal {
    digits: u64,
    places: u32,
}

impl Decimal {
    /// Takes a number such as `12` or `1.5` off the front of a text.
    fn split(text: &str) -> Option<(Self, &str)> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, rest) = text.split_at(end);
        let (whole, part) = number.split_once('.').map_or((number, ""), |(whole, part)| (whole, part));
        if whole.is_empty() || part.contains('.') || (number.len() > whole.len() && part.is_empty()) {
            return None;
        }
        let digits = format!("{whole}{part}").parse().ok()?;
        Some((Self { digits, places: u32::try_from(part.len()).ok()? }, rest))
    }

    /// The number times a unit, where that is a whole number.
    fn times(&self, scale: u64) -> Option<u64> {
        let product = u128::from(self.digits) * u128::from(scale);
        let divisor = 10_u128.checked_pow(self.places)?;
        product.is_multiple_of(divisor).then(|| u64::try_from(product / divisor).ok())?
    }
}
