//! Reads a spec from JSON, with errors that name the field and, for an unknown one, the name most likely meant.

use serde::Deserialize;
use serde::de::value::Error as FieldError;
use serde::de::{self, Deserializer, Visitor};
use serde_json::Value;

use super::model::CompareSpec;
use super::suggest::suggest;
use crate::error::{Context, Error, ErrorKind, Result};

/// The JSON Schema (draft 2020-12) of a [`CompareSpec`]'s JSON.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(csvq_core::spec::JSON_SCHEMA)?;
/// assert!(schema["properties"]["key"].is_object());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const JSON_SCHEMA: &str = include_str!("../../schema/spec.schema.json");

impl CompareSpec {
    /// Reads a spec from JSON. It is not validated yet.
    ///
    /// # Errors
    /// [`InvalidSpec`](crate::ErrorKind::InvalidSpec) with the field and the line where the text is no JSON, a name is
    /// unknown or a value is not one that its field takes.
    ///
    /// ```
    /// use csvq_core::spec::CompareSpec;
    /// let spec = CompareSpec::from_json(r#"{"key": "id", "abs_tol": {"price": 0.01}}"#)?;
    /// assert_eq!(spec.abs_tol.columns["price"], 0.01);
    /// let error = CompareSpec::from_json(r#"{"kye": "id"}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "kye: line 1: no such setting; did you mean `key`?");
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        // Serde would take a list for the fields in their order, which nobody should rely on.
        if text.trim_start().starts_with('[') {
            return Err(no_table());
        }
        serde_json::from_str(text).map_err(|error| {
            let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
            let explained = serde_json::from_str::<Value>(text).ok().and_then(|value| Self::from_value(value).err());
            let (field, message) = match explained {
                Some(explained) => (explained.context().field.clone(), explained.message().to_owned()),
                None => (None, format!("the spec is no valid JSON: {}", without_place(&error.to_string()))),
            };
            Error::new(ErrorKind::InvalidSpec, message).with_context(Context { field, line, ..Context::default() })
        })
    }

    /// Reads a spec from JSON that was read already. It is not validated yet.
    ///
    /// # Errors
    /// As [`CompareSpec::from_json`], without a line.
    pub fn from_value(value: Value) -> Result<Self> {
        let Value::Object(fields) = value else {
            return Err(no_table());
        };
        for (name, value) in &fields {
            if !Self::field_names().contains(&name.as_str()) {
                return Err(unknown_field(name));
            }
            let alone = serde_json::Map::from_iter([(name.clone(), value.clone())]);
            if let Err(error) = Self::deserialize(Value::Object(alone)) {
                return Err(Error::spec(name, error.to_string()));
            }
        }
        Self::deserialize(Value::Object(fields)).map_err(|error| Error::new(ErrorKind::InvalidSpec, error.to_string()))
    }

    /// The names of all settings, in the order of the struct.
    #[must_use]
    pub fn field_names() -> &'static [&'static str] {
        let mut names: &'static [&'static str] = &[];
        // Deserializing asks for the fields by name, which is all that this deserializer waits for: it then fails.
        let _ = Self::deserialize(FieldNames(&mut names));
        names
    }
}

fn no_table() -> Error {
    Error::new(ErrorKind::InvalidSpec, "a spec is a table of settings, such as {\"key\": \"id\"}")
}

fn unknown_field(name: &str) -> Error {
    let message = match suggest(name, CompareSpec::field_names().iter().copied()) {
        Some(near) => format!("no such setting; did you mean `{near}`?"),
        None => format!("no such setting; there are: {}", CompareSpec::field_names().join(", ")),
    };
    Error::spec(name, message)
}

/// serde_json ends its messages with the place, which the error's context holds already.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |at| &message[..at])
}

struct FieldNames<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = FieldError;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, FieldError> {
        *self.0 = fields;
        Err(de::Error::custom("only the names were wanted"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, FieldError> {
        Err(de::Error::custom("only the names of a struct can be had"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
