//! Whom the administrator trusts: keys, how many of them are needed, and what was revoked.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::fault::{self, setting};
use super::key::{KeyId, PublicKey};
use super::message;
use super::time::{self, Edge};
use super::verdict::{Warning, WarningKind};
use crate::error::Result;
use crate::state::Timestamp;

/// A trusted key as a policy has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedKeyEntry {
    /// What people call it; each name once.
    pub name: String,
    /// The key in PEM.
    pub public_key: String,
    /// From when on the key is trusted: a day such as `2026-01-31` (from its start, UTC), or an RFC 3339 time.
    pub not_before: Option<String>,
    /// Until when the key is trusted: a day such as `2027-06-30` (to its end, UTC), or an RFC 3339 time.
    pub expires: Option<String>,
    /// The ids of the plugins that it may sign; any, if left out.
    pub plugins: Option<Vec<String>>,
}

/// Something revoked as a policy has it: a key or a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevokedEntry {
    /// The id of a key.
    pub key_id: Option<String>,
    /// Or the digest of a plugin: the SHA-256 of its manifest.
    pub digest: Option<String>,
    /// Why, for people.
    pub reason: Option<String>,
    /// Since when, for people: a day or an RFC 3339 time.
    pub revoked_at: Option<String>,
}

/// All that a [`Trust`] is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustParts {
    /// The trusted keys.
    pub trusted_keys: Vec<TrustedKeyEntry>,
    /// What was revoked.
    pub revoked: Vec<RevokedEntry>,
    /// How many different keys must have signed a plugin: 1 by default.
    pub signature_threshold: u32,
    /// How many days before a key or a signature ends this is warned about: 30 by default.
    pub warn_before_expiry_days: u32,
}

impl Default for TrustParts {
    fn default() -> Self {
        Self { trusted_keys: Vec::new(), revoked: Vec::new(), signature_threshold: 1, warn_before_expiry_days: 30 }
    }
}

/// A key that the administrator trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedKey {
    /// What people call it.
    pub name: String,
    /// The key.
    pub public_key: PublicKey,
    /// From when on it is trusted.
    pub not_before: Option<Timestamp>,
    /// From when on it is not trusted any more for new installations.
    pub expires_at: Option<Timestamp>,
    /// The ids of the plugins that it may sign; any, if none are named.
    pub plugins: Option<BTreeSet<String>>,
}

impl TrustedKey {
    /// Whether the key is trusted for a plugin.
    #[must_use]
    pub fn may_sign(&self, plugin: &str) -> bool {
        self.plugins.as_ref().is_none_or(|plugins| plugins.contains(plugin))
    }
}

/// What is revoked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Revoked {
    /// A key, for all that it signed, whenever it says that it did: whoever stole it would say an earlier time.
    Key(KeyId),
    /// One plugin in one version, by its digest, whoever signed it.
    Plugin([u8; 32]),
}

/// That something is revoked, from the moment that it is said. The time is told to people and decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// What is revoked.
    pub what: Revoked,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    pub revoked_at: Option<Timestamp>,
}

impl Revocation {
    /// Since when and why, for people: empty, or a text that begins with a space.
    pub(super) fn told(&self) -> String {
        let since = self.revoked_at.map(|time| format!(" since {}", time::shown(time))).unwrap_or_default();
        let reason = self.reason.as_deref().map(|reason| format!(" ({})", fault::shown(reason))).unwrap_or_default();
        since + &reason
    }
}

/// Whom the administrator trusts, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    keys: BTreeMap<KeyId, TrustedKey>,
    revoked: BTreeMap<Revoked, Revocation>,
    threshold: u32,
    warn_days: u32,
}

impl Trust {
    /// Trust in nobody: every plugin is unsigned.
    #[must_use]
    pub fn none() -> Self {
        Self { keys: BTreeMap::new(), revoked: BTreeMap::new(), threshold: 1, warn_days: 30 }
    }

    /// Trust in one key for any plugin. `name` stands for it in answers.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) where the name is empty, too long, or has characters that can't be seen.
    pub fn of_key(name: &str, key: PublicKey) -> Result<Self> {
        check_name(name).map_err(|message| setting("name", message))?;
        let (name, id) = (name.to_owned(), key.id());
        let key = TrustedKey { name, public_key: key, not_before: None, expires_at: None, plugins: None };
        Ok(Self { keys: BTreeMap::from([(id, key)]), ..Self::none() })
    }

    /// Trust as a policy has it.
    ///
    /// ```
    /// use csvq_core::trust::signature::{Trust, TrustParts, TrustedKeyEntry};
    /// let key = TrustedKeyEntry { name: "ann".to_owned(), public_key: "x".to_owned(), ..TrustedKeyEntry::default() };
    /// let error = Trust::from_parts(&TrustParts { trusted_keys: vec![key], ..TrustParts::default() }).unwrap_err();
    /// assert_eq!(error.context().field.as_deref(), Some("plugin_security.trusted_keys[0].public_key"));
    /// ```
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) with the path of the value in `security_policy.json`, where an entry can't
    /// be read or contradicts another.
    pub fn from_parts(parts: &TrustParts) -> Result<Self> {
        if parts.signature_threshold == 0 {
            let message = "at least one signature is needed: not to need any is `require_signature_verification`";
            return Err(setting("plugin_security.signature_threshold", message));
        }
        let mut trust =
            Self { threshold: parts.signature_threshold, warn_days: parts.warn_before_expiry_days, ..Self::none() };
        let mut names = HashSet::new();
        for (index, entry) in parts.trusted_keys.iter().enumerate() {
            let at = |field: &str| format!("plugin_security.trusted_keys[{index}].{field}");
            let key = trusted_key(entry, &at)?;
            if !names.insert(key.name.clone()) {
                return Err(setting(at("name"), format!("there is another key of the name `{}`", key.name)));
            }
            if let Some(other) = trust.keys.get(&key.public_key.id()) {
                let message = format!("this is the same key as that of the name `{}`", other.name);
                return Err(setting(at("public_key"), message));
            }
            trust.keys.insert(key.public_key.id(), key);
        }
        for (index, entry) in parts.revoked.iter().enumerate() {
            let found = revocation(entry, &format!("plugin_security.revoked[{index}]"))?;
            trust.revoked.entry(found.what.clone()).or_insert(found);
        }
        Ok(trust)
    }

    /// The same trust, where at least so many keys must have signed: for a plugin that more is asked of.
    #[must_use]
    pub fn with_threshold(mut self, threshold: u32) -> Self {
        self.threshold = self.threshold.max(threshold);
        self
    }

    /// The trusted keys, in the order of their ids; revoked ones, too.
    pub fn keys(&self) -> impl Iterator<Item = &TrustedKey> {
        self.keys.values()
    }

    /// What is revoked.
    pub fn revoked(&self) -> impl Iterator<Item = &Revocation> {
        self.revoked.values()
    }

    /// How many different keys must have signed a plugin.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    pub(super) fn key(&self, id: &KeyId) -> Option<&TrustedKey> {
        self.keys.get(id)
    }

    pub(super) fn revocation(&self, what: &Revoked) -> Option<&Revocation> {
        self.revoked.get(what)
    }

    /// Whether a time is past, or so near that it is warned about. None where it is neither.
    pub(super) fn warning_at(&self, end: Timestamp, now: Timestamp) -> Option<WarningKind> {
        if end <= now {
            Some(WarningKind::Expired)
        } else if end <= now.plus_days(self.warn_days) {
            Some(WarningKind::ExpiresSoon)
        } else {
            None
        }
    }

    /// What an administrator should look at, whatever plugins there are: keys that end soon, have ended or are revoked,
    /// and a threshold that can't be reached.
    #[must_use]
    pub fn warnings(&self, now: Timestamp) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut usable = 0;
        for (id, key) in &self.keys {
            let name = &key.name;
            let mut add = |kind, message| warnings.push(Warning { kind, key_id: Some(*id), message });
            if let Some(revocation) = self.revocation(&Revoked::Key(*id)) {
                add(WarningKind::Revoked, format!("the key {name} is trusted and revoked{}", revocation.told()));
                continue;
            }
            match key.expires_at.map(|end| (end, self.warning_at(end, now))) {
                Some((end, Some(WarningKind::Expired))) => {
                    add(WarningKind::Expired, format!("the key {name} ended at {}", time::shown(end)));
                    continue;
                }
                Some((end, Some(kind))) => add(kind, format!("the key {name} ends at {}", time::shown(end))),
                _ => {}
            }
            usable += 1;
        }
        if !self.keys.is_empty() && usable < self.threshold {
            let message = format!("{} signatures are needed, and only {usable} keys can give one", self.threshold);
            warnings.push(Warning { kind: WarningKind::Misconfigured, key_id: None, message });
        }
        warnings
    }
}

fn trusted_key(entry: &TrustedKeyEntry, at: &dyn Fn(&str) -> String) -> Result<TrustedKey> {
    check_name(&entry.name).map_err(|message| setting(at("name"), message))?;
    let wrong_key = |error: crate::error::Error| setting(at("public_key"), error.message());
    let public_key = PublicKey::from_pem(&entry.public_key).map_err(wrong_key)?;
    let not_before = moment(entry.not_before.as_deref(), Edge::Start, || at("not_before"))?;
    let expires_at = moment(entry.expires.as_deref(), Edge::End, || at("expires"))?;
    if let (Some(start), Some(end)) = (not_before, expires_at)
        && end <= start
    {
        return Err(setting(at("expires"), "the key would end before it begins"));
    }
    let plugins = match &entry.plugins {
        None => None,
        Some(ids) if ids.is_empty() => {
            let message = "an empty list would let the key sign nothing: leave it out for any plugin";
            return Err(setting(at("plugins"), message));
        }
        Some(ids) => {
            if let Some(wrong) = ids.iter().find(|id| !message::is_plugin_id(id)) {
                return Err(setting(at("plugins"), format!("`{}` is no id of a plugin", fault::shown(wrong))));
            }
            Some(ids.iter().cloned().collect())
        }
    };
    Ok(TrustedKey { name: entry.name.clone(), public_key, not_before, expires_at, plugins })
}

fn revocation(entry: &RevokedEntry, at: &str) -> Result<Revocation> {
    let what = match (&entry.key_id, &entry.digest) {
        (Some(id), None) => {
            let id = id.parse::<KeyId>().map_err(|error| setting(format!("{at}.key_id"), error.message()))?;
            Revoked::Key(id)
        }
        (None, Some(digest)) => {
            let message = "a plugin's digest has 64 of `0` to `9` and `a` to `f`";
            let digest = fault::from_hexadecimal(digest).ok_or_else(|| setting(format!("{at}.digest"), message))?;
            Revoked::Plugin(digest)
        }
        _ => return Err(setting(at, "what is revoked is either a `key_id` or a `digest`")),
    };
    let revoked_at = moment(entry.revoked_at.as_deref(), Edge::Start, || format!("{at}.revoked_at"))?;
    Ok(Revocation { what, reason: entry.reason.clone(), revoked_at })
}

fn moment(text: Option<&str>, edge: Edge, at: impl Fn() -> String) -> Result<Option<Timestamp>> {
    let message = "write a day such as `2027-06-30`, or a time such as `2027-06-30T12:00:00Z`";
    text.map(|text| time::bound(text, edge).ok_or_else(|| setting(at(), message))).transpose()
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.trim().is_empty() || name.chars().count() > 100 {
        Err("a key's name has 1 to 100 characters")
    } else if !name.chars().all(fault::is_harmless) {
        Err("a key's name can't hold control or invisible characters")
    } else {
        Ok(())
    }
}
