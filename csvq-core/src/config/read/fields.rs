//! Reading one value as what it has to be; an error says where it stands and what it should be.

use serde_json::Number;

use super::super::document::{Content, Documents, Entry, Node};
use super::super::path::SettingPath;
use crate::error::{Error, Result};
use crate::spec::suggest;

/// A value that is read, and the way to it.
pub(super) struct Reader<'a> {
    documents: &'a Documents,
    node: &'a Node,
    path: SettingPath,
}

/// An object that is read.
pub(super) struct Fields<'a> {
    reader: Reader<'a>,
    entries: &'a [Entry],
}

impl<'a> Reader<'a> {
    pub(super) fn root(documents: &'a Documents, node: &'a Node) -> Self {
        Self { documents, node, path: SettingPath::default() }
    }

    fn at(&self, node: &'a Node, path: SettingPath) -> Self {
        Self { documents: self.documents, node, path }
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Error {
        self.documents.fault(self.node, &self.path, message)
    }

    fn wrong(&self, expected: &str) -> Error {
        self.fault(format!("expected {expected}, and this is {}", self.node.kind()))
    }

    /// An object that has no other names than these.
    pub(super) fn fields(&self, known: &[&str]) -> Result<Fields<'a>> {
        let fields = self.any_fields()?;
        match fields.entries.iter().find(|entry| !known.contains(&entry.name.as_str())) {
            None => Ok(fields),
            Some(entry) => {
                let advice = match suggest(&entry.name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are: {}", known.join(", ")),
                };
                let message = format!("there is no such setting; {advice}");
                Err(self.documents.fault_of(entry, &self.path.name(&entry.name), message))
            }
        }
    }

    /// An object with any names.
    pub(super) fn any_fields(&self) -> Result<Fields<'a>> {
        let Content::Object(entries) = &self.node.content else { return Err(self.wrong("an object")) };
        Ok(Fields { reader: self.at(self.node, self.path.clone()), entries })
    }

    /// The entries of an object with any names.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Reader<'a>)>> {
        let fields = self.any_fields()?;
        let entry = |entry: &'a Entry| (entry.name.as_str(), self.at(&entry.value, self.path.name(&entry.name)));
        Ok(fields.entries.iter().map(entry).collect())
    }

    pub(super) fn items(&self) -> Result<Vec<Reader<'a>>> {
        let Content::List(items) = &self.node.content else { return Err(self.wrong("a list")) };
        Ok(items.iter().enumerate().map(|(index, item)| self.at(item, self.path.index(index))).collect())
    }

    pub(super) fn truth(&self) -> Result<bool> {
        match self.node.content {
            Content::Bool(value) => Ok(value),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A string that is not empty.
    pub(super) fn text(&self) -> Result<String> {
        match &self.node.content {
            Content::Text(text) if text.trim().is_empty() => Err(self.fault("this can't be empty")),
            Content::Text(text) => Ok(text.clone()),
            _ => Err(self.wrong("a string")),
        }
    }

    pub(super) fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T> {
        let names = || choices.iter().map(|(name, _)| *name);
        let all = || names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let Content::Text(text) = &self.node.content else { return Err(self.wrong(&format!("one of {}", all()))) };
        choices.iter().find(|(name, _)| name == text).map(|(_, choice)| *choice).ok_or_else(|| {
            let advice = suggest(text, names()).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            self.fault(format!("expected one of {}{advice}", all()))
        })
    }

    /// A whole number within bounds.
    pub(super) fn whole(&self, least: u64, most: u64) -> Result<u64> {
        let Content::Number(number) = &self.node.content else { return Err(self.wrong("a whole number")) };
        whole(number)
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.fault(format!("expected a whole number from {least} to {most}")))
    }

    /// A number within bounds.
    pub(super) fn number(&self, least: f64, most: f64) -> Result<f64> {
        let Content::Number(number) = &self.node.content else { return Err(self.wrong("a number")) };
        number
            .as_f64()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.fault(format!("expected a number from {least} to {most}")))
    }

    pub(super) fn or_null<T>(&self, read: impl Fn(&Self) -> Result<T>) -> Result<Option<T>> {
        if self.node.content == Content::Null { Ok(None) } else { read(self).map(Some) }
    }
}

impl<'a> Fields<'a> {
    /// The value of a name, where it is there.
    pub(super) fn get<T>(&self, name: &str, read: impl FnOnce(&Reader<'a>) -> Result<T>) -> Result<Option<T>> {
        self.reader(name).map(|reader| read(&reader)).transpose()
    }

    /// The value of a name that has to be there.
    pub(super) fn require<T>(&self, name: &str, read: impl FnOnce(&Reader<'a>) -> Result<T>) -> Result<T> {
        match self.reader(name) {
            Some(reader) => read(&reader),
            None => Err(self.reader.fault(format!("`{name}` is missing here"))),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.reader(name).is_some()
    }

    /// The names with their values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.entries.iter().map(|entry| (entry.name.as_str(), &entry.value))
    }

    fn reader(&self, name: &str) -> Option<Reader<'a>> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        Some(self.reader.at(&entry.value, self.reader.path.name(name)))
    }
}

/// A number that is whole, however it is written: 4.0 is 4, as JSON Schema has it.
fn whole(number: &Number) -> Option<u64> {
    let exact = |number: f64| number.fract() == 0.0 && (0.0..9e15).contains(&number);
    number.as_u64().or_else(|| number.as_f64().filter(|number| exact(*number)).map(|number| number as u64))
}
