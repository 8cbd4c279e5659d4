//! The policy in force, ready to be asked: its keys read, its rules compiled.

use std::path::Path;
use std::time::Duration;

use super::scan::{self, FileToScan, OutsideScanner, Rules, ScanReport};
use super::signature::{self, SignatureState, Trust, TrustParts, TrustedKeyEntry, Verdict};
use crate::config::{PluginLimits, PolicyInForce, Revoked, SecurityPolicy, SettingPath};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::state::Timestamp;

/// What decides about plugins: the policy of a home, with its keys and its rules.
#[derive(Clone, Debug)]
pub struct Judge {
    policy: PolicyInForce,
    keys: Trust,
    rules: Rules,
    outside: Option<OutsideScanner>,
}

impl Judge {
    /// Reads the keys that a policy trusts and the rules of its scanner.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) where a key, a date or a rule is wrong, and [`Io`](ErrorKind::Io) where a file of
    /// them can't be read.
    pub fn open(policy: PolicyInForce) -> Result<Self> {
        let keys = Trust::from_parts(&parts(policy.policy())).map_err(|error| placed(&policy, error))?;
        let scanner = &policy.policy().plugin_security.scanner;
        let rules = match policy.scan_rules() {
            Some(path) => Rules::from_file(path)?,
            None => Rules::built_in(),
        };
        let outside = scanner.outside.as_ref().map(|outside| OutsideScanner {
            program: outside.program.clone().into(),
            args: outside.args.clone(),
            timeout: Duration::try_from_secs_f64(outside.timeout_seconds).unwrap_or(Duration::MAX),
            mode: outside.mode,
        });
        let rules = rules.flagged_from(scanner.flag_at);
        Ok(Self { policy, keys, rules, outside })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &PolicyInForce {
        &self.policy
    }

    /// The keys that are trusted, and what was revoked.
    #[must_use]
    pub fn keys(&self) -> &Trust {
        &self.keys
    }

    /// What holds for a plugin, of which the id may not be known yet.
    #[must_use]
    pub fn limits(&self, id: Option<&str>) -> PluginLimits {
        self.policy.effective(id.unwrap_or_default())
    }

    /// Whether plugins may be used that are not built in.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied), with the place of the setting.
    pub fn admit_external(&self) -> Result<()> {
        if self.policy.policy().plugin_security.allow_external_plugins {
            return Ok(());
        }
        Err(self.denied(
            &["plugin_security", "allow_external_plugins"],
            "the security policy allows no plugins but those that are built in",
        ))
    }

    /// Whether a package of so many bytes may be looked at.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied), with the place of the setting.
    pub fn admit_size(&self, id: Option<&str>, bytes: u64) -> Result<()> {
        let most = self.limits(id).max_plugin_size_mb;
        if bytes <= most.saturating_mul(1 << 20) {
            return Ok(());
        }
        let message = format!("the security policy allows packages of at most {most} MiB, and this one is larger");
        Err(self.denied(&["plugin_security", "max_plugin_size_mb"], &message))
    }

    /// What the signature of a plugin's manifest comes to. `installed_at` says since when it is installed: what expired since
    /// then is told, and makes nothing invalid.
    #[must_use]
    pub fn verdict(
        &self,
        id: &str,
        manifest: &[u8],
        signature: Option<&[u8]>,
        installed_at: Option<Timestamp>,
    ) -> Verdict {
        let now = Timestamp::now();
        let keys = self.keys.clone().with_threshold(self.limits(Some(id)).signature_threshold);
        match installed_at {
            Some(installed_at) => signature::verify_installed(manifest, signature, &keys, installed_at, now),
            None => signature::verify(manifest, signature, &keys, now),
        }
    }

    /// Whether a plugin of such a signature may be used. A signature that is broken or revoked is refused, whether one is
    /// required or not.
    ///
    /// # Errors
    /// [`Signature`](ErrorKind::Signature), saying why.
    pub fn admit_signature(&self, id: &str, verdict: &Verdict) -> Result<()> {
        let is_required = self.limits(Some(id)).require_signature_verification;
        let what = match verdict.state {
            SignatureState::BuiltIn | SignatureState::Signed => return Ok(()),
            SignatureState::Unsigned if !is_required => return Ok(()),
            SignatureState::Unsigned => "the security policy requires a signature by a trusted key",
            SignatureState::Modified => "the plugin was modified after it was signed",
            SignatureState::Invalid => "the plugin's signature does not hold",
            SignatureState::Revoked => "the plugin, or the key that signed it, was revoked",
        };
        Err(Error::new(ErrorKind::Signature, format!("{what}: {}", verdict.reason)).of_plugin(id))
    }

    /// Scans files in a folder; none where the policy has no scan made of such a plugin.
    #[must_use]
    pub fn scan(&self, id: Option<&str>, folder: &Path, files: &[FileToScan], control: &Control) -> Option<ScanReport> {
        self.limits(id).scan_for_malicious_code.then(|| self.scan_anyway(folder, files, control))
    }

    /// Scans files in a folder, whatever the policy says.
    #[must_use]
    pub fn scan_anyway(&self, folder: &Path, files: &[FileToScan], control: &Control) -> ScanReport {
        scan::scan(folder, files, &self.rules, self.outside.as_ref(), control)
    }

    fn denied(&self, setting: &[&str], message: &str) -> Error {
        let fault = self.policy.fault(&SettingPath::of(setting), message);
        Error::new(ErrorKind::Denied, message).with_context(fault.context().clone())
    }
}

/// What is trusted: the keys that the policy lists, and what it revokes.
fn parts(policy: &SecurityPolicy) -> TrustParts {
    let security = &policy.plugin_security;
    let trusted_keys = security
        .trusted_keys
        .iter()
        .map(|key| TrustedKeyEntry {
            name: key.name.clone(),
            public_key: key.pem().unwrap_or(&key.public_key).to_owned(),
            not_before: key.not_before.as_ref().map(|from| from.as_str().to_owned()),
            expires: key.expires.as_ref().map(|expires| expires.as_str().to_owned()),
            plugins: key.plugins.clone(),
        })
        .collect();
    let revoked = security
        .revoked
        .iter()
        .map(|revocation| {
            let (key_id, digest) = match &revocation.what {
                Revoked::Key(id) => (Some(id.clone()), None),
                Revoked::Digest(digest) => (None, Some(digest.clone())),
            };
            let revoked_at = revocation.revoked_at.as_ref().map(|at| at.as_str().to_owned());
            signature::RevokedEntry { key_id, digest, reason: Some(revocation.reason.clone()), revoked_at }
        })
        .collect();
    TrustParts {
        trusted_keys,
        revoked,
        signature_threshold: security.signature_threshold,
        warn_before_expiry_days: security.warn_before_expiry_days,
    }
}

/// An error about an entry, with the file and line where it stands.
fn placed(policy: &PolicyInForce, error: Error) -> Error {
    let path = error.context().field.as_deref().and_then(|field| field.parse::<SettingPath>().ok());
    match path {
        Some(path) => {
            let fault = policy.fault(&path, error.message());
            Error::new(error.kind(), error.message()).with_context(fault.context().clone())
        }
        None => error,
    }
}
