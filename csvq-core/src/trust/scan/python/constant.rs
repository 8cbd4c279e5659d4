//! Texts that are put together of parts that never change: `"__glo" + "bals__"`, `"".join(["o", "s"])`, `"metsys"[::-1]`.

use ruff_python_ast::{Expr, ExprCall, ExprSubscript, InterpolatedStringElement, Operator};

/// Longer texts are no names.
const LONGEST: usize = 4096;
/// So many parts are put together.
const MOST: usize = 2_500;

/// The text that an expression always is.
pub(super) fn text(expression: &Expr) -> Option<String> {
    let mut text = String::new();
    let mut left = MOST;
    put(expression, &mut text, &mut left)?;
    Some(text)
}

fn put(expression: &Expr, text: &mut String, left: &mut usize) -> Option<()> {
    *left = left.checked_sub(1)?;
    if text.len() > LONGEST {
        return None;
    }
    match expression {
        Expr::StringLiteral(literal) if literal.value.len() <= LONGEST => text.push_str(literal.value.to_str()),
        Expr::BytesLiteral(literal) if literal.value.len() <= LONGEST => {
            text.extend(literal.value.bytes().map(char::from));
        }
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            put(&sum.left, text, left)?;
            put(&sum.right, text, left)?;
        }
        Expr::FString(string) => {
            for element in string.value.elements() {
                match element {
                    InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                    InterpolatedStringElement::Interpolation(inner) => put(&inner.expression, text, left)?,
                }
            }
            // Where an ordinary text stands beside it, the order of all is not told.
            if string.value.literals().next().is_some() {
                return None;
            }
        }
        Expr::Call(call) => put_call(call, text, left)?,
        Expr::Subscript(subscript) => put_reversed(subscript, text, left)?,
        _ => return None,
    }
    Some(())
}

fn put_call(call: &ExprCall, text: &mut String, left: &mut usize) -> Option<()> {
    match &*call.func {
        Expr::Name(name) if name.id == "chr" => {
            let Expr::NumberLiteral(number) = call.arguments.find_positional(0)? else { return None };
            let number = number.value.as_int()?.as_i64().and_then(|number| u32::try_from(number).ok());
            text.push(char::from_u32(number?)?);
        }
        Expr::Attribute(method) => {
            let mut own = String::new();
            put(&method.value, &mut own, left)?;
            match method.attr.as_str() {
                "join" => {
                    let (Expr::List(parts), mut first) = (call.arguments.find_positional(0)?, true) else {
                        return None;
                    };
                    for part in &parts.elts {
                        if !std::mem::take(&mut first) {
                            text.push_str(&own);
                        }
                        put(part, text, left)?;
                    }
                }
                "lower" => text.push_str(&own.to_lowercase()),
                "decode" | "strip" | "encode" => text.push_str(&own),
                "replace" => {
                    let (mut from, mut to) = (String::new(), String::new());
                    put(call.arguments.find_positional(0)?, &mut from, left)?;
                    put(call.arguments.find_positional(1)?, &mut to, left)?;
                    if from.is_empty() || to.len() > from.len() {
                        return None;
                    }
                    text.push_str(&own.replace(&from, &to));
                }
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

/// `[::-1]`
fn put_reversed(subscript: &ExprSubscript, text: &mut String, left: &mut usize) -> Option<()> {
    let Expr::Slice(slice) = &*subscript.slice else { return None };
    let Some(Expr::UnaryOp(step)) = slice.step.as_deref() else { return None };
    if slice.lower.is_some() || slice.upper.is_some() || !matches!(&*step.operand, Expr::NumberLiteral(_)) {
        return None;
    }
    let mut own = String::new();
    put(&subscript.value, &mut own, left)?;
    text.extend(own.chars().rev());
    Some(())
}
