//! What can stand in the audit log: what was done, and how it came out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Names an enum's variants for good: in the log, in JSON and on the command line.
macro_rules! named {
    ($(#[$about:meta])* $kind:ident: $what:literal { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $kind {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl $kind {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name, which stays the same for good.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|one| one.name() == text).ok_or_else(|| {
                    let names: Vec<&str> = Self::ALL.iter().map(|one| one.name()).collect();
                    format!("`{}` is no {}; there are: {}", text.escape_debug(), $what, names.join(", "))
                })
            }
        }
    };
}

pub(in crate::state) use named;

named! {
    /// What someone did, or tried to do. Names are never used again for something else.
    AuditAction: "action of the audit log" {
        /// A plugin is there that was not.
        PluginInstalled = "plugin_installed",
        /// An installed plugin has another version, or its version other content.
        PluginUpdated = "plugin_updated",
        /// A plugin, or a version of it, is gone.
        PluginRemoved = "plugin_removed",
        /// Another of the installed versions is the active one.
        PluginActivated = "plugin_activated",
        /// The version that was active before is the active one again.
        PluginRolledBack = "plugin_rolled_back",
        /// A plugin may be used.
        PluginEnabled = "plugin_enabled",
        /// A plugin may not be used.
        PluginDisabled = "plugin_disabled",
        /// A plugin is to go at some day.
        PluginDeprecated = "plugin_deprecated",
        /// An installation that was cut off was finished or undone.
        InstallRecovered = "install_recovered",
        /// A package was not let in.
        InstallRefused = "install_refused",
        /// Nothing was fetched from an address.
        DownloadRefused = "download_refused",
        /// An installed plugin was not loaded.
        LoadRefused = "load_refused",
        /// A plugin was not run.
        RunRefused = "run_refused",
        /// A worker was ended, since the plugin in it did what it may not, or took more than it may.
        RunEnded = "run_ended",
        /// The files of an installed plugin are not those that were installed.
        ModifiedFound = "modified_found",
        /// The security policy is another, and no looser.
        PolicyChanged = "policy_changed",
        /// The security policy allows more than it did.
        PolicyLoosened = "policy_loosened",
        /// A setting is another.
        ConfigChanged = "config_changed",
        /// Something was put into quarantine.
        Quarantined = "quarantined",
        /// Something was let out of quarantine.
        QuarantineReleased = "quarantine_released",
        /// Something in quarantine was deleted.
        QuarantineDeleted = "quarantine_deleted",
        /// A plugin may run in csvq's own process.
        TrustedInProcess = "trusted_in_process",
        /// A plugin may no longer run in csvq's own process.
        TrustWithdrawn = "trust_withdrawn",
        /// The scanner found something.
        ScanFlagged = "scan_flagged",
        /// The scanner came to no end.
        ScanFailed = "scan_failed",
        /// A signature is missing, does not hold, or is of nobody who is trusted.
        SignatureRefused = "signature_refused",
        /// A key is trusted.
        KeyTrusted = "key_trusted",
        /// A key is no longer trusted.
        KeyRemoved = "key_removed",
        /// A key is revoked: nothing that it signed holds.
        KeyRevoked = "key_revoked",
        /// The digest of a plugin is revoked.
        DigestRevoked = "digest_revoked",
        /// A package was signed with a key of this home.
        PackageSigned = "package_signed",
        /// A guard of the sandbox is missing on this system.
        SandboxMissing = "sandbox_missing",
        /// Someone may do more than before.
        AccessGranted = "access_granted",
        /// Someone may do less than before.
        AccessWithdrawn = "access_withdrawn",
        /// Someone asked for what they may not do.
        AccessRefused = "access_refused",
        /// A backup was made.
        BackupMade = "backup_made",
        /// A backup, or a part of one, was brought back.
        BackupRestored = "backup_restored",
        /// The audit log was written out.
        AuditExported = "audit_exported",
        /// Lines of the audit log were let go.
        AuditPruned = "audit_pruned",
        /// The audit log is not as csvq wrote it.
        AuditBroken = "audit_broken",
    }
}

named! {
    /// How something came out.
    AuditOutcome: "outcome" {
        /// It was done.
        Allowed = "allowed",
        /// It was not done, since it may not be.
        Refused = "refused",
        /// It was tried and did not work.
        Failed = "failed",
    }
}
