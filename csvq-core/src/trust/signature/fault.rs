//! The errors of signatures and keys, and texts of others shown harmlessly.

use std::io;
use std::path::Path;

use crate::error::{Context, Error, ErrorKind, Result};

/// Longer texts of others are cut in messages.
const LONGEST: usize = 200;

/// An error about a setting, by the path of its value.
pub(super) fn setting(field: impl Into<String>, message: impl Into<String>) -> Error {
    let context = Context { field: Some(field.into()), ..Context::default() };
    Error::new(ErrorKind::Config, message).with_context(context)
}

/// An error about a key that was handed in.
pub(super) fn key(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, message)
}

/// An error about a file.
pub(super) fn file(kind: ErrorKind, path: &Path, message: impl Into<String>) -> Error {
    Error::new(kind, message).with_context(place(path))
}

/// The error for what the system said about a file.
pub(super) fn system(path: &Path, what: &str, error: &io::Error) -> Error {
    file(ErrorKind::Io, path, format!("cannot {what}: {error}"))
}

/// The same result, whose error says which file it is about.
pub(super) fn about<T>(path: &Path, result: Result<T>) -> Result<T> {
    result.map_err(|error| error.with_context(place(path)))
}

fn place(path: &Path) -> Context {
    Context { input: Some(shown(&path.display().to_string())), ..Context::default() }
}

/// A text of others as it may stand in a message: without characters that drive a terminal, break a line or can't be
/// seen, and no longer than a few lines.
pub(super) fn shown(text: &str) -> String {
    let mut clean = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            clean.push('…');
            break;
        }
        if is_harmless(character) { clean.push(character) } else { clean.extend(character.escape_default()) }
    }
    clean
}

/// Whether a character can be seen, and changes nothing about others.
pub(super) fn is_harmless(character: char) -> bool {
    let hidden = matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !hidden && !character.is_control()
}

/// Bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value & 15), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// The 32 bytes that 64 hexadecimal digits stand for; in lower case, so that there is one way to write them.
pub(super) fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let mut value = 0;
        for digit in pair {
            value = value * 16
                + match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return None,
                };
        }
        *byte = value;
    }
    Some(bytes)
}
