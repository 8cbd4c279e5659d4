//! Signatures and keys: any bytes. Nothing panics, what is read is written the same, and nobody is taken for the one
//! who is trusted.
#![no_main]

use std::sync::LazyLock;

use csvq_core::state::Timestamp;
use csvq_core::trust::signature::{
    PrivateKey, PublicKey, SignOptions, SignatureFile, SignatureState, Trust, sign, verify,
};
use libfuzzer_sys::fuzz_target;

const MANIFEST: &[u8] = br#"{"id": "lengths", "version": "1.0.0"}"#;
const NOW: Timestamp = Timestamp(1_767_225_600_000);

/// A key whose private half nobody has any more.
static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let key = PrivateKey::generate().expect("the system has random numbers");
    Trust::of_key("trusted", key.public()).expect("the name is sound")
});

/// A key of the one who signs over whatever is there.
static SIGNER: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("the system has random numbers"));

fuzz_target!(|bytes: &[u8]| {
    let verdict = verify(MANIFEST, Some(bytes), &TRUST, NOW);
    assert_ne!(verdict.state, SignatureState::Signed);
    assert_ne!(verify(bytes, Some(bytes), &TRUST, NOW).state, SignatureState::Signed);

    if SignatureFile::read(bytes, "plugin.sig").is_ok() {
        // Whoever signs over it is found, among whoever is there.
        if let Ok(file) = sign(MANIFEST, Some(bytes), &SIGNER, &SignOptions::at(NOW)) {
            let trust = Trust::of_key("signer", SIGNER.public()).expect("the name is sound");
            assert_eq!(verify(MANIFEST, Some(&file), &trust, NOW).state, SignatureState::Signed);
            assert_ne!(verify(MANIFEST, Some(&file), &TRUST, NOW).state, SignatureState::Signed);
        }
    }

    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = PublicKey::from_pem(text) {
        let again = PublicKey::from_pem(&key.to_pem().expect("what was read can be written"));
        assert_eq!(again.expect("what was written can be read"), key);
    }
    // Without a password, since trying one is meant to take long.
    if let Ok(key) = PrivateKey::from_pem(text, None) {
        let pem = key.to_pem(None).expect("what was read can be written");
        let again = PrivateKey::from_pem(&pem, None).expect("what was written can be read");
        assert_eq!(again.public(), key.public());
    }
});
