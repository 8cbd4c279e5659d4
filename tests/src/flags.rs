//! The program's flags as a spec, so that one list of flags drives the program and the library.
//!
//! It knows the flags that the lists in `data/` use, and says which one it does not know.

use csvq_core::spec::CompareSpec;
use serde_json::{Map, Value, json};

/// The spec that the program makes of these flags.
///
/// # Errors
/// What is wrong with them, or the flag that is not known here.
pub fn spec<S: AsRef<str>>(flags: &[S]) -> Result<CompareSpec, String> {
    let mut fields = Map::new();
    let mut flags = flags.iter().map(AsRef::as_ref);
    while let Some(flag) = flags.next() {
        let name = flag.trim_start_matches("--").replace('-', "_");
        let mut value = || flags.next().ok_or_else(|| format!("{flag} wants a value"));
        match name.as_str() {
            "by" | "duplicates" => drop(fields.insert(name, json!(value()?))),
            "key" | "map" | "only" | "ignore" => {
                let list = fields.entry(name).or_insert_with(|| json!([]));
                if let Value::Array(list) = list {
                    list.extend(value()?.split(',').map(Value::from));
                }
            }
            "abs_tol" | "rel_tol" => scope(&mut fields, &name, value()?, |text| {
                text.parse::<f64>().map(Value::from).map_err(|error| format!("{flag}: {error}"))
            })?,
            "types" => scope(&mut fields, &name, value()?, |text| Ok(Value::from(text)))?,
            "ignore_case" | "trim" | "empty_is_null" | "as_number" => drop(fields.insert(name, json!(true))),
            _ => return Err(format!("{flag}: the test kit does not know this flag")),
        }
    }
    CompareSpec::from_value(Value::Object(fields)).map_err(|error| error.to_string())
}

/// Adds `COL=VALUE`, or a value for all columns, to a field with scopes.
fn scope(
    fields: &mut Map<String, Value>,
    name: &str,
    text: &str,
    read: impl Fn(&str) -> Result<Value, String>,
) -> Result<(), String> {
    let (column, value) = text.split_once('=').unwrap_or(("*", text));
    let scopes = fields.entry(name).or_insert_with(|| json!({}));
    if let Value::Object(scopes) = scopes {
        scopes.insert(column.to_owned(), read(value)?);
    }
    Ok(())
}
