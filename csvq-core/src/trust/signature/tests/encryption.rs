//! Private keys under a password: those that openssl wrote, those that it has to read, and those that are traps.

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;

const SCRYPT: &str = include_str!("encrypted_scrypt.pem");
const PBKDF2: &str = include_str!("encrypted_pbkdf2.pem");

#[test]
fn what_openssl_wrote_is_read() {
    for text in [SCRYPT, PBKDF2] {
        assert!(PrivateKey::is_encrypted(text));
        let key = PrivateKey::from_pem(text, Some(PASSWORD)).unwrap();
        assert_eq!(key.public(), PublicKey::from_pem(PUBLIC).unwrap());
    }
    assert!(!PrivateKey::is_encrypted(PRIVATE));
}

#[test]
fn each_wrong_password_is_told() {
    let cases = [
        (SCRYPT, None, "has a password"),
        (SCRYPT, Some(""), "password is wrong"),
        (SCRYPT, Some("correct Horse"), "password is wrong"),
        (PBKDF2, Some("correct horse "), "password is wrong"),
        (include_str!("encrypted_sha1.pem"), Some(PASSWORD), "write it anew"),
        (include_str!("encrypted_pbes1.pem"), Some(PASSWORD), "write it anew"),
    ];
    for (text, password, words) in cases {
        let error = PrivateKey::from_pem(text, password).unwrap_err();
        assert!(error.message().contains(words), "{password:?}: {error}");
    }
}

#[test]
fn no_wrong_password_of_many_is_right() {
    // One in 256 gives a padding that looks sound: what is then no key must be told as a wrong password, too.
    for number in 0..600 {
        let error = PrivateKey::from_pem(PBKDF2, Some(&number.to_string())).unwrap_err();
        assert!(error.message().contains("password is wrong"), "{number}: {error}");
    }
}

#[test]
fn what_is_written_under_a_password_comes_back() {
    let key = key(1);
    for password in [PASSWORD, "ü ñ 漢字", &"long".repeat(100)] {
        let (one, two) = (key.to_pem(Some(password)).unwrap(), key.to_pem(Some(password)).unwrap());
        assert_ne!(*one, *two, "the salt must be new each time");
        assert!(PrivateKey::is_encrypted(&one));
        assert_eq!(PrivateKey::from_pem(&one, Some(password)).unwrap().public(), key.public());
        assert!(PrivateKey::from_pem(&one, Some("other")).is_err());
    }
    assert!(key.to_pem(Some("")).is_err());
}

/// A file that asks for more work, or for such as the library can't do, is refused before any is done.
#[test]
fn traps_are_refused() {
    let scrypt = |cost: &str, block: &str, parallel: &str| {
        let parameters = sequence(&[&tagged(4, &[1; 8]), &number(cost), &number(block), &number(parallel)]);
        protected("2b06010401da47040b", &parameters)
    };
    let pbkdf2 = |rounds: &str| {
        let prf = sequence(&[&tagged(6, &bytes_of("2a864886f70d0209")), &[5, 0]]);
        protected("2a864886f70d01050c", &sequence(&[&tagged(4, &[1; 8]), &number(rounds), &prf]))
    };
    // The way they are built is the right one: these fail by their password alone.
    for text in [scrypt("4000", "08", "01"), pbkdf2("0800")] {
        let error = PrivateKey::from_pem(&text, Some("x")).unwrap_err();
        assert!(error.message().contains("password is wrong"), "{error}");
    }
    let traps = [
        scrypt("00", "08", "01"),
        scrypt("03", "08", "01"),
        scrypt("4000", "00", "01"),
        scrypt("4000", "08", "00"),
        scrypt("40000000", "08", "01"),
        scrypt("4000000000000000", "08", "01"),
        scrypt("4000", "7fff", "01"),
        scrypt("4000", "08", "7fff"),
        pbkdf2("00"),
        pbkdf2("05f5e100"),
        pbkdf2("7fffffff"),
    ];
    for text in traps {
        let error = PrivateKey::from_pem(&text, Some("x")).unwrap_err();
        assert!(error.message().contains("more work"), "{error}");
    }
}

/// A private key under PBES2 and AES-256-CBC, whose content is none.
fn protected(derivation: &str, parameters: &[u8]) -> String {
    let derivation = sequence(&[&tagged(6, &bytes_of(derivation)), parameters]);
    let cipher = sequence(&[&tagged(6, &bytes_of("60864801650304012a")), &tagged(4, &[2; 16])]);
    let scheme = sequence(&[&tagged(6, &bytes_of("2a864886f70d01050d")), &sequence(&[&derivation, &cipher])]);
    pem("ENCRYPTED PRIVATE KEY", &sequence(&[&scheme, &tagged(4, &[3; 64])]))
}

fn number(digits: &str) -> Vec<u8> {
    tagged(2, &bytes_of(digits))
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    if content.len() > 127 {
        bytes.push(0x81);
    }
    bytes.push(u8::try_from(content.len()).unwrap());
    bytes.extend_from_slice(content);
    bytes
}

/// The other direction, where the program is there: openssl reads our keys and checks our signatures.
#[test]
fn openssl_reads_what_is_written() {
    let Some(version) = run(&["version"], b"") else { return };
    if !version.starts_with(b"OpenSSL 3") {
        return;
    }
    let key = key(1);
    let public = key.public().to_pem().unwrap().into_bytes();
    let clear = key.to_pem(None).unwrap();
    assert_eq!(run(&["pkey", "-pubout"], clear.as_bytes()), Some(public.clone()));
    let encrypted = key.to_pem(Some(PASSWORD)).unwrap();
    let password = format!("pass:{PASSWORD}");
    assert_eq!(run(&["pkey", "-pubout", "-passin", &password], encrypted.as_bytes()), Some(public.clone()));
    assert_eq!(run(&["pkey", "-pubout", "-passin", "pass:other"], encrypted.as_bytes()), None);
    // And what it makes of our key, we read again.
    for way in [&["-scrypt"][..], &["-v2prf", "hmacWithSHA256"], &["-v2prf", "hmacWithSHA512"]] {
        let arguments = [&["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", &password], way].concat();
        let text = String::from_utf8(run(&arguments, clear.as_bytes()).unwrap()).unwrap();
        assert_eq!(PrivateKey::from_pem(&text, Some(PASSWORD)).unwrap().public(), key.public());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("public"), &public).unwrap();
    std::fs::write(path("message"), b"message").unwrap();
    let mut signature = key.sign(b"message");
    for expected in [true, false] {
        std::fs::write(path("signature"), signature).unwrap();
        let (public, message, file) = (path("public"), path("message"), path("signature"));
        let arguments =
            ["pkeyutl", "-verify", "-pubin", "-inkey", &public, "-rawin", "-in", &message, "-sigfile", &file];
        assert_eq!(run(&arguments, b"").is_some(), expected);
        signature[0] ^= 1;
    }
}

/// What openssl prints, where it is there and succeeds.
fn run(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new("openssl");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    // It may end without reading all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    output.status.success().then_some(output.stdout)
}
