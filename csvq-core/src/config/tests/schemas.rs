//! The JSON Schemas of all files accept what csvq accepts, and state its defaults.

use serde_json::{Map, Value, json};

use super::super::ConfigFile;
use super::policies::{KEY, OTHER};

fn schema(file: ConfigFile) -> Value {
    serde_json::from_str(file.schema()).unwrap()
}

/// Values of every kind, good and bad ones for most settings.
fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(4.0),
        json!(0.5),
        json!(150),
        json!(1e300),
        json!(""),
        json!(" "),
        json!("a"),
        json!("ab"),
        json!("all"),
        json!("a b"),
        json!("a\u{202e}"),
        json!("a\n"),
        json!("none"),
        json!("full"),
        json!("high"),
        json!("findings"),
        json!("a.org"),
        json!("*.a.org"),
        json!("*.org"),
        json!("A.org"),
        json!("https://a.org"),
        json!("a.org:1"),
        json!("keys/a.pem"),
        json!("../a.pem"),
        json!("a//b"),
        json!("/usr/bin/x"),
        json!("/"),
        json!("/a/../b"),
        json!("C:\\x"),
        json!(KEY),
        json!(format!("{KEY}{OTHER}")),
        json!("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"),
        json!("2027-06-30"),
        json!("2027-06-30T12:00:00Z"),
        json!("2027-06-30T12:00:00"),
        json!("ab".repeat(32)),
        json!("AB".repeat(32)),
        json!("INFO"),
        json!("ext://sys.stdout"),
        json!("logging.FileHandler"),
        json!("logs/a.log"),
        json!("logs/"),
        json!("midnight"),
        json!("%"),
        json!("%(message)s"),
        json!("utf-8"),
        json!("use_plugin"),
        json!([]),
        json!(["a.org"]),
        json!(["a.org", "a.org"]),
        json!(["ab"]),
        json!(["{folder}"]),
        json!(["use_plugin"]),
        json!(["use_plugin", "use_plugin"]),
        json!(["high"]),
        json!(["h"]),
        json!([{}]),
        json!({}),
        json!({ "unknown": 1 }),
    ]
}

/// The document with each value in place of each value in it, and with each value under a name that is not there.
fn mutants(document: &Value, values: &[Value]) -> Vec<Value> {
    let mut mutants = values.to_vec();
    match document {
        Value::Object(entries) => {
            for (name, inner) in entries {
                let with = |value: Option<Value>| {
                    let mut entries = entries.clone();
                    match value {
                        Some(value) => drop(entries.insert(name.clone(), value)),
                        None => drop(entries.remove(name)),
                    }
                    Value::Object(entries)
                };
                mutants.push(with(None));
                mutants.extend(self::mutants(inner, values).into_iter().map(|inner| with(Some(inner))));
            }
            for name in ["new", "A", "", "a b", &"x".repeat(65)] {
                // One name is enough to try what may stand under it.
                let few = &[json!([]), json!({}), json!("all")][..];
                for value in if name == "new" { values } else { few } {
                    let mut entries = entries.clone();
                    entries.insert(name.to_owned(), value.clone());
                    mutants.push(Value::Object(entries));
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                for inner in self::mutants(item, values) {
                    let mut items = items.clone();
                    items[index] = inner;
                    mutants.push(Value::Array(items));
                }
            }
            mutants.push(json!([]));
        }
        _ => {}
    }
    mutants
}

fn check(file: ConfigFile, document: Value, beyond: &[&str]) {
    let schema = jsonschema::validator_for(&schema(file)).unwrap();
    let accepts = |document: &Value| {
        let read = file.read("x.json".as_ref(), &document.to_string());
        let explained =
            read.as_ref().err().is_some_and(|error| beyond.iter().any(|text| error.message().contains(text)));
        if !explained {
            assert_eq!(schema.is_valid(document), read.is_ok(), "{file}: {document}: {read:?}");
        }
        // What is shown of it can be written into a file, and says the same.
        if let Ok(settings) = &read {
            assert_eq!(
                file.read("x.json".as_ref(), &settings.to_string()).as_ref().unwrap(),
                settings,
                "{file}: {document}"
            );
        }
        read.is_ok()
    };
    assert!(accepts(&document), "{file}");
    let accepted = mutants(&document, &values()).iter().filter(|mutant| accepts(mutant)).count();
    assert!(accepted > 3, "{file}: {accepted}");
}

#[test]
fn schemas_accept_what_csvq_accepts() {
    let general = json!({
        "plugin_security": {
            "allow_external_plugins": true, "require_signature_verification": true, "allowed_domains": ["a.org"],
            "blocked_domains": ["b.org"], "max_plugin_size_mb": 1, "scan_for_malicious_code": true,
            "quarantine_suspicious_plugins": true, "signature_threshold": 1, "warn_before_expiry_days": 1,
            "trusted_keys": [{ "name": "a", "public_key": "a.pem", "not_before": null, "expires": "2027-06-30", "plugins": ["ab"] }],
            "revoked": [{ "key_id": "ab".repeat(32), "reason": "x", "revoked_at": null }],
            "scanner": { "flag_at": "low", "rules": "a.json",
                         "outside": { "program": "/x", "args": ["{folder}"], "timeout_seconds": 1, "mode": "exit_code" } },
        },
        "execution_limits": {
            "max_memory_mb": 1, "max_execution_time_seconds": 1, "allow_network_access": true, "allow_file_system_access": "full",
            "sandbox": true, "strict": true, "max_scratch_mb": 1, "max_result_mb": 1, "max_threads": 1, "cgroup": "/x",
        },
    });
    let beyond = ["this is looser", "this is an address"];
    check(ConfigFile::SecurityPolicy, general, &beyond);
    let own = json!({ "plugins": { "p1": {
        "require_signature_verification": true, "signature_threshold": 1, "max_plugin_size_mb": 1,
        "scan_for_malicious_code": true, "quarantine_suspicious_plugins": true, "max_memory_mb": 1,
        "max_execution_time_seconds": 1, "allow_network_access": false, "allow_file_system_access": "none", "sandbox": true,
        "strict": true, "max_scratch_mb": 1, "max_result_mb": 1, "max_threads": 1,
    } } });
    check(ConfigFile::SecurityPolicy, own, &beyond);
    check(ConfigFile::SecurityPolicy, json!({ "execution_limits": { "sandbox": false } }), &beyond);
    check(ConfigFile::Rbac, json!({ "admin": ["use_plugin", "view_logs"], "x-y_1": [] }), &[]);
    check(ConfigFile::PluginAccess, json!({ "admin": "all", "user": ["a", "b"] }), &["private key"]);
    let role = json!({ "can_install_plugins": true, "can_remove_plugins": true, "can_modify_security_policy": true,
                       "can_access_all_plugins": false, "allowed_plugins": ["a"] });
    check(ConfigFile::UserPermissions, json!({ "user_permissions": { "admin": role } }), &["private key"]);
    let repository = json!({ "name": "a", "url": "u", "type": "git", "enabled": true, "auto_update": true, "branch": "b",
                             "update_interval_hours": 1, "authentication": { "type": "api_key", "key": "k" }, "trust_level": "high" });
    let security = json!({ "require_signature_verification": true, "allowed_trust_levels": ["high"], "quarantine_unknown_plugins": true });
    check(ConfigFile::Repositories, json!({ "repositories": [repository], "security": security }), &["private key"]);
    let file = json!({ "filename": "logs/a.log", "level": "INFO", "formatter": "f", "mode": "a", "encoding": "utf-8", "delay": true });
    let handler = |class: &str, more: Value| {
        let mut handler: Map<String, Value> = file.as_object().unwrap().clone();
        handler.insert("class".to_owned(), json!(class));
        handler.extend(more.as_object().unwrap().clone());
        Value::Object(handler)
    };
    let handlers = json!({
        "s": { "class": "logging.StreamHandler", "level": "INFO", "formatter": "f", "stream": "ext://sys.stderr" },
        "f": handler("logging.FileHandler", json!({})),
        "r": handler("logging.handlers.RotatingFileHandler", json!({ "maxBytes": 1, "backupCount": 1 })),
        "t": handler("logging.handlers.TimedRotatingFileHandler", json!({ "when": "W0", "interval": 1, "backupCount": 1, "utc": true })),
    });
    let logging = json!({
        "version": 1, "disable_existing_loggers": true,
        "formatters": { "f": { "format": "%(message)s", "datefmt": "%H", "style": "%" } },
        "handlers": handlers,
        "loggers": { "l": { "level": "INFO", "handlers": ["s"], "propagate": true } },
        "root": { "level": "INFO", "handlers": ["s"] },
    });
    let beyond = [
        "there is no such handler",
        "there is no such formatter",
        "there is no such field",
        "write fields as",
        "private key",
    ];
    check(ConfigFile::Logging, logging, &beyond);
}

#[test]
fn everything_is_described() {
    fn check(node: &Value, at: &str) {
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{at}");
        }
        match node {
            Value::Object(entries) => entries.iter().for_each(|(name, inner)| check(inner, &format!("{at}.{name}"))),
            Value::Array(items) => items.iter().for_each(|inner| check(inner, at)),
            _ => {}
        }
    }
    for file in ConfigFile::ALL {
        let schema = schema(*file);
        assert!(schema["title"].as_str().unwrap().ends_with(&format!("config/{}", file.name())), "{file}");
        let without_contradictions: Value = without_not(&schema);
        check(&without_contradictions, file.name());
    }
}

/// The schema without what it forbids, which needs no words.
fn without_not(node: &Value) -> Value {
    match node {
        Value::Object(entries) => {
            let kept = entries.iter().filter(|(name, _)| *name != "not");
            kept.map(|(name, inner)| (name.clone(), without_not(inner))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(without_not).collect(),
        other => other.clone(),
    }
}

#[test]
fn defaults_are_the_same() {
    let settings = ConfigFile::SecurityPolicy.read("x".as_ref(), "{}").unwrap();
    let schema = schema(ConfigFile::SecurityPolicy);
    for section in ["plugin_security", "execution_limits"] {
        let properties = schema["properties"][section]["properties"].as_object().unwrap();
        let stated: Map<String, Value> =
            properties.iter().map(|(name, property)| (name.clone(), property["default"].clone())).collect();
        assert_eq!(Value::Object(stated), settings[section], "{section}");
    }
    let settings = ConfigFile::Repositories.read("x".as_ref(), "{}").unwrap();
    let properties = self::schema(ConfigFile::Repositories)["properties"]["security"]["properties"].clone();
    for (name, property) in properties.as_object().unwrap() {
        assert_eq!(property["default"], settings["security"][name], "{name}");
    }
}
