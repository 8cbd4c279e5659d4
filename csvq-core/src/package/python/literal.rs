//! Literals of Python as JSON.

use ruff_python_ast::{Expr, Number, UnaryOp};
use serde_json::{Map, Value};

/// Values in values beyond this depth are no literals.
const DEEPEST: usize = 32;

/// Something that finds the value of a name, or of an attribute of `self`.
pub(super) trait Names<'a> {
    fn name(&self, name: &str) -> Option<&'a Expr>;
    fn own(&self, name: &str) -> Option<&'a Expr>;
}

/// The value of an expression that needs no running. Names are looked up, as far as literals stand for them.
pub(super) fn value<'a>(expression: &'a Expr, names: &impl Names<'a>) -> Option<Value> {
    value_at(expression, names, 0)
}

fn value_at<'a>(expression: &'a Expr, names: &impl Names<'a>, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    let inner = |expression: &'a Expr| value_at(expression, names, depth + 1);
    match expression {
        Expr::StringLiteral(text) => Some(text.value.to_str().into()),
        Expr::BooleanLiteral(literal) => Some(literal.value.into()),
        Expr::NoneLiteral(_) => Some(Value::Null),
        Expr::NumberLiteral(literal) => number(&literal.value),
        Expr::UnaryOp(operation) if operation.op == UnaryOp::USub => negative(&inner(&operation.operand)?),
        Expr::List(list) => list.elts.iter().map(inner).collect::<Option<_>>().map(Value::Array),
        Expr::Tuple(tuple) => tuple.elts.iter().map(inner).collect::<Option<_>>().map(Value::Array),
        Expr::Dict(dictionary) => {
            let mut object = Map::new();
            for item in &dictionary.items {
                let Value::String(key) = inner(item.key.as_ref()?)? else { return None };
                // As Python does, the last one of a key that is there twice stands.
                object.insert(key, inner(&item.value)?);
            }
            Some(Value::Object(object))
        }
        Expr::Name(name) => inner(names.name(name.id.as_str())?),
        Expr::Attribute(attribute) => match &*attribute.value {
            Expr::Name(owner) if matches!(owner.id.as_str(), "self" | "cls") => {
                inner(names.own(attribute.attr.as_str())?)
            }
            _ => None,
        },
        _ => None,
    }
}

fn number(number: &Number) -> Option<Value> {
    match number {
        Number::Int(number) => number.as_u64().map(Value::from),
        Number::Float(number) => serde_json::Number::from_f64(*number).map(Value::Number),
        Number::Complex { .. } => None,
    }
}

fn negative(value: &Value) -> Option<Value> {
    if let Some(number) = value.as_u64() {
        return i64::try_from(-i128::from(number)).ok().map(Value::from);
    }
    value
        .as_f64()
        .filter(|_| value.is_f64())
        .and_then(|number| serde_json::Number::from_f64(-number))
        .map(Value::Number)
}
