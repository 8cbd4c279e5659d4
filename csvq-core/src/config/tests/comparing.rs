//! Which changes of a policy loosen it: value by value, and the laws of it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{PolicyChange, PolicyEffect, SecurityPolicy, compare_policies};
use super::policies::{KEY, OTHER};

fn read(document: &Value) -> SecurityPolicy {
    SecurityPolicy::from_json("p.json".as_ref(), &document.to_string()).unwrap()
}

/// Each change as `path effect`, one that loosens with `+`, one that tightens with `-`.
fn shown(changes: &[PolicyChange]) -> Vec<String> {
    let sign = |effect| match effect {
        PolicyEffect::Loosens => '+',
        PolicyEffect::Tightens => '-',
        PolicyEffect::Unclear => '?',
        PolicyEffect::Neutral => '=',
    };
    changes.iter().map(|change| format!("{}{}", sign(change.effect), change.path)).collect()
}

fn check(old: Value, new: Value, expected: &[&str]) {
    let (old, new) = (read(&old), read(&new));
    assert_eq!(shown(&compare_policies(&old, &new)), expected);
    assert_antisymmetric(&old, &new);
}

fn assert_antisymmetric(old: &SecurityPolicy, new: &SecurityPolicy) {
    let key =
        |change: &PolicyChange| (change.path.clone(), json!(change.from).to_string(), json!(change.to).to_string());
    let turned = |change: PolicyChange| PolicyChange {
        from: change.to,
        to: change.from,
        effect: match change.effect {
            PolicyEffect::Loosens => PolicyEffect::Tightens,
            PolicyEffect::Tightens => PolicyEffect::Loosens,
            other => other,
        },
        path: change.path,
    };
    let mut there = compare_policies(old, new);
    let mut back: Vec<PolicyChange> = compare_policies(new, old).into_iter().map(turned).collect();
    there.sort_by_key(key);
    back.sort_by_key(key);
    assert_eq!(there, back);
}

#[test]
fn single_values_have_a_direction() {
    let security = |name: &str, value: Value| json!({ "plugin_security": { name: value } });
    let limits = |name: &str, value: Value| json!({ "execution_limits": { name: value } });
    let nothing = || json!({});
    for (new, expected) in [
        (security("allow_external_plugins", json!(false)), "-plugin_security.allow_external_plugins"),
        (security("require_signature_verification", json!(true)), "-plugin_security.require_signature_verification"),
        (security("max_plugin_size_mb", json!(51)), "+plugin_security.max_plugin_size_mb"),
        (security("scan_for_malicious_code", json!(false)), "+plugin_security.scan_for_malicious_code"),
        (security("quarantine_suspicious_plugins", json!(false)), "+plugin_security.quarantine_suspicious_plugins"),
        (security("signature_threshold", json!(2)), "-plugin_security.signature_threshold"),
        (security("warn_before_expiry_days", json!(1)), "=plugin_security.warn_before_expiry_days"),
        (security("scanner", json!({ "flag_at": "low" })), "-plugin_security.scanner.flag_at"),
        (security("scanner", json!({ "flag_at": "critical" })), "+plugin_security.scanner.flag_at"),
        (security("scanner", json!({ "rules": "mine.json" })), "?plugin_security.scanner.rules"),
        (
            security("scanner", json!({ "outside": { "program": "/x", "args": ["{folder}"] } })),
            "-plugin_security.scanner.outside",
        ),
        (limits("max_memory_mb", json!(2048)), "+execution_limits.max_memory_mb"),
        (limits("max_execution_time_seconds", json!(299.5)), "-execution_limits.max_execution_time_seconds"),
        (limits("allow_network_access", json!(true)), "+execution_limits.allow_network_access"),
        (limits("allow_file_system_access", json!("none")), "-execution_limits.allow_file_system_access"),
        (limits("allow_file_system_access", json!("full")), "+execution_limits.allow_file_system_access"),
        (limits("sandbox", json!(false)), "+execution_limits.sandbox"),
        (limits("strict", json!(true)), "-execution_limits.strict"),
        (limits("max_scratch_mb", json!(1)), "-execution_limits.max_scratch_mb"),
        (limits("max_result_mb", json!(4096)), "+execution_limits.max_result_mb"),
        (limits("max_threads", json!(8)), "-execution_limits.max_threads"),
        (limits("cgroup", json!("/sys/fs/cgroup/csvq")), "-execution_limits.cgroup"),
    ] {
        check(nothing(), new, &[expected]);
    }
    check(nothing(), nothing(), &[]);
    check(limits("cgroup", json!("/a")), limits("cgroup", json!("/b")), &["?execution_limits.cgroup"]);
}

#[test]
fn hosts_count_by_what_they_cover() {
    let allowed = |list: Value| json!({ "plugin_security": { "allowed_domains": list } });
    let at = |sign: &str, name: &str| format!("{sign}plugin_security.allowed_domains[\"{name}\"]");
    let all = "plugin_security.allowed_domains";
    check(allowed(json!(null)), allowed(json!([])), &[&format!("-{all}")]);
    check(allowed(json!(null)), allowed(json!(["a.org"])), &[&format!("-{all}")]);
    check(allowed(json!(["a.org"])), allowed(json!([])), &[&at("-", "a.org")]);
    check(allowed(json!(["a.org"])), allowed(json!(["b.org"])), &[&at("-", "a.org"), &at("+", "b.org")]);
    check(allowed(json!(["*.a.org"])), allowed(json!(["*.a.org", "x.a.org"])), &[&at("=", "x.a.org")]);
    check(allowed(json!(["*.a.org"])), allowed(json!(["x.a.org"])), &[&at("-", "*.a.org"), &at("=", "x.a.org")]);
    check(allowed(json!(["*.a.org"])), allowed(json!(["*.b.a.org"])), &[&at("-", "*.a.org"), &at("=", "*.b.a.org")]);
    check(allowed(json!(["*.a.org"])), allowed(json!(["*.a.org", "a.org"])), &[&at("+", "a.org")]);
    check(allowed(json!(["a.org"])), allowed(json!(["a.org", "*.a.org"])), &[&at("+", "*.a.org")]);
    let blocked = |list: Value| json!({ "plugin_security": { "blocked_domains": list } });
    let at = |sign: &str, name: &str| format!("{sign}plugin_security.blocked_domains[\"{name}\"]");
    check(blocked(json!([])), blocked(json!(["a.org"])), &[&at("-", "a.org")]);
    check(blocked(json!(["a.org"])), blocked(json!(["a.org", "x.a.org"])), &[&at("=", "x.a.org")]);
    check(blocked(json!(["a.org"])), blocked(json!(["*.a.org"])), &[&at("+", "a.org"), &at("=", "*.a.org")]);
}

#[test]
fn keys_count_by_the_key_itself() {
    let keys = |list: Value| json!({ "plugin_security": { "trusted_keys": list } });
    let key = |more: Value| {
        let mut key = json!({ "name": "ci", "public_key": KEY });
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        keys(json!([key]))
    };
    let at = "plugin_security.trusted_keys.ci";
    let one =
        |old: Value, new: Value, sign: &str, name: &str| check(key(old), key(new), &[&format!("{sign}{at}{name}")]);
    check(keys(json!([])), key(json!({})), &[&format!("+{at}")]);
    check(key(json!({})), keys(json!([])), &[&format!("-{at}")]);
    // Another key under the same name is another key.
    let other = keys(json!([{ "name": "ci", "public_key": OTHER }]));
    check(key(json!({})), other, &[&format!("+{at}"), &format!("-{at}")]);
    one(json!({}), json!({ "name": "dd" }), "=", ".name");
    one(json!({}), json!({ "expires": "2027-01-01" }), "-", ".expires");
    one(json!({ "expires": "2027-01-01" }), json!({ "expires": "2028-01-01" }), "+", ".expires");
    one(json!({}), json!({ "not_before": "2026-01-01" }), "-", ".not_before");
    one(json!({ "not_before": "2026-01-01" }), json!({ "not_before": "2025-01-01" }), "+", ".not_before");
    one(json!({}), json!({ "plugins": ["ab"] }), "-", ".plugins");
    one(json!({ "plugins": ["ab"] }), json!({ "plugins": ["ab", "cd"] }), "+", ".plugins.cd");
    let revoked = |list: Value| json!({ "plugin_security": { "revoked": list } });
    let id = "ab".repeat(32);
    let entry = |reason: &str| json!({ "key_id": id, "reason": reason });
    check(revoked(json!([])), revoked(json!([entry("x")])), &[&format!("-plugin_security.revoked.{id}")]);
    check(
        revoked(json!([entry("x")])),
        revoked(json!([entry("y")])),
        &[&format!("=plugin_security.revoked.{id}.reason")],
    );
}

#[test]
fn plugins_count_by_what_comes_to_hold() {
    let both = |general: u64, own: Value| json!({ "execution_limits": { "max_memory_mb": general }, "plugins": { "p1": own } });
    let (general, own) = ("execution_limits.max_memory_mb", "plugins.p1.max_memory_mb");
    let memory = |own: u64| json!({ "max_memory_mb": own });
    check(both(512, json!({})), both(512, memory(256)), &[&format!("-{own}")]);
    check(both(512, memory(256)), both(512, memory(400)), &[&format!("+{own}")]);
    check(both(512, memory(512)), both(512, json!({})), &[&format!("={own}")]);
    // All together are tightened, and so this one is, though its own entry goes.
    check(both(512, memory(256)), both(128, json!({})), &[&format!("-{general}"), &format!("-{own}")]);
    check(both(512, memory(256)), both(400, memory(300)), &[&format!("-{general}"), &format!("+{own}")]);
}

fn policies() -> impl Strategy<Value = SecurityPolicy> {
    let domains = ["a.org", "*.a.org", "b.a.org", "*.b.a.org", "c.org"];
    let list = move || proptest::sample::subsequence(domains.to_vec(), 0..=domains.len());
    let ids = || proptest::option::of(proptest::sample::subsequence(vec!["p1", "p2", "p3"], 1..=3));
    let day = || proptest::option::of((0u8..9).prop_map(|day| format!("2027-01-0{}", day + 1)));
    let key = move |pem: &'static str| {
        let rest = ("[ab]{1}", day(), ids());
        proptest::option::of(rest.prop_map(move |(name, expires, plugins)| {
            json!({ "name": format!("{name}{}", pem.len() + usize::from(pem == KEY)), "public_key": pem, "expires": expires, "plugins": plugins })
        }))
    };
    let security = (any::<[bool; 5]>(), proptest::option::of(list()), list(), 1u64..100, 1u32..4, key(KEY), key(OTHER));
    let limits =
        (any::<[bool; 3]>(), 100u64..2000, 1u32..600, 0usize..3, proptest::option::of(1u32..9), any::<[bool; 2]>());
    let own = (proptest::option::of(1u64..100), proptest::option::of(Just(true)), proptest::option::of(0usize..3));
    (security, limits, own, proptest::sample::subsequence(vec!["11", "22", "33"], 0..=3), 0usize..5).prop_map(
        |(
            (flags, allowed, blocked, size, threshold, first, second),
            (switches, memory, time, access, threads, outside),
            own,
            revoked,
            flag,
        )| {
            let access_names = ["none", "restricted", "full"];
            let levels = ["info", "low", "medium", "high", "critical"];
            let keys: Vec<Value> = [first, second].into_iter().flatten().collect();
            let revoked: Vec<Value> =
                revoked.iter().map(|id| json!({ "digest": id.repeat(32), "reason": "x" })).collect();
            let mut plugin = json!({});
            if let Some(memory) = own.0 {
                plugin["max_memory_mb"] = json!(memory);
            }
            if let Some(strict) = own.1 {
                plugin["strict"] = json!(strict);
            }
            if let Some(own) = own.2 {
                plugin["allow_file_system_access"] = json!(access_names[own.min(access)]);
            }
            let outside =
                outside[0].then(|| json!({ "program": if outside[1] { "/a" } else { "/b" }, "args": ["{folder}"] }));
            read(&json!({
                "plugin_security": {
                    "allow_external_plugins": flags[0], "require_signature_verification": flags[1],
                    "scan_for_malicious_code": flags[2], "quarantine_suspicious_plugins": flags[3],
                    "allowed_domains": allowed, "blocked_domains": blocked, "max_plugin_size_mb": size,
                    "signature_threshold": threshold, "trusted_keys": keys, "revoked": revoked,
                    "scanner": { "flag_at": levels[flag], "outside": outside },
                },
                "execution_limits": {
                    "allow_network_access": switches[0], "strict": switches[1], "sandbox": switches[1] || switches[2],
                    "max_memory_mb": memory, "max_execution_time_seconds": time, "max_threads": threads,
                    "allow_file_system_access": access_names[access], "cgroup": flags[4].then_some("/g"),
                },
                "plugins": { "p1": plugin },
            }))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn comparing_is_antisymmetric(one in policies(), other in policies()) {
        assert_antisymmetric(&one, &other);
        prop_assert!(compare_policies(&one, &one).is_empty());
    }

    #[test]
    fn tightening_never_loosens(one in policies(), other in policies()) {
        let merged = one.tightened_by(&other).unwrap();
        for change in compare_policies(&one, &merged) {
            prop_assert!(!change.loosens(), "{:?}", change);
        }
        // Nor beside the other, but for what is told to be the first one's own.
        for change in compare_policies(&other, &merged) {
            let own = ["plugin_security.scanner.outside", "execution_limits.cgroup"].contains(&change.path.as_str());
            prop_assert!(!change.loosens() || own, "{:?}", change);
        }
        for host in ["a.org", "x.a.org", "b.a.org", "x.b.a.org", "c.org", "d.org", "10.0.0.1"] {
            prop_assert_eq!(merged.permits_host(host), one.permits_host(host) && other.permits_host(host), "{}", host);
        }
        prop_assert!(compare_policies(&merged, &merged.tightened_by(&one).unwrap()).iter().all(|change| !change.loosens()));
        let alone = one.tightened_by(&one).unwrap();
        prop_assert!(compare_policies(&one, &alone).iter().all(|change| change.effect == PolicyEffect::Neutral));
    }

    #[test]
    fn what_is_written_is_read_again(policy in policies()) {
        prop_assert_eq!(read(&json!(policy)), policy);
    }
}
