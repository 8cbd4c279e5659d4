//! Signing: one key's signature added to a package's, or renewed.

use super::document::{Claims, Signature, SignatureFile};
use super::private::PrivateKey;
use super::{fault, message, time};
use crate::error::{Error, ErrorKind, Result};
use crate::state::Timestamp;

/// How a package is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOptions {
    /// When it is signed: the present.
    pub signed_at: Timestamp,
    /// From when on the signature does not count for new installations; never, by default.
    pub expires_at: Option<Timestamp>,
    /// Whether to leave out other keys' signatures of other bytes, such as those of an earlier build. They are kept by
    /// default: what someone else signed is not for this signer to throw away, and [`SignatureFile::stale`] tells them.
    pub drop_stale: bool,
}

impl SignOptions {
    /// Signed at this time, without an end.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { signed_at: now, expires_at: None, drop_stale: false }
    }
}

/// Signs a manifest, byte by byte as it is, and gives the content of `plugin.sig`.
///
/// `existing` is the content that the file has. This key's own signatures in it are renewed, whatever they were of;
/// those of others are kept. The same input gives the same bytes. Times are kept to the second.
///
/// # Errors
/// [`Package`](ErrorKind::Package) where the manifest has no plugin id, or the existing signatures can't be read (they
/// are not overwritten: remove the file to sign anew); [`Config`](ErrorKind::Config) where the times can't be.
pub fn sign(manifest: &[u8], existing: Option<&[u8]>, key: &PrivateKey, options: &SignOptions) -> Result<Vec<u8>> {
    let plugin = message::plugin_id(manifest).map_err(|message| Error::new(ErrorKind::Package, message))?;
    let whole = |field: &str, time| {
        time::whole(time).ok_or_else(|| fault::setting(field, "the time must lie in the years 1970 to 9999"))
    };
    let signed_at = whole("signed_at", options.signed_at)?;
    let expires_at = options.expires_at.map(|time| whole("expires_at", time)).transpose()?;
    if expires_at.is_some_and(|end| end <= signed_at) {
        return Err(fault::setting("expires_at", "the signature would end before it was made"));
    }
    let claims = Claims { key_id: key.public().id(), plugin, digest: message::digest(manifest), signed_at, expires_at };
    let mut signatures = match existing {
        Some(bytes) => SignatureFile::read(bytes, "plugin.sig")?.signatures().to_vec(),
        None => Vec::new(),
    };
    let is_stale = |one: &Signature| one.claims.digest != claims.digest;
    signatures.retain(|one| one.claims.key_id != claims.key_id && !(options.drop_stale && is_stale(one)));
    let bytes = key.sign(&message::message(&claims));
    signatures.push(Signature { claims, bytes });
    SignatureFile::write(signatures)
}
