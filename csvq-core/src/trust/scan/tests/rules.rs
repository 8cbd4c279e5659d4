//! Reading an administrator's rules, and what they change.

use super::super::{Outcome, RULES_SCHEMA, Rules, Severity};
use super::{ids, scan_by};

const FILE: &str = "scan_rules.json";

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let error = Rules::from_json(FILE.as_ref(), text).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.kind(), crate::ErrorKind::Config);
}

#[test]
fn errors_name_file_line_and_path() {
    let rule = |rest: &str| format!("{{\n  \"rules\": [\n    {{ \"id\": \"own.rule\", {rest} }}\n  ]\n}}");
    let whole = "\"kind\": \"python_import\", \"match\": [\"x\"], \"severity\": \"low\", \"message\": \"m\"";
    assert!(Rules::from_json(FILE.as_ref(), &rule(whole)).is_ok());
    check_refused("", "scan_rules.json: line 1: this is no JSON: EOF while parsing a value");
    check_refused("{} {}", "scan_rules.json: line 1: this is no JSON: trailing characters");
    check_refused(
        "{\n  \"ruels\": []\n}",
        "ruels: scan_rules.json: line 2: unknown field `ruels`, expected one of `rules`, `change`, `$schema`",
    );
    check_refused("{\"rules\": [], \"rules\": []}", "scan_rules.json: line 1: duplicate field `rules`");
    check_refused(
        &rule(&whole.replace("low", "grave")),
        "rules[0].severity: scan_rules.json: line 3: unknown variant `grave`, expected one of `info`, `low`, \
         `medium`, `high`, `critical`",
    );
    check_refused(
        &rule(&whole.replace("\"message\": \"m\"", "\"message\": 7")),
        "rules[0].message: scan_rules.json: line 3: invalid type: integer `7`, expected a string",
    );
    check_refused(
        &rule(&whole.replace("[\"x\"]", "[]")),
        "rules[0].match: scan_rules.json: line 3: a rule without patterns finds nothing",
    );
    check_refused(
        &rule(&whole.replace("[\"x\"]", "[\"x[\"]")),
        "rules[0].match: scan_rules.json: line 3: unclosed character class; missing ']'",
    );
    check_refused(
        &rule(&whole.replace("python_import", "native_string")),
        "rules[0].match: scan_rules.json: line 3: a text of fewer than 4 bytes is found everywhere by chance",
    );
    check_refused(
        &rule(&whole.replace("python_import", "python_shape")),
        "rules[0].match: scan_rules.json: line 3: `x` is none of those that there are: compatible_name, decoded_code, \
         effect_at_import, encoded_numbers, encoded_text, invisible_character, long_line, long_text, lookalike_name, \
         star_import",
    );
    check_refused(
        &rule(whole).replace("own.rule", "Own"),
        "rules[0].id: scan_rules.json: line 3: an id is words of a to z, 0 to 9 and `_` with dots between them, at \
         most 64 bytes",
    );
    check_refused(
        &rule(whole).replace("own.rule", "python.network"),
        "rules[0].id: scan_rules.json: line 3: there is a rule of this id already: to change one of csvq's, name it in \
         `change`",
    );
    check_refused(
        "{\"change\": [\n{\"id\": \"python.netwrok\", \"off\": true}]}",
        "change[0].id: scan_rules.json: line 2: csvq has no rule `python.netwrok`; did you mean `python.network`?",
    );
    check_refused(
        "{\"change\": [{\"id\": \"python.network\"}]}",
        "change[0].severity: scan_rules.json: line 1: say another `severity`, or `\"off\": true`",
    );
    check_refused(
        "{\"change\": [{\"id\": \"python.network\", \"off\": true},\n{\"id\": \"python.network\", \"off\": true}]}",
        "change[1].id: scan_rules.json: line 2: this rule is changed twice: remove one of the two",
    );
}

#[test]
fn rules_are_added_changed_and_switched_off() {
    let source: &[(&str, &[u8])] = &[("plugin.py", b"import socket\nimport forbidden.part\n")];
    let of = |text: &str| scan_by(&Rules::from_json(FILE.as_ref(), text).unwrap(), source);
    let report = of("{}");
    assert_eq!((report.outcome, ids(&report)), (Outcome::Flagged, vec!["python.network"]));
    let report = of(r#"{"change": [{"id": "python.network", "severity": "low"}]}"#);
    assert_eq!((report.outcome, ids(&report)), (Outcome::Clean, vec!["python.network"]));
    let report = of(r#"{"change": [{"id": "python.network", "off": true}]}"#);
    assert_eq!((report.outcome, ids(&report)), (Outcome::Clean, vec![]));
    let own = r#"{"id": "own.forbidden", "kind": "python_import", "match": ["forbidden"], "severity": "critical",
        "message": "we do not use this"}"#;
    let report = of(&format!(r#"{{"rules": [{own}], "change": [{{"id": "python.network", "off": true}}]}}"#));
    assert_eq!((report.outcome, ids(&report)), (Outcome::Flagged, vec!["own.forbidden"]));
    assert_eq!(report.findings[0].severity, Severity::Critical);
}

#[test]
fn the_threshold_decides_and_every_change_has_its_digest() {
    let source: &[(&str, &[u8])] = &[("plugin.py", b"import asyncio\n")];
    let built_in = Rules::built_in();
    assert_eq!(scan_by(&built_in, source).outcome, Outcome::Clean);
    let stricter = built_in.clone().flagged_from(Severity::Low);
    assert_eq!(scan_by(&stricter, source).outcome, Outcome::Flagged);
    assert_ne!(stricter.sha256(), built_in.sha256());
    assert_eq!(stricter.flagged_from(Severity::Medium).sha256(), built_in.sha256());
    let changed = Rules::from_json(FILE.as_ref(), r#"{"change": [{"id": "python.async", "severity": "high"}]}"#);
    assert_ne!(changed.unwrap().sha256(), built_in.sha256());
}

#[test]
fn a_file_of_rules_is_read_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let error = Rules::from_file(&path).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Io);
    assert!(error.to_string().contains(FILE), "{error}");
    std::fs::write(&path, r#"{"change": [{"id": "python.async", "severity": "high"}]}"#).unwrap();
    assert!(Rules::from_file(&path).is_ok());
    std::fs::write(&path, b"{\"rules\": []\xff}").unwrap();
    assert!(Rules::from_file(&path).unwrap_err().to_string().contains("UTF-8"));
    assert!(Rules::from_file(folder.path()).is_err());
}

/// The schema and the reader say the same of the same texts.
#[test]
fn the_schema_is_held_to_the_reader() {
    let schema: serde_json::Value = serde_json::from_str(RULES_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let own = include_str!("../rules/built_in.json");
    assert!(validator.is_valid(&serde_json::from_str(own).unwrap()));
    let rule = r#"{"id": "own.rule", "kind": "python_call", "match": ["x"], "severity": "low", "message": "m"}"#;
    let texts = [
        "{}".to_owned(),
        format!(r#"{{"$schema": "x", "rules": [{rule}]}}"#),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("\"m\"", "\"m\", \"effect\": true, \"unless\": [\"xy\"]")),
        r#"{"change": [{"id": "python.async", "off": false}]}"#.to_owned(),
        r#"{"change": [{"id": "python.async", "off": true}]}"#.to_owned(),
        "[]".to_owned(),
        r#"{"other": 1}"#.to_owned(),
        r#"{"rules": [["own.rule", "python_call", ["x"], [], "low", "m", false]]}"#.to_owned(),
        r#"{"change": [["python.async", "low", null]]}"#.to_owned(),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("own.rule", "Own Rule")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("own.rule", "own")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("python_call", "python_cal")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("[\"x\"]", "[]")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("[\"x\"]", "[\" \"]")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("[\"x\"]", "\"x\"")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("low", "none")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("\"m\"", "\"\"")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("\"m\"", "\"a\\nb\"")),
        format!(r#"{{"rules": [{}]}}"#, rule.replace("\"m\"", "\"m\", \"more\": 1")),
        r#"{"change": [{"id": "python.async"}]}"#.to_owned(),
        r#"{"change": [{"off": true}]}"#.to_owned(),
        r#"{"change": [{"id": "python.async", "off": "yes"}]}"#.to_owned(),
    ];
    for text in texts {
        let value = serde_json::from_str(&text).unwrap();
        let read = Rules::from_json(FILE.as_ref(), &text);
        assert_eq!(validator.is_valid(&value), read.is_ok(), "{text}: {read:?}");
    }
}
