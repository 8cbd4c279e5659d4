//! The path of a value in a JSON file, as people write it: `plugin_settings["My Plugin"].threshold`.

use std::fmt::{self, Write};
use std::str::FromStr;

use super::read::fields::is_hidden;
use crate::error::{Context, Error, ErrorKind};

/// JSON that is nested deeper than this is not read.
pub(super) const DEEPEST: usize = 127;

/// One step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// The way from a whole document to a value in it. Names stand with dots between them, numbers of list elements (from
/// 0) in brackets. A name that holds anything but letters, digits, `_` and `-` stands in brackets too, as a JSON
/// string.
///
/// ```
/// use csvq_core::config::SettingPath;
/// let path: SettingPath = "plugin_settings[\"My Plugin\"].threshold".parse()?;
/// assert_eq!(path, SettingPath::of(&["plugin_settings", "My Plugin", "threshold"]));
/// assert_eq!(path.to_string(), "plugin_settings[\"My Plugin\"].threshold");
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SettingPath(pub(super) Vec<Step>);

impl SettingPath {
    /// The path through objects by these names.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Step::Name((*name).to_owned())).collect())
    }

    /// The path of a name in the value here.
    #[must_use]
    pub fn name(&self, name: &str) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Name(name.to_owned()));
        path
    }

    /// The path of an element of the list here.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Index(index));
        path
    }
}

impl fmt::Display for SettingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if !is_plain(name) => write!(f, "[{}]", Quoted(name))?,
                Step::Name(name) if at == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A name as a JSON string, in which what drives a terminal or is not seen is written as its number.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in serde_json::Value::from(self.0).to_string().chars() {
            if is_hidden(character) {
                character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(f, "\\u{unit:04x}"))?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

impl FromStr for SettingPath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracketed(inside).ok_or_else(|| malformed(text))?,
                None => {
                    let name = match rest.strip_prefix('.') {
                        Some(name) if !steps.is_empty() => name,
                        None if steps.is_empty() => rest,
                        _ => return Err(malformed(text)),
                    };
                    let end = name.find(['.', '[']).unwrap_or(name.len());
                    let (name, after) = name.split_at(end);
                    if !is_plain(name) {
                        return Err(malformed(text));
                    }
                    (Step::Name(name.to_owned()), after)
                }
            };
            steps.push(step);
            if steps.len() > DEEPEST {
                return Err(too_deep(text));
            }
            rest = after;
        }
        if steps.is_empty() { Err(malformed(text)) } else { Ok(Self(steps)) }
    }
}

/// A name that needs no brackets.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|character| character.is_alphanumeric() || character == '_' || character == '-')
}

/// What stands in brackets, and the text after them.
fn bracketed(inside: &str) -> Option<(Step, &str)> {
    if !inside.starts_with('"') {
        let (digits, after) = inside.split_once(']')?;
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        return plain.then(|| digits.parse().ok()).flatten().map(|index| (Step::Index(index), after));
    }
    let mut names = serde_json::Deserializer::from_str(inside).into_iter::<String>();
    let name = names.next()?.ok()?;
    let after = inside.get(names.byte_offset()..)?.strip_prefix(']')?;
    Some((Step::Name(name), after))
}

fn malformed(text: &str) -> Error {
    let message = "this is no path of a setting: write names with dots between them, such as `plugin_system.enabled`, and \
                   unusual names in brackets, such as `plugin_settings[\"My Plugin\"].enabled`";
    of_path(text, message)
}

/// The error for a path to where nothing can be.
pub(super) fn too_deep(text: &str) -> Error {
    let message =
        format!("this path is none of a setting: values can be nested in one another {DEEPEST} times at most");
    of_path(text, message)
}

fn of_path(text: &str, message: impl Into<String>) -> Error {
    let field = Some(text.escape_debug().take(100).collect());
    Error::new(ErrorKind::Config, message).with_context(Context { field, ..Context::default() })
}
