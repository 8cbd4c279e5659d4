//! JSON text as values that know where they stand, for errors that say so; and one document laid over another.

use std::path::{Path, PathBuf};

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Map, Number, Value};

use super::file;
use super::path::{SettingPath, Step};
use crate::error::{Context, Error, ErrorKind, Result};

/// Strictly JSON, as every other tool reads it.
pub(super) const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
};

/// A value, and the place of its first byte.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Which of the documents it stands in.
    document: usize,
    at: usize,
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of the text; the place of a name is that of the entry.
    Object(Vec<Entry>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    document: usize,
    at: usize,
    pub(super) value: Node,
}

/// Texts that were read, each laid over those before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    texts: Vec<(PathBuf, String)>,
}

impl Documents {
    /// Reads one more text.
    pub(super) fn parse(&mut self, path: &Path, text: String) -> Result<Node> {
        // This reader is the strict one, with a bound on depth; the other one knows places.
        if let Err(error) = serde_json::from_str::<Value>(&text) {
            return Err(malformed(path, &text, &error));
        }
        let document = self.texts.len();
        let parsed = parse_to_ast(&text, &CollectOptions::default(), &STRICT);
        let node = match &parsed {
            Ok(parsed) => parsed.value.as_ref().map(|value| node(document, value)),
            Err(_) => None,
        };
        let node =
            node.ok_or_else(|| Error::new(ErrorKind::Config, "this is no JSON").with_context(file::place(path)))?;
        drop(parsed);
        self.texts.push((path.to_owned(), text));
        refuse_repeated(self, &node, &SettingPath::default())?;
        Ok(node)
    }

    /// The files that were read, in their order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.texts.iter().map(|(path, _)| path.as_path())
    }

    /// An error about a value.
    pub(super) fn fault(&self, node: &Node, path: &SettingPath, message: impl Into<String>) -> Error {
        self.fault_at(node.document, node.at, path, message)
    }

    /// An error about the name of an entry.
    pub(super) fn fault_of(&self, entry: &Entry, path: &SettingPath, message: impl Into<String>) -> Error {
        self.fault_at(entry.document, entry.at, path, message)
    }

    /// An error about the value that a path leads to, or the last one on the way to it that is there.
    pub(super) fn fault_on(&self, root: &Node, path: &SettingPath, message: impl Into<String>) -> Error {
        let mut node = root;
        for step in &path.0 {
            let Some(inner) = node.step(step) else { break };
            node = inner;
        }
        self.fault(node, path, message)
    }

    fn fault_at(&self, document: usize, at: usize, path: &SettingPath, message: impl Into<String>) -> Error {
        let field = Some(path.to_string()).filter(|path| !path.is_empty());
        let mut context = Context { field, ..Context::default() };
        if let Some((path, text)) = self.texts.get(document) {
            context.input = Some(path.display().to_string());
            context.line = text.as_bytes().get(..at).map(line_after);
        }
        Error::new(ErrorKind::Config, message).with_context(context)
    }
}

impl Node {
    /// An object without entries, which stands in the first document.
    pub(super) fn empty() -> Self {
        Self { document: 0, at: 0, content: Content::Object(Vec::new()) }
    }

    /// What kind of value it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Null => "null",
            Content::Bool(_) => "true or false",
            Content::Number(_) => "a number",
            Content::Text(_) => "a string",
            Content::List(_) => "a list",
            Content::Object(_) => "an object",
        }
    }

    /// The value of a name, where this is an object that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let Content::Object(entries) = &self.content else { return None };
        entries.iter().find(|entry| entry.name == name).map(|entry| &entry.value)
    }

    pub(super) fn step(&self, step: &Step) -> Option<&Node> {
        match (step, &self.content) {
            (Step::Name(name), _) => self.get(name),
            (Step::Index(index), Content::List(items)) => items.get(*index),
            _ => None,
        }
    }

    /// Whether this, laid over another, hides all that the other has at a path.
    pub(super) fn hides(&self, path: &SettingPath) -> bool {
        let mut node = self;
        for step in &path.0 {
            match node.step(step) {
                Some(inner) => node = inner,
                None => break,
            }
        }
        !matches!(node.content, Content::Object(_))
    }

    /// The value without its places.
    pub(super) fn value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(items) => items.iter().map(Node::value).collect(),
            Content::Object(entries) => {
                let entries = entries.iter().map(|entry| (entry.name.clone(), entry.value.value()));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    /// This value with another laid over it: objects are joined name by name, anything else gives way.
    pub(super) fn under(self, over: Node) -> Node {
        let (document, at) = (over.document, over.at);
        match (self.content, over.content) {
            (Content::Object(mut below), Content::Object(above)) => {
                for entry in above {
                    match below.iter_mut().find(|other| other.name == entry.name) {
                        Some(other) => {
                            let hidden = std::mem::replace(&mut other.value, Node::empty());
                            *other = Entry { value: hidden.under(entry.value), ..entry };
                        }
                        None => below.push(entry),
                    }
                }
                Node { document, at, content: Content::Object(below) }
            }
            (_, content) => Node { document, at, content },
        }
    }
}

fn node(document: usize, value: &ast::Value<'_>) -> Node {
    let content = match value {
        ast::Value::NullKeyword(_) => Content::Null,
        ast::Value::BooleanLit(literal) => Content::Bool(literal.value),
        // What is no finite number, such as 1e999, was refused before it came here.
        ast::Value::NumberLit(literal) => serde_json::from_str(literal.value).map_or(Content::Null, Content::Number),
        ast::Value::StringLit(literal) => Content::Text(literal.value.to_string()),
        ast::Value::Array(list) => Content::List(list.elements.iter().map(|item| node(document, item)).collect()),
        ast::Value::Object(object) => Content::Object(
            object
                .properties
                .iter()
                .map(|property| Entry {
                    name: property.name.as_str().to_owned(),
                    document,
                    at: property.range().start,
                    value: node(document, &property.value),
                })
                .collect(),
        ),
    };
    Node { document, at: value.range().start, content }
}

/// Other readers keep the first or the last of two: it must not depend on the reader what is set.
fn refuse_repeated(documents: &Documents, node: &Node, path: &SettingPath) -> Result<()> {
    match &node.content {
        Content::Object(entries) => {
            let mut seen = std::collections::HashSet::new();
            for entry in entries {
                let path = path.name(&entry.name);
                if !seen.insert(entry.name.as_str()) {
                    return Err(documents.fault_of(entry, &path, "this name is there twice: remove one of the two"));
                }
                refuse_repeated(documents, &entry.value, &path)?;
            }
            Ok(())
        }
        Content::List(items) => {
            items.iter().enumerate().try_for_each(|(at, item)| refuse_repeated(documents, item, &path.index(at)))
        }
        _ => Ok(()),
    }
}

/// The error for what the reader of JSON said. Its words about syntax never quote the text.
fn malformed(path: &Path, text: &str, error: &serde_json::Error) -> Error {
    let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
    let context = Context { line, ..file::place(path) };
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    let message = match text {
        _ if text.starts_with('\u{feff}') => {
            "the file begins with a byte order mark: save it as UTF-8 without one".to_owned()
        }
        _ if text.trim().is_empty() => "the file is empty: write at least `{}`".to_owned(),
        _ => format!("this is no JSON: {words} (column {})", error.column()),
    };
    Error::new(ErrorKind::Config, message).with_context(context)
}

fn line_after(before: &[u8]) -> u64 {
    before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1
}
