//! The policy: what is refused and how, what is in force, and what holds for one plugin.

use std::time::Duration;

use serde_json::json;

use super::super::{
    Environment, FileSystemAccess, Moment, PolicyChange, Revoked, SecurityPolicy, Severity, compare_policies,
};
use super::{Place, path, shown};
use crate::error::{ErrorKind, Result};

pub(super) const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
pub(super) const OTHER: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

fn read(text: &str) -> Result<SecurityPolicy> {
    SecurityPolicy::from_json("p.json".as_ref(), text)
}

fn check(text: &str, expected: &str) {
    let error = read(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let shown = error.to_string();
    assert!(shown.starts_with(expected), "{shown}\n{expected}");
}

fn strict(said: bool) -> Environment {
    Environment { security_strict: Some(said), ..Environment::default() }
}

#[test]
fn errors_say_where() {
    check(
        "{\n\"execution_limits\": {\n\"max_memory\": 1}}",
        "execution_limits.max_memory: p.json: line 3: there is no such setting; did you mean `max_memory_mb`?",
    );
    check(
        "{\"plugin_security\": {\"scaner\": {}}}",
        "plugin_security.scaner: p.json: line 1: there is no such setting; did you mean `scanner`?",
    );
    check(
        "{\"execution_limits\": {\"allow_file_system_access\": \"ful\"}}",
        "execution_limits.allow_file_system_access: p.json: line 1: expected one of \"none\", \"restricted\", \"full\"; did you mean \"full\"?",
    );
    check(
        "{\"plugin_security\": {\"allowed_domains\": [\"a.org\",\n\"https://b.org\"]}}",
        "plugin_security.allowed_domains[1]: p.json: line 2: this has a scheme: write the host's name alone",
    );
    check(
        "{\"plugin_security\": {\"blocked_domains\": [\"a.org\", \"a.org\"]}}",
        "plugin_security.blocked_domains[1]: p.json: line 1: this is there twice",
    );
    check(
        "{\"execution_limits\": {\"strict\": true,\n\"sandbox\": false}}",
        "execution_limits.sandbox: p.json: line 2: `strict` demands the sandbox",
    );
    check("{\"plugins\": {\"My Plugin\": {}}}", "plugins[\"My Plugin\"]: p.json: line 1: this is no id of a plugin");
    check(
        "{\"plugins\": {\"p1\": {\"cgroup\": \"/x\"}}}",
        "plugins.p1.cgroup: p.json: line 1: there is no such setting",
    );
    check("{\"\u{9b}31m\": 1}", "[\"\\u009b31m\"]: p.json: line 1: there is no such setting");
    check("{\"\u{202e}x\": 1}", "[\"\\u202ex\"]: p.json: line 1: there is no such setting");
}

#[test]
fn keys_and_revocations_are_checked() {
    let keys = |keys: serde_json::Value| json!({ "plugin_security": { "trusted_keys": keys } }).to_string();
    let good = json!({ "name": "ci", "public_key": KEY, "not_before": "2026-01-01", "expires": "2027-06-30", "plugins": ["fuzzy_compare"] });
    let policy = read(&keys(json!([good, { "name": "file", "public_key": "keys/a.pem" }]))).unwrap();
    let trusted = &policy.plugin_security.trusted_keys;
    assert_eq!((trusted[0].pem(), trusted[1].pem()), (Some(KEY), None));
    let of = |name: &str, value: serde_json::Value| {
        let mut key = good.clone();
        key[name] = value;
        keys(json!([key]))
    };
    let at = |name: &str| format!("plugin_security.trusted_keys[0].{name}: p.json: line 1: ");
    let wrong = |name: &str, value: serde_json::Value, message: &str| {
        check(&of(name, value), &format!("{}{message}", at(name)))
    };
    wrong("public_key", json!(PRIVATE), "this is a private key");
    wrong("public_key", json!("-----BEGIN ENCRYPTED PRIVATE KEY-----\nx"), "this is a private key");
    wrong("public_key", json!(format!("{KEY}{OTHER}")), "this is no public key");
    wrong("public_key", json!("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"), "this is no public key");
    wrong("public_key", json!("-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----"), "this is no public key");
    for outside in ["../a.pem", "/etc/a.pem", "C:\\a.pem", "a/../../b.pem", "\\\\host\\a.pem", "a//b"] {
        wrong("public_key", json!(outside), "this is no path of a file");
    }
    wrong("expires", json!("30.06.2027"), "expected a day");
    wrong("expires", json!("2027-02-30"), "expected a day");
    wrong("expires", json!("2027-06-30T12:00:00"), "expected a day");
    wrong("expires", json!("2025-12-31"), "the key expires before it begins");
    wrong("plugins", json!([]), "a key that may sign no plugin");
    wrong("name", json!("a\u{202e}b"), "control and invisible characters");
    check(
        &keys(json!([good, { "name": "ci", "public_key": OTHER }])),
        "plugin_security.trusted_keys[1]: p.json: line 1: there is another key",
    );
    let again = KEY.replace("ECWm", "EC\nWm");
    check(
        &keys(json!([good, { "name": "b", "public_key": again }])),
        "plugin_security.trusted_keys[1]: p.json: line 1: this key is there twice",
    );

    let revoked = |entry: serde_json::Value| json!({ "plugin_security": { "revoked": [entry] } }).to_string();
    let id = "ab".repeat(32);
    let policy =
        read(&revoked(json!({ "digest": id, "reason": "stolen", "revoked_at": "2026-11-28T10:00:00+01:00" }))).unwrap();
    assert_eq!(policy.plugin_security.revoked[0].what, Revoked::Digest(id.clone()));
    let at = "plugin_security.revoked[0]";
    for (entry, expected) in [
        (json!({ "reason": "x" }), ": p.json: line 1: either a `key_id` or a `digest`"),
        (json!({ "reason": "x", "key_id": id, "digest": id }), ": p.json: line 1: either a `key_id` or a `digest`"),
        (json!({ "key_id": id }), ": p.json: line 1: `reason` is missing here"),
        (json!({ "key_id": id.to_uppercase(), "reason": "x" }), ".key_id: p.json: line 1: expected a SHA-256"),
        (json!({ "key_id": "abc", "reason": "x" }), ".key_id: p.json: line 1: expected a SHA-256"),
    ] {
        check(&revoked(entry), &format!("{at}{expected}"));
    }
}

#[test]
fn a_private_key_is_refused_wherever_it_is_and_never_shown() {
    let secret = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp";
    for document in [
        json!({ "plugin_security": { "revoked": [{ "digest": "ab".repeat(32), "reason": PRIVATE }] } }),
        json!({ "plugin_security": { "scanner": { "outside": { "program": "/x", "args": ["{folder}", PRIVATE] } } } }),
        json!({ "plugin_security": { "unknown": PRIVATE } }),
    ] {
        let error = read(&document.to_string()).unwrap_err().to_string();
        assert!(error.contains("this is a private key") && !error.contains(secret), "{error}");
    }
}

#[test]
fn the_scanner_is_named_so_that_nothing_has_to_be_looked_for() {
    let outside = |outside: serde_json::Value| {
        json!({ "plugin_security": { "scanner": { "flag_at": "high", "outside": outside } } }).to_string()
    };
    let policy =
        read(&outside(json!({ "program": "/usr/bin/clamscan", "args": ["-r", "{folder}"], "mode": "exit_code" })))
            .unwrap();
    let scanner = &policy.plugin_security.scanner;
    assert_eq!((scanner.flag_at, scanner.outside.as_ref().unwrap().timeout_seconds), (Severity::High, 60.0));
    let at = "plugin_security.scanner.outside";
    for (document, expected) in [
        (json!({ "program": "clamscan", "args": ["{folder}"] }), ".program: p.json: line 1: expected an absolute path"),
        (json!({ "program": "/a/../b", "args": ["{folder}"] }), ".program: p.json: line 1: expected an absolute path"),
        (json!({ "program": "/a", "args": ["-r"] }), ".args: p.json: line 1: one argument has to hold `{folder}`"),
        (json!({ "program": "/a" }), ": p.json: line 1: `args` is missing here"),
        (
            json!({ "program": "/a", "args": ["{folder}"], "timeout_seconds": 0 }),
            ".timeout_seconds: p.json: line 1: expected a number from 1 to 3600",
        ),
    ] {
        check(&outside(document), &format!("{at}{expected}"));
    }
}

#[test]
fn one_plugin_can_only_be_tightened() {
    let text = |own: &str| {
        format!(
            "{{\"plugin_security\": {{\"require_signature_verification\": true, \"signature_threshold\": 2}},\n\
             \"execution_limits\": {{\"allow_file_system_access\": \"restricted\", \"max_threads\": 4}},\n\
             \"plugins\": {{\"p1\": {{\n{own}}}}}}}"
        )
    };
    for (setting, good, bad) in [
        ("require_signature_verification", "true", "false"),
        ("signature_threshold", "3", "1"),
        ("max_plugin_size_mb", "50", "51"),
        ("scan_for_malicious_code", "true", "false"),
        ("quarantine_suspicious_plugins", "true", "false"),
        ("max_memory_mb", "1", "1025"),
        ("max_execution_time_seconds", "0.5", "300.5"),
        ("allow_network_access", "false", "true"),
        ("allow_file_system_access", "\"none\"", "\"full\""),
        ("sandbox", "true", "false"),
        ("strict", "true", ""),
        ("max_scratch_mb", "512", "513"),
        ("max_result_mb", "1024.0", "1025"),
        ("max_threads", "4", "5"),
    ] {
        read(&text(&format!("\"{setting}\": {good}"))).unwrap();
        if !bad.is_empty() {
            let expected =
                format!("plugins.p1.{setting}: p.json: line 4: this is looser than what holds for all plugins");
            check(&text(&format!("\"{setting}\": {bad}")), &expected);
        }
    }
    let policy = read(&text(
        "\"max_memory_mb\": 64, \"max_execution_time_seconds\": 1.5, \"allow_file_system_access\": \"none\", \"strict\": true, \"max_threads\": 1",
    ))
    .unwrap();
    let (own, other) = (policy.effective("p1"), policy.effective("p2"));
    assert_eq!((own.max_memory_mb, own.max_execution_time), (64, Duration::from_millis(1500)));
    assert_eq!((own.allow_file_system_access, own.strict, own.max_threads), (FileSystemAccess::None, true, Some(1)));
    assert_eq!(
        (other.max_memory_mb, other.strict, other.max_threads, other.signature_threshold),
        (1024, false, Some(4), 2)
    );
    // What is made by hand is held to the same.
    let mut loose = policy;
    loose.plugins.entry("p1".to_owned()).or_default().max_memory_mb = Some(4096);
    loose.plugins.entry("p1".to_owned()).or_default().allow_network_access = Some(true);
    assert_eq!((loose.effective("p1").max_memory_mb, loose.effective("p1").allow_network_access), (1024, false));
}

#[test]
fn without_a_file_the_defaults_hold() {
    let place = Place::new();
    let policy = SecurityPolicy::load(&place.home, &Environment::default()).unwrap();
    assert_eq!(policy.policy(), &SecurityPolicy::default());
    assert_eq!((policy.file(), policy.scan_rules(), policy.notes().len()), (None, None, 0));
    let limits = policy.effective("any");
    assert!(limits.sandbox && !limits.strict && !limits.allow_network_access && !limits.require_signature_verification);
    assert_eq!(policy.get(&path("execution_limits.max_scratch_mb")).unwrap(), 512);
    assert_eq!(policy.get(&path("execution_limits.max_scrach_mb")).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn the_environment_only_tightens() {
    let check = |file: &str, said: Option<bool>, expected: (bool, bool), notes: usize| {
        let place = Place::new();
        place.write("security_policy.json", file);
        let environment = Environment { security_strict: said, ..Environment::default() };
        let policy = SecurityPolicy::load(&place.home, &environment).unwrap();
        let limits = policy.effective("any");
        assert_eq!((limits.strict, limits.sandbox), expected, "{file} {said:?}");
        assert_eq!(policy.notes().len(), notes, "{file} {said:?}: {:?}", policy.notes());
    };
    let strict = r#"{ "execution_limits": { "strict": true } }"#;
    let off = r#"{ "execution_limits": { "sandbox": false } }"#;
    check("{}", None, (false, true), 0);
    check("{}", Some(false), (false, true), 0);
    check("{}", Some(true), (true, true), 0);
    check(strict, None, (true, true), 0);
    check(strict, Some(false), (true, true), 1);
    check(off, None, (false, false), 0);
    check(off, Some(false), (false, false), 0);
    check(off, Some(true), (true, true), 1);
}

#[test]
fn keys_in_files_are_read() {
    let place = Place::new();
    let with = |key: &str| {
        let text = format!(
            "{{\"plugin_security\": {{\"trusted_keys\": [\n{{\"name\": \"a\", \"public_key\": \"{key}\"}}]}}}}"
        );
        place.write("security_policy.json", &text);
        SecurityPolicy::load(&place.home, &Environment::default())
    };
    let error = with("keys/a.pem").unwrap_err();
    let expected = "plugin_security.trusted_keys[0].public_key: security_policy.json: line 2: there is no such file in the \
                    folder of configuration files";
    assert_eq!(shown(&error, &place), expected);
    std::fs::create_dir(place.path("keys")).unwrap();
    place.write("keys/a.pem", KEY);
    let policy = with("keys/a.pem").unwrap();
    assert_eq!(policy.policy().plugin_security.trusted_keys[0].pem(), Some(KEY));
    let error = policy.fault(&path("plugin_security.trusted_keys[0]"), "this key is weak");
    assert_eq!(
        shown(&error, &place),
        "plugin_security.trusted_keys[0]: security_policy.json: line 2: this key is weak"
    );
    // What is kept of it tells another key in the same file.
    let kept = read(&serde_json::to_string(&policy.policy().self_contained()).unwrap()).unwrap();
    assert!(compare_policies(&kept, &policy.policy().self_contained()).is_empty());
    place.write("keys/a.pem", OTHER);
    let later = with("keys/a.pem").unwrap();
    let changes = compare_policies(&kept, &later.policy().self_contained());
    assert_eq!(changes.iter().map(PolicyChange::loosens).collect::<Vec<_>>(), [true, false]);
    assert!(changes.iter().all(|change| change.path == "plugin_security.trusted_keys.a"));
    for (content, expected) in [(PRIVATE, "this is a private key"), ("hello", "this is no public key")] {
        place.write("keys/a.pem", content);
        let error = with("keys/a.pem").unwrap_err();
        assert!(error.message().contains(expected), "{error}");
        assert_eq!(error.context().line, Some(2));
    }
    // The same key under two names, once in a file.
    place.write("keys/a.pem", KEY);
    let inline = KEY.replace('\n', "\\n");
    let error = with(&format!("keys/a.pem\"}}, {{\"name\": \"b\", \"public_key\": \"{inline}")).unwrap_err();
    assert!(error.message().contains("this key is there twice"), "{error}");
}

#[test]
fn rules_of_the_scanner_are_found() {
    let place = Place::new();
    let load = || SecurityPolicy::load(&place.home, &Environment::default());
    place.write("scan_rules.json", "{}");
    assert_eq!(load().unwrap().scan_rules(), Some(place.path("scan_rules.json").as_path()));
    place.write("security_policy.json", r#"{ "plugin_security": { "scanner": { "rules": "mine.json" } } }"#);
    assert!(
        shown(&load().unwrap_err(), &place)
            .starts_with("plugin_security.scanner.rules: security_policy.json: line 1: there is no such file")
    );
    place.write("mine.json", "{}");
    assert_eq!(load().unwrap().scan_rules(), Some(place.path("mine.json").as_path()));
}

#[test]
fn what_is_both_allowed_and_blocked_is_told() {
    let place = Place::new();
    place.write(
        "security_policy.json",
        r#"{ "plugin_security": { "allowed_domains": ["a.org", "b.a.org", "c.org", "*.a.org"], "blocked_domains": ["a.org"] } }"#,
    );
    let policy = SecurityPolicy::load(&place.home, &strict(true)).unwrap();
    assert_eq!(policy.notes().len(), 3, "{:?}", policy.notes());
}

#[test]
fn a_file_that_would_not_hold_is_refused() {
    let place = Place::new();
    place.write("security_policy.production.json", "{}");
    let error = SecurityPolicy::load(&place.home, &Environment::default()).unwrap_err();
    assert!(
        shown(&error, &place).starts_with("security_policy.production.json: nothing is laid over security_policy.json")
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_not_no_file() {
    let place = Place::new();
    std::os::unix::fs::symlink("gone.json", place.path("security_policy.json")).unwrap();
    let error = SecurityPolicy::load(&place.home, &Environment::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        shown(&error, &place),
        "security_policy.json: cannot open the file: this is a link to something that is not there"
    );
}

#[test]
fn moments_are_days_or_instants() {
    for (text, start, end) in [
        ("1970-01-02", Some(86_400), Some(172_800)),
        ("1970-01-01T00:00:01Z", Some(1), Some(1)),
        ("1970-01-01T01:00:01+01:00", Some(1), Some(1)),
        ("1969-12-31", None, None),
        ("1970-1-2", None, None),
        ("+970-01-02", None, None),
        ("1970-01-02 ", None, None),
        ("1970-13-01", None, None),
        ("１970-01-02", None, None),
        ("", None, None),
    ] {
        let seconds = |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let moment = Moment::parse(text);
        assert_eq!(moment.as_ref().map(|moment| seconds(moment.start())), start, "{text}");
        assert_eq!(moment.as_ref().map(|moment| seconds(moment.end())), end, "{text}");
    }
}
