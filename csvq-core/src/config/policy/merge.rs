//! A policy that is tightened by another: of each setting the stricter value.

use std::cmp::Ordering;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::compare::covers_allowed;
use super::scale::SETTINGS;
use super::{Domain, Revocation, SecurityPolicy, TrustedKey};
use crate::error::Result;

/// The policy, tightened by another. What comes out is read as a file is, so that it can only be what one could say.
pub(super) fn tighten(policy: &SecurityPolicy, other: &SecurityPolicy) -> Result<SecurityPolicy> {
    let (mut merged, by) = (policy.to_value(), other.to_value());
    for setting in SETTINGS {
        let of_other = setting.of(&by);
        if setting.scale.compare(of_other, setting.of(&merged)) == Ordering::Less {
            put(&mut merged, setting.path, of_other.clone());
        }
    }
    let (own, its) = (&policy.plugin_security, &other.plugin_security);
    put(
        &mut merged,
        &["plugin_security", "allowed_domains"],
        json!(allowed(own.allowed_domains.as_deref(), its.allowed_domains.as_deref())),
    );
    let blocked = joined(&own.blocked_domains, &its.blocked_domains, |one, other| one == other);
    put(&mut merged, &["plugin_security", "blocked_domains"], json!(blocked));
    put(&mut merged, &["plugin_security", "trusted_keys"], keys(&own.trusted_keys, &its.trusted_keys));
    let revoked = joined(&own.revoked, &its.revoked, |one: &Revocation, other| one.what == other.what);
    put(&mut merged, &["plugin_security", "revoked"], json!(revoked));
    let outside = own.scanner.outside.as_ref().or(its.scanner.outside.as_ref());
    put(&mut merged, &["plugin_security", "scanner", "outside"], json!(outside));
    let cgroup = policy.execution_limits.cgroup.as_ref().or(other.execution_limits.cgroup.as_ref());
    put(&mut merged, &["execution_limits", "cgroup"], json!(cgroup));
    if merged["execution_limits"]["strict"] == true {
        put(&mut merged, &["execution_limits", "sandbox"], json!(true));
    }
    let plugins = plugins(policy, other, &merged);
    put(&mut merged, &["plugins"], plugins);
    SecurityPolicy::from_json(Path::new("the tightened policy"), &merged.to_string())
}

fn put(target: &mut Value, path: &[&str], value: Value) {
    match path {
        [] => *target = value,
        [name, rest @ ..] => {
            if let Some(inner) = target.get_mut(*name) {
                put(inner, rest, value);
            }
        }
    }
}

/// The entries of both whose hosts both allow.
fn allowed(own: Option<&[Domain]>, its: Option<&[Domain]>) -> Option<Vec<Domain>> {
    let (Some(one), Some(other)) = (own, its) else { return own.or(its).map(<[Domain]>::to_vec) };
    let within = |list: &[Domain], entry: &Domain| list.iter().any(|other| covers_allowed(other, entry));
    let mut both: Vec<Domain> = one.iter().filter(|entry| within(other, entry)).cloned().collect();
    for entry in other.iter().filter(|entry| within(one, entry)) {
        if !both.contains(entry) {
            both.push(entry.clone());
        }
    }
    Some(both)
}

fn joined<T: Clone>(own: &[T], its: &[T], is_same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let added = its.iter().filter(|entry| !own.iter().any(|other| is_same(other, entry)));
    own.iter().chain(added).cloned().collect()
}

/// The keys that both trust, each for as long and for those plugins for which both do. Those in files come to stand in
/// the policy itself, so that it says the same wherever it is.
fn keys(own: &[TrustedKey], its: &[TrustedKey]) -> Value {
    let both = |key: &TrustedKey| {
        let other = its.iter().find(|other| other.identity() == key.identity())?;
        let plugins = match (&key.plugins, &other.plugins) {
            (Some(one), Some(other)) => Some(one.iter().filter(|id| other.contains(id)).cloned().collect::<Vec<_>>()),
            (one, other) => one.as_ref().or(other.as_ref()).cloned(),
        };
        let moments = |of: fn(&TrustedKey) -> Option<&super::Moment>| [of(key), of(other)].into_iter().flatten();
        let from = moments(|key| key.not_before.as_ref()).max_by_key(|moment| moment.start());
        let until = moments(|key| key.expires.as_ref()).min_by_key(|moment| moment.end());
        let never = from.zip(until).is_some_and(|(from, until)| from.start() >= until.end());
        if never || plugins.as_ref().is_some_and(Vec::is_empty) {
            return None;
        }
        let public_key = key.pem().unwrap_or(&key.public_key);
        Some(json!({
            "name": key.name, "public_key": public_key, "not_before": from, "expires": until, "plugins": plugins,
        }))
    };
    own.iter().filter_map(both).collect()
}

/// What both say of single plugins, as far as it is still stricter than what holds for all.
fn plugins(policy: &SecurityPolicy, other: &SecurityPolicy, merged: &Value) -> Value {
    let mut entries = Map::new();
    for id in policy.plugins.keys().chain(other.plugins.keys()) {
        let (own, its) = (json!(policy.plugins.get(id)), json!(other.plugins.get(id)));
        let mut entry = Map::new();
        for setting in SETTINGS.iter().filter(|setting| setting.per_plugin) {
            let values = [&own, &its].into_iter().filter_map(|side| side.get(setting.name()));
            let strictest = values.min_by(|one, other| setting.scale.compare(one, other));
            if let Some(value) = strictest
                && setting.scale.compare(value, setting.of(merged)) == Ordering::Less
            {
                entry.insert(setting.name().to_owned(), value.clone());
            }
        }
        entries.insert(id.clone(), Value::Object(entry));
    }
    Value::Object(entries)
}
