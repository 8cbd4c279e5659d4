//! Reading rules, strictly: an unknown name, a wrong type, a name that is there twice is an error with file, line and
//! path.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::file::open_plain;
use super::super::words;
use super::{Kind, Rule, Rules, Wrong};
use crate::config::Severity;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::spec::suggest;

/// No file of rules is longer.
const LONGEST: u64 = 4 << 20;
/// An id is the name of a group, a dot, and the name of a rule.
const LONGEST_ID: usize = 64;

/// An administrator's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Added {
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    change: Vec<Change>,
    #[serde(rename = "$schema", default)]
    _schema: Option<String>,
}

/// What is changed of a rule that csvq comes with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    id: String,
    #[serde(default)]
    severity: Option<Severity>,
    #[serde(default)]
    off: Option<bool>,
}

/// Csvq's own rules.
pub(super) fn built_in(text: &str) -> Result<Rules> {
    let file = Path::new("built_in.json");
    let added: Added = parse(file, text)?;
    check_ids(file, text, &added.rules, &[])?;
    Rules::compile(added.rules).map_err(|wrong| of_rule(file, text, &wrong, 0))
}

/// An administrator's rules over others.
pub(super) fn over(built_in: &Rules, file: &Path, text: &str) -> Result<Rules> {
    let added: Added = parse(file, text)?;
    let mut rules = built_in.compiled.rules.clone();
    check_ids(file, text, &added.rules, &rules)?;
    change(&mut rules, &added.change).map_err(|(index, field, message)| {
        fault(file, text, &format!("change[{index}].{field}"), "change", index, &message)
    })?;
    let own = rules.len();
    rules.extend(added.rules);
    Rules::compile(rules).map_err(|wrong| of_rule(file, text, &wrong, own))
}

fn change(rules: &mut Vec<Rule>, changes: &[Change]) -> std::result::Result<(), (usize, &'static str, String)> {
    let mut seen = HashSet::new();
    for (index, change) in changes.iter().enumerate() {
        if !seen.insert(change.id.as_str()) {
            return Err((index, "id", "this rule is changed twice: remove one of the two".to_owned()));
        }
        let Some(at) = rules.iter().position(|rule| rule.id == change.id) else {
            let near = suggest(&change.id, rules.iter().map(|rule| rule.id.as_str()));
            let advice = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("csvq has no rule `{}`{advice}", words::word(&change.id));
            return Err((index, "id", message));
        };
        match (change.severity, change.off) {
            (None, None) => {
                return Err((index, "severity", "say another `severity`, or `\"off\": true`".to_owned()));
            }
            (_, Some(true)) => _ = rules.remove(at),
            (Some(severity), _) => rules[at].severity = severity,
            (None, Some(false)) => {}
        }
    }
    Ok(())
}

fn check_ids(file: &Path, text: &str, rules: &[Rule], others: &[Rule]) -> Result<()> {
    let mut seen: HashSet<&str> = others.iter().map(|rule| rule.id.as_str()).collect();
    for (index, rule) in rules.iter().enumerate() {
        let of = |field: &str, message: &str| {
            Err(fault(file, text, &format!("rules[{index}].{field}"), "rules", index, message))
        };
        if !is_id(&rule.id) {
            return of("id", "an id is words of a to z, 0 to 9 and `_` with dots between them, at most 64 bytes");
        }
        if !seen.insert(&rule.id) {
            return of("id", "there is a rule of this id already: to change one of csvq's, name it in `change`");
        }
        if rule.patterns.is_empty() {
            return of("match", "a rule without patterns finds nothing");
        }
        if rule.patterns.iter().chain(&rule.unless).any(|pattern| pattern.trim().is_empty()) {
            return of("match", "an empty pattern finds nothing");
        }
        if rule.message.trim().is_empty() || rule.message.chars().any(words::is_hidden) {
            return of("message", "say in one line what it means that this was found");
        }
        if rule.effect && rule.kind != Kind::PythonCall {
            return of("effect", "only rules of kind `python_call` have effects");
        }
    }
    Ok(())
}

fn is_id(id: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    id.len() <= LONGEST_ID && id.contains('.') && id.split('.').all(is_word)
}

/// A file's text.
pub(super) fn text_of(path: &Path) -> Result<String> {
    let unreadable = |error: std::io::Error| {
        Error::new(ErrorKind::Io, format!("cannot read the file: {error}")).with_context(place(path, None))
    };
    let mut bytes = Vec::new();
    // A link may lead to it: who can write this folder is an administrator.
    let path_of_file = path.canonicalize().map_err(unreadable)?;
    let file = open_plain(&path_of_file).map_err(unreadable)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let wrong = |message: &str| Error::new(ErrorKind::Config, message).with_context(place(path, None));
    if bytes.len() as u64 > LONGEST {
        return Err(wrong("this is longer than 4 MiB, which no file of rules is"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("here are bytes that are no UTF-8: save the file as UTF-8"))
}

fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        wrong(file, Some(path).filter(|path| path != "."), &inner)
    });
    let parsed = parsed?;
    reader.end().map_err(|error| wrong(file, None, &error))?;
    check_objects(text).map_err(|path| {
        let context = Context { field: Some(path), ..place(file, None) };
        Error::new(ErrorKind::Config, "here has to be an object").with_context(context)
    })?;
    Ok(parsed)
}

/// The reader takes a list for an object with its values in their order. The error is the path of one.
fn check_objects(text: &str) -> std::result::Result<(), String> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let root = value.as_object().ok_or("(root)")?;
    for (name, list) in root {
        for (index, element) in list.as_array().into_iter().flatten().enumerate() {
            if !element.is_object() {
                return Err(format!("{name}[{index}]"));
            }
        }
    }
    Ok(())
}

fn wrong(file: &Path, field: Option<String>, error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let message = if error.is_data() { text.to_owned() } else { format!("this is no JSON: {text}") };
    let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
    let field = field.map(|field| words::shown(&field));
    Error::new(ErrorKind::Config, words::shown(&message)).with_context(Context { field, ..place(file, line) })
}

fn of_rule(file: &Path, text: &str, wrong: &Wrong, own: usize) -> Error {
    // Those of csvq stand before the administrator's.
    let index = wrong.rule.saturating_sub(own);
    fault(file, text, &format!("rules[{index}].{}", wrong.field), "rules", index, &wrong.message)
}

/// An error about an element of a list.
fn fault(file: &Path, text: &str, path: &str, list: &str, index: usize, message: &str) -> Error {
    let context = Context { field: Some(path.to_owned()), ..place(file, line_of(text, list, index)) };
    Error::new(ErrorKind::Config, words::shown(message)).with_context(context)
}

/// The line in which an element of a list at the top begins. The text was read without an error before.
fn line_of(text: &str, list: &str, index: usize) -> Option<u64> {
    #[derive(Deserialize)]
    struct Lists<'a> {
        #[serde(borrow, default)]
        rules: Vec<&'a serde_json::value::RawValue>,
        #[serde(borrow, default)]
        change: Vec<&'a serde_json::value::RawValue>,
    }
    let lists: Lists<'_> = serde_json::from_str(text).ok()?;
    let elements = if list == "rules" { lists.rules } else { lists.change };
    let element = elements.get(index)?.get();
    let at = (element.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.as_bytes().get(..at)?;
    Some(before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1)
}

fn place(path: &Path, line: Option<u64>) -> Context {
    Context { input: Some(words::shown(&path.display().to_string())), line, ..Context::default() }
}
