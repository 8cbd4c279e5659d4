//! Attacks on signatures, each of which has to fail.

use serde_json::json;

use super::*;

/// A signed package that is tampered with: what is left of its state, and words of the reason.
fn check(name: &str, manifest: &[u8], signature: Option<&[u8]>, expected: SignatureState, words: &str) {
    let trust = trust(&[&key(1)]);
    let verdict = verify(manifest, signature, &trust, now());
    assert_eq!(verdict.state, expected, "{name}: {}", verdict.reason);
    assert!(verdict.reason.contains(words), "{name}: {}", verdict.reason);
    assert!(!verdict.is_signed());
    // Nor does it help that it is installed already.
    assert_ne!(verify_installed(manifest, signature, &trust, now(), now()).state, SignatureState::Signed, "{name}");
}

#[test]
fn what_is_not_attacked_is_signed() {
    let verdict = verify(MANIFEST, Some(&signed(MANIFEST, &[&key(1)])), &trust(&[&key(1)]), now());
    assert_eq!(verdict.state, SignatureState::Signed, "{}", verdict.reason);
    assert_eq!(verdict.signers.len(), 1);
    assert_eq!((verdict.signers[0].name.as_str(), verdict.signers[0].key_id), ("k1", key(1).public().id()));
    assert!(verdict.others.is_empty() && verdict.warnings.is_empty());
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(
        (&json["state"], &json["signers"][0]["key_id"]),
        (&json!("signed"), &json!(key(1).public().id().to_string()))
    );
    for state in ["built_in", "signed", "unsigned", "modified", "invalid", "revoked"] {
        assert_eq!(serde_json::from_value::<SignatureState>(json!(state)).unwrap().as_str(), state);
    }
}

#[test]
fn a_stripped_signature_leaves_an_unsigned_plugin() {
    check("stripped", MANIFEST, None, SignatureState::Unsigned, "no signature");
    check("empty file", MANIFEST, Some(b""), SignatureState::Invalid, "no valid JSON");
    let empty = changed(&signed(MANIFEST, &[&key(1)]), |file| file["signatures"] = json!([]));
    check("empty list", MANIFEST, Some(&empty), SignatureState::Invalid, "1 to 64");
}

#[test]
fn other_algorithms_are_refused() {
    for algorithm in ["none", "", "Ed25519", "ed25519ph", "hmac-sha256", "rsa"] {
        let file = changed(&signed(MANIFEST, &[&key(1)]), |file| file["signatures"][0]["algorithm"] = json!(algorithm));
        check(algorithm, MANIFEST, Some(&file), SignatureState::Invalid, "algorithm");
    }
}

#[test]
fn a_key_that_comes_with_the_package_is_not_trusted() {
    let own = signed(MANIFEST, &[&key(66)]);
    check("own key", MANIFEST, Some(&own), SignatureState::Unsigned, "not trusted");
    let verdict = verify(MANIFEST, Some(&own), &trust(&[&key(1)]), now());
    assert_eq!((verdict.others, verdict.signers.len()), (vec![key(66).public().id()], 0));
    // There is no place for a key in the file.
    let with_key =
        changed(&own, |file| file["signatures"][0]["public_key"] = json!(key(66).public().to_pem().unwrap()));
    check("key in the file", MANIFEST, Some(&with_key), SignatureState::Invalid, "unknown field");
    // Nor can it take the id of one that is trusted.
    let renamed = changed(&own, |file| file["signatures"][0]["key_id"] = json!(key(1).public().id()));
    check("trusted id", MANIFEST, Some(&renamed), SignatureState::Invalid, "does not hold");
}

#[test]
fn a_signature_of_another_plugin_is_invalid() {
    let other = br#"{"id": "other", "version": "1.0.0"}"#;
    let signature = signed(other, &[&key(1)]);
    check("another plugin's", MANIFEST, Some(&signature), SignatureState::Invalid, "another plugin, other");
    // It can't be told to be this one's.
    for field in ["plugin", "digest"] {
        let ours: serde_json::Value = serde_json::from_slice(&signed(MANIFEST, &[&key(1)])).unwrap();
        let file = changed(&signature, |file| {
            file["signatures"][0][field] = ours["signatures"][0][field].clone();
        });
        check(field, MANIFEST, Some(&file), SignatureState::Invalid, "does not hold");
    }
    // And it spoils a file that has a sound signature, too.
    let both = joined(&[&signed(MANIFEST, &[&key(1)]), &signature]);
    check("both", MANIFEST, Some(&both), SignatureState::Invalid, "another plugin");
}

#[test]
fn a_manifest_written_anew_is_another() {
    let signature = signed(MANIFEST, &[&key(1)]);
    let value: serde_json::Value = serde_json::from_slice(MANIFEST).unwrap();
    let mut without_end = MANIFEST.to_vec();
    without_end.pop();
    let mut with_space = MANIFEST.to_vec();
    with_space.push(b' ');
    let versions = [
        serde_json::to_vec(&value).unwrap(),
        serde_json::to_vec_pretty(&value).unwrap(),
        without_end,
        with_space,
        String::from_utf8(MANIFEST.to_vec()).unwrap().replace('\n', "\r\n").into_bytes(),
        String::from_utf8(MANIFEST.to_vec()).unwrap().replace("Lengths", "L\\u0065ngths").into_bytes(),
        String::from_utf8(MANIFEST.to_vec()).unwrap().replace("1.2.0", "1.2.1").into_bytes(),
    ];
    for manifest in versions {
        check("written anew", &manifest, Some(&signature), SignatureState::Modified, "another plugin.json");
    }
}

#[test]
fn a_manifest_that_two_readers_read_differently_is_none() {
    let signature = signed(MANIFEST, &[&key(1)]);
    let text = String::from_utf8(MANIFEST.to_vec()).unwrap();
    let cases = [
        text.replacen('{', "{\"id\": \"evil\",", 1),
        text.replacen('{', "{\"\\u0069d\": \"lengths\",", 1),
        text.replacen("\"lengths\"", "7", 1),
        text.replacen("\"id\"", "\"ID\"", 1),
        format!("{text}{{}}"),
        format!("\u{feff}{text}"),
        format!("[{text}]"),
        text.replacen("lengths", "../lengths", 1),
        "[".repeat(100_000),
        String::new(),
    ];
    for manifest in cases {
        check(
            &manifest[..manifest.len().min(40)],
            manifest.as_bytes(),
            Some(&signature),
            SignatureState::Invalid,
            "manifest",
        );
        assert!(sign(manifest.as_bytes(), None, &key(1), &SignOptions::at(now())).is_err());
    }
    check("no UTF-8", b"{\"id\": \"len\xffgths\"}", Some(&signature), SignatureState::Invalid, "UTF-8");
}

#[test]
fn files_that_differ_from_the_manifest_make_it_modified() {
    let trust = trust(&[&key(1)]).with_threshold(1);
    let verdict = verify(MANIFEST, Some(&signed(MANIFEST, &[&key(1)])), &trust, now());
    for what in ["extra.py is not listed", "lengths.py is missing", "lengths.py is not what the manifest lists"] {
        let modified = verdict.clone().modified(what);
        assert_eq!((modified.state, modified.reason.as_str()), (SignatureState::Modified, what));
        assert!(!modified.is_signed());
    }
    let mut parts = parts(&[&key(1)]);
    parts.revoked = vec![RevokedEntry { digest: verdict.digest.clone(), ..RevokedEntry::default() }];
    let revoked = verify(MANIFEST, None, &Trust::from_parts(&parts).unwrap(), now()).modified("x");
    assert_eq!(revoked.state, SignatureState::Revoked);
}

#[test]
fn every_claim_is_signed() {
    let options = SignOptions { expires_at: Some(at("2027-07-23T10:00:00Z")), ..SignOptions::at(now()) };
    let file = sign(MANIFEST, None, &key(1), &options).unwrap();
    let claims = [
        ("signed_at", json!("2026-07-23T10:00:01Z")),
        ("expires_at", json!("2027-07-24T10:00:00Z")),
        ("expires_at", serde_json::Value::Null),
        ("plugin", json!("lengths2")),
        ("digest", json!("0".repeat(64))),
    ];
    for (field, value) in claims {
        let other = changed(&file, |file| {
            let signature = file["signatures"][0].as_object_mut().unwrap();
            if value.is_null() {
                drop(signature.remove(field))
            } else {
                drop(signature.insert(field.to_owned(), value))
            }
        });
        check(field, MANIFEST, Some(&other), SignatureState::Invalid, "does not hold");
    }
    // An end that is added to a signature without one.
    let file = changed(&signed(MANIFEST, &[&key(1)]), |file| {
        file["signatures"][0]["expires_at"] = json!("2027-07-23T10:00:00Z");
    });
    check("added end", MANIFEST, Some(&file), SignatureState::Invalid, "does not hold");
}

#[test]
fn one_key_is_never_two() {
    let (one, two) = (key(1), key(2));
    let trust = Trust::from_parts(&TrustParts { signature_threshold: 2, ..parts(&[&one, &two]) }).unwrap();
    let first = signed(MANIFEST, &[&one]);
    let later = sign(MANIFEST, None, &one, &SignOptions::at(at("2026-07-23T11:00:00Z"))).unwrap();
    for file in [first.clone(), joined(&[&first, &first]), joined(&[&first, &later]), joined(&[&later, &first, &first])]
    {
        let verdict = verify(MANIFEST, Some(&file), &trust, now());
        assert_eq!(verdict.state, SignatureState::Unsigned);
        assert_eq!(verdict.signers.len(), 1);
        assert!(verdict.reason.contains("2 keys must have signed it"), "{}", verdict.reason);
    }
    // A key that is not trusted makes up for nothing.
    assert_eq!(state(MANIFEST, &signed(MANIFEST, &[&one, &key(66), &key(67)]), &trust), SignatureState::Unsigned);
    // Another's signature under the second key's id does not either.
    let renamed =
        changed(&joined(&[&first, &later]), |file| file["signatures"][1]["key_id"] = json!(two.public().id()));
    assert_eq!(state(MANIFEST, &renamed, &trust), SignatureState::Invalid);
    assert_eq!(state(MANIFEST, &signed(MANIFEST, &[&one, &two]), &trust), SignatureState::Signed);
    assert_eq!(state(MANIFEST, &signed(MANIFEST, &[&two, &one]), &trust), SignatureState::Signed);
}

#[test]
fn text_of_the_package_reaches_no_terminal() {
    let hostile = "\u{1b}[2J\u{202e}x\n";
    let files = [
        changed(&signed(MANIFEST, &[&key(1)]), |file| file["signatures"][0]["algorithm"] = json!(hostile)),
        changed(&signed(MANIFEST, &[&key(1)]), |file| file["signatures"][0][hostile] = json!(1)),
        changed(&signed(MANIFEST, &[&key(1)]), |file| file["signatures"][0]["key_id"] = json!(hostile)),
    ];
    for file in files {
        let reason = verify(MANIFEST, Some(&file), &trust(&[&key(1)]), now()).reason;
        assert!(!reason.contains(['\u{1b}', '\u{202e}', '\n']), "{reason:?}");
    }
    let manifest = json!({"id": hostile}).to_string();
    let reason = verify(manifest.as_bytes(), Some(SIGNATURE), &trust(&[&key(1)]), now()).reason;
    assert!(!reason.contains(['\u{1b}', '\u{202e}', '\n']), "{reason:?}");
}
