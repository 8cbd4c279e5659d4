//! Whether the schema of parameters is one of an object, as far as one sees without a validator: csvq reads all of it.

use serde_json::Value;

use super::Findings;

const NAME: &str = "parameters";

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];

/// Checks the schema of all parameters.
pub(super) fn check(schema: &Value, findings: &mut Findings) {
    let Value::Object(fields) = schema else {
        return findings.add(NAME, "the schema is no JSON object");
    };
    if fields.get("type").is_some_and(|value| value != "object") {
        findings.add(NAME, "the schema's `type` is not `object`");
    }
    let properties = match fields.get("properties") {
        None => return,
        Some(Value::Object(properties)) => properties,
        Some(_) => return findings.add(NAME, "`properties` is no object"),
    };
    for (name, property) in properties {
        parameter(name, property, findings);
    }
    match fields.get("required") {
        None => {}
        Some(Value::Array(required)) => {
            for name in required {
                if !name.as_str().is_some_and(|name| properties.contains_key(name)) {
                    findings.add(NAME, format!("`required` names {name}, which is no property"));
                }
            }
        }
        Some(_) => findings.add(NAME, "`required` is no list"),
    }
}

/// Checks the schema of one parameter.
fn parameter(name: &str, schema: &Value, findings: &mut Findings) {
    let fields = match schema {
        Value::Bool(_) => return,
        Value::Object(fields) => fields,
        _ => return findings.add(NAME, format!("the schema of `{name}` is no object")),
    };
    let types: Vec<&str> = match fields.get("type") {
        None => Vec::new(),
        Some(Value::Array(types)) => types.iter().map(|value| value.as_str().unwrap_or_default()).collect(),
        Some(value) => vec![value.as_str().unwrap_or_default()],
    };
    if let Some(unknown) = types.iter().find(|name| !TYPES.contains(name)) {
        findings.add(NAME, format!("`{name}` is of type `{unknown}`, which JSON Schema does not have"));
    }
    let allowed = match fields.get("enum") {
        None => None,
        Some(Value::Array(values)) if !values.is_empty() => Some(values),
        Some(_) => return findings.add(NAME, format!("the `enum` of `{name}` is no list, or empty")),
    };
    for bound in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
        if fields.get(bound).is_some_and(|value| !value.is_number()) {
            findings.add(NAME, format!("the `{bound}` of `{name}` is no number"));
        }
    }
    let Some(default) = fields.get("default") else { return };
    if !types.is_empty() && !types.iter().any(|name| is_of(default, name)) {
        findings.add(NAME, format!("the `default` of `{name}` is not of its type"));
    }
    if allowed.is_some_and(|values| !values.contains(default)) {
        findings.add(NAME, format!("the `default` of `{name}` is not in its `enum`"));
    }
    let bound = |name: &str| fields.get(name).and_then(Value::as_f64);
    if let Some(number) = default.as_f64()
        && (bound("minimum").is_some_and(|least| number < least) || bound("maximum").is_some_and(|most| number > most))
    {
        findings.add(NAME, format!("the `default` of `{name}` is out of its bounds"));
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}
