//! Whom is trusted for what: entries of a policy, revocations, and what signing keeps.

use super::*;
use crate::error::ErrorKind;

#[test]
fn a_wrong_entry_is_named() {
    let good = || entry("ann", &key(1));
    let other = |change: &dyn Fn(&mut TrustedKeyEntry)| {
        let mut second = entry("bob", &key(2));
        change(&mut second);
        TrustParts { trusted_keys: vec![good(), second], ..TrustParts::default() }
    };
    let revoked = |key_id: Option<&str>, digest: Option<&str>, time: Option<&str>| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let entry =
            RevokedEntry { key_id: owned(key_id), digest: owned(digest), revoked_at: owned(time), reason: None };
        TrustParts { revoked: vec![entry], ..TrustParts::default() }
    };
    let id = "ab".repeat(32);
    let cases = [
        (other(&|key| key.name = String::new()), "trusted_keys[1].name"),
        (other(&|key| key.name = "ann".to_owned()), "trusted_keys[1].name"),
        (other(&|key| key.name = "b\u{202e}b".to_owned()), "trusted_keys[1].name"),
        (other(&|key| key.name = "b".repeat(101)), "trusted_keys[1].name"),
        (other(&|key| key.public_key = PRIVATE.to_owned()), "trusted_keys[1].public_key"),
        (other(&|key| key.public_key = "trusted_keys/bob.pem".to_owned()), "trusted_keys[1].public_key"),
        (other(&|key| key.public_key = good().public_key), "trusted_keys[1].public_key"),
        (other(&|key| key.expires = Some("soon".to_owned())), "trusted_keys[1].expires"),
        (other(&|key| key.not_before = Some("2027-02-30".to_owned())), "trusted_keys[1].not_before"),
        (
            other(&|key| {
                (key.not_before, key.expires) = (Some("2027-02-03".to_owned()), Some("2027-02-02".to_owned()));
            }),
            "trusted_keys[1].expires",
        ),
        (other(&|key| key.plugins = Some(Vec::new())), "trusted_keys[1].plugins"),
        (other(&|key| key.plugins = Some(vec!["a*".to_owned()])), "trusted_keys[1].plugins"),
        (revoked(None, None, None), "revoked[0]"),
        (revoked(Some(&id), Some(&id), None), "revoked[0]"),
        (revoked(Some(&id[..16]), None, None), "revoked[0].key_id"),
        (revoked(None, Some(&id.to_uppercase()), None), "revoked[0].digest"),
        (revoked(Some(&id), None, Some("yesterday")), "revoked[0].revoked_at"),
        (TrustParts { signature_threshold: 0, ..TrustParts::default() }, "signature_threshold"),
    ];
    for (parts, path) in cases {
        let error = Trust::from_parts(&parts).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.context().field.as_deref(), Some(format!("plugin_security.{path}").as_str()), "{error}");
        let (private, _) = PRIVATE.lines().nth(1).unwrap().split_at(40);
        assert!(!error.to_string().contains(private));
    }
    let same = TrustParts { trusted_keys: vec![good(), good()], ..TrustParts::default() };
    assert!(Trust::from_parts(&same).is_err());
}

#[test]
fn a_key_signs_the_plugins_that_it_may() {
    let mut parts = parts(&[&key(1)]);
    for (ids, expected) in [
        (None, SignatureState::Signed),
        (Some(vec!["lengths".to_owned(), "other".to_owned()]), SignatureState::Signed),
        (Some(vec!["other".to_owned()]), SignatureState::Unsigned),
        (Some(vec!["length".to_owned(), "lengths2".to_owned()]), SignatureState::Unsigned),
    ] {
        parts.trusted_keys[0].plugins = ids;
        let verdict = verify(MANIFEST, Some(&signed(MANIFEST, &[&key(1)])), &Trust::from_parts(&parts).unwrap(), now());
        assert_eq!(verdict.state, expected, "{}", verdict.reason);
        let warned = verdict.warnings.iter().any(|warning| warning.kind == WarningKind::NotForPlugin);
        assert_eq!(warned, expected == SignatureState::Unsigned);
    }
}

fn revoking(keys: &[&PrivateKey], revoked: &[&PrivateKey], digests: &[String]) -> Trust {
    let why = || (Some("stolen".to_owned()), Some("2026-01-02".to_owned()));
    let of_key = |key: &&PrivateKey| {
        let (reason, revoked_at) = why();
        RevokedEntry { key_id: Some(key.public().id().to_string()), digest: None, reason, revoked_at }
    };
    let of_digest = |digest: &String| {
        let (reason, revoked_at) = why();
        RevokedEntry { key_id: None, digest: Some(digest.clone()), reason, revoked_at }
    };
    let revoked = revoked.iter().map(of_key).chain(digests.iter().map(of_digest)).collect();
    Trust::from_parts(&TrustParts { revoked, ..parts(keys) }).unwrap()
}

#[test]
fn what_is_revoked_does_not_count() {
    let (one, two) = (key(1), key(2));
    let by_one = signed(MANIFEST, &[&one]);
    let by_both = signed(MANIFEST, &[&one, &two]);
    // Signed long before the key was revoked, as it says: whoever has the key can say so.
    let early = sign(MANIFEST, None, &one, &SignOptions::at(at("2020-01-01T00:00:00Z"))).unwrap();
    let cases = [
        (revoking(&[&one], &[&one], &[]), &by_one, SignatureState::Revoked),
        (revoking(&[&one], &[&one], &[]), &early, SignatureState::Revoked),
        // A key need not be trusted to be revoked.
        (revoking(&[&two], &[&one], &[]), &by_one, SignatureState::Revoked),
        // Another's signature stands for itself, but not for two.
        (revoking(&[&one, &two], &[&one], &[]), &by_both, SignatureState::Signed),
        (revoking(&[&one, &two], &[&one], &[]).with_threshold(2), &by_both, SignatureState::Revoked),
        (revoking(&[&one], &[&two], &[]), &by_one, SignatureState::Signed),
    ];
    for (number, (trust, file, expected)) in cases.into_iter().enumerate() {
        let verdict = verify(MANIFEST, Some(file), &trust, now());
        assert_eq!(verdict.state, expected, "{number}: {}", verdict.reason);
        if expected == SignatureState::Revoked {
            assert!(verdict.reason.contains("revoked since 2026-01-02T00:00:00Z (stolen)"), "{}", verdict.reason);
        }
        // No installation was so long ago that it would matter.
        let installed = verify_installed(MANIFEST, Some(file), &trust, Timestamp(0), now());
        assert_eq!(installed.state == SignatureState::Signed, expected == SignatureState::Signed);
    }
}

#[test]
fn a_revoked_plugin_is_revoked_whoever_signed_it() {
    let digest = verify(MANIFEST, None, &Trust::none(), now()).digest.unwrap();
    // As `sha256sum plugin.json` printed it.
    assert_eq!(digest, "5538c8401cb2f2c9a70da4f167f66cebfc5625beeed896902ed22a73c17f5cfe");
    let trust = revoking(&[&key(1)], &[], &[digest]);
    let by_one = signed(MANIFEST, &[&key(1)]);
    for file in [None, Some(by_one.as_slice()), Some(b"x".as_slice())] {
        let verdict = verify(MANIFEST, file, &trust, now());
        assert_eq!(verdict.state, SignatureState::Revoked);
        assert!(verdict.reason.contains("stolen"));
    }
    // Another version is not.
    let other = [MANIFEST, b" "].concat();
    assert_eq!(state(&other, &signed(&other, &[&key(1)]), &trust), SignatureState::Signed);
}

#[test]
fn signing_keeps_what_others_signed() {
    let (one, two) = (key(1), key(2));
    let newer = [MANIFEST, b"\n"].concat();
    let old = signed(MANIFEST, &[&one, &two]);
    let both = trust(&[&one, &two]);

    // The same build, signed again: renewed, and no second one.
    let later = SignOptions::at(at("2026-07-24T00:00:00Z"));
    let again = sign(MANIFEST, Some(&old), &one, &later).unwrap();
    let file = SignatureFile::read(&again, "plugin.sig").unwrap();
    assert_eq!(file.signatures().len(), 2);
    let own = file.signatures().iter().find(|one_of| one_of.key_id() == one.public().id()).unwrap();
    assert_eq!((own.signed_at(), own.plugin(), own.expires_at()), (later.signed_at, "lengths", None));
    assert!(file.stale(MANIFEST).is_empty());

    // A new build: the other's is stale. It is kept, and the plugin is signed, with a warning.
    let kept = sign(&newer, Some(&old), &one, &SignOptions::at(now())).unwrap();
    assert_eq!(SignatureFile::read(&kept, "plugin.sig").unwrap().stale(&newer), [two.public().id()]);
    let verdict = verify(&newer, Some(&kept), &both, now());
    assert_eq!(verdict.state, SignatureState::Signed);
    assert_eq!(verdict.warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>(), [WarningKind::OtherManifest]);
    assert_eq!(state(&newer, &kept, &trust(&[&two])), SignatureState::Modified);

    // Unless it is asked to go.
    let options = SignOptions { drop_stale: true, ..SignOptions::at(now()) };
    let dropped = sign(&newer, Some(&old), &one, &options).unwrap();
    assert_eq!(dropped, sign(&newer, None, &one, &SignOptions::at(now())).unwrap());

    // What can't be read is not overwritten.
    for broken in [&b""[..], b"{}", &old[1..]] {
        assert_eq!(sign(MANIFEST, Some(broken), &one, &options).unwrap_err().kind(), ErrorKind::Package);
    }
}

#[test]
fn a_file_does_not_grow_without_end() {
    let keys: Vec<_> = (0..64).map(key).collect();
    let file = signed(MANIFEST, &keys.iter().collect::<Vec<_>>());
    assert!(file.len() as u64 <= LONGEST);
    assert!(sign(MANIFEST, Some(&file), &key(64), &SignOptions::at(now())).is_err());
    let renewed = sign(MANIFEST, Some(&file), &key(7), &SignOptions::at(now())).unwrap();
    assert_eq!(renewed, file);
}

#[test]
fn an_administrator_is_warned_of_the_trust_itself() {
    let kinds = |parts: &TrustParts, time: &str| {
        let warnings = Trust::from_parts(parts).unwrap().warnings(at(time));
        warnings.into_iter().map(|warning| warning.kind).collect::<Vec<_>>()
    };
    let mut parts = parts(&[&key(1)]);
    assert_eq!(kinds(&parts, NOW), []);
    parts.trusted_keys[0].expires = Some("2026-08-01".to_owned());
    assert_eq!(kinds(&parts, NOW), [WarningKind::ExpiresSoon]);
    parts.warn_before_expiry_days = 5;
    assert_eq!(kinds(&parts, NOW), []);
    assert_eq!(kinds(&parts, "2026-08-02T00:00:00Z"), [WarningKind::Expired, WarningKind::Misconfigured]);
    parts.signature_threshold = 2;
    assert_eq!(kinds(&parts, NOW), [WarningKind::Misconfigured]);
    parts.revoked = vec![RevokedEntry { key_id: Some(key(1).public().id().to_string()), ..RevokedEntry::default() }];
    assert_eq!(kinds(&parts, NOW), [WarningKind::Revoked, WarningKind::Misconfigured]);
    assert_eq!(Trust::none().warnings(now()), []);
}

#[test]
fn what_is_built_in_needs_no_signature() {
    let verdict = Verdict::built_in();
    assert_eq!((verdict.state, verdict.digest, verdict.state.as_str()), (SignatureState::BuiltIn, None, "built_in"));
}
