//! What a new policy changes, setting by setting: which of them it loosens.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::scale::SETTINGS;
use super::{Domain, PluginSecurity, SecurityPolicy, TrustedKey};
use crate::config::path::SettingPath;

/// What a change of a policy does to what plugins may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyEffect {
    /// Something is allowed that was not.
    Loosens,
    /// Something is allowed no more.
    Tightens,
    /// It depends on what csvq does not look into, such as another program: to be taken for loosening.
    Unclear,
    /// Neither more nor less is allowed.
    Neutral,
}

/// One value that differs between two policies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyChange {
    /// Which setting, such as `execution_limits.max_memory_mb`. An element of a list is told by its name in place of its
    /// number: `plugin_security.blocked_domains["example.org"]`.
    pub path: String,
    /// What the old policy says; none where it says nothing.
    pub from: Option<Value>,
    /// What the new one says.
    pub to: Option<Value>,
    /// What that does.
    pub effect: PolicyEffect,
}

impl PolicyChange {
    /// Whether it has to be taken for loosening.
    #[must_use]
    pub fn loosens(&self) -> bool {
        matches!(self.effect, PolicyEffect::Loosens | PolicyEffect::Unclear)
    }
}

/// What a new policy changes. Seen from the other side it is the same changes, each with its sides and its effect turned.
///
/// What is set for a plugin counts by what comes to hold for it. Hosts: an entry that is added to the allowed ones
/// loosens unless another one covers it; that any host is allowed is the loosest. Keys are told by the key itself, not
/// by name. Files that a policy names are not looked into, other than those of keys.
///
/// ```
/// use csvq_core::config::{SecurityPolicy, compare_policies};
/// let old = SecurityPolicy::default();
/// let mut new = old.clone();
/// new.execution_limits.allow_network_access = true;
/// let changes = compare_policies(&old, &new);
/// assert_eq!(changes.len(), 1);
/// assert_eq!(changes[0].path, "execution_limits.allow_network_access");
/// assert!(changes[0].loosens());
/// ```
#[must_use]
pub fn compare_policies(old: &SecurityPolicy, new: &SecurityPolicy) -> Vec<PolicyChange> {
    let mut changes = Changes::default();
    let (before, after) = (old.to_value(), new.to_value());
    for setting in SETTINGS {
        let (from, to) = (setting.of(&before), setting.of(&after));
        changes.add(SettingPath::of(setting.path), Some(from.clone()), Some(to.clone()), || {
            let order = setting.scale.compare(from, to);
            effect(order)
        });
    }
    let (before, after) = (&old.plugin_security, &new.plugin_security);
    allowed_domains(&mut changes, before, after);
    blocked_domains(&mut changes, before, after);
    trusted_keys(&mut changes, before, after);
    revoked(&mut changes, before, after);
    scanner(&mut changes, before, after);
    let cgroup = |policy: &SecurityPolicy| policy.execution_limits.cgroup.clone().map(Value::from);
    changes.guard(SettingPath::of(&["execution_limits", "cgroup"]), cgroup(old), cgroup(new));
    plugins(&mut changes, old, new);
    changes.0
}

/// The effect of going from one value to another, by how strict the first is beside the second.
fn effect(order: Ordering) -> PolicyEffect {
    match order {
        Ordering::Less => PolicyEffect::Loosens,
        Ordering::Greater => PolicyEffect::Tightens,
        Ordering::Equal => PolicyEffect::Neutral,
    }
}

#[derive(Default)]
struct Changes(Vec<PolicyChange>);

impl Changes {
    /// Notes a change, where it is one.
    fn add(
        &mut self,
        path: SettingPath,
        from: Option<Value>,
        to: Option<Value>,
        effect: impl FnOnce() -> PolicyEffect,
    ) {
        let said = |value: Option<Value>| value.filter(|value| !value.is_null());
        let (from, to) = (said(from), said(to));
        if from != to {
            self.0.push(PolicyChange { path: path.to_string(), from, to, effect: effect() });
        }
    }

    /// Something that guards: it loosens where it goes, tightens where it comes, and between two nobody can tell.
    fn guard(&mut self, path: SettingPath, from: Option<Value>, to: Option<Value>) {
        let effect = match (&from, &to) {
            (Some(_), None) => PolicyEffect::Loosens,
            (None, Some(_)) => PolicyEffect::Tightens,
            _ => PolicyEffect::Unclear,
        };
        self.add(path, from, to, || effect);
    }

    /// An element that only one of two lists has.
    fn element(&mut self, path: &SettingPath, name: &str, value: Value, is_new: bool, effect: PolicyEffect) {
        let (from, to) = if is_new { (None, Some(value)) } else { (Some(value), None) };
        self.add(path.name(name), from, to, || effect);
    }
}

fn allowed_domains(changes: &mut Changes, old: &PluginSecurity, new: &PluginSecurity) {
    let path = SettingPath::of(&["plugin_security", "allowed_domains"]);
    let (Some(before), Some(after)) = (&old.allowed_domains, &new.allowed_domains) else {
        let effect = if old.allowed_domains.is_some() { PolicyEffect::Loosens } else { PolicyEffect::Tightens };
        return changes.add(path, Some(json!(old.allowed_domains)), Some(json!(new.allowed_domains)), || effect);
    };
    let covers = |list: &[Domain], entry: &Domain| list.iter().any(|other| covers_allowed(other, entry));
    differing(changes, &path, before, after, covers, true);
}

fn blocked_domains(changes: &mut Changes, old: &PluginSecurity, new: &PluginSecurity) {
    let path = SettingPath::of(&["plugin_security", "blocked_domains"]);
    let covers = |list: &[Domain], entry: &Domain| list.iter().any(|other| covers_blocked(other, entry));
    differing(changes, &path, &old.blocked_domains, &new.blocked_domains, covers, false);
}

/// The entries that only one of two lists has. One that the other list covers with another entry changes nothing.
fn differing(
    changes: &mut Changes,
    path: &SettingPath,
    before: &[Domain],
    after: &[Domain],
    covers: impl Fn(&[Domain], &Domain) -> bool,
    more_is_looser: bool,
) {
    for (list, other, is_new) in [(before, after, false), (after, before, true)] {
        for entry in list.iter().filter(|entry| !other.contains(entry)) {
            let effect = match covers(other, entry) {
                true => PolicyEffect::Neutral,
                false if is_new == more_is_looser => PolicyEffect::Loosens,
                false => PolicyEffect::Tightens,
            };
            changes.element(path, entry.as_str(), json!(entry), is_new, effect);
        }
    }
}

/// Whether all that an entry allows is allowed by another one.
pub(super) fn covers_allowed(other: &Domain, entry: &Domain) -> bool {
    match entry.as_str().strip_prefix("*.") {
        Some(name) => other == entry || (other.as_str().starts_with("*.") && other.allows(name)),
        None => other.allows(entry.as_str()),
    }
}

/// Whether all that an entry blocks is blocked by another one.
fn covers_blocked(other: &Domain, entry: &Domain) -> bool {
    match entry.as_str().strip_prefix("*.") {
        Some(name) => other == entry || other.blocks(name),
        None => other == entry || other.blocks(entry.as_str()),
    }
}

fn trusted_keys(changes: &mut Changes, old: &PluginSecurity, new: &PluginSecurity) {
    let path = SettingPath::of(&["plugin_security", "trusted_keys"]);
    let by_key = |security: &PluginSecurity| -> BTreeMap<String, TrustedKey> {
        security.trusted_keys.iter().map(|key| (key.identity(), key.clone())).collect()
    };
    let (before, after) = (by_key(old), by_key(new));
    for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        match (before.get(key), after.get(key)) {
            (Some(from), Some(to)) => changed_key(changes, &path, from, to),
            (Some(gone), None) => changes.element(&path, &gone.name, json!(gone), false, PolicyEffect::Tightens),
            (None, Some(added)) => changes.element(&path, &added.name, json!(added), true, PolicyEffect::Loosens),
            (None, None) => {}
        }
    }
}

fn changed_key(changes: &mut Changes, path: &SettingPath, from: &TrustedKey, to: &TrustedKey) {
    let path = path.name(from.name.as_str().min(&to.name));
    changes.add(path.name("name"), Some(json!(from.name)), Some(json!(to.name)), || PolicyEffect::Neutral);
    // Where the key is written, in the policy or in a file, makes no difference to what it is.
    changes.add(path.name("public_key"), Some(json!(from.public_key)), Some(json!(to.public_key)), || {
        PolicyEffect::Neutral
    });
    changes.add(path.name("not_before"), Some(json!(from.not_before)), Some(json!(to.not_before)), || {
        // The later, the stricter; none is from ever.
        let start = |key: &TrustedKey| key.not_before.as_ref().map(|moment| moment.start());
        effect(start(to).cmp(&start(from)))
    });
    changes.add(path.name("expires"), Some(json!(from.expires)), Some(json!(to.expires)), || {
        let never_is_last =
            |key: &TrustedKey| key.expires.as_ref().map_or((true, None), |moment| (false, Some(moment.end())));
        effect(never_is_last(from).cmp(&never_is_last(to)))
    });
    let path = path.name("plugins");
    let (Some(before), Some(after)) = (&from.plugins, &to.plugins) else {
        let effect = if from.plugins.is_some() { PolicyEffect::Loosens } else { PolicyEffect::Tightens };
        return changes.add(path, Some(json!(from.plugins)), Some(json!(to.plugins)), || effect);
    };
    for (list, other, is_new) in [(before, after, false), (after, before, true)] {
        for id in list.iter().filter(|id| !other.contains(id)) {
            let effect = if is_new { PolicyEffect::Loosens } else { PolicyEffect::Tightens };
            changes.element(&path, id, json!(id), is_new, effect);
        }
    }
}

fn revoked(changes: &mut Changes, old: &PluginSecurity, new: &PluginSecurity) {
    let path = SettingPath::of(&["plugin_security", "revoked"]);
    for (list, other, is_new) in [(&old.revoked, &new.revoked, false), (&new.revoked, &old.revoked, true)] {
        for entry in list {
            let (_, id) = entry.what.named();
            match other.iter().find(|other| other.what == entry.what) {
                None => {
                    let effect = if is_new { PolicyEffect::Tightens } else { PolicyEffect::Loosens };
                    changes.element(&path, id, json!(entry), is_new, effect);
                }
                Some(after) if !is_new => {
                    let path = path.name(id);
                    let (from, to) = (json!(entry), json!(after));
                    let side = |value: &Value, name: &str| value.get(name).cloned();
                    changes
                        .add(path.name("reason"), side(&from, "reason"), side(&to, "reason"), || PolicyEffect::Neutral);
                    changes.add(path.name("revoked_at"), side(&from, "revoked_at"), side(&to, "revoked_at"), || {
                        PolicyEffect::Neutral
                    });
                }
                Some(_) => {}
            }
        }
    }
}

fn scanner(changes: &mut Changes, old: &PluginSecurity, new: &PluginSecurity) {
    let path = SettingPath::of(&["plugin_security", "scanner"]);
    let rules = |security: &PluginSecurity| Some(json!(security.scanner.rules));
    // Rules can be switched off by such a file as well as added.
    changes.add(path.name("rules"), rules(old), rules(new), || PolicyEffect::Unclear);
    let outside = |security: &PluginSecurity| security.scanner.outside.as_ref().map(|outside| json!(outside));
    changes.guard(path.name("outside"), outside(old), outside(new));
}

fn plugins(changes: &mut Changes, old: &SecurityPolicy, new: &SecurityPolicy) {
    for id in old.plugins.keys().chain(new.plugins.keys()).collect::<BTreeSet<_>>() {
        let path = SettingPath::of(&["plugins", id]);
        let own = |policy: &SecurityPolicy| json!(policy.plugins.get(id));
        let (before, after) = (own(old), own(new));
        let (holding, to_hold) = (json!(old.effective(id)), json!(new.effective(id)));
        for setting in SETTINGS.iter().filter(|setting| setting.per_plugin) {
            let name = setting.name();
            changes.add(path.name(name), before.get(name).cloned(), after.get(name).cloned(), || {
                let value = |limits: &Value| limits.get(name).cloned().unwrap_or_default();
                effect(setting.scale.compare(&value(&holding), &value(&to_hold)))
            });
        }
    }
}
