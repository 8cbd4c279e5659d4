//! Keys that signatures are believed of, and what is believed no more.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::moment::Moment;

/// The first line of a public key.
const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
/// The last one.
const END: &str = "-----END PUBLIC KEY-----";

/// A key whose signatures count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrustedKey {
    /// What people call it; no two have the same name.
    pub name: String,
    /// The public key as it is written: PEM text, or the path of a file in the folder of configuration files.
    pub public_key: String,
    /// From when on its signatures count; from ever where that is not said.
    pub not_before: Option<Moment>,
    /// Until when they do.
    pub expires: Option<Moment>,
    /// The ids of the plugins that it may sign; all where that is not said.
    pub plugins: Option<Vec<String>>,
    /// The text of its file, once that was read.
    #[serde(skip)]
    pub(super) read: Option<String>,
}

impl TrustedKey {
    /// The key's PEM text. Of a key in a file it is known once the policy was [loaded](super::SecurityPolicy::load).
    #[must_use]
    pub fn pem(&self) -> Option<&str> {
        if self.is_inline() { Some(&self.public_key) } else { self.read.as_deref() }
    }

    /// Whether the key itself is written in the policy.
    pub(super) fn is_inline(&self) -> bool {
        self.public_key.contains("-----BEGIN")
    }

    /// What is the same of the same key, however its lines are broken.
    pub(super) fn identity(&self) -> String {
        self.pem().unwrap_or(&self.public_key).split_ascii_whitespace().collect()
    }
}

/// What is wrong with a public key's text.
pub(super) fn pem_fault(text: &str) -> Option<&'static str> {
    if holds_private_key(text) {
        return Some(PRIVATE);
    }
    let body = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    match body {
        Some(body) if body.len() <= 4096 && body.trim() != "" && body.bytes().all(is_base64) => None,
        _ => Some("this is no public key as PEM: it begins with `-----BEGIN PUBLIC KEY-----`, and holds one key"),
    }
}

/// What is said of a private key in a configuration file.
pub(in crate::config) const PRIVATE: &str = "this is a private key, which belongs in no configuration file: take it out, \
                                             write the public key in its place, and make a new pair, since whoever \
                                             could read this file has the private key";

/// Whether a text holds a private key.
pub(in crate::config) fn holds_private_key(text: &str) -> bool {
    text.match_indices("-----BEGIN ").any(|(at, begin)| {
        let label = text.get(at + begin.len()..).and_then(|rest| rest.split("-----").next());
        label.is_some_and(|label| label.ends_with("PRIVATE KEY"))
    })
}

/// What is believed no more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Revoked {
    /// A key, by its id: the SHA-256 of its SPKI DER, as 64 hexadecimal digits.
    Key(String),
    /// A plugin, by its digest: the SHA-256 of its manifest, as 64 hexadecimal digits.
    Digest(String),
}

impl Revoked {
    /// The name of its setting, and its value.
    #[must_use]
    pub fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Key(id) => ("key_id", id),
            Self::Digest(digest) => ("digest", digest),
        }
    }
}

/// An entry of the revocation list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// What is revoked.
    pub what: Revoked,
    /// Why.
    pub reason: String,
    /// When that was decided.
    pub revoked_at: Option<Moment>,
}

impl Serialize for Revocation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, value) = self.what.named();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry(name, value)?;
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("revoked_at", &self.revoked_at)?;
        map.end()
    }
}
