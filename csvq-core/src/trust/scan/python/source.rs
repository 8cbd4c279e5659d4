//! What is seen of a Python file's text before it is parsed.

use super::super::found::Found;
use super::super::rules::Kind;
use super::super::words;
use super::Lines;

/// A line that is longer is not written by a person, nor by a formatter.
const LONG_LINE: usize = 10_000;

/// The text, where Python would read the same one.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line}: here are bytes that are no UTF-8")
    })?;
    if text.contains('\0') {
        return Err("there is a NUL in it".to_owned());
    }
    match text.split(['\n', '\r', '\x0c']).take(4).find_map(declared_encoding) {
        Some(encoding) if !is_utf8(encoding) => {
            Err(format!("it declares the encoding `{}`: only UTF-8 is looked at", words::word(encoding)))
        }
        _ => Ok(text),
    }
}

/// The encoding that a line declares, by PEP 263: a comment with `coding`, a `:` or `=`, and a name.
fn declared_encoding(line: &str) -> Option<&str> {
    let (_, comment) = line.split_once('#')?;
    let mut rest = comment;
    while let Some((_, after)) = rest.split_once("coding") {
        if let Some(name) = after.strip_prefix([':', '=']) {
            let name = name.trim_start_matches([' ', '\t']);
            let is_part = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
            let end = name.find(|character| !is_part(character)).unwrap_or(name.len());
            if end > 0 {
                return Some(&name[..end]);
            }
        }
        rest = after;
    }
    None
}

fn is_utf8(encoding: &str) -> bool {
    let name: String = encoding.to_ascii_lowercase().replace('_', "-");
    ["utf-8", "utf8", "utf-8-sig", "utf-8-unix", "utf-8-dos", "ascii", "us-ascii"].contains(&name.as_str())
}

/// Looks for what hides something from a person who reads it.
pub(super) fn look_at(text: &str, lines: &Lines, found: &mut Found<'_>) {
    for (at, character) in text.char_indices() {
        let is_odd_control = character.is_control() && !matches!(character, '\n' | '\r' | '\t' | '\x0c');
        if is_odd_control || words::is_invisible(character) {
            let name = format!("U+{:04X}", u32::from(character));
            for number in found.rules.of_name(Kind::PythonShape, "invisible_character") {
                found.add(number, &name, Some(lines.line(at)));
            }
        }
    }
    for (at, line) in text.lines().enumerate() {
        if line.len() > LONG_LINE {
            found.check(Kind::PythonShape, "long_line", Some(at as u64 + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], expected: Result<(), &str>) {
        match (text_of(text), expected) {
            (Ok(_), Ok(())) => {}
            (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn only_what_python_reads_as_utf8_is_read() {
        check(b"x = 1\n", Ok(()));
        check(b"\xef\xbb\xbfx = 1\n", Ok(()));
        check(b"#!/usr/bin/python\n# -*- coding: utf-8 -*-\n", Ok(()));
        check(b"# vim: set fileencoding=UTF_8 :\n", Ok(()));
        check(b"# the coding style: see below\n", Ok(()));
        check(b"# -*- coding: rot13 -*-\n", Err("`rot13`"));
        check(b"\n# coding=utf-7\n", Err("`utf-7`"));
        check(b"\r# encoding: latin-1\r", Err("`latin-1`"));
        check(b"x = '\xff'\n", Err("line 1: here are bytes"));
        check(b"x = 1\0\n", Err("NUL"));
    }
}
