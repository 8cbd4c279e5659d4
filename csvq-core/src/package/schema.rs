//! Schemas of parameters, which come from strangers: made ready for use only where that, and using them, takes little.
//!
//! A few lines can say a great deal: thirty definitions, each of which refers twice to the next, stand for a thousand
//! million. So a schema is counted with its references written out. That is only right where one knows where each leads;
//! what could make it lead elsewhere (an `$id` inside, another draft for a part) is refused.

use std::borrow::Cow;

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};

use super::fault::shown;
use crate::error::{Error, ErrorKind, Result};

/// How many values a schema may have, and how deep they may be nested, references written out.
const MOST: usize = 10_000;
const DEEPEST: usize = 256;

/// What stands for another part of the schema.
const REFERENCES: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];

/// A schema ready for use: it is not endless, its patterns can't take for ever, and it reads nothing from elsewhere.
///
/// # Errors
/// [`Package`](ErrorKind::Package) where it is no schema or too large, and what is wrong with it.
pub(crate) fn sound_schema(schema: &Map<String, Value>) -> Result<Validator> {
    let refused = |message: String| Error::new(ErrorKind::Package, message);
    let root = Value::Object(schema.clone());
    let draft = schema.get("$schema").and_then(Value::as_str).unwrap_or_default();
    let bases: &[&str] = if draft.contains("draft-04") { &["$id", "id"] } else { &["$id"] };
    let mut count = Count { root: &root, bases, values: 0, open: Vec::new() };
    count.value(&root, 0).map_err(refused)?;
    jsonschema::options().with_pattern_options(PatternOptions::regex()).build(&root).map_err(|error| {
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { String::new() } else { format!(" at `{}`", shown(&place)) };
        refused(format!("this is no JSON Schema{place}: {}", shown(&error.to_string())))
    })
}

/// A count of a schema's values, each as often as it is referred to. It ends at [`MOST`], and takes no longer than that.
struct Count<'a> {
    root: &'a Value,
    /// The names that give a part an address of its own.
    bases: &'a [&'a str],
    values: usize,
    /// The parts that references led to and that are being counted: one that leads back there counts once.
    open: Vec<&'a Value>,
}

impl<'a> Count<'a> {
    fn value(&mut self, value: &'a Value, depth: usize) -> std::result::Result<(), String> {
        self.values += 1;
        if self.values > MOST {
            return Err(format!("the schema has more than {MOST} values, references written out"));
        }
        if depth > DEEPEST {
            return Err(format!("the schema is nested deeper than {DEEPEST}, references written out"));
        }
        match value {
            Value::Array(list) => list.iter().try_for_each(|inner| self.value(inner, depth + 1)),
            Value::Object(object) => object.iter().try_for_each(|(name, inner)| self.member(name, inner, depth)),
            _ => Ok(()),
        }
    }

    fn member(&mut self, name: &str, inner: &'a Value, depth: usize) -> std::result::Result<(), String> {
        self.value(inner, depth + 1)?;
        let Value::String(text) = inner else { return Ok(()) };
        if depth > 0 && (self.bases.contains(&name) || name == "$schema") {
            return Err(format!("only the whole schema can have `{name}`"));
        }
        if !REFERENCES.contains(&name) {
            return Ok(());
        }
        let target = self.target(text)?;
        if self.open.iter().any(|open| std::ptr::eq(*open, target)) {
            return Ok(());
        }
        self.open.push(target);
        self.value(target, depth + 1)?;
        self.open.pop();
        Ok(())
    }

    /// What a reference leads to.
    fn target(&self, reference: &str) -> std::result::Result<&'a Value, String> {
        let pointer = reference.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let pointer = pointer.ok_or_else(|| {
            format!("`{}` is no reference to a part of the schema, such as `#/$defs/name`", shown(reference))
        })?;
        let found = decoded(pointer).and_then(|pointer| self.root.pointer(&pointer));
        found.ok_or_else(|| format!("there is nothing that the reference `{}` leads to", shown(reference)))
    }
}

/// A part of an address without its `%20` and the like.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(schema: &Value, expected: Option<&str>) {
        match (sound_schema(schema.as_object().unwrap()), expected) {
            (Ok(_), None) => {}
            (Err(error), Some(part)) => assert!(error.message().contains(part), "{error}"),
            (found, _) => panic!("{schema}: {found:?}"),
        }
    }

    /// Definitions, each of which is made of the next.
    fn chain(length: usize, link: impl Fn(Value) -> Value) -> Value {
        let mut definitions = Map::new();
        for at in 0..length {
            definitions.insert(format!("d{at}"), link(json!({"$ref": format!("#/$defs/d{}", at + 1)})));
        }
        definitions.insert(format!("d{length}"), json!({"type": "object"}));
        json!({"$defs": definitions, "$ref": "#/$defs/d0"})
    }

    #[test]
    fn ordinary_schemas_are_sound() {
        for schema in [
            json!({}),
            json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/a", "type": "object"}),
            json!({"properties": {"id": {"type": "string"}, "$ref": {"type": "string"}, "$id": {"$ref": "#"}}}),
            json!({"$defs": {"a b": {"type": "number"}}, "properties": {"x": {"$ref": "#/$defs/a%20b"}}}),
            json!({"$defs": {"a/b": true}, "properties": {"x": {"$ref": "#/$defs/a~1b"}}}),
            json!({"$defs": {
                "tree": {"properties": {"left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}}},
            }, "properties": {"tree": {"$ref": "#/$defs/tree"}}}),
        ] {
            check(&schema, None);
        }
        check(&chain(5, |next| json!({"allOf": [next, next]})), None);
        let validator =
            sound_schema(json!({"properties": {"x": {"pattern": "^(a+)+$"}}}).as_object().unwrap()).unwrap();
        assert!(!validator.is_valid(&json!({"x": format!("{}!", "a".repeat(10_000))})));
    }

    #[test]
    fn small_schemas_that_stand_for_endless_ones_are_refused() {
        let values = Some("more than 10000 values");
        check(&chain(30, |next| json!({"allOf": [next, next]})), values);
        check(&chain(30, |next| json!({"properties": {"a": next, "b": next}})), values);
        // A way back hides nothing.
        let mut back = chain(30, |next| json!({"allOf": [next, next]}));
        for at in 1..=30 {
            back["$defs"][format!("d{at}")]["properties"]["x"]["$ref"] = json!(format!("#/$defs/d{}", at - 1));
        }
        back["$ref"] = json!("#/$defs/d30");
        check(&back, values);
        check(&json!({"enum": (0..10_001).collect::<Vec<_>>()}), values);
        check(&chain(300, |next| json!({"not": next})), Some("nested deeper than 256"));
    }

    #[test]
    fn references_lead_to_parts_of_the_schema() {
        for reference in ["https://example.org/x", "file:///etc/passwd", "other.json#/a", "#anchor", "?x"] {
            check(&json!({"properties": {"x": {"$ref": reference}}}), Some("no reference to a part"));
            check(&json!({"$dynamicRef": reference}), Some("no reference to a part"));
        }
        for reference in ["#/$defs/x", "#/%", "#/%ff", "#/%zz"] {
            check(&json!({"$ref": reference}), Some("there is nothing"));
        }
        check(&json!({"allOf": [{"$id": "https://example.org/x"}]}), Some("only the whole schema can have `$id`"));
        let draft = "http://json-schema.org/draft-04/schema#";
        check(&json!({"$schema": draft, "allOf": [{"id": "x"}]}), Some("only the whole schema can have `id`"));
        check(&json!({"allOf": [{"$schema": draft}]}), Some("only the whole schema can have `$schema`"));
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        check(&json!({"type": 7}), Some("no JSON Schema at `/type`"));
        check(&json!({"pattern": "("}), Some("no JSON Schema"));
    }
}
