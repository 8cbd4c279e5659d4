//! `plugin.sig`, read strictly: each wrong value is named, and the JSON Schema refuses what the reader does.

use serde_json::json;

use super::*;
use crate::error::ErrorKind;

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(JSON_SCHEMA).unwrap()).unwrap()
}

#[test]
fn sound_files_are_read_and_written_again() {
    for file in [SIGNATURE.to_vec(), signed(MANIFEST, &[&key(1)]), signed(MANIFEST, &[&key(3), &key(1), &key(2)])] {
        assert!(schema().is_valid(&serde_json::from_slice(&file).unwrap()));
        let read = SignatureFile::read(&file, "plugin.sig").unwrap();
        assert_eq!(SignatureFile::write(read.signatures().to_vec()).unwrap(), file);
    }
}

#[test]
fn each_wrong_value_is_named() {
    // Where, what (null removes it), the path in the error, and whether the JSON Schema refuses it too.
    let one = "/signatures/0";
    let base64 = |change: &dyn Fn(&str) -> String| {
        let file: Value = serde_json::from_slice(SIGNATURE).unwrap();
        json!(change(file["signatures"][0]["signature"].as_str().unwrap()))
    };
    let cases: Vec<(String, Value, &str, bool)> = vec![
        ("/schema_version".to_owned(), json!(0), "schema_version", true),
        ("/schema_version".to_owned(), json!("1"), "schema_version", true),
        ("/schema_version".to_owned(), json!(-1), "schema_version", true),
        ("/keys".to_owned(), json!([]), "keys", true),
        ("/signatures".to_owned(), json!([]), "signatures", true),
        ("/signatures".to_owned(), json!({}), "signatures", true),
        ("/signatures".to_owned(), json!("x"), "signatures", true),
        (one.to_owned(), json!([]), "signatures[0]", true),
        (one.to_owned(), json!(["a", "b", "c", "d", "e", "f", "g"]), "signatures[0]", true),
        (format!("{one}/public_key"), json!("x"), "signatures[0].public_key", true),
        (format!("{one}/key_id"), json!("AB".repeat(32)), "signatures[0].key_id", true),
        (format!("{one}/key_id"), json!("ab".repeat(8)), "signatures[0].key_id", true),
        (format!("{one}/key_id"), json!(7), "signatures[0].key_id", true),
        (format!("{one}/algorithm"), json!("rsa"), "signatures[0].algorithm", true),
        (format!("{one}/algorithm"), json!(["ed25519"]), "signatures[0].algorithm", true),
        (format!("{one}/plugin"), json!("../x"), "signatures[0].plugin", true),
        (format!("{one}/plugin"), json!("x"), "signatures[0].plugin", true),
        (format!("{one}/plugin"), json!("a".repeat(64)), "signatures[0].plugin", true),
        (format!("{one}/digest"), json!("zz".repeat(32)), "signatures[0].digest", true),
        (format!("{one}/digest"), json!("aa".repeat(33)), "signatures[0].digest", true),
        (format!("{one}/signed_at"), json!("2026-07-23"), "signatures[0].signed_at", true),
        (format!("{one}/signed_at"), json!("2026-07-23T10:00:00.5Z"), "signatures[0].signed_at", true),
        (format!("{one}/signed_at"), json!("2026-07-23T10:00:00+00:00"), "signatures[0].signed_at", true),
        (format!("{one}/signed_at"), json!("2026-02-30T10:00:00Z"), "signatures[0].signed_at", false),
        (format!("{one}/signed_at"), json!(1_784_800_800), "signatures[0].signed_at", true),
        (format!("{one}/expires_at"), json!("never"), "signatures[0].expires_at", true),
        (format!("{one}/expires_at"), json!("2026-07-23T10:00:00Z"), "signatures[0].expires_at", false),
        (format!("{one}/signature"), json!(""), "signatures[0].signature", true),
        (format!("{one}/signature"), json!("AAAA"), "signatures[0].signature", true),
        (
            format!("{one}/signature"),
            base64(&|text| text.trim_end_matches('=').to_owned()),
            "signatures[0].signature",
            true,
        ),
        (format!("{one}/signature"), base64(&|text| format!("{text}\n")), "signatures[0].signature", true),
        (
            format!("{one}/signature"),
            base64(&|text| text.replace('+', "-").replace('/', "_")),
            "signatures[0].signature",
            true,
        ),
        // Other bits behind the last byte: the same bytes to a lenient reader.
        (format!("{one}/signature"), base64(&|text| text.replace("g==", "h==")), "signatures[0].signature", true),
    ];
    for (pointer, value, path, by_schema) in cases {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let file = changed(SIGNATURE, |file| match file.pointer_mut(parent).unwrap() {
            Value::Array(list) => list[name.parse::<usize>().unwrap()] = value.clone(),
            object => object[name] = value.clone(),
        });
        let error = SignatureFile::read(&file, "plugin.sig").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Package, "{error}");
        assert_eq!(error.context().field.as_deref(), Some(path), "{pointer} {value}: {error}");
        assert_eq!(error.context().input.as_deref(), Some("plugin.sig"));
        assert_eq!(!schema().is_valid(&serde_json::from_slice(&file).unwrap()), by_schema, "{pointer} {value}");
        assert_eq!(state(MANIFEST, &file, &openssl()), SignatureState::Invalid);
    }
    // Everything but the end must be there, and an end that is null is none.
    for name in ["key_id", "algorithm", "plugin", "digest", "signed_at", "signature"] {
        let file = changed(SIGNATURE, |file| drop(file["signatures"][0].as_object_mut().unwrap().remove(name)));
        let error = SignatureFile::read(&file, "plugin.sig").unwrap_err();
        assert!(error.message().contains(name), "{error}");
        assert!(!schema().is_valid(&serde_json::from_slice(&file).unwrap()));
    }
    let null = changed(SIGNATURE, |file| file["signatures"][0]["expires_at"] = Value::Null);
    assert!(
        SignatureFile::read(&null, "plugin.sig").is_err()
            && !schema().is_valid(&serde_json::from_slice(&null).unwrap())
    );
}

#[test]
fn text_that_readers_could_read_differently_is_refused() {
    let text = std::str::from_utf8(SIGNATURE).unwrap();
    let twice = |name: &str| text.replacen(&format!("\"{name}\":"), &format!("\"{name}\": 1, \"{name}\":"), 1);
    let again = |name: &str| {
        let line = text.lines().find(|line| line.trim().starts_with(&format!("\"{name}\":"))).unwrap();
        let line = line.trim_end_matches(',');
        text.replacen(line, &format!("{line},{line}"), 1)
    };
    let mut cases = vec![
        ("behind".to_owned(), format!("{text}x")),
        ("another".to_owned(), format!("{text}{text}")),
        ("mark".to_owned(), format!("\u{feff}{text}")),
        ("list".to_owned(), format!("[{text}]")),
        ("comma".to_owned(), text.replacen("\n    }", ",\n    }", 1)),
        ("comment".to_owned(), text.replacen('{', "{ // x\n", 1)),
        ("escaped twice".to_owned(), text.replacen("\"plugin\":", "\"pl\\u0075gin\": \"lengths\", \"plugin\":", 1)),
        ("float".to_owned(), text.replacen("\"schema_version\": 1,", "\"schema_version\": 1.0,", 1)),
        ("exponent".to_owned(), text.replacen("\"schema_version\": 1,", "\"schema_version\": 1e0,", 1)),
        ("cut".to_owned(), text[..text.len() / 2].to_owned()),
        ("fields as a list".to_owned(), "[1, []]".to_owned()),
        ("deep".to_owned(), "[".repeat(60_000)),
        ("nothing".to_owned(), String::new()),
        ("null".to_owned(), "null".to_owned()),
    ];
    for name in ["schema_version", "signatures"] {
        cases.push((name.to_owned(), twice(name)));
    }
    for name in ["key_id", "algorithm", "plugin", "digest", "signed_at", "expires_at", "signature"] {
        cases.push((name.to_owned(), again(name)));
    }
    for (name, text) in cases {
        let error = SignatureFile::read(text.as_bytes(), "plugin.sig").expect_err(&name);
        assert_eq!(error.kind(), ErrorKind::Package, "{name}: {error}");
        assert_eq!(state(MANIFEST, text.as_bytes(), &openssl()), SignatureState::Invalid, "{name}");
    }
    let latin =
        text.replacen("lengths", "l\u{e9}ngths", 1).chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<_>>();
    assert!(SignatureFile::read(&latin, "plugin.sig").unwrap_err().message().contains("UTF-8"));
}

#[test]
fn large_files_are_refused() {
    let text = std::str::from_utf8(SIGNATURE).unwrap();
    let most = usize::try_from(LONGEST).unwrap();
    let padded = |size: usize| format!("{text}{}", " ".repeat(size - text.len()));
    assert_eq!(state(MANIFEST, padded(most).as_bytes(), &openssl()), SignatureState::Signed);
    assert_eq!(state(MANIFEST, padded(most + 1).as_bytes(), &openssl()), SignatureState::Invalid);
    let many = vec![SIGNATURE; 65];
    let error = SignatureFile::read(&joined(&many), "plugin.sig").unwrap_err();
    assert_eq!(error.context().field.as_deref(), Some("signatures"));
    assert_eq!(state(MANIFEST, &joined(&many[..64]), &openssl()), SignatureState::Signed);
}

#[test]
fn a_later_format_is_told_as_one() {
    let later = br#"{"schema_version": 2, "algorithms": ["ed448"], "signatures": {}}"#;
    let error = SignatureFile::read(later, "plugin.sig").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_eq!(state(MANIFEST, later, &openssl()), SignatureState::Invalid);
}

fn openssl() -> Trust {
    Trust::of_key("openssl", PublicKey::from_pem(PUBLIC).unwrap()).unwrap()
}
