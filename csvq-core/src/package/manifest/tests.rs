//! Manifests that are sound, and those that are not: with the line and path where.

use serde_json::{Value, json};

use super::*;

fn sound() -> Value {
    json!({
        "schema_version": "1.0", "id": "fuzzy", "display_name": "Fuzzy", "version": "1.0.0", "kind": "native",
        "abi_version": "1.0", "targets": [{"target": "x86_64-unknown-linux-gnu", "library": "lib/fuzzy.so"}],
        "author": "A", "license": "MIT", "description": "D\n\tE", "parameters": {"type": "object"},
        "capabilities": ["network"], "deterministic": true,
        "files": [{"path": "lib/fuzzy.so", "size": 3, "sha256": "a".repeat(64)}],
    })
}

fn python() -> Value {
    let mut manifest = sound();
    let object = manifest.as_object_mut().unwrap();
    object.remove("targets");
    object.insert("kind".to_owned(), "python".into());
    object.insert("module".to_owned(), "lib/fuzzy.py".into());
    object.insert("class".to_owned(), "Fuzzy".into());
    manifest["files"][0]["path"] = "lib/fuzzy.py".into();
    manifest
}

/// Sets what is at a JSON pointer; a null removes it.
fn with(mut manifest: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match manifest.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => drop(object.remove(name)),
        Value::Object(object) => drop(object.insert(name.to_owned(), value)),
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    manifest
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(JSON_SCHEMA).unwrap()).unwrap()
}

#[test]
fn sound_manifests_are_read_and_written_again() {
    for manifest in [sound(), python()] {
        assert!(schema().is_valid(&manifest));
        let read = Manifest::read(manifest.to_string().as_bytes(), "plugin.json").unwrap();
        let text = read.to_json().unwrap();
        assert_eq!(Manifest::read(text.as_bytes(), "plugin.json").unwrap(), read);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), manifest);
    }
    let least = ["author", "license", "description", "parameters", "capabilities", "deterministic"];
    let least = least.iter().fold(sound(), |manifest, name| with(manifest, &format!("/{name}"), Value::Null));
    assert!(schema().is_valid(&least));
    let read = Manifest::read(least.to_string().as_bytes(), "plugin.json").unwrap();
    assert!(!read.deterministic && read.capabilities.is_empty());
}

#[test]
fn each_wrong_value_is_named() {
    // Where, what, the path in the error, and whether the JSON Schema refuses it too.
    let cases: Vec<(Value, &str, Value, &str, bool)> = vec![
        (sound(), "/schema_version", json!("2.0"), "schema_version", true),
        (sound(), "/id", json!("Fuzzy"), "id", true),
        (sound(), "/id", json!("x"), "id", true),
        (sound(), "/id", json!("../fuzzy"), "id", true),
        (sound(), "/id", json!("a\0b"), "id", true),
        (sound(), "/id", json!("a".repeat(10_000)), "id", true),
        (sound(), "/id", json!("con"), "id", false),
        (sound(), "/id", json!(7), "id", true),
        (sound(), "/display_name", json!(""), "display_name", true),
        (sound(), "/display_name", json!("a\u{202e}b"), "display_name", false),
        (sound(), "/display_name", json!("a\tb"), "display_name", false),
        (sound(), "/version", json!("1.0"), "version", true),
        (sound(), "/version", json!("1.0.0/.."), "version", true),
        (sound(), "/kind", json!("java"), "kind", true),
        (sound(), "/abi_version", json!("1"), "abi_version", true),
        (sound(), "/abi_version", json!("01.0"), "abi_version", true),
        (sound(), "/targets", json!([]), "targets", true),
        (sound(), "/targets/0/library", json!("../fuzzy.so"), "targets[0].library", true),
        (sound(), "/targets/0/library", json!("other.so"), "targets[0].library", false),
        (sound(), "/targets/0/target", json!("Linux x86"), "targets[0].target", true),
        (sound(), "/targets/0", json!(["a", "b"]), "targets[0]", true),
        (sound(), "/module", json!("p.py"), "module", true),
        (sound(), "/parameters", json!({"type": 7}), "parameters", false),
        (sound(), "/parameters", json!({"$ref": "https://example.org/x"}), "parameters", false),
        (sound(), "/parameters", json!([]), "parameters", true),
        (sound(), "/capabilities", json!(["fly"]), "capabilities[0]", true),
        (sound(), "/capabilities", json!(["threads", "threads"]), "capabilities[1]", true),
        (sound(), "/deterministic", json!("yes"), "deterministic", true),
        (sound(), "/author", json!("a\nb"), "author", false),
        (sound(), "/license", json!("a\u{1b}[2Jb"), "license", false),
        (sound(), "/description", json!("a\rb"), "description", false),
        (sound(), "/description", json!("a\u{1b}]0;b\u{7}"), "description", false),
        (sound(), "/files/0/path", json!("/lib/fuzzy.so"), "files[0].path", true),
        (sound(), "/files/0/size", json!(-1), "files[0].size", true),
        (sound(), "/files/0/size", json!(1u64 << 60), "files[0].size", true),
        (sound(), "/files/0/sha256", json!("A".repeat(64)), "files[0].sha256", true),
        (sound(), "/files/0/mode", json!(7), "files[0].mode", true),
        (sound(), "/install", json!("rm -rf"), "install", true),
        (python(), "/targets", json!([]), "targets", true),
        (python(), "/class", json!("1x"), "class", true),
        (python(), "/class", json!("os.system"), "class", true),
        (python(), "/class", Value::Null, "class", true),
        (python(), "/module", Value::Null, "module", true),
        (python(), "/module", json!("lib/fuzzy.so"), "module", true),
    ];
    for (base, pointer, value, path, by_schema) in cases {
        let manifest = with(base, pointer, value.clone());
        let text = serde_json::to_string_pretty(&manifest).unwrap();
        let error = Manifest::read(text.as_bytes(), "plugin.json").unwrap_err();
        let kind = if pointer == "/schema_version" { ErrorKind::Incompatible } else { ErrorKind::Package };
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.context().field.as_deref(), Some(path), "{pointer} {value}: {error}");
        assert!(error.context().line.is_some_and(|line| line >= 1), "{error}");
        assert_eq!(!schema().is_valid(&manifest), by_schema, "{pointer} {value}");
    }
}

#[test]
fn what_is_missing_is_named() {
    for name in ["schema_version", "id", "display_name", "version", "kind", "abi_version", "targets", "files"] {
        let manifest = with(sound(), &format!("/{name}"), Value::Null);
        let error = Manifest::read(manifest.to_string().as_bytes(), "plugin.json").unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(!schema().is_valid(&manifest), "{name}");
    }
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let text = sound().to_string();
    for twice in [
        text.replacen('{', r#"{"id":"other","#, 1),
        text.replace(r#""sha256""#, r#""size":9,"sha256""#),
        text.replace(r#"{"type":"object"}"#, r#"{"type":"object","type":"object"}"#),
    ] {
        let error = Manifest::read(twice.as_bytes(), "plugin.json").unwrap_err();
        assert!(error.message().contains("twice"), "{error}");
    }
    let mut files = sound();
    let file = files["files"][0].clone();
    files["files"].as_array_mut().unwrap().push(file);
    let error = Manifest::read(files.to_string().as_bytes(), "plugin.json").unwrap_err();
    assert_eq!(error.context().field.as_deref(), Some("files[1].path"));
}

#[test]
fn what_is_no_json_has_a_line() {
    let error = Manifest::read(b"{\n  \"id\": oops\n}", "plugin.json").unwrap_err();
    assert_eq!(error.context().line, Some(2), "{error}");
    for bytes in [&b""[..], b"[]", b"null", b"\xff", b"{} {}"] {
        assert_eq!(Manifest::read(bytes, "plugin.json").unwrap_err().kind(), ErrorKind::Package);
    }
    let large = vec![b' '; (1 << 20) + 1];
    assert_eq!(Manifest::read(&large, "plugin.json").unwrap_err().kind(), ErrorKind::LimitExceeded);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Manifest::read(deep.as_bytes(), "plugin.json").is_err());
}

#[test]
fn messages_are_harmless() {
    let manifest = with(sound(), "/files/0/path", json!("\u{1b}[2J\u{202e}/"));
    let error = Manifest::read(manifest.to_string().as_bytes(), "plugin.json").unwrap_err();
    assert!(!error.to_string().contains(['\u{1b}', '\u{202e}']), "{error}");
}

#[test]
fn platforms() {
    let manifest = Manifest::read(sound().to_string().as_bytes(), "plugin.json").unwrap();
    if current_target() == "x86_64-unknown-linux-gnu" {
        assert_eq!(manifest.entry_file().unwrap(), "lib/fuzzy.so");
        manifest.check_platform().unwrap();
    }
    let later = with(python(), "/abi_version", json!("2.0"));
    let later = Manifest::read(later.to_string().as_bytes(), "plugin.json").unwrap();
    let error = later.check_platform().unwrap_err();
    assert_eq!((error.kind(), error.context().plugin.as_deref()), (ErrorKind::Incompatible, Some("fuzzy")));
}
