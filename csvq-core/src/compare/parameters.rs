//! A comparator's own parameters, read strictly.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::spec::suggest;

/// Reads the parameters of a comparator; an error names the one that is wrong, and those that there are.
pub(super) fn read<T: DeserializeOwned>(given: &Map<String, Value>, comparator: &str, known: &[&str]) -> Result<T> {
    let parse = |given: Map<String, Value>| serde_json::from_value::<T>(Value::Object(given));
    parse(given.clone()).map_err(|error| {
        let wrong = given.iter().find_map(|(name, value)| {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            parse(alone).err().map(|error| (name, error))
        });
        let message = match wrong {
            Some((name, _)) if !known.contains(&name.as_str()) => {
                let advice = match suggest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has: {}", known.join(", ")),
                };
                format!("{comparator} has no parameter `{name}`; {advice}")
            }
            Some((name, error)) => format!("`{name}`: {}", plainly(&error.to_string())),
            None => plainly(&error.to_string()),
        };
        Error::spec("param", message)
    })
}

/// The reader's words without the names that Rust has for things.
fn plainly(error: &str) -> String {
    let names =
        [("usize", "a whole number"), ("u64", "a whole number"), ("f64", "a number"), ("a boolean", "true or false")];
    names.into_iter().fold(error.to_owned(), |text, (name, plain)| {
        text.replace(&format!("expected {name}"), &format!("expected {plain}"))
    })
}
