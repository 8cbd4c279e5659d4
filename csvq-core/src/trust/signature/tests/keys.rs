//! Keys as they are read and written in the clear.

use super::*;
use crate::error::ErrorKind;

#[test]
fn keys_come_back_as_they_were() {
    let key = PrivateKey::from_pem(PRIVATE, None).unwrap();
    assert_eq!(key.to_pem(None).unwrap().as_str(), PRIVATE);
    assert_eq!(key.public().to_pem().unwrap(), PUBLIC);
    assert_eq!(PublicKey::from_pem(PUBLIC).unwrap(), key.public());
    // A password that is not needed does no harm, nor do other ends of lines or space around it.
    assert_eq!(PrivateKey::from_pem(PRIVATE, Some("x")).unwrap().public(), key.public());
    assert_eq!(PublicKey::from_pem(&format!("\n{} ", PUBLIC.replace('\n', "\r\n"))).unwrap(), key.public());
}

#[test]
fn each_new_key_is_another() {
    let (one, two) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
    assert_ne!(one.public().id(), two.public().id());
    // What is made can be trusted.
    PublicKey::from_pem(&one.public().to_pem().unwrap()).unwrap();
}

#[test]
fn other_keys_are_refused_by_name() {
    let public = [
        (PRIVATE, "private key"),
        (include_str!("encrypted_scrypt.pem"), "private key"),
        (include_str!("x25519_public.pem"), "no Ed25519"),
        (include_str!("ec_public.pem"), "no Ed25519"),
        ("", "no public key in PEM"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKvA", "no public key in PEM"),
        ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", "no public key in PEM"),
        ("-----BEGIN CERTIFICATE-----\nMCowBQYDK2VwAyEA\n-----END CERTIFICATE-----\n", "no public key in PEM"),
    ];
    for (text, words) in public {
        let error = PublicKey::from_pem(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(words), "{text}: {error}");
    }
    let private = [
        (PUBLIC, "no private key in PEM"),
        (include_str!("x25519_private.pem"), "no Ed25519"),
        (include_str!("ec_private.pem"), "no Ed25519"),
        ("", "no private key in PEM"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n",
            "no private key in PEM",
        ),
    ];
    for (text, words) in private {
        let error = PrivateKey::from_pem(text, Some("x")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(words), "{text}: {error}");
    }
}

#[test]
fn only_one_key_stands_in_a_text() {
    let other = key(2).public().to_pem().unwrap();
    for text in [format!("{PUBLIC}{other}"), format!("{PUBLIC}x"), PUBLIC.replace("-----END", "----END")] {
        assert!(PublicKey::from_pem(&text).is_err(), "{text}");
    }
    // Bytes behind the key.
    let mut der = bytes_of("302a300506032b6570032100");
    der.extend_from_slice(&[7; 32]);
    der.push(0);
    assert!(PublicKey::from_pem(&pem("PUBLIC KEY", &der)).is_err());
}

#[test]
fn a_private_key_with_a_foreign_public_one_is_refused() {
    // PKCS#8 version 2 (RFC 5958) carries the public key; signing with a foreign one would give the private key away.
    let private = |public: &[u8]| {
        let mut der = bytes_of("3051020101300506032b657004220420");
        der.extend_from_slice(&[1; 32]);
        der.extend_from_slice(&bytes_of("812100"));
        der.extend_from_slice(public);
        PrivateKey::from_pem(&pem("PRIVATE KEY", &der), None)
    };
    let public = |number| {
        let text = key(number).public().to_pem().unwrap();
        use base64ct::{Base64, Encoding};
        Base64::decode_vec(text.lines().nth(1).unwrap()).unwrap()[12..].to_vec()
    };
    assert_eq!(private(&public(1)).unwrap().public(), key(1).public());
    assert!(private(&public(2)).is_err());
}

#[test]
fn secrets_are_not_shown() {
    let key = PrivateKey::from_pem(PRIVATE, None).unwrap();
    let shown = format!("{key:?} {key:#?}");
    assert_eq!(shown, format!("PrivateKey(of {0}) PrivateKey(of {0})", key.public().id()));
    let pem = key.to_pem(None).unwrap();
    let secret = pem.lines().nth(1).unwrap();
    assert!(!shown.contains(&secret[22..]));
    let error = PrivateKey::from_pem(include_str!("encrypted_scrypt.pem"), Some("hunter2")).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
