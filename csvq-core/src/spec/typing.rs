//! How [`Typing`] is written: `"infer"`, or a table of columns to types with `*` for the rest.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::{Typing, TypingDefault};
use super::scoped::Scope;
use crate::types::{ColumnType, UnknownType};

impl TypingDefault {
    /// Its name, as the spec writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Infer => "infer",
        }
    }
}

impl FromStr for TypingDefault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "infer" => Ok(Self::Infer),
            _ => {
                Err(format!("`{text}` is no typing of all columns: write `text` or `infer`, or a column and its type"))
            }
        }
    }
}

impl Typing {
    /// The declared type of a column, if it has one.
    #[must_use]
    pub fn declared(&self, column: &str) -> Option<ColumnType> {
        self.columns.get(column).copied()
    }

    /// Sets what a scope is read as.
    ///
    /// # Errors
    /// A message where the text is no type for that scope.
    pub fn set(&mut self, scope: Scope, text: &str) -> Result<(), String> {
        match scope {
            Scope::All => self.default = text.parse()?,
            Scope::Column(column) => {
                let column_type = text.parse().map_err(|unknown: UnknownType| unknown.to_string())?;
                self.columns.insert(column, column_type);
            }
            Scope::Type(column_type) => {
                return Err(format!(
                    "`type:{column_type}` is no column: write a column and its type, or `text` or `infer` alone"
                ));
            }
        }
        Ok(())
    }
}

impl Serialize for Typing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.columns.is_empty() {
            return serializer.serialize_str(self.default.name());
        }
        let mut map = serializer.serialize_map(None)?;
        if self.default != TypingDefault::default() {
            map.serialize_entry("*", self.default.name())?;
        }
        for (column, column_type) in &self.columns {
            map.serialize_entry(&Scope::name_of(column), column_type.name())?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Typing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypingVisitor)
    }
}

struct TypingVisitor;

impl<'de> Visitor<'de> for TypingVisitor {
    type Value = Typing;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`text`, `infer`, or a table of column names (or `*`) to types")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Typing, E> {
        Ok(Typing { default: text.parse().map_err(E::custom)?, ..Typing::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Typing, A::Error> {
        let mut typing = Typing::default();
        let mut all_set = false;
        while let Some((name, text)) = map.next_entry::<String, String>()? {
            let scope = Scope::parse(&name).map_err(de::Error::custom)?;
            let again = match &scope {
                Scope::All => std::mem::replace(&mut all_set, true),
                Scope::Column(column) => typing.columns.contains_key(column),
                Scope::Type(_) => false,
            };
            if again {
                return Err(de::Error::custom(format!("`{name}` is set twice")));
            }
            typing.set(scope, &text).map_err(de::Error::custom)?;
        }
        Ok(typing)
    }
}
