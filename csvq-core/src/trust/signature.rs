//! Signatures of packages: who vouches for a plugin, and whether an administrator trusts them.
//!
//! What is signed is the manifest, `plugin.json`, as it lies there byte by byte, never a text that was read and written
//! again; since it lists every file with its digest, that is a signature of everything. The signatures stand beside it
//! in `plugin.sig`, and those of a lone file in a file beside that (`package::signature_beside`).
//!
//! Which keys count is said by the administrator alone: a [`Trust`] is made from the policy, and nothing that checks a
//! package looks for keys in it. An answer is a [`Verdict`], never an error: whatever is wrong with a package is a
//! state other than [`Signed`](SignatureState::Signed).
//!
//! What this does not do: it does not compare a package's files with its manifest (whoever does that tells the verdict:
//! [`Verdict::modified`]), it does not decide what an unsigned plugin may do, and it never asks what time it is.
//!
//! ```
//! use csvq_core::state::Timestamp;
//! use csvq_core::trust::signature::{PrivateKey, SignOptions, SignatureState, Trust, sign, verify};
//!
//! let manifest = br#"{"id": "lengths", "version": "1.0.0"}"#;
//! let now = Timestamp(1_767_225_600_000);
//! let key = PrivateKey::generate()?;
//! let signature = sign(manifest, None, &key, &SignOptions::at(now))?;
//!
//! let trust = Trust::of_key("ann", key.public())?;
//! assert_eq!(verify(manifest, Some(&signature), &trust, now).state, SignatureState::Signed);
//! assert_eq!(verify(manifest, Some(&signature), &Trust::none(), now).state, SignatureState::Unsigned);
//! assert_eq!(verify(br#"{"id": "other"}"#, Some(&signature), &trust, now).state, SignatureState::Invalid);
//! # Ok::<(), csvq_core::Error>(())
//! ```

mod check;
mod document;
mod fault;
mod files;
mod key;
mod message;
mod private;
mod sign;
#[cfg(test)]
mod tests;
mod time;
mod trusted;
mod verdict;

pub use self::check::{verify, verify_installed};
pub use self::document::{LONGEST, SCHEMA_VERSION, Signature, SignatureFile};
pub use self::files::{KeyFiles, read_private_key, read_public_key, write_keys};
pub use self::key::{KeyId, PublicKey};
pub use self::private::PrivateKey;
pub use self::sign::{SignOptions, sign};
pub use self::trusted::{Revocation, Revoked, RevokedEntry, Trust, TrustParts, TrustedKey, TrustedKeyEntry};
pub use self::verdict::{SignatureState, Signer, Verdict, Warning, WarningKind};

/// The JSON Schema (draft 2020-12) of `plugin.sig`.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(csvq_core::trust::signature::JSON_SCHEMA)?;
/// assert!(schema["properties"]["signatures"].is_object());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const JSON_SCHEMA: &str = include_str!("../../schema/signature.schema.json");
