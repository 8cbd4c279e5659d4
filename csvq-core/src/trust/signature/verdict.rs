//! What is said about a package's signatures.

use serde::{Deserialize, Serialize};

use super::key::KeyId;
use crate::state::Timestamp;

/// How a plugin stands as to signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureState {
    /// It is a part of csvq.
    BuiltIn,
    /// As many trusted keys as are asked for have signed these very bytes.
    Signed,
    /// Nobody has signed it whose signature counts: there is none, or none by a key that is trusted for this plugin, or
    /// fewer than are asked for.
    Unsigned,
    /// It is not what was signed: its files are not those of its manifest, or a trusted key has signed another manifest
    /// of the same plugin.
    Modified,
    /// The signatures can't be read, one in the name of a trusted key does not hold or is of another plugin, or they
    /// are out of their time.
    Invalid,
    /// The plugin, or the keys that signed it, were revoked.
    Revoked,
}

impl SignatureState {
    /// The state's name, such as `built_in`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built_in",
            Self::Signed => "signed",
            Self::Unsigned => "unsigned",
            Self::Modified => "modified",
            Self::Invalid => "invalid",
            Self::Revoked => "revoked",
        }
    }
}

/// What checking the signatures of a plugin came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// How the plugin stands.
    pub state: SignatureState,
    /// The plugin's digest: the SHA-256 of its manifest. None for what is built in.
    pub digest: Option<String>,
    /// The trusted keys whose signatures hold, each once, in the order of their ids.
    pub signers: Vec<Signer>,
    /// The keys of other signatures, which are not trusted: these were not checked, and never count.
    pub others: Vec<KeyId>,
    /// What an administrator should look at, whatever the state.
    pub warnings: Vec<Warning>,
    /// Why the state is as it is, for people.
    pub reason: String,
}

/// A trusted key whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signer {
    /// The name that the administrator gave the key.
    pub name: String,
    /// The key.
    pub key_id: KeyId,
    /// When it signed, as the signer says.
    pub signed_at: Timestamp,
    /// When the signature or the key ends, whichever is first.
    pub ends_at: Option<Timestamp>,
}

/// Something an administrator should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// The key that it is about.
    pub key_id: Option<KeyId>,
    /// What is the matter, for people.
    pub message: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// A key or a signature will end soon.
    ExpiresSoon,
    /// A key or a signature has ended.
    Expired,
    /// A key or a signature is not valid yet.
    NotYetValid,
    /// A key is revoked.
    Revoked,
    /// A trusted key's signature is of other bytes, such as an earlier build's.
    OtherManifest,
    /// A trusted key may not sign this plugin.
    NotForPlugin,
    /// The trust itself can't be what was meant.
    Misconfigured,
}

impl Verdict {
    /// What is said of a comparison that is part of csvq.
    #[must_use]
    pub fn built_in() -> Self {
        Self::new(SignatureState::BuiltIn, None, "it is a part of csvq")
    }

    pub(super) fn new(state: SignatureState, digest: Option<String>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { state, digest, signers: Vec::new(), others: Vec::new(), warnings: Vec::new(), reason }
    }

    /// The verdict once it is known that the plugin's files are not those of its manifest. `what` says how they
    /// differ, as a sentence. What is revoked stays so.
    ///
    /// ```
    /// use csvq_core::state::Timestamp;
    /// use csvq_core::trust::signature::{SignatureState, Trust, verify};
    /// let verdict = verify(br#"{"id": "lengths"}"#, None, &Trust::none(), Timestamp(0));
    /// assert_eq!(verdict.state, SignatureState::Unsigned);
    /// assert_eq!(verdict.modified("lengths.py is not what the manifest lists").state, SignatureState::Modified);
    /// ```
    #[must_use]
    pub fn modified(mut self, what: impl Into<String>) -> Self {
        if self.state != SignatureState::Revoked {
            self.state = SignatureState::Modified;
            self.reason = what.into();
        }
        self
    }

    /// Whether enough trusted keys have signed it.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.state == SignatureState::Signed
    }
}
