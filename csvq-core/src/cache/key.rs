//! Keys: everything that a result depends on, as one SHA-256.

use std::fmt;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Begins what is hashed, so that no other digest can be taken for a key. Another meaning of keys has another number.
const DOMAIN: &str = "csvq result 1";

/// What a result depends on. All of it has to be said.
#[derive(Clone, Copy, Debug)]
pub struct KeyParts<'a> {
    /// The plugin's id.
    pub plugin: &'a str,
    /// Its version.
    pub plugin_version: &'a str,
    /// The digest of its manifest, and so of each of its files.
    pub plugin_digest: &'a str,
    /// The digest of the left input's content, by [`digest_of_file`](super::digest_of_file) or
    /// [`digest_of_bytes`](super::digest_of_bytes).
    pub left: &'a str,
    /// The digest of the right input's content.
    pub right: &'a str,
    /// The parameters that the plugin gets, defaults included.
    pub parameters: &'a Map<String, Value>,
    /// What else the plugin is told: names of the inputs, key, columns, spec. Names belong to it, since how a file is
    /// read may depend on its name.
    pub job: &'a Value,
    /// The version of csvq.
    pub engine_version: &'a str,
}

/// Stands for everything that a result depends on. Shown as 64 hexadecimal digits.
///
/// ```
/// use csvq_core::cache::{Key, KeyParts};
/// let parameters = serde_json::Map::new();
/// let job = serde_json::json!({ "left_name": "a.csv", "right_name": "b.csv" });
/// let parts = KeyParts {
///     plugin: "fuzzy_compare",
///     plugin_version: "1.0.0",
///     plugin_digest: "…",
///     left: "…",
///     right: "…",
///     parameters: &parameters,
///     job: &job,
///     engine_version: "0.1.0",
/// };
/// assert_eq!(Key::of(&parts), Key::of(&parts));
/// assert_ne!(Key::of(&parts), Key::of(&KeyParts { plugin_version: "1.0.1", ..parts }));
/// assert_eq!(Key::of(&parts).to_string().len(), 64);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub(super) [u8; 32]);

impl Key {
    /// The key of a result.
    #[must_use]
    pub fn of(parts: &KeyParts<'_>) -> Self {
        // Taken apart, so that no part that is added is forgotten here.
        let KeyParts { plugin, plugin_version, plugin_digest, left, right, parameters, job, engine_version } = *parts;
        let mut hasher = Sha256::new();
        for text in [DOMAIN, plugin, plugin_version, plugin_digest, left, right, engine_version] {
            bytes(&mut hasher, text.as_bytes());
        }
        object(&mut hasher, parameters);
        value(&mut hasher, job);
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// With its length first, so that no two lists of fields are the same bytes.
fn bytes(hasher: &mut Sha256, field: &[u8]) {
    hasher.update((field.len() as u64).to_le_bytes());
    hasher.update(field);
}

/// JSON in one form only: names in the order of their bytes, whatever order they came in.
fn value(hasher: &mut Sha256, json: &Value) {
    match json {
        Value::Null => hasher.update(b"z"),
        Value::Bool(false) => hasher.update(b"f"),
        Value::Bool(true) => hasher.update(b"t"),
        Value::Number(number) => {
            hasher.update(b"n");
            bytes(hasher, number.to_string().as_bytes());
        }
        Value::String(text) => {
            hasher.update(b"s");
            bytes(hasher, text.as_bytes());
        }
        Value::Array(items) => {
            hasher.update(b"l");
            hasher.update((items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| value(hasher, item));
        }
        Value::Object(entries) => object(hasher, entries),
    }
}

fn object(hasher: &mut Sha256, entries: &Map<String, Value>) {
    hasher.update(b"o");
    hasher.update((entries.len() as u64).to_le_bytes());
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| name.as_bytes());
    for (name, inner) in sorted {
        bytes(hasher, name.as_bytes());
        value(hasher, inner);
    }
}
