//! The whole report as JSON, safe to put into a page.
//!
//! `<`, `>`, `&`, the two line separators of Unicode and every control character are written as escapes: the same
//! JSON to every reader, and no cell can end a script element, begin a comment or act on a terminal.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

pub(super) fn render<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    // The serializer writes a few bytes at a time.
    let mut buffered = BufWriter::new(out);
    write_value(value, PrettyFormatter::new(), &mut buffered)?;
    buffered.write_all(b"\n")?;
    buffered.into_inner()?;
    Ok(())
}

/// One object without a line break in it, its names in this order.
pub(super) fn write_object<'a, T: Serialize>(
    fields: impl Iterator<Item = (&'a str, T)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    struct Fields<I>(std::cell::Cell<Option<I>>);
    impl<'a, T: Serialize, I: Iterator<Item = (&'a str, T)>> Serialize for Fields<I> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.take().into_iter().flatten())
        }
    }
    write_line(&Fields(std::cell::Cell::new(Some(fields))), out)
}

/// One value without a line break in it.
pub(super) fn write_line<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    write_value(value, CompactFormatter, &mut *out)?;
    out.write_all(b"\n")
}

fn write_value<T: Serialize>(value: &T, formatter: impl Formatter, out: impl Write) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, PageSafe(formatter)))?)
}

/// Escapes in strings what means something in HTML or JavaScript; the rest is the inner formatter's.
struct PageSafe<F>(F);

impl<F: Formatter> Formatter for PageSafe<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if is_harmless(fragment) {
            return self.0.write_string_fragment(writer, fragment);
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(acts) {
            self.0.write_string_fragment(writer, &rest[..at])?;
            let mut characters = rest[at..].chars();
            if let Some(character) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(character))?;
            }
            rest = characters.as_str();
        }
        self.0.write_string_fragment(writer, rest)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_key(writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// Whether every character is of ASCII and none acts. Most cells are so, and this is seen many bytes at a time.
fn is_harmless(fragment: &str) -> bool {
    let harmless = |byte: u8| (b' '..=b'~').contains(&byte) & !matches!(byte, b'<' | b'>' | b'&');
    fragment.bytes().fold(true, |all, byte| all & harmless(byte))
}

fn acts(character: char) -> bool {
    matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}') || character.is_control()
}
