//! A setting for all columns, for a type, and for single columns.
//!
//! Which column a value applies to is decided here; what the value means is not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::units::Span;
use crate::types::ColumnType;

/// A setting with three scopes: a column's value wins over its type's, which wins over the one for all.
///
/// Written as a bare value (for all), or as a map whose names are columns, `type:float` for a type, `*` for all;
/// `column:NAME` is the column whatever its name.
///
/// ```
/// use csvq_core::spec::Scoped;
/// let tolerance: Scoped<f64> = serde_json::from_str(r#"{"*": 0.5, "price": 0.01}"#)?;
/// assert_eq!(tolerance.all, Some(0.5));
/// assert_eq!(tolerance.columns["price"], 0.01);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scoped<T> {
    /// For every column.
    pub all: Option<T>,
    /// For every column of a type.
    pub types: BTreeMap<ColumnType, T>,
    /// For single columns, by left name.
    pub columns: BTreeMap<String, T>,
}

/// Where a value of a [`Scoped`] applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every column.
    All,
    /// Every column of a type.
    Type(ColumnType),
    /// One column.
    Column(String),
}

impl Scope {
    /// Reads a scope: `*`, `type:NAME`, `column:NAME`, or a column's name.
    ///
    /// # Errors
    /// The message that names the accepted types, where `type:` is followed by none.
    ///
    /// ```
    /// use csvq_core::spec::Scope;
    /// use csvq_core::types::ColumnType;
    /// assert_eq!(Scope::parse("type:float"), Ok(Scope::Type(ColumnType::Float)));
    /// assert_eq!(Scope::parse("column:*"), Ok(Scope::Column("*".to_owned())));
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            Ok(Self::All)
        } else if let Some(name) = text.strip_prefix("type:") {
            name.parse().map(Self::Type).map_err(|e: crate::types::UnknownType| e.to_string())
        } else {
            Ok(Self::Column(text.strip_prefix("column:").unwrap_or(text).to_owned()))
        }
    }

    /// How a column's name is written where a scope is expected: with `column:` before it where it would be read as
    /// something else.
    #[must_use]
    pub fn name_of(column: &str) -> Cow<'_, str> {
        if column == "*" || column.starts_with("type:") || column.starts_with("column:") {
            Cow::Owned(format!("column:{column}"))
        } else {
            Cow::Borrowed(column)
        }
    }
}

impl<T> Default for Scoped<T> {
    fn default() -> Self {
        Self { all: None, types: BTreeMap::new(), columns: BTreeMap::new() }
    }
}

impl<T> Scoped<T> {
    /// A setting for every column.
    #[must_use]
    pub fn for_all(value: T) -> Self {
        Self { all: Some(value), ..Self::default() }
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_none() && self.types.is_empty() && self.columns.is_empty()
    }

    /// The value for a column of a type: the column's, else the type's, else the one for all.
    #[must_use]
    pub fn get(&self, column: &str, column_type: ColumnType) -> Option<&T> {
        self.columns.get(column).or_else(|| self.types.get(&column_type)).or(self.all.as_ref())
    }

    /// The scope's own value, if it has one.
    #[must_use]
    pub fn get_scope(&self, scope: &Scope) -> Option<&T> {
        match scope {
            Scope::All => self.all.as_ref(),
            Scope::Type(column_type) => self.types.get(column_type),
            Scope::Column(name) => self.columns.get(name),
        }
    }

    /// Every value that is set.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.all.iter().chain(self.types.values()).chain(self.columns.values())
    }

    /// Sets the value of a scope.
    pub fn set(&mut self, scope: Scope, value: T) {
        match scope {
            Scope::All => self.all = Some(value),
            Scope::Type(column_type) => {
                self.types.insert(column_type, value);
            }
            Scope::Column(name) => {
                self.columns.insert(name, value);
            }
        }
    }
}

impl<T: Serialize> Serialize for Scoped<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let (Some(all), true, true) = (&self.all, self.types.is_empty(), self.columns.is_empty()) {
            return all.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(all) = &self.all {
            map.serialize_entry("*", all)?;
        }
        for (column_type, value) in &self.types {
            map.serialize_entry(&format!("type:{column_type}"), value)?;
        }
        for (name, value) in &self.columns {
            map.serialize_entry(&Scope::name_of(name), value)?;
        }
        map.end()
    }
}

/// Reads a [`Scoped`] whose values are written as `W`.
macro_rules! deserialize_scoped {
    ($($value:ty as $written:ty),*) => {$(
        impl<'de> Deserialize<'de> for Scoped<$value> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(ScopedVisitor::<$value, $written>(PhantomData))
            }
        }
    )*};
}

deserialize_scoped!(f64 as f64, bool as bool, Span as Span, Vec<String> as Texts);

struct ScopedVisitor<T, W>(PhantomData<(T, W)>);

impl<T, W> ScopedVisitor<T, W> {
    fn all<'de, E: de::Error>(deserializer: impl Deserializer<'de, Error = E>) -> Result<Scoped<T>, E>
    where
        W: Deserialize<'de> + Into<T>,
    {
        W::deserialize(deserializer).map(|value| Scoped::for_all(value.into()))
    }
}

impl<'de, T, W: Deserialize<'de> + Into<T>> Visitor<'de> for ScopedVisitor<T, W> {
    type Value = Scoped<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value for all columns, or a table of column names (or `type:NAME`, or `*`) to values")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Self::all(de::value::BoolDeserializer::new(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Self::all(de::value::I64Deserializer::new(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Self::all(de::value::U64Deserializer::new(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Self::all(de::value::F64Deserializer::new(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Self::all(de::value::StrDeserializer::new(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Self::all(de::value::SeqAccessDeserializer::new(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut scoped = Scoped::default();
        while let Some(name) = map.next_key::<String>()? {
            let scope = Scope::parse(&name).map_err(de::Error::custom)?;
            if scoped.get_scope(&scope).is_some() {
                return Err(de::Error::custom(format!("`{name}` is set twice")));
            }
            scoped.set(scope, map.next_value::<W>()?.into());
        }
        Ok(scoped)
    }
}

/// A list of texts; one text alone is a list of one.
struct Texts(Vec<String>);

impl From<Texts> for Vec<String> {
    fn from(texts: Texts) -> Self {
        texts.0
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;

        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts, A::Error> {
                let mut all = Vec::new();
                while let Some(text) = seq.next_element()? {
                    all.push(text);
                }
                Ok(Texts(all))
            }
        }

        deserializer.deserialize_any(TextsVisitor)
    }
}
