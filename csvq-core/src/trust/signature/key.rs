//! Public keys, and the ids by which keys are told apart.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{Document, EncodePublicKey, PublicKeyBytes};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::fault;
use crate::error::{Error, Result};

/// The label of a public key in PEM.
const LABEL: &str = "PUBLIC KEY";

/// What a key is known by: the SHA-256 of its SubjectPublicKeyInfo in DER (RFC 8410), shown as 64 hexadecimal digits.
/// `openssl pkey -pubin -in public.pem -outform DER | sha256sum` prints the same.
///
/// ```
/// use csvq_core::trust::signature::KeyId;
/// let id: KeyId = "3a".repeat(32).parse()?;
/// assert_eq!(id.short(), "3a3a3a3a3a3a3a3a");
/// assert!("3A".repeat(32).parse::<KeyId>().is_err());
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 32]);

impl KeyId {
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 16 digits, for people. Two keys can share them: nothing is decided by them.
    #[must_use]
    pub fn short(&self) -> String {
        fault::hexadecimal(&self.0[..8])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&fault::hexadecimal(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || fault::key("the id of a key has 64 of `0` to `9` and `a` to `f`");
        fault::from_hexadecimal(text).map(Self).ok_or_else(wrong)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| de::Error::custom(error.message()))
    }
}

/// An Ed25519 public key that is sound: a point of the curve in its one encoding, with no part of small order.
///
/// ```
/// use csvq_core::trust::signature::{PrivateKey, PublicKey};
/// let key = PrivateKey::generate()?.public();
/// assert_eq!(PublicKey::from_pem(&key.to_pem()?)?.id(), key.id());
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in PEM, as `openssl pkey -pubout` and `csvq plugins keygen` write it.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) where it is no PEM, a private key, a key of another kind, or a weak one.
    pub fn from_pem(text: &str) -> Result<Self> {
        if text.contains("PRIVATE KEY-----") {
            let message = "this is a private key: give the public one here, and keep the private one to yourself";
            return Err(fault::key(message));
        }
        let no_key = "this is no public key in PEM: it begins with `-----BEGIN PUBLIC KEY-----`";
        let (label, document) = Document::from_pem(text.trim()).map_err(|_| fault::key(no_key))?;
        if label != LABEL {
            return Err(fault::key(no_key));
        }
        let message = "this is no Ed25519 public key: others can't check signatures of plugins";
        let bytes = PublicKeyBytes::try_from(document.as_bytes()).map_err(|_| fault::key(message))?;
        Self::from_bytes(bytes.as_ref())
    }

    /// The key that 32 bytes stand for (RFC 8032, 5.1.2).
    fn from_bytes(bytes: &[u8; 32]) -> Result<Self> {
        let no_point = |_| fault::key("this is no Ed25519 public key: it is no point of the curve");
        let key = VerifyingKey::from_bytes(bytes).map_err(no_point)?;
        let point = key.to_edwards();
        // With a part of small order, one signature can stand for several messages, or one key for several.
        if key.is_weak() || !point.is_torsion_free() || point.compress().as_bytes() != bytes {
            return Err(fault::key("this is a weak Ed25519 key, which no sound program makes: make a new one"));
        }
        Self::new(key)
    }

    pub(super) fn new(key: VerifyingKey) -> Result<Self> {
        let der = PublicKeyBytes(key.to_bytes()).to_public_key_der().map_err(|_| unwritable())?;
        Ok(Self { key, id: KeyId(Sha256::digest(der.as_bytes()).into()) })
    }

    /// The key in PEM.
    ///
    /// # Errors
    /// [`Internal`](crate::ErrorKind::Internal) where it can't be written.
    pub fn to_pem(&self) -> Result<String> {
        PublicKeyBytes(self.key.to_bytes()).to_public_key_pem(LineEnding::LF).map_err(|_| unwritable())
    }

    /// What the key is known by.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether a signature of a message is this key's: strictly, as no other signature of the same could be.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

fn unwritable() -> Error {
    Error::new(crate::error::ErrorKind::Internal, "a public key can't be written")
}
