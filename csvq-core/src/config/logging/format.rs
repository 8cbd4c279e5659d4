//! How a log line is written: Python's `%(asctime)s [%(levelname)s] %(message)s`.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::spec::suggest;

/// How log lines are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    text: String,
    pieces: Vec<Piece>,
    /// How times are written, as in C's `strftime`; Python's own way where that is not said.
    pub(super) date: Option<String>,
}

/// A part of a log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The same in every line.
    Text(String),
    /// What differs.
    Field {
        /// What it is.
        field: LogField,
        /// How many characters it takes at least.
        width: usize,
        /// Whether it stands at the left of them.
        left: bool,
    },
}

/// What a log line can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is Python's attribute of its name")]
pub enum LogField {
    Time,
    Level,
    Name,
    Message,
    Line,
    File,
    Path,
    Module,
    Process,
    ProcessName,
    Thread,
    ThreadName,
}

/// Their names, as Python has them.
const FIELDS: &[(&str, LogField)] = &[
    ("asctime", LogField::Time),
    ("levelname", LogField::Level),
    ("name", LogField::Name),
    ("message", LogField::Message),
    ("lineno", LogField::Line),
    ("filename", LogField::File),
    ("pathname", LogField::Path),
    ("module", LogField::Module),
    ("process", LogField::Process),
    ("processName", LogField::ProcessName),
    ("thread", LogField::Thread),
    ("threadName", LogField::ThreadName),
];

/// The widest that a field can be asked to be.
const WIDEST: usize = 200;

impl Format {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub(super) fn parse(text: &str, date: Option<String>) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            push_text(&mut pieces, before);
            if let Some(after) = after.strip_prefix('%') {
                push_text(&mut pieces, "%");
                rest = after;
                continue;
            }
            let (field, after) = field(after)?;
            pieces.push(field);
            rest = after;
        }
        push_text(&mut pieces, rest);
        Ok(Self { text: text.to_owned(), pieces, date })
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its parts, one after the other.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// How times are written, as in C's `strftime`, where that is said.
    #[must_use]
    pub fn date(&self) -> Option<&str> {
        self.date.as_deref()
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// A field after its `%`, and the text behind it.
fn field(text: &str) -> Result<(Piece, &str), String> {
    const FORM: &str = "write fields as `%(name)s`, and `%` alone as `%%`";
    let (name, after) = text.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or(FORM)?;
    let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) else {
        let names = || FIELDS.iter().map(|(name, _)| *name);
        return Err(match suggest(name, names()) {
            Some(near) => format!("there is no such field; did you mean `%({near})s`?"),
            None => format!("there is no such field; there are: {}", names().collect::<Vec<_>>().join(", ")),
        });
    };
    let (left, after) = after.strip_prefix('-').map_or((false, after), |after| (true, after));
    let end = after.find(|character: char| !character.is_ascii_digit()).ok_or(FORM)?;
    let (digits, after) = after.split_at(end);
    let width = if digits.is_empty() { Some(0) } else { digits.parse().ok().filter(|width| *width <= WIDEST) };
    let width = width.ok_or_else(|| format!("a field can be at most {WIDEST} characters wide"))?;
    let after = after.strip_prefix(['s', 'd']).ok_or(FORM)?;
    Ok((Piece::Field { field: *field, width, left }, after))
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", &self.text)?;
        if let Some(date) = &self.date {
            map.serialize_entry("datefmt", date)?;
        }
        map.end()
    }
}
