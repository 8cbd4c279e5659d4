//! A comparator's own parameters, read strictly.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Reads the parameters of a comparator; an error names those that it takes.
pub(super) fn read<T: DeserializeOwned>(given: &Map<String, Value>, comparator: &str, known: &[&str]) -> Result<T> {
    serde_json::from_value(Value::Object(given.clone())).map_err(|error| {
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        Error::spec("param", format!("{error}; {comparator} takes {}", list(&known)))
    })
}

fn list(names: &[String]) -> String {
    match names {
        [] => "no parameters".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
