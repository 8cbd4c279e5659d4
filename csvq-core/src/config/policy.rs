//! What `security_policy.json` says, typed: what plugins must fulfil, and what they may do. Names are those of the
//! file.

mod compare;
mod domain;
mod findings;
mod keys;
mod limits;
mod load;
mod merge;
mod moment;
mod read;
mod scale;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

pub use self::findings::{OutsideMode, Severity};
pub use compare::{PolicyChange, PolicyEffect, compare_policies};
pub use domain::Domain;
pub(super) use keys::{PRIVATE, holds_private_key};
pub use keys::{Revocation, Revoked, TrustedKey};
pub use limits::{ExecutionLimits, FileSystemAccess, PluginLimits, PluginOverride};
pub use load::PolicyInForce;
pub(super) use load::{refuse_files_of_stages, with_keys};
pub use moment::Moment;
pub(super) use read::security_policy;

use super::document::Documents;
use super::environment::Environment;
use super::home::Home;
use super::{file, model};
use crate::error::Result;

/// The name of the file.
pub(super) const FILE: &str = "security_policy.json";

/// What plugins must fulfil, and what they may do. The default is csvq's own: what holds where there is no file.
/// Serialized, it has the form of the file, with defaults filled in.
///
/// ```
/// use csvq_core::config::SecurityPolicy;
/// let text = r#"{
///   "execution_limits": { "max_memory_mb": 512 },
///   "plugins": { "fuzzy_compare": { "max_memory_mb": 128 } }
/// }"#;
/// let policy = SecurityPolicy::from_json("security_policy.json".as_ref(), text)?;
/// assert_eq!(policy.effective("fuzzy_compare").max_memory_mb, 128);
/// assert_eq!(policy.effective("other").max_memory_mb, 512);
///
/// let error = SecurityPolicy::from_json("security_policy.json".as_ref(), &text.replace("128", "1024")).unwrap_err();
/// let expected = "plugins.fuzzy_compare.max_memory_mb: security_policy.json: line 3: this is looser than what holds for \
///                 all plugins (execution_limits.max_memory_mb is 512): an entry of one plugin can only tighten";
/// assert_eq!(error.to_string(), expected);
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SecurityPolicy {
    /// What is asked of plugins before they are installed and loaded.
    pub plugin_security: PluginSecurity,
    /// What they may use while they run.
    pub execution_limits: ExecutionLimits,
    /// What holds for one plugin, by its id; it can only tighten.
    pub plugins: BTreeMap<String, PluginOverride>,
}

impl SecurityPolicy {
    /// Reads it from a file's text, strictly: every setting may be left out, and none may be there that is unknown.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        read::security_policy(&documents, &root)
    }

    /// Reads it from a file. Files of keys are not looked at.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong;
    /// [`Io`](crate::ErrorKind::Io) where there is no such file, or it can't be read.
    pub fn from_file(path: &Path) -> Result<Self> {
        Self::from_json(path, &file::read_existing(path)?)
    }

    /// The policy of a home, as it is in force. The environment can only tighten it.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong, files of keys included;
    /// [`Io`](crate::ErrorKind::Io) where a file can't be read. Nothing may be allowed then.
    pub fn load(home: &Home, environment: &Environment) -> Result<PolicyInForce> {
        PolicyInForce::load(home, environment)
    }

    /// What holds for a plugin: the stricter of what is said of all and of it.
    #[must_use]
    pub fn effective(&self, plugin_id: &str) -> PluginLimits {
        PluginLimits::of(self, plugin_id)
    }

    /// This policy, tightened by another: nothing is looser than here. Of each setting the stricter one holds; keys and
    /// hosts are those that both have; what is revoked or blocked in either is. The rules of the scanner, an outside
    /// scanner and a control group are this policy's own, unless it has none of the latter two.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) where one of the two is none that a file could say.
    pub fn tightened_by(&self, other: &Self) -> Result<Self> {
        merge::tighten(self, other)
    }

    /// The same policy with its keys written in, those in files too, as far as they were read: to be kept and compared
    /// with a later one, so that another key in the same file is seen.
    #[must_use]
    pub fn self_contained(&self) -> Self {
        let mut policy = self.clone();
        for key in &mut policy.plugin_security.trusted_keys {
            if let Some(text) = key.read.take() {
                key.public_key = text;
            }
        }
        policy
    }

    /// Whether plugins may come from a host, named as in a URL: in lower case, other scripts as punycode, without a dot
    /// at the end. A host that is written otherwise is refused; an address is let through only where any host is.
    ///
    /// ```
    /// use csvq_core::config::SecurityPolicy;
    /// let text = r#"{ "plugin_security": { "allowed_domains": ["github.com", "*.github.com"] } }"#;
    /// let policy = SecurityPolicy::from_json("security_policy.json".as_ref(), text)?;
    /// assert!(policy.permits_host("codeload.github.com"));
    /// assert!(!policy.permits_host("github.com.evil.org"));
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    #[must_use]
    pub fn permits_host(&self, host: &str) -> bool {
        let security = &self.plugin_security;
        domain::permits(security.allowed_domains.as_deref(), &security.blocked_domains, host)
    }

    /// Everything as JSON, in the form of the file.
    pub(super) fn to_value(&self) -> Value {
        // Names are strings and numbers finite, so that nothing can be refused.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What is asked of plugins before they are installed and loaded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginSecurity {
    /// Whether plugins are used that are not built in.
    pub allow_external_plugins: bool,
    /// Whether they have to be signed by keys that are trusted.
    pub require_signature_verification: bool,
    /// The hosts that plugins may come from: any where that is not said, none where the list is empty.
    pub allowed_domains: Option<Vec<Domain>>,
    /// Hosts that they may not come from, those below them included. It wins over what is allowed.
    pub blocked_domains: Vec<Domain>,
    /// How large a package may be, in MiB.
    pub max_plugin_size_mb: u64,
    /// Whether packages are scanned; then only what the scanner finds clean is installed.
    pub scan_for_malicious_code: bool,
    /// Whether what is flagged comes into quarantine; otherwise it is only refused.
    pub quarantine_suspicious_plugins: bool,
    /// The keys whose signatures count.
    pub trusted_keys: Vec<TrustedKey>,
    /// Keys and plugins that are believed no more.
    pub revoked: Vec<Revocation>,
    /// By how many different trusted keys a plugin has to be signed.
    pub signature_threshold: u32,
    /// How many days before a key or a signature expires warnings begin.
    pub warn_before_expiry_days: u32,
    /// How packages are scanned.
    pub scanner: ScannerSettings,
}

impl Default for PluginSecurity {
    fn default() -> Self {
        Self {
            allow_external_plugins: true,
            require_signature_verification: false,
            allowed_domains: None,
            blocked_domains: Vec::new(),
            max_plugin_size_mb: 50,
            scan_for_malicious_code: true,
            quarantine_suspicious_plugins: true,
            trusted_keys: Vec::new(),
            revoked: Vec::new(),
            signature_threshold: 1,
            warn_before_expiry_days: 30,
            scanner: ScannerSettings::default(),
        }
    }
}

/// How packages are scanned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScannerSettings {
    /// The least severity that flags a package.
    pub flag_at: Severity,
    /// The file of the administrator's own rules, in the folder of configuration files. Where that is not said,
    /// `scan_rules.json` if it is there.
    pub rules: Option<String>,
    /// Another scanner, which is asked too.
    pub outside: Option<OutsideProgram>,
}

impl Default for ScannerSettings {
    fn default() -> Self {
        Self { flag_at: Severity::Medium, rules: None, outside: None }
    }
}

/// A program that scans packages, too.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutsideProgram {
    /// Its absolute path: it is not looked for.
    pub program: String,
    /// Its arguments; `{folder}` in them stands for the folder of what is scanned.
    pub args: Vec<String>,
    /// How long it may take, in seconds; then the scan has failed.
    #[serde(serialize_with = "model::plain")]
    pub timeout_seconds: f64,
    /// How it says what it found.
    pub mode: OutsideMode,
}
