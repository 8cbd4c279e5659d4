//! What others published and made: the vectors of RFC 8032, openssl's signature, and keys and signatures that a strict
//! verifier refuses.

use ed25519_dalek::{Verifier, VerifyingKey};

use super::*;

/// RFC 8032, section 7.1: secret key, public key, message, signature.
const RFC_8032: [[&str; 4]; 4] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
         d25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
         387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
         4a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd\
         454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030\
         3dca179c138ac17ad9bef1177331a704",
    ],
];

fn private_of(secret: &[u8]) -> PrivateKey {
    let mut der = bytes_of("302e020100300506032b657004220420");
    der.extend_from_slice(secret);
    PrivateKey::from_pem(&pem("PRIVATE KEY", &der), None).unwrap()
}

#[test]
fn the_vectors_of_the_rfc() {
    for vector in RFC_8032 {
        let [secret, public, message, signature] = vector.map(bytes_of);
        let key = private_of(&secret);
        assert_eq!(key.public().to_pem().unwrap(), public_pem(&public));
        let made = key.sign(&message);
        assert_eq!(made.as_slice(), signature);
        assert!(PublicKey::from_pem(&public_pem(&public)).unwrap().has_signed(&message, &made));
        let mut longer = message;
        longer.push(0);
        assert!(!key.public().has_signed(&longer, &made));
    }
}

#[test]
fn what_openssl_signed_is_signed_and_the_same_as_ours() {
    let key = PrivateKey::from_pem(PRIVATE, None).unwrap();
    let trust = Trust::of_key("openssl", PublicKey::from_pem(PUBLIC).unwrap()).unwrap();
    let verdict = verify(MANIFEST, Some(SIGNATURE), &trust, now());
    assert_eq!(verdict.state, SignatureState::Signed, "{}", verdict.reason);
    let options = SignOptions { expires_at: Some(at("2027-07-23T10:00:00Z")), ..SignOptions::at(now()) };
    assert_eq!(sign(MANIFEST, None, &key, &options).unwrap(), SIGNATURE);
    // The id is what `openssl pkey -pubin -in public.pem -outform DER | sha256sum` printed.
    let id = "3c5114bd92a1f9dfaef1c90d01a07d7aac48559147da02c73540ae36e4d52464";
    assert_eq!((key.public().id().to_string().as_str(), verdict.signers[0].key_id), (id, id.parse().unwrap()));
    assert_eq!(key.public().id().short(), id[..16]);
}

/// Points of small order, in every encoding that a lenient reader takes.
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

#[test]
fn weak_keys_are_refused() {
    for digits in SMALL_ORDER {
        let error = PublicKey::from_pem(&public_pem(&bytes_of(digits))).unwrap_err();
        assert!(error.message().contains("weak"), "{digits}: {error}");
    }
    // A sound key with a part of small order added to it: another encoding, and half the same signatures.
    let sound = key(1).public();
    let point = VerifyingKey::from_bytes(&public_bytes(&sound)).unwrap().to_edwards();
    for digits in [SMALL_ORDER[2], SMALL_ORDER[4], SMALL_ORDER[6], SMALL_ORDER[8]] {
        let torsion = VerifyingKey::from_bytes(&bytes_of(digits).try_into().unwrap()).unwrap().to_edwards();
        let mixed = (point + torsion).compress().to_bytes();
        let error = PublicKey::from_pem(&public_pem(&mixed)).unwrap_err();
        assert!(error.message().contains("weak"), "{digits}: {error}");
    }
    // Numbers above the field's, which stand for others: 19 of them, with either sign.
    for number in 0xed..=0xff {
        for last in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (number, last);
            assert!(PublicKey::from_pem(&public_pem(&bytes)).is_err(), "{number} {last}");
        }
    }
    // And what is no point at all.
    let error = PublicKey::from_pem(&public_pem(&bytes_of(&format!("02{}", "00".repeat(31))))).unwrap_err();
    assert!(error.message().contains("no point"), "{error}");
}

#[test]
fn a_signature_has_one_form() {
    let key = key(1);
    let message = b"message";
    let signature = key.sign(message);
    assert!(key.public().has_signed(message, &signature));
    // s + L is the same number to a verifier that does not look closely. L is the group's order, RFC 8032, 5.1.
    let order = bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut malleable = signature;
    for _ in 0..8 {
        let mut carry = 0u16;
        for (byte, add) in malleable[32..].iter_mut().zip(&order) {
            let sum = u16::from(*byte) + u16::from(*add) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        assert!(!key.public().has_signed(message, &malleable));
    }
    // A first half of small order, and all that is zero or one.
    for digits in SMALL_ORDER {
        let mut other = signature;
        other[..32].copy_from_slice(&bytes_of(digits));
        assert!(!key.public().has_signed(message, &other));
        other[32..].fill(0);
        assert!(!key.public().has_signed(message, &other));
    }
    for byte in [0, 0xff] {
        assert!(!key.public().has_signed(message, &[byte; 64]));
    }
}

/// A signer who uses no nonce: the first half is the neutral point, and a lenient verifier takes it. (Put together by
/// another program, for `key(1)`.)
#[test]
fn a_first_half_of_small_order_is_refused() {
    let signature = bytes_of(
        "0100000000000000000000000000000000000000000000000000000000000000\
         95c0fdcc54fccad1f2b8bc9b96aa6837c82f86349e6576ad29ca3ece7b7ea905",
    );
    let signature: [u8; 64] = signature.try_into().unwrap();
    let lenient = VerifyingKey::from_bytes(&public_bytes(&key(1).public())).unwrap();
    lenient.verify(b"message", &ed25519_dalek::Signature::from_bytes(&signature)).unwrap();
    assert!(!key(1).public().has_signed(b"message", &signature));
}

/// The malleable signature in a file, as an attacker would bring it.
#[test]
fn a_file_with_a_second_form_of_a_signature_is_invalid() {
    use base64ct::{Base64, Encoding};
    let file = signed(MANIFEST, &[&key(1)]);
    let order = bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let other = changed(&file, |file| {
        let text = file["signatures"][0]["signature"].as_str().unwrap();
        let mut bytes = Base64::decode_vec(text).unwrap();
        let mut carry = 0u16;
        for (byte, add) in bytes[32..].iter_mut().zip(&order) {
            let sum = u16::from(*byte) + u16::from(*add) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        file["signatures"][0]["signature"] = Base64::encode_string(&bytes).into();
    });
    assert_ne!(file, other);
    assert_eq!(state(MANIFEST, &other, &trust(&[&key(1)])), SignatureState::Invalid);
}

fn public_bytes(key: &PublicKey) -> [u8; 32] {
    use base64ct::{Base64, Encoding};
    let text = key.to_pem().unwrap();
    let der = Base64::decode_vec(text.lines().nth(1).unwrap()).unwrap();
    der[12..].try_into().unwrap()
}
