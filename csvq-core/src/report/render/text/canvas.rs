//! Lines of styled text, and the one place that writes them: cut to the width, free of control characters.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::cell::escape_controls;

/// A line in pieces, each with its style.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pieces: Vec<(Style, String)>,
}

impl Line {
    pub(super) fn plain(text: &str) -> Self {
        Self::styled(Style::new(), text)
    }

    pub(super) fn styled(style: Style, text: &str) -> Self {
        Self::default().and(style, text)
    }

    /// The line with a piece more.
    pub(super) fn and(mut self, style: Style, text: &str) -> Self {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some((last, before)) if *last == style => before.push_str(text),
            _ => self.pieces.push((style, text.to_owned())),
        }
        self
    }

    /// The line with another one behind it.
    pub(super) fn join(self, line: Line) -> Self {
        line.pieces.iter().fold(self, |joined, (style, text)| joined.and(*style, text))
    }

    /// The line with spaces behind it, or before it.
    pub(super) fn padded(self, width: usize, right_aligned: bool) -> Self {
        let space = Line::plain(&" ".repeat(width.saturating_sub(self.width())));
        if right_aligned { space.join(self) } else { self.join(space) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub(super) fn width(&self) -> usize {
        self.text().width()
    }

    fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// The line in at most so many columns.
    fn fitted(mut self, width: usize) -> Self {
        if self.width() > width {
            // Characters are given back until what is left fits: a sequence may be wider or narrower than its parts.
            let room = width.saturating_sub(1);
            let mut used = 0;
            for (_, text) in &mut self.pieces {
                let end = text.char_indices().find_map(|(index, character)| {
                    used += character.width().unwrap_or(0);
                    (used > room).then_some(index)
                });
                text.truncate(end.unwrap_or(text.len()));
            }
            while self.width() > room && self.pop() {}
            if width > 0 {
                self.pieces.push((Style::new(), "…".to_owned()));
            }
        }
        self
    }

    /// The line without spaces at its end.
    fn trimmed(mut self) -> Self {
        while let Some((_, text)) = self.pieces.last_mut() {
            text.truncate(text.trim_end_matches(' ').len());
            if !text.is_empty() {
                break;
            }
            self.pieces.pop();
        }
        self
    }

    /// Takes the last character away; false where there is none.
    fn pop(&mut self) -> bool {
        while let Some((_, text)) = self.pieces.last_mut() {
            if text.pop().is_some() {
                return true;
            }
            self.pieces.pop();
        }
        false
    }
}

/// Where text is drawn.
pub(super) struct Canvas<'a> {
    out: &'a mut dyn Write,
    width: usize,
    colour: bool,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(out: &'a mut dyn Write, width: usize, colour: bool) -> Self {
        Self { out, width, colour }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Writes a line, cut where it is too wide.
    pub(super) fn line(&mut self, mut line: Line) -> io::Result<()> {
        for (_, text) in &mut line.pieces {
            if text.contains(char::is_control) {
                *text = escape_controls(text);
            }
        }
        for (style, text) in line.trimmed().fitted(self.width).pieces {
            if self.colour && style != Style::new() {
                write!(self.out, "{style}{text}{style:#}")?;
            } else {
                self.out.write_all(text.as_bytes())?;
            }
        }
        self.out.write_all(b"\n")
    }

    /// Writes a heading with an empty line before it.
    pub(super) fn heading(&mut self, line: Line) -> io::Result<()> {
        self.blank()?;
        self.line(line)
    }

    /// Writes words, going on in the next line where they don't fit.
    pub(super) fn paragraph(&mut self, words: Line) -> io::Result<()> {
        self.wrapped("", words)
    }

    /// As [`Canvas::paragraph`] with an indent, a larger one from the second line on.
    pub(super) fn wrapped(&mut self, indent: &str, words: Line) -> io::Result<()> {
        let hanging = if indent.is_empty() { String::new() } else { format!("{indent}  ") };
        let room = self.width.saturating_sub(hanging.width()).max(1);
        let mut line = Line::plain(indent);
        let mut used = 0;
        for (style, text) in words.pieces {
            let text = escape_controls(&text);
            for word in text.split_inclusive(' ').flat_map(|word| broken(word, room)) {
                if used + word.trim_end().width() > room && used > 0 {
                    self.line(std::mem::replace(&mut line, Line::plain(&hanging)))?;
                    used = 0;
                }
                line = line.and(style, word);
                used += word.width();
            }
        }
        self.line(line)
    }
}

/// A word in pieces of at most so many columns: a path in a message is broken, not cut.
fn broken(word: &str, width: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while rest.trim_end().width() > width {
        let mut used = 0;
        let end = rest.char_indices().find_map(|(index, character)| {
            used += character.width().unwrap_or(0);
            (used > width && index > 0).then_some(index)
        });
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}
