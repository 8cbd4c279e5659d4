//! How single values on the command line are read: scopes, lists, choices, parameters.

use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use csvq_core::spec::{ColumnPair, Scope, Span, TypingDefault, split, split_patterns, unescape};
use csvq_core::types::{ColumnType, UnknownType};
use serde::de::value::{Error as ChoiceError, StringDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::Value;

/// A value and where it applies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScopedValue<T> {
    pub(crate) scope: Scope,
    pub(crate) value: T,
}

/// Several values that one use of a flag gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

/// Everything that several uses of a flag gave, in order.
pub(crate) fn joined<T: Clone>(lists: &[List<T>]) -> Vec<T> {
    lists.iter().flat_map(|list| list.0.iter().cloned()).collect()
}

pub(super) fn key(text: &str) -> Result<List<ColumnPair>, String> {
    ColumnPair::parse_list("key", text).map(List).map_err(|error| error.message().to_owned())
}

pub(super) fn map(text: &str) -> Result<List<ColumnPair>, String> {
    let pairs = split(text, ',').into_iter().map(|part| ColumnPair::parse_mapping("map", part));
    pairs.collect::<Result<_, _>>().map(List).map_err(|error| error.message().to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a result of every value parser")]
pub(super) fn patterns(text: &str) -> Result<List<String>, String> {
    Ok(List(split_patterns(text)))
}

/// Scopes without values: `a,b` or `type:text`; `*` for all columns.
pub(super) fn scopes(text: &str) -> Result<List<Scope>, String> {
    split(text, ',').into_iter().map(scope).collect::<Result<_, _>>().map(List)
}

fn scope(text: &str) -> Result<Scope, String> {
    match unescape(text) {
        name if name.is_empty() => Err("a column's name is empty".to_owned()),
        name => Scope::parse(&name),
    }
}

/// Splits `SCOPE=VALUE` at its first `=`; without one the value is for all columns.
fn scoped<T>(text: &str, value: impl FnOnce(&str) -> Result<T, String>) -> Result<ScopedValue<T>, String> {
    let (scope, value_text) = match split(text, '=').first() {
        Some(first) if first.len() < text.len() => (scope(first)?, &text[first.len() + 1..]),
        _ => (Scope::All, text),
    };
    Ok(ScopedValue { scope, value: value(value_text)? })
}

pub(super) fn tolerance(text: &str) -> Result<ScopedValue<f64>, String> {
    scoped(text, |value| {
        let refused = || format!("`{value}` is no number: write a number such as 0.01, or COL=0.01");
        // Rust would also take `inf` and `nan`, which tolerances can't be.
        f64::from_str(value).ok().filter(|number| number.is_finite()).ok_or_else(refused)
    })
}

pub(super) fn span(text: &str) -> Result<ScopedValue<Span>, String> {
    scoped(text, Span::from_str)
}

pub(super) fn text(text: &str) -> Result<ScopedValue<String>, String> {
    scoped(text, |value| Ok(unescape_equals(value)))
}

/// In a value only `\=` is special: it keeps the value from being read as `COL=VALUE`.
fn unescape_equals(text: &str) -> String {
    text.replace("\\=", "=")
}

/// A typing for all columns, or the type of one: the text, checked.
pub(super) fn typing(text: &str) -> Result<ScopedValue<String>, String> {
    let read = scoped(text, |value| Ok(value.to_owned()))?;
    match read.scope {
        Scope::All => drop(TypingDefault::from_str(&read.value)?),
        Scope::Column(_) => {
            ColumnType::from_str(&read.value).map_err(|unknown: UnknownType| unknown.to_string())?;
        }
        Scope::Type(_) => {
            return Err("write `text`, `infer`, or a column's name and its type".to_owned());
        }
    }
    Ok(read)
}

/// `NAME=VALUE`, the value as JSON where it is some, else as text.
pub(super) fn parameter(text: &str) -> Result<(String, Value), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            Ok((name.to_owned(), value))
        }
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// One of the names of an enum, each with a line for the help.
pub(super) fn choice<T>(names: &'static [(&'static str, &'static str)]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let values = names.iter().map(|(name, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(values).try_map(|name| {
        let name: StringDeserializer<ChoiceError> = name.into_deserializer();
        T::deserialize(name)
    })
}
