//! Times: when keys and signatures begin and end, for what is new and what is installed.

use super::super::time::{self, Edge};
use super::*;

/// The key's start and end, the signature's time and end, the time of the installation if it is installed, the present.
struct Case {
    key: Span,
    signature: Span,
    installed: Option<&'static str>,
    now: &'static str,
}

/// A start and an end.
type Span = [Option<&'static str>; 2];
/// A case, with the state and the warnings that are to come of it.
type Row = (Span, Span, Option<&'static str>, &'static str, SignatureState, &'static [WarningKind]);

fn check(case: &Case, expected: SignatureState, warnings: &[WarningKind], words: &str) {
    let key = key(1);
    let [not_before, expires] = case.key.map(|text| text.map(str::to_owned));
    let parts = TrustParts {
        trusted_keys: vec![TrustedKeyEntry { not_before, expires, ..entry("ann", &key) }],
        ..TrustParts::default()
    };
    let trust = Trust::from_parts(&parts).unwrap();
    let [signed_at, expires_at] = case.signature.map(|text| text.map(at));
    let options = SignOptions { signed_at: signed_at.unwrap_or(now()), expires_at, drop_stale: false };
    let file = sign(MANIFEST, None, &key, &options).unwrap();
    let verdict = match case.installed {
        None => verify(MANIFEST, Some(&file), &trust, at(case.now)),
        Some(time) => verify_installed(MANIFEST, Some(&file), &trust, at(time), at(case.now)),
    };
    let found: Vec<_> = verdict.warnings.iter().map(|warning| warning.kind).collect();
    assert_eq!((verdict.state, found.as_slice()), (expected, warnings), "{}", verdict.reason);
    assert!(verdict.reason.contains(words), "{}", verdict.reason);
}

#[test]
fn keys_and_signatures_have_their_time() {
    use SignatureState::{Invalid, Signed};
    use WarningKind::{Expired, ExpiresSoon, NotYetValid};
    let none = [None, None];
    let until = |day| [None, Some(day)];
    let end = "2027-07-23T10:00:00Z";
    let cases: &[Row] = &[
        (none, none, None, "2126-01-01T00:00:00Z", Signed, &[]),
        // A key that ends on a day holds for all of it, in UTC.
        (until("2027-06-30"), none, None, "2027-05-31T23:59:59Z", Signed, &[]),
        (until("2027-06-30"), none, None, "2027-06-01T00:00:00Z", Signed, &[ExpiresSoon]),
        (until("2027-06-30"), none, None, "2027-06-30T23:59:59Z", Signed, &[ExpiresSoon]),
        (until("2027-06-30"), none, None, "2027-07-01T00:00:00Z", Invalid, &[Expired]),
        (until("2027-06-30T12:00:00+02:00"), none, None, "2027-06-30T10:00:00Z", Invalid, &[Expired]),
        // What is installed already goes on, with a warning.
        (until("2027-06-30"), none, Some("2026-08-01T00:00:00Z"), "2027-06-01T00:00:00Z", Signed, &[ExpiresSoon]),
        (until("2027-06-30"), none, Some("2026-08-01T00:00:00Z"), "2030-01-01T00:00:00Z", Signed, &[Expired]),
        (until("2027-06-30"), none, Some("2027-07-01T00:00:00Z"), "2030-01-01T00:00:00Z", Invalid, &[Expired]),
        // A signature has an end of its own.
        (none, [None, Some(end)], None, "2027-07-23T09:59:59Z", Signed, &[ExpiresSoon]),
        (none, [None, Some(end)], None, end, Invalid, &[Expired]),
        (none, [None, Some(end)], Some("2026-08-01T00:00:00Z"), "2030-01-01T00:00:00Z", Signed, &[Expired]),
        (none, [None, Some(end)], Some(end), "2030-01-01T00:00:00Z", Invalid, &[Expired]),
        // One that was made after its key had ended was never good.
        (until("2026-06-30"), none, Some("2026-01-01T00:00:00Z"), "2026-08-01T00:00:00Z", Invalid, &[Expired]),
        // A key that is trusted only from a day on.
        ([Some("2026-07-24"), None], none, None, "2026-07-23T23:59:59Z", Invalid, &[NotYetValid]),
        ([Some("2026-07-24"), None], none, None, "2026-07-25T00:00:00Z", Invalid, &[NotYetValid]),
        ([Some("2026-07-23"), None], none, None, NOW, Signed, &[]),
        // A signer's clock may be a day ahead, and no more.
        (none, [Some("2026-07-24T10:00:00Z"), None], None, NOW, Signed, &[]),
        (none, [Some("2026-07-24T10:00:01Z"), None], None, NOW, Invalid, &[NotYetValid]),
    ];
    for (key, signature, installed, now, expected, warnings) in cases {
        let case = Case { key: *key, signature: *signature, installed: *installed, now };
        check(&case, *expected, warnings, if *expected == Signed { "signed by ann" } else { "ann" });
    }
}

#[test]
fn of_two_signatures_by_one_key_the_longer_lasts() {
    let key = key(1);
    let of = |end: Option<&str>| {
        sign(MANIFEST, None, &key, &SignOptions { expires_at: end.map(at), ..SignOptions::at(now()) }).unwrap()
    };
    let short = of(Some("2026-08-01T00:00:00Z"));
    for long in [of(None), of(Some("2028-01-01T00:00:00Z"))] {
        for file in [joined(&[&short, &long]), joined(&[&long, &short])] {
            let verdict = verify(MANIFEST, Some(&file), &trust(&[&key]), at("2026-07-30T00:00:00Z"));
            assert_eq!((verdict.state, verdict.signers.len()), (SignatureState::Signed, 1));
            assert!(verdict.warnings.is_empty());
            assert_ne!(verdict.signers[0].ends_at, Some(at("2026-08-01T00:00:00Z")));
        }
    }
}

#[test]
fn times_are_written_in_one_way() {
    for text in ["1970-01-01T00:00:00Z", NOW, "2024-02-29T23:59:59Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(time::read(text).map(time::write).as_deref(), Some(text));
    }
    let wrong = [
        "",
        "2026-07-23",
        "2026-07-23T10:00:00",
        "2026-07-23 10:00:00Z",
        "2026-07-23t10:00:00z",
        "2026-07-23T10:00:00.0Z",
        "2026-07-23T10:00:00+00:00",
        "2026-07-23T10:00Z",
        "2026-7-23T10:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-07-23T24:00:00Z",
        "2026-06-30T23:59:60Z",
        "1969-12-31T23:59:59Z",
        "+2026-07-23T10:00:00Z",
        "10000-01-01T00:00:00Z",
        "-001-01-01T00:00:00Z",
        " 2026-07-23T10:00:00Z",
        "2026-07-23T10:00:00Z ",
        "２026-07-23T10:00:00Z",
    ];
    for text in wrong {
        assert_eq!(time::read(text), None, "{text}");
    }
    for text in [
        "2027-6-30",
        "2027-02-29",
        "30.06.2027",
        "2027-06-30T12:00:00",
        "never",
        "",
        "+2027-06-30",
        "2016-12-31T23:59:60Z",
    ] {
        assert_eq!(time::bound(text, Edge::End), None, "{text}");
    }
    assert_eq!(time::bound("2027-06-30", Edge::Start), Some(at("2027-06-30T00:00:00Z")));
    assert_eq!(time::bound("2027-06-30", Edge::End), Some(at("2027-07-01T00:00:00Z")));
    assert_eq!(time::bound("2027-06-30T12:00:00+02:00", Edge::End), Some(at("2027-06-30T10:00:00Z")));
    // Whatever number a time is, there is an answer.
    let mut parts = parts(&[&key(1)]);
    parts.trusted_keys[0].expires = Some("9999-12-31".to_owned());
    parts.warn_before_expiry_days = u32::MAX;
    let (trust, file) = (Trust::from_parts(&parts).unwrap(), signed(MANIFEST, &[&key(1)]));
    for (time, new, installed) in [
        (i64::MIN, SignatureState::Invalid, SignatureState::Signed),
        (-1, SignatureState::Invalid, SignatureState::Signed),
        (i64::MAX, SignatureState::Invalid, SignatureState::Invalid),
    ] {
        assert_eq!(time::whole(Timestamp(time)), None);
        assert_eq!(time::write(Timestamp(time)).len(), NOW.len());
        assert_eq!(verify(MANIFEST, Some(&file), &trust, Timestamp(time)).state, new);
        assert_eq!(verify_installed(MANIFEST, Some(&file), &trust, Timestamp(time), now()).state, installed);
    }
}

#[test]
fn signing_refuses_times_that_cannot_be() {
    let cases = [
        (SignOptions { expires_at: Some(now()), ..SignOptions::at(now()) }, "expires_at"),
        (SignOptions { expires_at: Some(Timestamp(now().0 + 999)), ..SignOptions::at(now()) }, "expires_at"),
        (SignOptions { expires_at: Some(Timestamp(i64::MAX)), ..SignOptions::at(now()) }, "expires_at"),
        (SignOptions::at(Timestamp(-1)), "signed_at"),
    ];
    for (options, field) in cases {
        let error = sign(MANIFEST, None, &key(1), &options).unwrap_err();
        assert_eq!(error.context().field.as_deref(), Some(field), "{error}");
    }
}
