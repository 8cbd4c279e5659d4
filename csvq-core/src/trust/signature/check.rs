//! Checking signatures: each is judged by itself, then all of them together.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Signature, SignatureFile};
use super::key::KeyId;
use super::trusted::{Revoked, Trust, TrustedKey};
use super::verdict::{SignatureState, Signer, Verdict, Warning, WarningKind};
use super::{fault, message, time};
use crate::state::Timestamp;

/// How far a signer's clock may be ahead of ours: a time zone taken wrongly is no attack.
const AHEAD_DAYS: u32 = 1;

/// Says how a plugin stands that is about to be installed. `manifest` and `signature` are the bytes of its
/// `plugin.json` and `plugin.sig`.
///
/// A signature counts if its key is trusted for this plugin and not revoked, it is of these very bytes, and neither it
/// nor its key is out of its time. Different keys are counted; their order, or two signatures by one, make no
/// difference. A single signature in the name of a trusted key that does not hold, or that is of another plugin, makes
/// all of it invalid: somebody has tampered with the file.
#[must_use]
pub fn verify(manifest: &[u8], signature: Option<&[u8]>, trust: &Trust, now: Timestamp) -> Verdict {
    Checking { trust, at: now, now }.verdict(manifest, signature)
}

/// Says how a plugin stands that was installed at a time. What has ended since then still counts, with a warning: a
/// plugin that was sound when it came does not fail on the day that a key ends. A revocation counts at once.
#[must_use]
pub fn verify_installed(
    manifest: &[u8],
    signature: Option<&[u8]>,
    trust: &Trust,
    installed_at: Timestamp,
    now: Timestamp,
) -> Verdict {
    Checking { trust, at: installed_at, now }.verdict(manifest, signature)
}

struct Checking<'a> {
    trust: &'a Trust,
    /// When keys and signatures must have been in their time.
    at: Timestamp,
    now: Timestamp,
}

/// What is signed, as far as the package says.
struct Subject {
    plugin: String,
    digest: [u8; 32],
}

/// How one signature stands.
enum Finding<'a> {
    /// Its key is not trusted: nothing is known of it.
    Other,
    /// It does not count, and why, for people.
    Against(Cause, String),
    Holds(&'a TrustedKey),
}

/// Why a signature does not count; what weighs most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// It is not by the key that it names, not of what it says, or of another plugin.
    Tampered,
    Revoked,
    OtherManifest,
    Expired,
    NotYetValid,
    NotForPlugin,
}

impl Cause {
    /// The state of a plugin that has no better signatures.
    fn state(self) -> SignatureState {
        match self {
            Self::Tampered | Self::Expired | Self::NotYetValid => SignatureState::Invalid,
            Self::Revoked => SignatureState::Revoked,
            Self::OtherManifest => SignatureState::Modified,
            Self::NotForPlugin => SignatureState::Unsigned,
        }
    }

    /// What is warned of where other signatures are enough. Tampering is no matter for a warning.
    fn warning(self) -> Option<WarningKind> {
        match self {
            Self::Tampered => None,
            Self::Revoked => Some(WarningKind::Revoked),
            Self::OtherManifest => Some(WarningKind::OtherManifest),
            Self::Expired => Some(WarningKind::Expired),
            Self::NotYetValid => Some(WarningKind::NotYetValid),
            Self::NotForPlugin => Some(WarningKind::NotForPlugin),
        }
    }
}

impl<'a> Checking<'a> {
    fn verdict(&self, manifest: &[u8], signature: Option<&[u8]>) -> Verdict {
        let digest = message::digest(manifest);
        let answer = |state, reason: String| Verdict::new(state, Some(fault::hexadecimal(&digest)), reason);
        if let Some(revocation) = self.trust.revocation(&Revoked::Plugin(digest)) {
            return answer(SignatureState::Revoked, format!("this plugin is revoked{}", revocation.told()));
        }
        let Some(bytes) = signature else {
            return answer(SignatureState::Unsigned, "there is no signature".to_owned());
        };
        let read = SignatureFile::read(bytes, "plugin.sig").map_err(|error| error.to_string());
        let read = read.and_then(|file| Ok((file, message::plugin_id(manifest)?)));
        match read {
            Ok((file, plugin)) => {
                // In an order of their own, so that the file's makes no difference.
                let signatures: BTreeSet<_> = file.signatures().iter().collect();
                self.sum_up(&Subject { plugin, digest }, &signatures)
            }
            Err(message) => answer(SignatureState::Invalid, message),
        }
    }

    /// Judges one signature. What it claims is believed only once it is known that a trusted key has signed it.
    fn judge(&self, subject: &Subject, signature: &Signature) -> Finding<'a> {
        let claims = &signature.claims;
        let key = self.trust.key(&claims.key_id);
        if let Some(revocation) = self.trust.revocation(&Revoked::Key(claims.key_id)) {
            let name = key.map_or_else(|| claims.key_id.short(), |key| key.name.clone());
            return Finding::Against(Cause::Revoked, format!("the key {name} is revoked{}", revocation.told()));
        }
        let Some(key) = key else { return Finding::Other };
        let name = &key.name;
        let against = |cause, why| Finding::Against(cause, why);
        if !key.public_key.has_signed(&message::message(claims), &signature.bytes) {
            return against(Cause::Tampered, format!("the signature in the name of {name} does not hold"));
        }
        if claims.plugin != subject.plugin {
            let why = format!("the signature by {name} is one of another plugin, {}", claims.plugin);
            return against(Cause::Tampered, why);
        }
        if !key.may_sign(&subject.plugin) {
            let why = format!("the key {name} is not trusted for the plugin {}", subject.plugin);
            return against(Cause::NotForPlugin, why);
        }
        if claims.digest != subject.digest {
            return against(Cause::OtherManifest, format!("{name} has signed another plugin.json of this plugin"));
        }
        match self.out_of_time(key, signature) {
            Some((cause, why)) => against(cause, why),
            None => Finding::Holds(key),
        }
    }

    /// Why a signature does not count at this time, if it does not.
    fn out_of_time(&self, key: &TrustedKey, signature: &Signature) -> Option<(Cause, String)> {
        let (made, name) = (signature.signed_at(), &key.name);
        if made > self.now.plus_days(AHEAD_DAYS) {
            let why = format!("the signature by {name} is dated {}, which is yet to come", time::shown(made));
            return Some((Cause::NotYetValid, why));
        }
        if let Some(start) = key.not_before.filter(|start| self.at < *start || made < *start) {
            let why = format!("the key {name} is trusted from {} on, and not before", time::shown(start));
            return Some((Cause::NotYetValid, why));
        }
        if let Some(end) = key.expires_at.filter(|end| *end <= self.at || *end <= made) {
            return Some((Cause::Expired, format!("the key {name} ended at {}", time::shown(end))));
        }
        let end = signature.expires_at().filter(|end| *end <= self.at)?;
        Some((Cause::Expired, format!("the signature by {name} ended at {}", time::shown(end))))
    }

    /// What all signatures come to.
    fn sum_up(&self, subject: &Subject, signatures: &BTreeSet<&Signature>) -> Verdict {
        let (mut signers, mut others) = (BTreeMap::new(), BTreeSet::new());
        let (mut causes, mut warnings) = (BTreeMap::new(), BTreeSet::new());
        for signature in signatures {
            match self.judge(subject, signature) {
                Finding::Other => drop(others.insert(signature.key_id())),
                Finding::Holds(key) => add_signer(&mut signers, key, signature),
                Finding::Against(cause, message) => {
                    let warning = cause.warning().map(|kind| (kind, Some(signature.key_id()), message.clone()));
                    warnings.extend(warning);
                    causes.entry(cause).or_insert(message);
                }
            }
        }
        let mut verdict = Verdict::new(SignatureState::Unsigned, Some(fault::hexadecimal(&subject.digest)), "");
        verdict.signers = signers.into_values().collect();
        verdict.others = others.into_iter().collect();
        warnings.extend(verdict.signers.iter().filter_map(|signer| self.ending(signer)));
        let warning = |(kind, key_id, message)| Warning { kind, key_id, message };
        verdict.warnings = warnings.into_iter().map(warning).collect();
        (verdict.state, verdict.reason) = decide(&verdict, self.trust.threshold(), causes);
        verdict
    }

    /// The warning of a signature that counts, but not for ever.
    fn ending(&self, signer: &Signer) -> Option<(WarningKind, Option<KeyId>, String)> {
        let end = signer.ends_at?;
        let kind = self.trust.warning_at(end, self.now)?;
        let (name, at) = (&signer.name, time::shown(end));
        let message = match kind {
            WarningKind::Expired => {
                format!("the signature by {name} ended at {at}: it counts for what is installed only")
            }
            _ => format!("the signature by {name} ends at {at}"),
        };
        Some((kind, Some(signer.key_id), message))
    }
}

/// Counts a key once, with the signature that lasts longest.
fn add_signer(signers: &mut BTreeMap<KeyId, Signer>, key: &TrustedKey, signature: &Signature) {
    let ends_at = match (key.expires_at, signature.expires_at()) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let (name, key_id) = (key.name.clone(), key.public_key.id());
    let signer = Signer { name, key_id, signed_at: signature.signed_at(), ends_at };
    let rank = |one: &Signer| (one.ends_at.is_none(), one.ends_at, one.signed_at);
    match signers.get(&key_id) {
        Some(held) if rank(held) >= rank(&signer) => {}
        _ => drop(signers.insert(key_id, signer)),
    }
}

/// The state that follows from signers and from what speaks against the others, and why.
fn decide(verdict: &Verdict, threshold: u32, causes: BTreeMap<Cause, String>) -> (SignatureState, String) {
    let signers = &verdict.signers;
    let names: Vec<_> = signers.iter().map(|one| format!("{} ({})", one.name, one.key_id.short())).collect();
    let names = names.join(", ");
    let enough = !signers.is_empty() && signers.len() as u64 >= u64::from(threshold);
    match causes.into_iter().next() {
        Some((Cause::Tampered, why)) => (Cause::Tampered.state(), why),
        _ if enough => (SignatureState::Signed, format!("signed by {names}")),
        Some((cause, why)) if cause.state() != SignatureState::Unsigned || signers.is_empty() => (cause.state(), why),
        _ if !signers.is_empty() => {
            let why = format!("{threshold} keys must have signed it, and only these have: {names}");
            (SignatureState::Unsigned, why)
        }
        _ => {
            let others: Vec<_> = verdict.others.iter().map(KeyId::short).collect();
            let why = format!("it is signed only by keys that are not trusted: {}", others.join(", "));
            (SignatureState::Unsigned, why)
        }
    }
}
