//! From JSON with places to the typed policy: every setting by name, and nothing besides.

mod entries;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::Value;

use entries::{NO_ID, absolute, is_id, revoked, scanner, trusted_keys};

use super::scale::SETTINGS;
use super::{Domain, ExecutionLimits, FileSystemAccess, PluginOverride, PluginSecurity, SecurityPolicy};
use crate::config::document::{Documents, Node};
use crate::config::read::fields::{Fields, Reader};
use crate::config::read::{LONGEST_SECONDS, refuse_private_keys};
use crate::error::Result;

/// The least that a time limit can be, in seconds: none is no time at all.
const SHORTEST: f64 = 0.001;

/// The most that a limit in MiB can be.
const MOST_MB: u64 = 1 << 30;

/// Reads a whole document. Files of keys are not looked at.
pub(in crate::config) fn security_policy(documents: &Documents, root: &Node) -> Result<SecurityPolicy> {
    let root = Reader::root(documents, root);
    refuse_private_keys(&root)?;
    let fields = root.fields(&["plugin_security", "execution_limits", "plugins"])?;
    let mut policy = SecurityPolicy {
        plugin_security: fields.get("plugin_security", plugin_security)?.unwrap_or_default(),
        execution_limits: fields.get("execution_limits", execution_limits)?.unwrap_or_default(),
        plugins: BTreeMap::new(),
    };
    let general = policy.to_value();
    policy.plugins = fields.get("plugins", |reader| plugins(reader, &general))?.unwrap_or_default();
    Ok(policy)
}

fn plugin_security(reader: &Reader<'_>) -> Result<PluginSecurity> {
    let fields = reader.fields(&[
        "allow_external_plugins",
        "require_signature_verification",
        "allowed_domains",
        "blocked_domains",
        "max_plugin_size_mb",
        "scan_for_malicious_code",
        "quarantine_suspicious_plugins",
        "trusted_keys",
        "revoked",
        "signature_threshold",
        "warn_before_expiry_days",
        "scanner",
    ])?;
    let default = PluginSecurity::default();
    let domains = |reader: &Reader<'_>| reader.each(domain);
    Ok(PluginSecurity {
        allow_external_plugins: fields.or("allow_external_plugins", default.allow_external_plugins, Reader::truth)?,
        require_signature_verification: fields.or(
            "require_signature_verification",
            default.require_signature_verification,
            Reader::truth,
        )?,
        allowed_domains: fields.or("allowed_domains", None, |reader| reader.or_null(domains))?,
        blocked_domains: fields.or("blocked_domains", Vec::new(), domains)?,
        max_plugin_size_mb: fields.or("max_plugin_size_mb", default.max_plugin_size_mb, mebibytes)?,
        scan_for_malicious_code: fields.or(
            "scan_for_malicious_code",
            default.scan_for_malicious_code,
            Reader::truth,
        )?,
        quarantine_suspicious_plugins: fields.or(
            "quarantine_suspicious_plugins",
            default.quarantine_suspicious_plugins,
            Reader::truth,
        )?,
        trusted_keys: fields.or("trusted_keys", Vec::new(), trusted_keys)?,
        revoked: fields.or("revoked", Vec::new(), revoked)?,
        signature_threshold: fields.or("signature_threshold", default.signature_threshold, threshold)?,
        warn_before_expiry_days: fields
            .or("warn_before_expiry_days", default.warn_before_expiry_days, |reader| small(reader, 0, 3650))?,
        scanner: fields.or("scanner", default.scanner, scanner)?,
    })
}

fn domain(reader: &Reader<'_>) -> Result<Domain> {
    Domain::parse(&reader.text()?).map_err(|message| reader.fault(message))
}

fn execution_limits(reader: &Reader<'_>) -> Result<ExecutionLimits> {
    let fields = reader.fields(&[
        "max_memory_mb",
        "max_execution_time_seconds",
        "allow_network_access",
        "allow_file_system_access",
        "sandbox",
        "strict",
        "max_scratch_mb",
        "max_result_mb",
        "max_threads",
        "cgroup",
    ])?;
    let default = ExecutionLimits::default();
    let limits = ExecutionLimits {
        max_memory_mb: fields.or("max_memory_mb", default.max_memory_mb, mebibytes)?,
        max_execution_time_seconds: fields.or(
            "max_execution_time_seconds",
            default.max_execution_time_seconds,
            time,
        )?,
        allow_network_access: fields.or("allow_network_access", default.allow_network_access, Reader::truth)?,
        allow_file_system_access: fields.or("allow_file_system_access", default.allow_file_system_access, access)?,
        sandbox: fields.or("sandbox", default.sandbox, Reader::truth)?,
        strict: fields.or("strict", default.strict, Reader::truth)?,
        max_scratch_mb: fields.or("max_scratch_mb", default.max_scratch_mb, mebibytes)?,
        max_result_mb: fields.or("max_result_mb", default.max_result_mb, mebibytes)?,
        max_threads: fields.or("max_threads", None, |reader| reader.or_null(threads))?,
        cgroup: fields.or("cgroup", None, |reader| {
            reader.or_null(|reader| absolute(reader, "it is the folder of a control group that csvq may use"))
        })?,
    };
    contradiction(&fields, limits.strict, limits.sandbox)?;
    Ok(limits)
}

/// Strict demands the sandbox: a file can't say both.
fn contradiction(fields: &Fields<'_>, strict: bool, sandbox: bool) -> Result<()> {
    if strict && !sandbox {
        let message = "`strict` demands the sandbox, which is turned off here: one of the two has to change";
        return Err(fields.fault_of("sandbox", message));
    }
    Ok(())
}

fn mebibytes(reader: &Reader<'_>) -> Result<u64> {
    reader.whole(1, MOST_MB)
}

fn time(reader: &Reader<'_>) -> Result<f64> {
    reader.number(SHORTEST, LONGEST_SECONDS)
}

fn access(reader: &Reader<'_>) -> Result<FileSystemAccess> {
    reader.one_of(FileSystemAccess::NAMES)
}

fn small(reader: &Reader<'_>, least: u64, most: u32) -> Result<u32> {
    Ok(u32::try_from(reader.whole(least, u64::from(most))?).unwrap_or(most))
}

fn threshold(reader: &Reader<'_>) -> Result<u32> {
    small(reader, 1, 100)
}

fn threads(reader: &Reader<'_>) -> Result<u32> {
    small(reader, 1, 4096)
}

fn plugins(reader: &Reader<'_>, general: &Value) -> Result<BTreeMap<String, PluginOverride>> {
    let entry = |(id, reader): (&str, Reader<'_>)| {
        if !is_id(id) {
            return Err(reader.fault(NO_ID));
        }
        Ok((id.to_owned(), plugin(&reader, general)?))
    };
    reader.entries()?.into_iter().map(entry).collect()
}

fn plugin(reader: &Reader<'_>, general: &Value) -> Result<PluginOverride> {
    let names: Vec<&str> = SETTINGS.iter().filter(|setting| setting.per_plugin).map(|setting| setting.name()).collect();
    let fields = reader.fields(&names)?;
    let own = PluginOverride {
        require_signature_verification: fields.get("require_signature_verification", Reader::truth)?,
        signature_threshold: fields.get("signature_threshold", threshold)?,
        max_plugin_size_mb: fields.get("max_plugin_size_mb", mebibytes)?,
        scan_for_malicious_code: fields.get("scan_for_malicious_code", Reader::truth)?,
        quarantine_suspicious_plugins: fields.get("quarantine_suspicious_plugins", Reader::truth)?,
        max_memory_mb: fields.get("max_memory_mb", mebibytes)?,
        max_execution_time_seconds: fields.get("max_execution_time_seconds", time)?,
        allow_network_access: fields.get("allow_network_access", Reader::truth)?,
        allow_file_system_access: fields.get("allow_file_system_access", access)?,
        sandbox: fields.get("sandbox", Reader::truth)?,
        strict: fields.get("strict", Reader::truth)?,
        max_scratch_mb: fields.get("max_scratch_mb", mebibytes)?,
        max_result_mb: fields.get("max_result_mb", mebibytes)?,
        max_threads: fields.get("max_threads", threads)?,
    };
    refuse_looser(&fields, general)?;
    contradiction(&fields, own.strict == Some(true), own.sandbox != Some(false))?;
    Ok(own)
}

fn refuse_looser(fields: &Fields<'_>, general: &Value) -> Result<()> {
    for setting in SETTINGS.iter().filter(|setting| setting.per_plugin && fields.has(setting.name())) {
        let all = setting.of(general);
        let looser = |reader: &Reader<'_>| Ok(setting.scale.compare(&reader.value(), all) == Ordering::Greater);
        if fields.get(setting.name(), looser)? == Some(true) {
            let message = format!(
                "this is looser than what holds for all plugins ({} is {all}): an entry of one plugin can only tighten",
                setting.path.join(".")
            );
            return Err(fields.fault_of(setting.name(), message));
        }
    }
    Ok(())
}
