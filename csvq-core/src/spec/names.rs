//! How column names are written in a spec: one, a pair `left=right`, lists of them, and how serde reads them.
//!
//! `\=`, `\,` and `\\` stand for the character after the backslash; any other backslash is itself. Patterns
//! with wildcards are of [`patterns`](super::patterns); whether a column exists is for the engines to say.

use std::fmt::{self, Write as _};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::model::ColumnPair;
use crate::error::{Error, Result};

impl ColumnPair {
    /// A column that has the same name on both sides.
    #[must_use]
    pub fn same(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { left: name.clone(), right: name }
    }

    /// Reads `name` or `left=right` for a field of the spec, which an error then names.
    ///
    /// # Errors
    /// [`InvalidSpec`](crate::ErrorKind::InvalidSpec) where a name is empty or more than one `=` stands there.
    ///
    /// ```
    /// use csvq_core::spec::ColumnPair;
    /// let pair = ColumnPair::parse("key", r"a\=b=c")?;
    /// assert_eq!((pair.left.as_str(), pair.right.as_str()), ("a=b", "c"));
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        let parts = split(text, '=');
        let pair = match parts.as_slice() {
            [name] => Self::same(unescape(name)),
            [left, right] => Self { left: unescape(left), right: unescape(right) },
            _ => {
                let message =
                    format!("`{text}` has more than one `=`: write `left=right`, and `\\=` for a `=` in a name");
                return Err(Error::spec(field, message));
            }
        };
        if pair.left.is_empty() || pair.right.is_empty() {
            let message = format!("`{text}` has an empty name: write a column's name, or `left=right`");
            return Err(Error::spec(field, message));
        }
        Ok(pair)
    }

    /// Reads several at commas: `a,b` or `a=b,c`.
    ///
    /// # Errors
    /// As [`ColumnPair::parse`].
    pub fn parse_list(field: &str, text: &str) -> Result<Vec<Self>> {
        split(text, ',').into_iter().map(|part| Self::parse(field, part)).collect()
    }

    /// Reads `left=right`, where one name alone would say nothing.
    ///
    /// # Errors
    /// As [`ColumnPair::parse`], and where there is no `=`.
    pub fn parse_mapping(field: &str, text: &str) -> Result<Self> {
        if split(text, '=').len() == 1 {
            return Err(Error::spec(field, format!("`{text}` has no `=`: write `left=right`")));
        }
        Self::parse(field, text)
    }

    fn as_mapping(&self) -> String {
        format!("{}={}", Escaped(&self.left), Escaped(&self.right))
    }
}

impl FromStr for ColumnPair {
    type Err = Error;

    /// As [`ColumnPair::parse`] for the field `key`.
    fn from_str(text: &str) -> Result<Self> {
        Self::parse("key", text)
    }
}

impl fmt::Display for ColumnPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.left).fmt(f)?;
        if self.left != self.right {
            write!(f, "={}", Escaped(&self.right))?;
        }
        Ok(())
    }
}

/// A name with a backslash before what would otherwise be read as more than itself.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if matches!(c, '=' | ',' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        Ok(())
    }
}

/// Splits at a character, but not where a backslash stands before it. The parts keep their backslashes.
///
/// ```
/// use csvq_core::spec::split;
/// assert_eq!(split(r"a\,b,c", ','), [r"a\,b", "c"]);
/// ```
#[must_use]
pub fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == separator {
            parts.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The name without the backslash of `\=`, `\,` and `\\`; any other backslash stays.
///
/// ```
/// use csvq_core::spec::unescape;
/// assert_eq!(unescape(r"a\,b\c"), r"a,b\c");
/// ```
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(&next @ ('=' | ',' | '\\')) if c == '\\' => {
                chars.next();
                name.push(next);
            }
            _ => name.push(c),
        }
    }
    name
}

/// Serde for [`CompareSpec::key`](super::CompareSpec::key): `"a,b=c"` or `["a", "b=c"]`.
pub(super) mod key {
    use serde::{Deserializer, Serializer};

    use super::{ColumnPair, Elements};

    pub(in crate::spec) fn serialize<S: Serializer>(pairs: &[ColumnPair], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(pairs.iter().map(ToString::to_string))
    }

    pub(in crate::spec) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<ColumnPair>, D::Error> {
        deserializer.deserialize_any(Elements {
            expected: "a column's name, `left=right`, or a list of these",
            text: |text| ColumnPair::parse_list("key", text),
            element: |text| ColumnPair::parse("key", text),
            entry: None,
        })
    }
}

/// Serde for lists of patterns: `"a,b*"` or `["a", "b*"]`.
pub(super) mod list {
    use serde::{Deserializer, Serialize, Serializer};

    use super::Elements;
    use crate::spec::patterns::split_patterns;

    pub(in crate::spec) fn serialize<S: Serializer>(names: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        names.serialize(serializer)
    }

    pub(in crate::spec) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_any(Elements {
            expected: "a column's name, a pattern such as `price_*`, or a list of these",
            text: |text| Ok(split_patterns(text)),
            element: |text| Ok(text.to_owned()),
            entry: None,
        })
    }
}

/// Serde for [`CompareSpec::map`](super::CompareSpec::map): `{"left": "right"}` or `["left=right"]`.
pub(super) mod map {
    use serde::{Deserializer, Serializer};

    use super::{ColumnPair, Elements};
    use crate::error::Error;

    pub(in crate::spec) fn serialize<S: Serializer>(pairs: &[ColumnPair], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(pairs.iter().map(ColumnPair::as_mapping))
    }

    pub(in crate::spec) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<ColumnPair>, D::Error> {
        deserializer.deserialize_any(Elements {
            expected: "a table of left names to right names, or a list of `left=right`",
            text: |text| {
                super::split(text, ',').into_iter().map(|part| ColumnPair::parse_mapping("map", part)).collect()
            },
            element: |text| ColumnPair::parse_mapping("map", text),
            entry: Some(|left, right| {
                if left.is_empty() || right.is_empty() {
                    return Err(Error::spec("map", "a name is empty: write the columns' names as left = right"));
                }
                Ok(ColumnPair { left, right })
            }),
        })
    }
}

/// Reads a string, a list of strings or a table of strings into a list.
struct Elements<T> {
    expected: &'static str,
    text: fn(&str) -> Result<Vec<T>>,
    element: fn(&str) -> Result<T>,
    entry: Option<fn(String, String) -> Result<T>>,
}

/// The message alone, since serde's own error says where.
fn custom<E: de::Error>(error: Error) -> E {
    E::custom(error.message())
}

impl<'de, T> Visitor<'de> for Elements<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
        (self.text)(text).map_err(custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(element) = seq.next_element::<String>()? {
            all.push((self.element)(&element).map_err(custom)?);
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
        let Some(entry) = self.entry else {
            return Err(de::Error::invalid_type(de::Unexpected::Map, &self));
        };
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry::<String, String>()? {
            pairs.push(pair);
        }
        // A table has no order, and some readers give it in another.
        pairs.sort_unstable();
        pairs.into_iter().map(|(left, right)| entry(left, right).map_err(custom)).collect()
    }
}

/// Reads a value from its text through [`FromStr`], for types that serde writes as strings.
pub(super) fn from_text<'de, D, T>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = String>,
{
    struct Text<T>(&'static str, PhantomData<T>);

    impl<T: FromStr<Err = String>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(expected, PhantomData))
}
