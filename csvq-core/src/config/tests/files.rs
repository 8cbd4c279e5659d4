//! All files: looking at every one, and editing any one.

use std::cell::RefCell;
use std::fs;

use serde_json::{Value, json};

use super::super::home::seed::EXAMPLES;
use super::super::{
    Config, ConfigFile, Editor, Environment, Proposal, Repositories, SecurityPolicy, Stage, check_files,
};
use super::{Place, path, shown};
use crate::error::{Error, ErrorKind, Result};

fn yes(_: &Proposal) -> Result<()> {
    Ok(())
}

fn errors(place: &Place) -> Vec<String> {
    check_files(&place.home, &Environment::default()).iter().map(|error| shown(error, place)).collect()
}

#[test]
fn a_fresh_home_has_no_errors() {
    let place = Place::new();
    assert_eq!(errors(&place), Vec::<String>::new());
    assert!(!ConfigFile::SecurityPolicy.path(&place.home).exists());
    // The examples, in place.
    for (name, text) in EXAMPLES {
        place.write(&name.replace(".example", ""), text);
    }
    assert_eq!(errors(&place), Vec::<String>::new());
}

#[test]
fn every_file_that_is_wrong_is_told() {
    let place = Place::new();
    for file in ConfigFile::ALL {
        place.write(file.name(), "{\n\"version\": 7, \"X\": 1}");
    }
    place.write("plugin_config.production.json", "[]");
    let wrong = errors(&place);
    let files: Vec<&str> =
        wrong.iter().map(|error| error.split(".json").next().unwrap().rsplit(' ').next().unwrap()).collect();
    let expected = [
        "plugin_config",
        "plugin_config.production",
        "security_policy",
        "rbac",
        "plugin_access",
        "user_permissions",
        "repositories",
        "logging",
    ];
    assert_eq!(files, expected, "{wrong:#?}");
}

#[test]
fn names_that_are_nearly_right_are_told() {
    let place = Place::new();
    place.write("securty_policy.json", "{}");
    place.write("plugin_config.prodution.json", "{}");
    for other in ["plugin_config.backup.json", "notes.json", "rbac.json.old", "scan_rules.json"] {
        place.write(other, "{}");
    }
    let message = "csvq reads no file of this name, so that nothing in it holds: did you mean";
    let expected = [
        format!("plugin_config.prodution.json: {message} `plugin_config.production.json`?"),
        format!("securty_policy.json: {message} `security_policy.json`?"),
    ];
    assert_eq!(errors(&place), expected);
}

#[test]
fn every_file_can_be_edited() {
    let place = Place::new();
    for (name, text) in EXAMPLES {
        place.write(&name.replace(".example", ""), text);
    }
    let check = |file: ConfigFile, at: &str, value: Value, bad: Value| {
        let editor = Editor::open(&place.home, &Environment::default(), file);
        let before = fs::read_to_string(file.path(&place.home)).unwrap_or_default();
        assert_eq!(editor.set(&path(at), &bad, &yes).unwrap_err().kind(), ErrorKind::Config, "{file}");
        assert_eq!(fs::read_to_string(file.path(&place.home)).unwrap_or_default(), before, "{file}");
        assert!(editor.set(&path(at), &value, &yes).unwrap().changed, "{file}");
        assert_eq!(editor.get(&path(at)).unwrap(), value, "{file}");
        assert!(!editor.set(&path(at), &value, &yes).unwrap().changed, "{file}");
        assert!(editor.unset(&path(at), &yes).unwrap().changed, "{file}");
        assert!(editor.get(&path(at)).ok() != Some(value), "{file}");
    };
    check(ConfigFile::PluginConfig, "plugin_system.cache_max_size_mb", json!(5), json!("x"));
    check(ConfigFile::SecurityPolicy, "execution_limits.max_memory_mb", json!(5), json!(0));
    check(ConfigFile::Rbac, "auditor", json!(["view_logs"]), json!(["view_log"]));
    check(ConfigFile::PluginAccess, "auditor", json!(["row_compare"]), json!("some"));
    check(ConfigFile::Repositories, "security.allowed_trust_levels", json!(["low"]), json!("no"));
    check(ConfigFile::Logging, "loggers.plugin_system.level", json!("ERROR"), json!("LOUD"));
    let form = place.path("user_permissions.json");
    fs::write(form, "{ \"user_permissions\": { \"user\": { \"can_remove_plugins\": false } } }").unwrap();
    check(ConfigFile::UserPermissions, "user_permissions.user.can_install_plugins", json!(true), json!(1));
}

#[test]
fn the_rest_of_a_policy_stays_as_it_is() {
    let place = Place::new();
    let text = "{\"plugin_security\":{ \"blocked_domains\" : [ \"a.org\" ] },\r\n\t\"execution_limits\": {\"max_memory_mb\":64}}\r\n";
    place.write("security_policy.json", text);
    let editor = Editor::open(&place.home, &Environment::default(), ConfigFile::SecurityPolicy);
    editor.set(&path("execution_limits.max_memory_mb"), &json!(65), &yes).unwrap();
    assert_eq!(fs::read_to_string(place.path("security_policy.json")).unwrap(), text.replace("64", "65"));
}

#[test]
fn what_is_proposed_is_told_before_it_is_written() {
    let place = Place::new();
    let file = place.path("security_policy.json");
    let editor = Editor::open(&place.home, &Environment::default(), ConfigFile::SecurityPolicy);
    let seen = RefCell::new(Vec::new());
    let note = |proposal: &Proposal| {
        seen.borrow_mut().push((proposal.before.clone(), proposal.after.clone(), proposal.loosens()));
        if proposal.loosens() { Err(Error::new(ErrorKind::Conflict, "not you")) } else { Ok(()) }
    };
    let at = path("execution_limits.max_memory_mb");
    assert!(editor.set(&at, &json!(512), &note).unwrap().changed);
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(editor.set(&at, &json!(2048), &note).unwrap_err().message(), "not you");
    assert_eq!(editor.unset(&at, &note).unwrap_err().message(), "not you");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    // Nothing is asked where nothing changes, or where what is wanted can't be.
    assert!(!editor.set(&at, &json!(512), &note).unwrap().changed);
    assert!(editor.set(&at, &json!("x"), &note).is_err());
    let expected =
        [(None, Some(json!(512)), false), (Some(json!(512)), Some(json!(2048)), true), (Some(json!(512)), None, true)];
    assert_eq!(*seen.borrow(), expected);
    // A policy that can't be read allows nothing: whatever takes its place is looser.
    fs::write(&file, "{ \"execution_limits\": { \"max_memory_mb\": \"x\" } }").unwrap();
    assert_eq!(editor.set(&at, &json!(1), &note).unwrap_err().message(), "not you");
    assert!(editor.set(&at, &json!(1), &yes).unwrap().changed);
}

#[test]
fn a_policy_is_edited_with_the_keys_that_it_names() {
    let place = Place::new();
    let editor = Editor::open(&place.home, &Environment::default(), ConfigFile::SecurityPolicy);
    let key = json!([{ "name": "ci", "public_key": "keys/ci.pem" }]);
    let at = path("plugin_security.trusted_keys");
    let error = editor.set(&at, &key, &yes).unwrap_err();
    let expected = "plugin_security.trusted_keys[0].public_key: security_policy.json: there is no such file in the folder of \
                    configuration files (nothing was changed)";
    assert_eq!(shown(&error, &place), expected);
    fs::create_dir(place.path("keys")).unwrap();
    place.write("keys/ci.pem", super::policies::KEY);
    let loosens = |proposal: &Proposal| {
        assert!(proposal.loosens());
        Ok(())
    };
    assert!(editor.set(&at, &key, &loosens).unwrap().changed);
    let policy = SecurityPolicy::load(&place.home, &Environment::default()).unwrap();
    assert_eq!(policy.policy().plugin_security.trusted_keys.len(), 1);
}

#[test]
fn what_overrides_is_named_and_secrets_are_hidden() {
    let place = Place::new();
    let environment =
        Environment { security_strict: Some(true), stage: Some(Stage::Production), ..Environment::default() };
    let editor = Editor::open(&place.home, &environment, ConfigFile::SecurityPolicy);
    let edited = editor.set(&path("execution_limits.strict"), &json!(false), &yes).unwrap();
    assert_eq!(edited.overridden_by.as_deref(), Some("PLUGIN_SECURITY_STRICT"));
    let repositories = Editor::open(&place.home, &environment, ConfigFile::Repositories);
    let entry =
        |key: &str| json!([{ "name": "a", "url": "https://a", "authentication": { "type": "api_key", "key": key } }]);
    let shown = RefCell::new(String::new());
    let note = |proposal: &Proposal| {
        shown.borrow_mut().push_str(&format!("{proposal:?}"));
        Ok(())
    };
    repositories.set(&path("repositories"), &entry("s3cret"), &note).unwrap();
    repositories.set(&path("repositories[0].authentication.key"), &json!("other s3cret"), &note).unwrap();
    repositories.set(&path("repositories[0].authentication.key"), &json!("${KEY}"), &note).unwrap();
    let shown = shown.into_inner();
    assert!(shown.contains("<hidden>") && shown.contains("${KEY}") && !shown.contains("s3cret"), "{shown}");
    repositories.set(&path("repositories"), &entry("s3cret"), &yes).unwrap();
    assert!(!repositories.show().unwrap().to_string().contains("s3cret"));
}

#[test]
fn repositories_of_both_files_are_joined() {
    let place = Place::with(
        r#"{ "repositories": [{ "name": "a", "url": "https://a", "auto_update": true }, { "name": "b", "url": "https://b" }] }"#,
    );
    place.write(
        "repositories.json",
        r#"{ "repositories": [{ "name": "c", "url": "https://c" }, { "name": "a", "url": "https://other" }],
             "security": { "allowed_trust_levels": ["high"] } }"#,
    );
    let config = Config::load(&place.home, &Environment::default()).unwrap();
    let joined = Repositories::load(&place.home, &config).unwrap();
    let shown: Vec<_> =
        joined.repositories.iter().map(|one| (one.name.as_str(), one.url.as_str(), one.auto_update)).collect();
    assert_eq!(shown, [("a", "https://other", false), ("b", "https://b", false), ("c", "https://c", false)]);
    assert_eq!(
        joined.notes,
        ["the repository `a` is in plugin_config.json and in repositories.json: the latter holds"]
    );
    assert_eq!(joined.security.allowed_trust_levels, [super::super::TrustLevel::High]);
}

#[test]
fn credentials_in_urls_are_refused_and_not_shown() {
    for (url, good) in [
        ("https://user:s3cret@host/x", false),
        ("https://s3cret@host/x", false),
        ("HTTPS://s3cret@host", false),
        ("ssh://git:s3cret@host/x", false),
        ("ssh://git@host/x", true),
        ("git@host:x/y.git", true),
        ("https://host/a@b", true),
        ("https://host?x=a@b", true),
        ("file:///opt/a", true),
    ] {
        let text = json!({ "repositories": [{ "name": "a", "url": url }] }).to_string();
        for file in [ConfigFile::PluginConfig, ConfigFile::Repositories] {
            match file.read("r.json".as_ref(), &text) {
                Ok(_) => assert!(good, "{url}"),
                Err(error) => assert!(!good && !error.to_string().contains("s3cret"), "{url}: {error}"),
            }
        }
    }
}

#[test]
fn files_have_their_names() {
    for file in ConfigFile::ALL {
        assert_eq!(file.name().parse::<ConfigFile>().unwrap(), *file);
        assert_eq!(file.name().trim_end_matches(".json").parse::<ConfigFile>().unwrap(), *file);
        serde_json::from_str::<Value>(file.schema()).unwrap();
    }
    let error = "security-polcy".parse::<ConfigFile>().unwrap_err();
    assert_eq!(error.message(), "there is no such configuration file; did you mean `security_policy.json`?");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
