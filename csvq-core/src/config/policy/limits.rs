//! What plugins may use while they run: for all of them, for one, and what that comes to.

use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use super::SecurityPolicy;
use crate::config::model::{plain, plain_if_any};

/// Which files a plugin gets to see besides the tables that it compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSystemAccess {
    /// Those of its own package, to read.
    None,
    /// Those of its own package, to read, and a scratch folder of its own that is gone when the worker is.
    #[default]
    Restricted,
    /// Those of the user who runs csvq, to read and write. No program can be started in any case.
    Full,
}

impl FileSystemAccess {
    /// Their names, the strictest first.
    pub(super) const NAMES: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("restricted", Self::Restricted), ("full", Self::Full)];
}

/// What holds for every plugin while it runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExecutionLimits {
    /// How much memory a plugin may take besides the tables that it compares, in MiB.
    pub max_memory_mb: u64,
    /// How long a comparison may take, in seconds.
    #[serde(serialize_with = "plain")]
    pub max_execution_time_seconds: f64,
    /// Whether it may use the network.
    pub allow_network_access: bool,
    /// Which files it gets to see.
    pub allow_file_system_access: FileSystemAccess,
    /// Whether it runs in a sandbox.
    pub sandbox: bool,
    /// Whether it is refused where this machine can't enforce the sandbox.
    pub strict: bool,
    /// How much its scratch folder may hold, in MiB.
    pub max_scratch_mb: u64,
    /// How large its result may be, in MiB.
    pub max_result_mb: u64,
    /// How many threads its libraries are told to use at most.
    pub max_threads: Option<u32>,
    /// A control group that csvq may make groups in, by its folder.
    pub cgroup: Option<String>,
}

impl Default for ExecutionLimits {
    fn default() -> Self {
        Self {
            max_memory_mb: 1024,
            max_execution_time_seconds: 300.0,
            allow_network_access: false,
            allow_file_system_access: FileSystemAccess::Restricted,
            sandbox: true,
            strict: false,
            max_scratch_mb: 512,
            max_result_mb: 1024,
            max_threads: None,
            cgroup: None,
        }
    }
}

/// What holds for one plugin in place of what holds for all: never something looser.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each is what the general setting of its name is")]
pub struct PluginOverride {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_signature_verification: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_threshold: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_plugin_size_mb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_for_malicious_code: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine_suspicious_plugins: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_memory_mb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain_if_any")]
    pub max_execution_time_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_network_access: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_file_system_access: Option<FileSystemAccess>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_scratch_mb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_result_mb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_threads: Option<u32>,
}

/// What holds for one plugin: the stricter of what is said of all and of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PluginLimits {
    /// Whether only a signed one may be installed and loaded.
    pub require_signature_verification: bool,
    /// By how many trusted keys it has to be signed.
    pub signature_threshold: u32,
    /// How large its package may be, in MiB.
    pub max_plugin_size_mb: u64,
    /// Whether it is scanned.
    pub scan_for_malicious_code: bool,
    /// Whether it comes into quarantine when it is flagged.
    pub quarantine_suspicious_plugins: bool,
    /// How much memory it may take besides its tables, in MiB.
    pub max_memory_mb: u64,
    /// How long a comparison may take.
    #[serde(rename = "max_execution_time_seconds", serialize_with = "seconds")]
    pub max_execution_time: Duration,
    /// Whether it may use the network.
    pub allow_network_access: bool,
    /// Which files it gets to see.
    pub allow_file_system_access: FileSystemAccess,
    /// Whether it runs in a sandbox: always where it is strict.
    pub sandbox: bool,
    /// Whether it is refused where the sandbox can't be enforced.
    pub strict: bool,
    /// How much its scratch folder may hold, in MiB.
    pub max_scratch_mb: u64,
    /// How large its result may be, in MiB.
    pub max_result_mb: u64,
    /// How many threads its libraries are told to use at most.
    pub max_threads: Option<u32>,
    /// A control group that csvq may make groups in, by its folder.
    pub cgroup: Option<String>,
}

impl PluginLimits {
    /// What holds for a plugin under a policy. What is looser in its own entry does not count.
    pub(super) fn of(policy: &SecurityPolicy, plugin_id: &str) -> Self {
        let none = PluginOverride::default();
        let own = policy.plugins.get(plugin_id).unwrap_or(&none);
        let (security, limits) = (&policy.plugin_security, &policy.execution_limits);
        let either = |general: bool, own: Option<bool>| general || own.unwrap_or_default();
        let least = |general: u64, own: Option<u64>| own.map_or(general, |own| own.min(general));
        let seconds = own.max_execution_time_seconds.unwrap_or(f64::INFINITY).min(limits.max_execution_time_seconds);
        let strict = either(limits.strict, own.strict);
        Self {
            require_signature_verification: either(
                security.require_signature_verification,
                own.require_signature_verification,
            ),
            signature_threshold: security.signature_threshold.max(own.signature_threshold.unwrap_or_default()),
            max_plugin_size_mb: least(security.max_plugin_size_mb, own.max_plugin_size_mb),
            scan_for_malicious_code: either(security.scan_for_malicious_code, own.scan_for_malicious_code),
            quarantine_suspicious_plugins: either(
                security.quarantine_suspicious_plugins,
                own.quarantine_suspicious_plugins,
            ),
            max_memory_mb: least(limits.max_memory_mb, own.max_memory_mb),
            max_execution_time: Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX),
            allow_network_access: limits.allow_network_access && own.allow_network_access.unwrap_or(true),
            allow_file_system_access: own
                .allow_file_system_access
                .map_or(limits.allow_file_system_access, |own| own.min(limits.allow_file_system_access)),
            sandbox: strict || either(limits.sandbox, own.sandbox),
            strict,
            max_scratch_mb: least(limits.max_scratch_mb, own.max_scratch_mb),
            max_result_mb: least(limits.max_result_mb, own.max_result_mb),
            max_threads: [limits.max_threads, own.max_threads].into_iter().flatten().min(),
            cgroup: limits.cgroup.clone(),
        }
    }
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    plain(&time.as_secs_f64(), serializer)
}
