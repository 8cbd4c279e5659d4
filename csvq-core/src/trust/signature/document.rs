//! `plugin.sig`: the signatures of a package, read strictly and written in one way.

use std::fmt;
use std::marker::PhantomData;

use base64ct::{Base64, Encoding};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::key::KeyId;
use super::{fault, message, time};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::state::Timestamp;

/// The version of the format.
pub const SCHEMA_VERSION: u64 = 1;
/// No file of signatures is larger, in bytes.
pub const LONGEST: u64 = 64 * 1024;
/// No file has more signatures: each costs its reader time.
pub(super) const MOST: usize = 64;
/// The only algorithm there is.
pub(super) const ALGORITHM: &str = "ed25519";

/// The signatures of a package: the content of `plugin.sig`.
///
/// ```
/// use csvq_core::trust::signature::SignatureFile;
/// let empty = br#"{"schema_version": 1, "signatures": []}"#;
/// let error = SignatureFile::read(empty, "plugin.sig").unwrap_err();
/// assert_eq!(error.context().field.as_deref(), Some("signatures"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureFile {
    signatures: Vec<Signature>,
}

/// One signature, and what it claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    pub(super) claims: Claims,
    pub(super) bytes: [u8; 64],
}

/// What a signature covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claims {
    pub(super) key_id: KeyId,
    pub(super) plugin: String,
    pub(super) digest: [u8; 32],
    pub(super) signed_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
}

impl Signature {
    /// The key that is said to have signed.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.claims.key_id
    }

    /// The id of the plugin that was signed.
    #[must_use]
    pub fn plugin(&self) -> &str {
        &self.claims.plugin
    }

    /// The digest of the plugin that was signed: the SHA-256 of its manifest, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        fault::hexadecimal(&self.claims.digest)
    }

    /// When it was signed, as the signer says.
    #[must_use]
    pub fn signed_at(&self) -> Timestamp {
        self.claims.signed_at
    }

    /// From when on the signature does not count for new installations.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.claims.expires_at
    }
}

impl SignatureFile {
    /// Reads a file of signatures. `name` stands for it in errors. Whether a signature holds is not asked here.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) with line and path, where it is no JSON, has a name that is unknown or there
    /// twice, a value of the wrong type or one that can't be, no signatures, too many of them, or is too large;
    /// [`Incompatible`](ErrorKind::Incompatible) where it is of a later format.
    pub fn read(bytes: &[u8], name: &str) -> Result<Self> {
        let fault = |message: String| fault_at(name, None, None, message);
        if bytes.len() as u64 > LONGEST {
            return Err(fault(format!("a file of signatures can't be larger than {} KiB", LONGEST / 1024)));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| fault("a file of signatures must be UTF-8".to_owned()))?;
        refuse_later(text, name)?;
        let document = typed(text, name)?.0;
        let at = |path: String, message: String| fault_at(name, None, Some(path), message);
        if document.schema_version != SCHEMA_VERSION {
            return Err(at("schema_version".to_owned(), format!("the format's version is {SCHEMA_VERSION}")));
        }
        let count = document.signatures.len();
        if count == 0 || count > MOST {
            let message = format!("there must be 1 to {MOST} signatures, and here are {count}");
            return Err(at("signatures".to_owned(), message));
        }
        let read = |(index, written): (usize, Object<Written>)| {
            let wrong = |(field, message)| at(format!("signatures[{index}].{field}"), message);
            written.0.checked().map_err(wrong)
        };
        let signatures = document.signatures.into_iter().enumerate().map(read).collect::<Result<_>>()?;
        Ok(Self { signatures })
    }

    /// The signatures, in the order of the file.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The keys whose signatures are of other bytes than this manifest, such as an earlier build's.
    #[must_use]
    pub fn stale(&self, manifest: &[u8]) -> Vec<KeyId> {
        let digest = message::digest(manifest);
        let stale = self.signatures.iter().filter(|one| one.claims.digest != digest);
        let mut keys: Vec<_> = stale.map(Signature::key_id).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The bytes of a file with these signatures: the same for the same ones, in whatever order.
    pub(super) fn write(mut signatures: Vec<Signature>) -> Result<Vec<u8>> {
        signatures.sort_unstable();
        signatures.dedup();
        if signatures.len() > MOST {
            let message = format!("a package can't have more than {MOST} signatures: leave out those that are stale");
            return Err(Error::new(ErrorKind::Package, message));
        }
        let signatures = signatures.iter().map(|one| Object(Written::of(one))).collect();
        let document = Document { schema_version: SCHEMA_VERSION, signatures };
        let failed = |error| Error::new(ErrorKind::Internal, format!("signatures can't be written: {error}"));
        let mut text = serde_json::to_vec_pretty(&document).map_err(failed)?;
        text.push(b'\n');
        Ok(text)
    }
}

/// The file as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema_version: u64,
    signatures: Vec<Object<Written>>,
}

/// A signature as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key_id: KeyId,
    algorithm: String,
    plugin: String,
    digest: String,
    signed_at: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    signature: String,
}

impl Written {
    fn of(signature: &Signature) -> Self {
        let claims = &signature.claims;
        Self {
            key_id: claims.key_id,
            algorithm: ALGORITHM.to_owned(),
            plugin: claims.plugin.clone(),
            digest: fault::hexadecimal(&claims.digest),
            signed_at: time::write(claims.signed_at),
            expires_at: claims.expires_at.map(time::write),
            signature: Base64::encode_string(&signature.bytes),
        }
    }

    /// What this says, or which field is wrong and why.
    fn checked(self) -> Result<Signature, (&'static str, String)> {
        if self.algorithm != ALGORITHM {
            let message = format!("`{}` is unknown: the algorithm is `{ALGORITHM}`", fault::shown(&self.algorithm));
            return Err(("algorithm", message));
        }
        if !message::is_plugin_id(&self.plugin) {
            return Err(("plugin", "this is no id of a plugin".to_owned()));
        }
        let digest = fault::from_hexadecimal(&self.digest)
            .ok_or(("digest", "a SHA-256 has 64 of `0` to `9` and `a` to `f`".to_owned()))?;
        let moment = |field, text: &str| {
            time::read(text).ok_or((field, "a time is written such as `2026-07-23T10:00:00Z`".to_owned()))
        };
        let signed_at = moment("signed_at", &self.signed_at)?;
        let expires_at = self.expires_at.as_deref().map(|text| moment("expires_at", text)).transpose()?;
        if expires_at.is_some_and(|end| end <= signed_at) {
            return Err(("expires_at", "a signature can't end before it was made".to_owned()));
        }
        let mut bytes = [0; 64];
        let length = Base64::decode(&self.signature, &mut bytes).map(<[u8]>::len);
        if length != Ok(bytes.len()) {
            return Err(("signature", "this is no base64 of 64 bytes".to_owned()));
        }
        let claims = Claims { key_id: self.key_id, plugin: self.plugin, digest, signed_at, expires_at };
        Ok(Signature { claims, bytes })
    }
}

/// An end that is left out is none; one that is null is a mistake.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// A value that must be written as an object: a derived reader would take a list of its fields, too.
#[derive(Serialize)]
#[serde(transparent)]
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(access)).map(Object)
    }
}

/// A later format may have any names: it is refused for its version, not for them.
fn refuse_later(text: &str, name: &str) -> Result<()> {
    let version = serde_json::from_str::<serde_json::Value>(text).ok();
    let version = version.and_then(|document| document.get("schema_version")?.as_u64());
    match version {
        Some(version) if version > SCHEMA_VERSION => {
            let message = format!("these signatures are of format {version}, and this csvq reads {SCHEMA_VERSION}");
            let context = Context {
                input: Some(name.to_owned()),
                field: Some("schema_version".to_owned()),
                ..Context::default()
            };
            Err(Error::new(ErrorKind::Incompatible, message).with_context(context))
        }
        _ => Ok(()),
    }
}

fn typed(text: &str, name: &str) -> Result<Object<Document>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        (Some(path).filter(|path| path != "."), error.into_inner())
    });
    let read = read.and_then(|value| json.end().map(|()| value).map_err(|error| (None, error)));
    read.map_err(|(field, error)| {
        let words = error.to_string();
        let message = words.rfind(" at line ").map_or(words.as_str(), |place| &words[..place]);
        let message = match error.classify() {
            serde_json::error::Category::Data => fault::shown(message),
            _ => format!("this is no valid JSON: {}", fault::shown(message)),
        };
        let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
        fault_at(name, line, field, message)
    })
}

fn fault_at(name: &str, line: Option<u64>, field: Option<String>, message: String) -> Error {
    let field = field.map(|field| fault::shown(&field));
    let context = Context { input: Some(name.to_owned()), line, field, ..Context::default() };
    Error::new(ErrorKind::Package, message).with_context(context)
}
