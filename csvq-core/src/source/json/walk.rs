//! One level of a JSON text at a time: an object's entries, an array's items, a string, each value as it is written.
//!
//! The grammar is `serde_json`'s. Values are handed out as raw text, because a number's type is settled only when all of
//! its column is known. What values mean is not known here.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// What is wrong with a text, and where.
#[derive(Debug)]
pub(super) struct Problem {
    /// The address of the byte: texts are handed on as slices of one record, which alone knows where it stands.
    address: usize,
    /// What is wrong, without a word of the text itself.
    pub(super) message: Cow<'static, str>,
}

impl Problem {
    /// A problem at a byte of a text.
    pub(super) fn at(text: &str, offset: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self { address: text.as_ptr().addr() + offset, message: message.into() }
    }

    /// Where in `record` it is, of which its text was a part.
    pub(super) fn offset_in(&self, record: &str) -> usize {
        self.address.saturating_sub(record.as_ptr().addr()).min(record.len())
    }
}

/// What is done with a value; it ends the walk by a problem.
type Visited = Result<(), Problem>;

/// Visits the entries of an object: the key, and the value as it is written.
pub(super) fn object<'a>(text: &'a str, visit: impl FnMut(Cow<'a, str>, &'a str) -> Visited) -> Visited {
    let mut walk = Walk { visit, problem: None };
    let mut json = serde_json::Deserializer::from_str(text);
    let result = json.deserialize_map(Entries(&mut walk)).and_then(|()| json.end());
    settle(text, result, walk.problem)
}

/// Visits the items of an array, as they are written.
pub(super) fn array<'a>(text: &'a str, visit: impl FnMut(&'a str) -> Visited) -> Visited {
    let mut walk = Walk { visit, problem: None };
    let mut json = serde_json::Deserializer::from_str(text);
    let result = json.deserialize_seq(Items(&mut walk)).and_then(|()| json.end());
    settle(text, result, walk.problem)
}

/// What a string says, of which `text` is the literal with its quotes.
pub(super) fn string(text: &str) -> Result<Cow<'_, str>, Problem> {
    match text.get(1..text.len().saturating_sub(1)) {
        Some(inner) if !text.contains('\\') => Ok(Cow::Borrowed(inner)),
        _ => serde_json::from_str(text).map(Cow::Owned).map_err(|error| problem(text, &error)),
    }
}

struct Walk<F> {
    visit: F,
    problem: Option<Problem>,
}

struct Entries<'w, F>(&'w mut Walk<F>);

impl<'de, F: FnMut(Cow<'de, str>, &'de str) -> Visited> Visitor<'de> for Entries<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            let value: &RawValue = map.next_value()?;
            if let Err(problem) = (self.0.visit)(key, value.get()) {
                self.0.problem = Some(problem);
                return Err(A::Error::custom("the walk was ended"));
            }
        }
        Ok(())
    }
}

struct Items<'w, F>(&'w mut Walk<F>);

impl<'de, F: FnMut(&'de str) -> Visited> Visitor<'de> for Items<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<&RawValue>()? {
            if let Err(problem) = (self.0.visit)(item.get()) {
                self.0.problem = Some(problem);
                return Err(A::Error::custom("the walk was ended"));
            }
        }
        Ok(())
    }
}

/// A key, borrowed from the text unless it has escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

fn settle(text: &str, result: serde_json::Result<()>, visited: Option<Problem>) -> Visited {
    match (visited, result) {
        (Some(problem), _) => Err(problem),
        (None, Err(error)) => Err(problem(text, &error)),
        (None, Ok(())) => Ok(()),
    }
}

fn problem(text: &str, error: &serde_json::Error) -> Problem {
    if error.is_eof() {
        let message =
            "the row is not complete: the input was cut short, or an object spans lines that are not in an array";
        return Problem::at(text, text.trim_end().len(), message);
    }
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let message = error.to_string();
    // The column counts the byte that is wrong, except in front of a control character.
    let counted = usize::from(!message.starts_with("control character"));
    let offset = (before + error.column().saturating_sub(counted)).min(text.len());
    if !error.is_syntax() {
        // Other messages than those on syntax quote the value.
        return Problem::at(text, offset, "the JSON is malformed: another kind of value is expected");
    }
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    Problem::at(text, offset, format!("the JSON is malformed: {what}"))
}
