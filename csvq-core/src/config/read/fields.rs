//! Reading one value as what it has to be; an error says where it stands and what it should be.

use serde_json::{Number, Value};

use super::super::document::{Content, Documents, Entry, Node};
use super::super::path::SettingPath;
use crate::error::{Error, Result};
use crate::spec::suggest;

/// A value that is read, and the way to it.
pub(in crate::config) struct Reader<'a> {
    documents: &'a Documents,
    node: &'a Node,
    path: SettingPath,
}

/// An object that is read.
pub(in crate::config) struct Fields<'a> {
    reader: Reader<'a>,
    entries: &'a [Entry],
}

impl<'a> Reader<'a> {
    pub(in crate::config) fn root(documents: &'a Documents, node: &'a Node) -> Self {
        Self { documents, node, path: SettingPath::default() }
    }

    fn at(&self, node: &'a Node, path: SettingPath) -> Self {
        Self { documents: self.documents, node, path }
    }

    pub(in crate::config) fn fault(&self, message: impl Into<String>) -> Error {
        self.documents.fault(self.node, &self.path, message)
    }

    fn wrong(&self, expected: &str) -> Error {
        self.fault(format!("expected {expected}, and this is {}", self.node.kind()))
    }

    /// An object that has no other names than these.
    pub(in crate::config) fn fields(&self, known: &[&str]) -> Result<Fields<'a>> {
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
    pub(in crate::config) fn any_fields(&self) -> Result<Fields<'a>> {
        let Content::Object(entries) = &self.node.content else { return Err(self.wrong("an object")) };
        Ok(Fields { reader: self.at(self.node, self.path.clone()), entries })
    }

    pub(in crate::config) fn is_text(&self) -> bool {
        matches!(self.node.content, Content::Text(_))
    }

    /// The value without its places.
    pub(in crate::config) fn value(&self) -> Value {
        self.node.value()
    }

    /// The first string in it that is such a one.
    pub(in crate::config) fn find_text(&self, is_sought: &dyn Fn(&str) -> bool) -> Option<Reader<'a>> {
        match &self.node.content {
            Content::Text(text) if is_sought(text) => Some(self.at(self.node, self.path.clone())),
            Content::List(items) => {
                let mut items = items.iter().enumerate();
                items.find_map(|(index, item)| self.at(item, self.path.index(index)).find_text(is_sought))
            }
            Content::Object(entries) => {
                let mut entries = entries.iter();
                entries.find_map(|entry| self.at(&entry.value, self.path.name(&entry.name)).find_text(is_sought))
            }
            _ => None,
        }
    }

    /// The entries of an object with any names.
    pub(in crate::config) fn entries(&self) -> Result<Vec<(&'a str, Reader<'a>)>> {
        let fields = self.any_fields()?;
        let entry = |entry: &'a Entry| (entry.name.as_str(), self.at(&entry.value, self.path.name(&entry.name)));
        Ok(fields.entries.iter().map(entry).collect())
    }

    pub(in crate::config) fn items(&self) -> Result<Vec<Reader<'a>>> {
        let Content::List(items) = &self.node.content else { return Err(self.wrong("a list")) };
        Ok(items.iter().enumerate().map(|(index, item)| self.at(item, self.path.index(index))).collect())
    }

    pub(in crate::config) fn truth(&self) -> Result<bool> {
        match self.node.content {
            Content::Bool(value) => Ok(value),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A string that is not empty.
    pub(in crate::config) fn text(&self) -> Result<String> {
        match &self.node.content {
            Content::Text(text) if text.trim().is_empty() => Err(self.fault("this can't be empty")),
            Content::Text(text) => Ok(text.clone()),
            _ => Err(self.wrong("a string")),
        }
    }

    /// A string of at most so many characters, none of which is a control or invisible character.
    pub(in crate::config) fn line(&self, longest: usize) -> Result<String> {
        let text = self.text()?;
        if text.chars().any(is_hidden) {
            return Err(self.fault("control and invisible characters can't be here"));
        }
        if text.chars().count() > longest {
            return Err(self.fault(format!("this is longer than {longest} characters")));
        }
        Ok(text)
    }

    /// A list whose values are read one by one, no two of which are the same.
    pub(in crate::config) fn each<T: PartialEq>(&self, read: impl Fn(&Reader<'a>) -> Result<T>) -> Result<Vec<T>> {
        let mut values = Vec::new();
        for item in self.items()? {
            let value = read(&item)?;
            if values.contains(&value) {
                return Err(item.fault("this is there twice: remove one of the two"));
            }
            values.push(value);
        }
        Ok(values)
    }

    pub(in crate::config) fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T> {
        let names = || choices.iter().map(|(name, _)| *name);
        let all = || names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let Content::Text(text) = &self.node.content else { return Err(self.wrong(&format!("one of {}", all()))) };
        choices.iter().find(|(name, _)| name == text).map(|(_, choice)| *choice).ok_or_else(|| {
            let advice = suggest(text, names()).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            self.fault(format!("expected one of {}{advice}", all()))
        })
    }

    /// A whole number within bounds.
    pub(in crate::config) fn whole(&self, least: u64, most: u64) -> Result<u64> {
        let Content::Number(number) = &self.node.content else { return Err(self.wrong("a whole number")) };
        whole(number)
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.fault(format!("expected a whole number from {least} to {most}")))
    }

    /// A number within bounds.
    pub(in crate::config) fn number(&self, least: f64, most: f64) -> Result<f64> {
        let Content::Number(number) = &self.node.content else { return Err(self.wrong("a number")) };
        number
            .as_f64()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.fault(format!("expected a number from {least} to {most}")))
    }

    pub(in crate::config) fn or_null<T>(&self, read: impl Fn(&Self) -> Result<T>) -> Result<Option<T>> {
        if self.node.content == Content::Null { Ok(None) } else { read(self).map(Some) }
    }
}

impl<'a> Fields<'a> {
    /// The value of a name, where it is there.
    pub(in crate::config) fn get<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Reader<'a>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.reader(name).map(|reader| read(&reader)).transpose()
    }

    /// The value of a name that has to be there.
    pub(in crate::config) fn require<T>(&self, name: &str, read: impl FnOnce(&Reader<'a>) -> Result<T>) -> Result<T> {
        match self.reader(name) {
            Some(reader) => read(&reader),
            None => Err(self.reader.fault(format!("`{name}` is missing here"))),
        }
    }

    /// The value of a name, or what holds where it is not there.
    pub(in crate::config) fn or<T>(
        &self,
        name: &str,
        default: T,
        read: impl FnOnce(&Reader<'a>) -> Result<T>,
    ) -> Result<T> {
        Ok(self.get(name, read)?.unwrap_or(default))
    }

    /// An error about the value of a name, or about the whole where it is not there.
    pub(in crate::config) fn fault_of(&self, name: &str, message: impl Into<String>) -> Error {
        match self.reader(name) {
            Some(reader) => reader.fault(message),
            None => self.reader.fault(message),
        }
    }

    pub(in crate::config) fn has(&self, name: &str) -> bool {
        self.reader(name).is_some()
    }

    /// The names with their values.
    pub(in crate::config) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.entries.iter().map(|entry| (entry.name.as_str(), &entry.value))
    }

    fn reader(&self, name: &str) -> Option<Reader<'a>> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        Some(self.reader.at(&entry.value, self.reader.path.name(name)))
    }
}

/// Characters that drive a terminal, break a line or change the direction of text, or that nobody sees.
pub(in crate::config) fn is_hidden(character: char) -> bool {
    let invisible = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    character.is_control() || invisible
}

/// A number that is whole, however it is written: 4.0 is 4, as JSON Schema has it.
fn whole(number: &Number) -> Option<u64> {
    let exact = |number: f64| number.fract() == 0.0 && (0.0..9e15).contains(&number);
    number.as_u64().or_else(|| number.as_f64().filter(|number| exact(*number)).map(|number| number as u64))
}
