//! What a file is, by its first bytes and its name.

use super::file;

/// As how a file has to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Native,
    Python,
    Data,
}

/// Tells it. What is machine code by its content is that whatever its name is.
pub(super) fn sort_of(path: &str, head: &[u8]) -> Sort {
    match () {
        () if is_native(head) => Sort::Native,
        () if is_python(path) => Sort::Python,
        () => Sort::Data,
    }
}

fn is_native(head: &[u8]) -> bool {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => true,
        // Texts may begin with these two letters.
        [b'M', b'Z', ..] => is_portable_executable(head),
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => true,
        // Classes of Java begin the same, but no fat file has so many architectures as they have versions.
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, count, ..] => *count < 40,
        _ => false,
    }
}

fn is_portable_executable(head: &[u8]) -> bool {
    let at = head.get(0x3c..0x40).and_then(|at| at.try_into().ok()).map(u32::from_le_bytes);
    let at = at.and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| head.get(at..)).is_some_and(|header| header.starts_with(b"PE\0\0"))
}

fn is_python(path: &str) -> bool {
    has_ending(path, &[".py", ".pyw", ".pyi"])
}

/// Whether a name is one of a library: `.so`, `.so.1`, `.dylib`, `.dll`, `.pyd`.
pub(super) fn is_library_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    has_ending(&name, &[".so", ".dylib", ".dll", ".pyd"]) || name.contains(".so.")
}

fn has_ending(path: &str, endings: &[&str]) -> bool {
    let path = path.to_ascii_lowercase();
    endings.iter().any(|ending| path.ends_with(ending))
}

/// What kinds of content a file has by its first bytes, by the names that rules of kind `file_content` know.
pub(super) fn contents(path: &str, head: &[u8], sort: Sort) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (name, at, magic) in MAGICS {
        if head.get(*at..).is_some_and(|bytes| bytes.starts_with(magic)) && !found.contains(name) {
            found.push(name);
        }
    }
    match sort {
        Sort::Native if !is_library_name(path) => found.push("disguised_library"),
        Sort::Data if is_library_name(path) => found.push("no_library"),
        // A line of Python may begin with `#!`, too.
        Sort::Data if head.starts_with(b"#!") => found.push("script"),
        _ => {}
    }
    if is_bytecode(head) {
        found.push("bytecode");
    }
    if is_java(head) {
        found.push("bytecode");
    }
    if is_pickle(head) {
        found.push("pickle");
    }
    if head.starts_with(b"\x93NUMPY") && head.windows(3).take(256).any(|bytes| bytes == b"'|O" || bytes == b"\"|O") {
        found.push("pickle");
    }
    found
}

/// Every name that [`contents`] and [`has_zip_at_end`] stand for.
pub(super) const CONTENTS: &[&str] =
    &["archive", "bytecode", "disguised_library", "no_library", "package", "pickle", "script", "shortcut"];

const MAGICS: &[(&str, usize, &[u8])] = &[
    ("archive", 0, b"PK\x03\x04"),
    ("archive", 0, b"PK\x05\x06"),
    ("archive", 0, b"\x1f\x8b\x08"),
    ("archive", 0, b"BZh"),
    ("archive", 0, b"\xfd7zXZ\0"),
    ("archive", 0, b"\x28\xb5\x2f\xfd"),
    ("archive", 0, b"\x04\x22\x4d\x18"),
    ("archive", 0, b"7z\xbc\xaf\x27\x1c"),
    ("archive", 0, b"Rar!\x1a\x07"),
    ("archive", 0, b"MSCF\0\0\0\0"),
    ("archive", 0, b"!<arch>\n"),
    ("archive", 0, b"!<thin>\n"),
    ("archive", 0, b"070701"),
    ("archive", 0, b"070702"),
    ("archive", 0, b"hsqs"),
    ("archive", 257, b"ustar"),
    ("bytecode", 0, b"\0asm"),
    ("bytecode", 0, b"\x1bLua"),
    ("bytecode", 0, b"BC\xc0\xde"),
    ("package", 0, b"\xed\xab\xee\xdb"),
    ("shortcut", 0, b"L\0\0\0\x01\x14\x02\0"),
    ("shortcut", 0, b"[Desktop Entry]"),
];

/// Python's: two bytes of version, a carriage return and a line feed, and flags of which few are in use.
fn is_bytecode(head: &[u8]) -> bool {
    matches!(head, [_, 0x0c..=0x0f, b'\r', b'\n', 0..=3, 0, 0, 0, ..])
}

fn is_java(head: &[u8]) -> bool {
    matches!(head, [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, count, ..] if *count >= 40)
}

/// A protocol that is in use, and then what such a stream can begin with.
fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, b'c' | b'(' | b']' | b'}' | b'K' | b'X' | 0x8c | 0x95 | b')' | b'J' | b'M' | b'G', ..])
}

/// Whether a zip ends here, with whatever in front of it.
pub(super) fn has_zip_at_end(tail: &[u8]) -> bool {
    const END: usize = 22;
    let Some(last) = tail.len().checked_sub(END) else { return false };
    (0..=last).rev().take(file::TAIL).any(|at| match tail.get(at..) {
        Some(end) if end.starts_with(b"PK\x05\x06") => {
            let comment = usize::from(end[20]) | usize::from(end[21]) << 8;
            end.len() == END + comment
        }
        _ => false,
    })
}
