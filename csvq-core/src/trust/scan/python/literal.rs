//! Texts and numbers that stand in the code: whether they look like something that is packed.

use ruff_python_ast::{Expr, Number};

use super::super::entropy::bits_per_byte;

/// A text that is longer belongs in a file of its own.
const LONG: usize = 32 * 1024;
/// A run without a blank that is longer is no word.
const RUN: usize = 256;
/// Words have less than 4.5 bits a byte, base64 about 6.
const ENCODED: f64 = 5.0;
/// Digits in hexadecimal have up to 4 bits a byte: a longer run than any digest has.
const DIGITS: usize = 512;
/// Bytes that nobody can read.
const UNREADABLE: f64 = 6.0;
/// More numbers of one byte each than a table of all bytes has.
const NUMBERS: usize = 600;

/// The names of the shapes that a text has.
pub(super) fn shapes_of_text(text: &str) -> Vec<&'static str> {
    let mut shapes = Vec::new();
    if text.len() > LONG {
        shapes.push("long_text");
    }
    if text.split_ascii_whitespace().any(|run| is_encoded(run.as_bytes())) {
        shapes.push("encoded_text");
    }
    shapes
}

/// The names of the shapes that bytes have.
pub(super) fn shapes_of_bytes(bytes: &[u8]) -> Vec<&'static str> {
    let mut shapes = Vec::new();
    if bytes.len() > LONG {
        shapes.push("long_text");
    }
    let unreadable = bytes.len() >= RUN && bits_per_byte(bytes) > UNREADABLE;
    if unreadable || bytes.split(u8::is_ascii_whitespace).any(is_encoded) {
        shapes.push("encoded_text");
    }
    shapes
}

fn is_encoded(run: &[u8]) -> bool {
    if run.len() < RUN {
        return false;
    }
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'\\' | b'x' | b'X');
    if run.len() >= DIGITS && run.iter().all(is_digit) && bits_per_byte(run) > 2.0 {
        return true;
    }
    // Bits a byte of a run are bounded by its length: long ones have all letters of their alphabet.
    run.is_ascii() && bits_per_byte(run) > ENCODED
}

/// Whether a list is one of bytes, written as numbers.
pub(super) fn is_bytes(elements: &[Expr]) -> bool {
    let is_byte = |element: &Expr| match element {
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(number) => number.as_u8().is_some(),
            _ => false,
        },
        _ => false,
    };
    elements.len() >= NUMBERS && elements.iter().all(is_byte)
}
