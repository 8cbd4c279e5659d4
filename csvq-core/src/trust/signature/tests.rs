//! Tests of signatures: whose count and when, what is refused, and the attacks that have to fail.
//!
//! The keys in `tests/` were made by openssl, and so was `plugin.sig`: its message was put together by another program
//! from the documented format, and signed by `openssl pkeyutl -sign -rawin`. They are for tests alone.

mod attacks;
mod encryption;
mod keys;
mod laws;
mod stored;
mod strictness;
mod times;
mod trusting;
mod vectors;

use serde_json::Value;

use super::*;
use crate::state::Timestamp;

const MANIFEST: &[u8] = include_bytes!("tests/plugin.json");
const SIGNATURE: &[u8] = include_bytes!("tests/plugin.sig");
const PRIVATE: &str = include_str!("tests/private.pem");
const PUBLIC: &str = include_str!("tests/public.pem");
const PASSWORD: &str = "correct horse";

/// When the signatures of the tests are made.
const NOW: &str = "2026-07-23T10:00:00Z";

fn at(text: &str) -> Timestamp {
    super::time::read(text).unwrap()
}

fn now() -> Timestamp {
    at(NOW)
}

/// A key that is the same in every run, and another for every number.
fn key(number: u8) -> PrivateKey {
    let secret = [number; 32];
    let mut der = bytes_of("302e020100300506032b657004220420");
    der.extend_from_slice(&secret);
    PrivateKey::from_pem(&pem("PRIVATE KEY", &der), None).unwrap()
}

/// The trust in these keys, named k1, k2 and so on.
fn trust(keys: &[&PrivateKey]) -> Trust {
    Trust::from_parts(&parts(keys)).unwrap()
}

fn parts(keys: &[&PrivateKey]) -> TrustParts {
    let entry = |(index, key): (usize, &&PrivateKey)| entry(&format!("k{}", index + 1), key);
    TrustParts { trusted_keys: keys.iter().enumerate().map(entry).collect(), ..TrustParts::default() }
}

fn entry(name: &str, key: &PrivateKey) -> TrustedKeyEntry {
    let public_key = key.public().to_pem().unwrap();
    TrustedKeyEntry { name: name.to_owned(), public_key, ..TrustedKeyEntry::default() }
}

/// The manifest signed by these keys.
fn signed(manifest: &[u8], keys: &[&PrivateKey]) -> Vec<u8> {
    let add = |file: Option<Vec<u8>>, key: &&PrivateKey| {
        Some(sign(manifest, file.as_deref(), key, &SignOptions::at(now())).unwrap())
    };
    keys.iter().fold(None, add).unwrap()
}

fn state(manifest: &[u8], signature: &[u8], trust: &Trust) -> SignatureState {
    verify(manifest, Some(signature), trust, now()).state
}

/// A file of signatures as JSON, changed and written again.
fn changed(file: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut document: Value = serde_json::from_slice(file).unwrap();
    change(&mut document);
    serde_json::to_vec_pretty(&document).unwrap()
}

/// The signatures of several files in one.
fn joined(files: &[&[u8]]) -> Vec<u8> {
    let of = |file: &&[u8]| {
        let document: Value = serde_json::from_slice(file).unwrap();
        document["signatures"].as_array().unwrap().clone()
    };
    let signatures: Vec<Value> = files.iter().flat_map(of).collect();
    serde_json::to_vec(&serde_json::json!({"schema_version": 1, "signatures": signatures})).unwrap()
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    let text = Base64::encode_string(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A public key in PEM from its 32 bytes, whatever they are.
fn public_pem(bytes: &[u8]) -> String {
    let mut der = bytes_of("302a300506032b6570032100");
    der.extend_from_slice(bytes);
    pem("PUBLIC KEY", &der)
}

fn bytes_of(digits: &str) -> Vec<u8> {
    let digits: Vec<_> = digits.chars().filter(char::is_ascii_hexdigit).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}
