//! What a signature is a signature of.

use std::fmt;

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::document::{ALGORITHM, Claims};
use super::{fault, time};

/// What the signed bytes begin with, so that they can't be anything else that someone was made to sign.
const DOMAIN: &[u8] = b"csvq plugin signature v1\0";

/// The signed bytes: the domain, then each field after its length (8 bytes, most significant first), so that no two
/// claims have the same bytes. A signature without an end has an empty field there, which no time is.
pub(super) fn message(claims: &Claims) -> Vec<u8> {
    let mut message = DOMAIN.to_vec();
    let mut add = |field: &[u8]| {
        message.extend_from_slice(&(field.len() as u64).to_be_bytes());
        message.extend_from_slice(field);
    };
    add(ALGORITHM.as_bytes());
    add(claims.key_id.as_bytes());
    add(claims.plugin.as_bytes());
    add(&claims.digest);
    add(time::write(claims.signed_at).as_bytes());
    add(claims.expires_at.map(time::write).unwrap_or_default().as_bytes());
    message
}

/// The digest of a manifest: the SHA-256 of its bytes as they are.
pub(super) fn digest(manifest: &[u8]) -> [u8; 32] {
    Sha256::digest(manifest).into()
}

/// The id of the plugin that a manifest is of, or what is wrong. Nothing else of it is looked at; but an id that two
/// readers could read differently is none.
pub(super) fn plugin_id(manifest: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(manifest).map_err(|_| "the manifest is no UTF-8".to_owned())?;
    let mut json = serde_json::Deserializer::from_str(text);
    let found = json.deserialize_map(IdVisitor).and_then(|id| json.end().map(|()| id));
    let id = found.map_err(|error| format!("the manifest can't be read: {}", fault::shown(&error.to_string())))?;
    let id = id.ok_or("the manifest has no `id`")?;
    if is_plugin_id(&id) { Ok(id) } else { Err(format!("the manifest's id can't be one: `{}`", fault::shown(&id))) }
}

/// Whether a text has the form of a plugin's id.
pub(super) fn is_plugin_id(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = |byte: u8| letter(byte) || matches!(byte, b'_' | b'-');
    (2..=63).contains(&text.len()) && text.bytes().next().is_some_and(letter) && text.bytes().all(inner)
}

struct IdVisitor;

impl<'de> Visitor<'de> for IdVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        while let Some(name) = access.next_key::<Name>()? {
            if !name.is_id {
                access.next_value::<IgnoredAny>()?;
            } else if id.replace(access.next_value()?).is_some() {
                return Err(de::Error::custom("`id` is there twice"));
            }
        }
        Ok(id)
    }
}

/// A name of the manifest, of which only one matters.
struct Name {
    is_id: bool,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { is_id: String::deserialize(deserializer)? == "id" })
    }
}
