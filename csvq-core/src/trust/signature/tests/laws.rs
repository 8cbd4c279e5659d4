//! Laws: whatever single bit is changed, a plugin is not signed; and what makes no difference makes none.

use proptest::prelude::*;

use super::super::document::Claims;
use super::super::message::message;
use super::*;

/// Every bit of them, since there are not so many.
#[test]
fn no_bit_can_change() {
    let trust = Trust::of_key("openssl", PublicKey::from_pem(PUBLIC).unwrap()).unwrap();
    assert_eq!(state(MANIFEST, SIGNATURE, &trust), SignatureState::Signed);
    for bit in 0..SIGNATURE.len() * 8 {
        let mut other = SIGNATURE.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        let state = state(MANIFEST, &other, &trust);
        // In the id of the key, it may name another that is not trusted.
        assert!(matches!(state, SignatureState::Invalid | SignatureState::Unsigned), "bit {bit}: {state:?}");
    }
    for bit in 0..MANIFEST.len() * 8 {
        let mut other = MANIFEST.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        let state = state(&other, SIGNATURE, &trust);
        assert!(matches!(state, SignatureState::Invalid | SignatureState::Modified), "bit {bit}: {state:?}");
    }
}

#[test]
fn no_bit_of_a_public_key_can_change() {
    let pem = PUBLIC.as_bytes();
    for bit in 0..pem.len() * 8 {
        let mut other = pem.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        let Ok(text) = String::from_utf8(other) else { continue };
        let Ok(key) = PublicKey::from_pem(&text) else { continue };
        let signed = state(MANIFEST, SIGNATURE, &Trust::of_key("k", key.clone()).unwrap()) == SignatureState::Signed;
        assert_eq!(signed, key == PublicKey::from_pem(PUBLIC).unwrap(), "bit {bit}");
    }
}

fn claims() -> impl Strategy<Value = Claims> {
    let time = (0..=253_402_300_799i64).prop_map(|seconds| Timestamp(seconds * 1000));
    let digest = || proptest::array::uniform32(any::<u8>());
    let id = digest().prop_map(|bytes| super::super::fault::hexadecimal(&bytes).parse().unwrap());
    (id, "[a-z0-9][a-z0-9_-]{1,62}", digest(), time.clone(), proptest::option::of(time)).prop_map(
        |(key_id, plugin, digest, signed_at, expires_at)| Claims { key_id, plugin, digest, signed_at, expires_at },
    )
}

proptest! {
    // Each case makes and checks many signatures.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn different_claims_have_different_messages(one in claims(), other in claims(), field in 0..5) {
        // Alike but for one field, which is the hardest case.
        let mut near = one.clone();
        match field {
            0 => near.key_id = other.key_id,
            1 => near.plugin = other.plugin,
            2 => near.digest = other.digest,
            3 => near.signed_at = other.signed_at,
            _ => near.expires_at = other.expires_at,
        }
        prop_assert_eq!(one == near, message(&one) == message(&near));
    }

    #[test]
    fn order_and_repetition_make_no_difference(
        numbers in proptest::collection::vec(0u8..6, 1..8),
        trusted in proptest::collection::btree_set(0u8..6, 0..5),
        threshold in 1u32..4,
    ) {
        let trusted: Vec<_> = trusted.into_iter().map(key).collect();
        let parts = TrustParts { signature_threshold: threshold, ..parts(&trusted.iter().collect::<Vec<_>>()) };
        let trust = Trust::from_parts(&parts).unwrap();
        let files: Vec<_> = numbers.iter().map(|number| signed(MANIFEST, &[&key(*number)])).collect();
        let mut slices: Vec<_> = files.iter().map(Vec::as_slice).collect();
        let verdict = verify(MANIFEST, Some(&joined(&slices)), &trust, now());
        slices.reverse();
        let reversed = verify(MANIFEST, Some(&joined(&slices)), &trust, now());
        prop_assert_eq!(&reversed, &verdict);
        slices.extend_from_within(..1);
        prop_assert_eq!(&verify(MANIFEST, Some(&joined(&slices)), &trust, now()), &verdict);
        // Keys are what counts, each once.
        let distinct: std::collections::BTreeSet<_> = numbers.iter().map(|number| key(*number).public().id()).collect();
        let counted = trust.keys().filter(|key| distinct.contains(&key.public_key.id())).count();
        prop_assert_eq!(verdict.signers.len(), counted);
        prop_assert_eq!(verdict.is_signed(), counted >= usize::try_from(threshold).unwrap());
        prop_assert_eq!(verdict.signers.len() + verdict.others.len(), distinct.len());
    }

    /// Whatever is among them: stale, of another plugin, broken, out of time.
    #[test]
    fn order_makes_no_difference_to_what_does_not_count(
        kinds in proptest::collection::vec((0u8..5, 0u8..3), 1..6),
        turn in 0usize..6,
    ) {
        let file = |(kind, number): &(u8, u8)| match kind {
            0 => signed(MANIFEST, &[&key(*number)]),
            1 => signed(br#"{"id": "lengths"}"#, &[&key(*number)]),
            2 => signed(br#"{"id": "other"}"#, &[&key(*number)]),
            3 => sign(MANIFEST, None, &key(*number), &SignOptions::at(at("2036-01-01T00:00:00Z"))).unwrap(),
            _ => changed(&signed(MANIFEST, &[&key(*number)]), |file| {
                file["signatures"][0]["signed_at"] = "2026-07-23T10:00:01Z".into();
            }),
        };
        let trust = trust(&[&key(0), &key(1)]);
        let files: Vec<_> = kinds.iter().map(file).collect();
        let mut slices: Vec<_> = files.iter().map(Vec::as_slice).collect();
        let verdict = verify(MANIFEST, Some(&joined(&slices)), &trust, now());
        let count = slices.len();
        slices.rotate_left(turn % count);
        prop_assert_eq!(&verify(MANIFEST, Some(&joined(&slices)), &trust, now()), &verdict);
        slices.reverse();
        prop_assert_eq!(&verify(MANIFEST, Some(&joined(&slices)), &trust, now()), &verdict);
        let trusted = |wanted: &[u8]| kinds.iter().any(|(kind, number)| wanted.contains(kind) && *number < 2);
        let expected = if trusted(&[2, 4]) {
            SignatureState::Invalid
        } else if trusted(&[0]) {
            SignatureState::Signed
        } else if trusted(&[1]) {
            SignatureState::Modified
        } else if trusted(&[3]) {
            SignatureState::Invalid
        } else {
            SignatureState::Unsigned
        };
        prop_assert_eq!(verdict.state, expected);
    }

    #[test]
    fn less_trust_never_signs_more(
        numbers in proptest::collection::vec(0u8..4, 1..5),
        trusted in proptest::collection::btree_set(0u8..4, 0..4),
        revoked in proptest::collection::btree_set(0u8..4, 0..4),
        threshold in 1u32..3,
    ) {
        let keys: Vec<_> = trusted.iter().map(|number| key(*number)).collect();
        let more = TrustParts { signature_threshold: threshold, ..parts(&keys.iter().collect::<Vec<_>>()) };
        let signers: Vec<_> = numbers.iter().map(|number| key(*number)).collect();
        let file = signed(MANIFEST, &signers.iter().collect::<Vec<_>>());
        let is_signed = |parts: &TrustParts| {
            state(MANIFEST, &file, &Trust::from_parts(parts).unwrap()) == SignatureState::Signed
        };
        let revoke = |number: &u8| {
            let key_id = Some(key(*number).public().id().to_string());
            RevokedEntry { key_id, ..RevokedEntry::default() }
        };
        let revoking = TrustParts { revoked: revoked.iter().map(revoke).collect(), ..more.clone() };
        let stricter = TrustParts { signature_threshold: threshold + 1, ..more.clone() };
        let mut fewer = more.clone();
        fewer.trusted_keys.pop();
        for less in [revoking, stricter, fewer] {
            prop_assert!(is_signed(&more) || !is_signed(&less));
        }
    }

    #[test]
    fn any_bytes_are_refused_quietly(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        let trust = trust(&[&key(1)]);
        prop_assert_ne!(state(MANIFEST, &bytes, &trust), SignatureState::Signed);
        prop_assert_ne!(state(MANIFEST, text.as_bytes(), &trust), SignatureState::Signed);
        prop_assert_ne!(state(&bytes, SIGNATURE, &trust), SignatureState::Signed);
        let _ = (PublicKey::from_pem(&text), PrivateKey::from_pem(&text, Some("x")));
        let framed = pem("PRIVATE KEY", &bytes);
        let _ = (PrivateKey::from_pem(&framed, None), PublicKey::from_pem(&pem("PUBLIC KEY", &bytes)));
        let _ = PrivateKey::from_pem(&pem("ENCRYPTED PRIVATE KEY", &bytes), Some("x"));
    }
}
