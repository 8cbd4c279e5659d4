//! What was seen of the files in the folder of plugins.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::error::{Context, Error, ErrorKind};
use crate::package::folder::Folder;

const FILE: &str = "drop_ins.json";
const NEW_FILE: &str = "drop_ins.json.new";
const LARGEST: u64 = 64 << 20;

/// What was seen, by name in the folder of plugins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// The version of csvq that saw it: another may read files otherwise.
    pub(super) csvq: String,
    pub(super) files: BTreeMap<String, Entry>,
}

/// A file or folder that was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// What tells whether it was changed; empty where it is to be read again.
    pub(super) stamp: String,
    /// Whether the stamp will tell every later change: not where the file was changed a moment before.
    pub(super) settled: bool,
    /// The digest of its content.
    pub(super) digest: String,
    /// Whether it lies in `disabled/`.
    pub(super) disabled: bool,
    /// The plugin that it was last taken in as.
    pub(super) plugin: Option<String>,
    /// Why it can't be taken in, as long as neither it nor csvq is another.
    pub(super) error: Option<Kept>,
}

/// An error, kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    kind: String,
    message: String,
    input: Option<String>,
    line: Option<u64>,
    field: Option<String>,
    plugin: Option<String>,
}

impl Kept {
    pub(super) fn of(error: &Error) -> Self {
        let context = error.context();
        Self {
            kind: error.kind().name().to_owned(),
            message: error.message().to_owned(),
            input: context.input.clone(),
            line: context.line,
            field: context.field.clone(),
            plugin: context.plugin.clone(),
        }
    }

    pub(super) fn error(&self) -> Error {
        let kind = ErrorKind::ALL.iter().copied().find(|kind| kind.name() == self.kind).unwrap_or(ErrorKind::Package);
        let context = Context {
            input: self.input.clone(),
            line: self.line,
            field: self.field.clone(),
            plugin: self.plugin.clone(),
            ..Context::default()
        };
        Error::new(kind, &self.message).with_context(context)
    }
}

impl Memory {
    /// Reads what is remembered. What can't be read is as good as forgotten.
    pub(super) fn read(folder: &Folder) -> Self {
        let read = || -> io::Result<Self> {
            let mut text = String::new();
            folder.open_file(FILE)?.take(LARGEST).read_to_string(&mut text)?;
            Ok(serde_json::from_str(&text)?)
        };
        let mut memory = match read() {
            Ok(memory) => memory,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, "what was seen in the folder of plugins can't be read, and all of it is read again");
                }
                Self::default()
            }
        };
        let version = env!("CARGO_PKG_VERSION");
        if memory.csvq != version {
            memory.doubt_errors();
            version.clone_into(&mut memory.csvq);
        }
        memory
    }

    /// Has everything that failed be tried again.
    pub(super) fn doubt_errors(&mut self) {
        self.files.values_mut().filter(|entry| entry.error.is_some()).for_each(|entry| entry.stamp.clear());
    }

    /// Writes it, in place of what was remembered before.
    pub(super) fn write(&self, folder: &Folder) -> io::Result<()> {
        folder.remove_all(NEW_FILE)?;
        folder.create_file(NEW_FILE, false)?.write_all(&serde_json::to_vec_pretty(self)?)?;
        folder.rename(NEW_FILE, folder, FILE)
    }
}
