//! The rules: what is looked for, how severe it is, and what it means. They are data; what finds the things that they
//! speak of is code.

mod matcher;
mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use self::matcher::Names;
pub(super) use self::matcher::Texts;
use super::file::sha256;
use super::{kind, native, python};
use crate::config::Severity;
use crate::error::Result;

/// The rules that csvq comes with.
const BUILT_IN: &str = include_str!("rules/built_in.json");

/// To what a rule's patterns are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The path of a file. A pattern without `/` is held to its last name, in whatever folder.
    FileName,
    /// What a file is by its first bytes.
    FileContent,
    /// Texts in files that are neither libraries nor Python.
    DataString,
    /// The name of a function that a library takes from others.
    NativeImport,
    /// The name of a library that a library needs.
    NativeLibrary,
    /// A folder in which a library has others looked for.
    NativeRunPath,
    /// Texts in what a library has loaded.
    NativeString,
    /// How a library is built.
    NativeShape,
    /// The name of a module that is imported.
    PythonImport,
    /// The full name of a function that is called or taken; `_` for a value that is not known.
    PythonCall,
    /// A name, an attribute, or a text that is one.
    PythonName,
    /// The full name of what is given another value in a module that was imported.
    PythonAssignment,
    /// Texts in strings.
    PythonString,
    /// The name of a module that the package has at its root.
    PythonModule,
    /// How a file is written.
    PythonShape,
}

impl Kind {
    pub(super) const ALL: &'static [Self] = &[
        Self::FileName,
        Self::FileContent,
        Self::DataString,
        Self::NativeImport,
        Self::NativeLibrary,
        Self::NativeRunPath,
        Self::NativeString,
        Self::NativeShape,
        Self::PythonImport,
        Self::PythonCall,
        Self::PythonName,
        Self::PythonAssignment,
        Self::PythonString,
        Self::PythonModule,
        Self::PythonShape,
    ];

    /// Whether patterns are parts of a text, and no globs.
    fn is_of_texts(self) -> bool {
        matches!(self, Self::DataString | Self::NativeString | Self::PythonString)
    }

    /// The names that there are, where code knows them all.
    fn names(self) -> Option<&'static [&'static str]> {
        match self {
            Self::FileContent => Some(kind::CONTENTS),
            Self::NativeShape => Some(native::SHAPES),
            Self::PythonShape => Some(python::SHAPES),
            _ => None,
        }
    }
}

/// One rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) kind: Kind,
    #[serde(rename = "match")]
    pub(super) patterns: Vec<String>,
    /// What is not meant, though a pattern matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unless: Vec<String>,
    pub(super) severity: Severity,
    pub(super) message: String,
    /// Of calls: whether making it when a module is imported is a finding of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) effect: bool,
}

/// What is looked for, and from which severity on it is flagged.
#[derive(Clone)]
pub struct Rules {
    compiled: Arc<Compiled>,
    threshold: Severity,
    sha256: String,
}

struct Compiled {
    rules: Vec<Rule>,
    names: BTreeMap<Kind, Names>,
    texts: BTreeMap<Kind, Texts>,
}

impl Rules {
    /// From which severity on something is flagged where nobody says.
    pub const THRESHOLD: Severity = Severity::Medium;

    /// The rules that csvq comes with.
    #[must_use]
    pub fn built_in() -> Self {
        // A test reads them, and they are a part of the program: without them it would look for nothing.
        static RULES: LazyLock<Rules> = LazyLock::new(|| match read::built_in(BUILT_IN) {
            Ok(rules) => rules,
            Err(error) => unreachable!("csvq's own rules are wrong: {error}"),
        });
        RULES.clone()
    }

    /// The rules that csvq comes with, and what an administrator's file adds to them, changes or switches off.
    ///
    /// ```
    /// use csvq_core::trust::scan::Rules;
    /// let text = r#"{"change": [{"id": "python.network", "severity": "low"}]}"#;
    /// let rules = Rules::from_json("scan_rules.json".as_ref(), text)?;
    /// assert_ne!(rules.sha256(), Rules::built_in().sha256());
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        read::over(&Self::built_in(), file, text)
    }

    /// The same, from a file.
    ///
    /// # Errors
    /// As above, and [`Io`](crate::ErrorKind::Io) where there is no such file, or it can't be read.
    pub fn from_file(path: &Path) -> Result<Self> {
        Self::from_json(path, &read::text_of(path)?)
    }

    /// The same rules with another threshold.
    #[must_use]
    pub fn flagged_from(self, threshold: Severity) -> Self {
        let sha256 = self.compiled.digest(threshold);
        Self { threshold, sha256, ..self }
    }

    /// From which severity on something is flagged.
    #[must_use]
    pub fn threshold(&self) -> Severity {
        self.threshold
    }

    /// The SHA-256 of what holds, in hexadecimal: other rules or another threshold, another digest.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    fn compile(rules: Vec<Rule>) -> Result<Self, Wrong> {
        let mut compiled = Compiled { rules, names: BTreeMap::new(), texts: BTreeMap::new() };
        for kind in Kind::ALL {
            if kind.is_of_texts() {
                compiled.texts.insert(*kind, Texts::of(*kind, &compiled.rules)?);
            } else {
                compiled.names.insert(*kind, Names::of(*kind, &compiled.rules)?);
            }
        }
        let sha256 = compiled.digest(Self::THRESHOLD);
        Ok(Self { compiled: Arc::new(compiled), threshold: Self::THRESHOLD, sha256 })
    }

    /// The numbers of the rules of a kind that speak of a name.
    pub(super) fn of_name(&self, kind: Kind, name: &str) -> Vec<usize> {
        self.compiled.names.get(&kind).map(|names| names.matches(name)).unwrap_or_default()
    }

    /// All rules.
    #[cfg(test)]
    pub(super) fn all(&self) -> &[Rule] {
        &self.compiled.rules
    }

    /// The rule of a number.
    pub(super) fn rule(&self, number: usize) -> Option<&Rule> {
        self.compiled.rules.get(number)
    }

    /// Where texts of a kind are looked for.
    pub(super) fn texts(&self, kind: Kind) -> Option<&Texts> {
        self.compiled.texts.get(&kind)
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the patterns were compiled to would fill pages.
        f.debug_struct("Rules")
            .field("sha256", &self.sha256)
            .field("threshold", &self.threshold)
            .finish_non_exhaustive()
    }
}

impl Compiled {
    fn digest(&self, threshold: Severity) -> String {
        // Nothing in a rule can be refused by the writer.
        let mut bytes = serde_json::to_vec(&self.rules).unwrap_or_default();
        // What code makes of the rules is a part of them.
        bytes.extend_from_slice(concat!("\0", env!("CARGO_PKG_VERSION"), "\0").as_bytes());
        bytes.extend_from_slice(threshold.name().as_bytes());
        sha256(&bytes)
    }
}

/// What is wrong with a rule: its place among the rules, the field, and why.
#[derive(Debug)]
struct Wrong {
    rule: usize,
    field: &'static str,
    message: String,
}
