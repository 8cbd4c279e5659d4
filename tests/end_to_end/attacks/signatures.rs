//! Signatures that are missing, forged, borrowed or withdrawn, under a policy that wants them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use csvq_tests::plugins::library;
use serde_json::{Value, json};

use super::fort::{Fort, policy, refused};
use super::zips::{Part, package, part, unzip, zip};
use crate::stderr;

/// A key whose point is of small order, so that one signature may fit everything.
const WEAK: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n";

/// A home that wants signatures, with a key that it trusts and one that it does not.
struct Desk {
    fort: Fort,
}

impl Desk {
    fn new() -> Self {
        let fort = Fort::empty(&policy(json!({}), json!({})));
        for name in ["trusted", "stranger"] {
            let made = fort.run(&["plugins", "keygen", &fort.path(name).display().to_string()]);
            assert!(made.status.success(), "{}", stderr(&made));
        }
        let desk = Self { fort };
        desk.decree(&[desk.key("trusted", &json!({}))], json!({}));
        desk
    }

    fn file(&self, name: &str, file: &str) -> PathBuf {
        self.fort.path(name).join(file)
    }

    fn public(&self, name: &str) -> String {
        fs::read_to_string(self.file(name, "public.pem")).unwrap()
    }

    /// A key as the policy lists it.
    fn key(&self, name: &str, more: &Value) -> Value {
        let mut key = json!({ "name": name, "public_key": self.public(name) });
        more.as_object().unwrap().iter().for_each(|(name, value)| key[name] = value.clone());
        key
    }

    /// Signatures are wanted, by these keys. What is refused is not kept.
    fn decree(&self, keys: &[Value], more: Value) {
        let mut security = json!({
            "require_signature_verification": true, "quarantine_suspicious_plugins": false, "trusted_keys": keys,
        });
        more.as_object().unwrap().iter().for_each(|(name, value)| security[name] = value.clone());
        self.fort.decree(&policy(security, json!({})));
    }

    fn write(&self, name: &str, parts: &[Part]) -> PathBuf {
        self.fort.homestead.place.write(name, zip(parts)).unwrap()
    }

    /// Signs a package, and gives what is in it then.
    #[track_caller]
    fn sign(&self, parts: &[Part], by: &str) -> Vec<Part> {
        let path = self.write("to-sign.zip", parts);
        let signed = self.try_to_sign(&path, by);
        assert!(signed.status.success(), "{}", stderr(&signed));
        unzip(&fs::read(path).unwrap())
    }

    fn try_to_sign(&self, path: &Path, by: &str) -> Output {
        let (path, key) = (path.display().to_string(), self.file(by, "private.pem").display().to_string());
        self.fort.run(&["plugins", "sign", &path, "--key", &key])
    }

    fn verify(&self, path: &Path, key: &Path) -> Option<i32> {
        let (path, key) = (path.display().to_string(), key.display().to_string());
        self.fort.run(&["plugins", "verify", &path, "--key", &key]).status.code()
    }

    #[track_caller]
    fn refuse(&self, name: &str, parts: &[Part], said: &[&str]) {
        let error = self.fort.not_installed(&self.write("evil.zip", parts));
        let error = error.to_lowercase();
        assert!(said.is_empty() || said.iter().any(|said| error.contains(said)), "{name}: {error}");
        assert!(!error.contains("private key-----"), "{name}: {error}");
    }
}

fn honest() -> Vec<Part> {
    package("good", &fs::read(library("good")).unwrap(), &[])
}

fn signature(parts: &[Part]) -> Value {
    let file = parts.iter().find(|part| part.name == "plugin.sig").unwrap();
    serde_json::from_slice(&file.content).unwrap()
}

/// The same package with a file replaced, added or taken away.
fn with(parts: &[Part], name: &str, content: Option<Vec<u8>>) -> Vec<Part> {
    let mut parts: Vec<Part> = parts.iter().filter(|part| part.name != name).cloned().collect();
    parts.extend(content.map(|content| part(name, content)));
    parts
}

/// The same package with another signature file.
fn signed_as(parts: &[Part], change: impl FnOnce(&mut Value)) -> Vec<Part> {
    let mut document = signature(parts);
    change(&mut document);
    with(parts, "plugin.sig", Some(document.to_string().into_bytes()))
}

fn content(parts: &[Part], name: &str) -> Vec<u8> {
    parts.iter().find(|part| part.name == name).unwrap().content.clone()
}

/// Another character of base64 in the place of one.
fn flip(text: &Value) -> Value {
    let mut bytes = text.as_str().unwrap().as_bytes().to_vec();
    bytes[20] = if bytes[20] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap().into()
}

#[test]
fn what_is_signed_by_a_trusted_key_is_taken() {
    let desk = Desk::new();
    let signed = desk.write("good.zip", &desk.sign(&honest(), "trusted"));
    for (key, status) in [("trusted", 0), ("stranger", 1)] {
        assert_eq!(desk.verify(&signed, &desk.file(key, "public.pem")), Some(status), "{key}");
    }
    assert_eq!(desk.verify(&desk.write("bare.zip", &honest()), &desk.file("trusted", "public.pem")), Some(1));
    assert_eq!(desk.verify(&signed, &desk.fort.path("nowhere.pem")), Some(2));
    desk.fort.installed(&signed);
    desk.fort.is_alive();
}

#[test]
fn forged_signatures_are_refused() {
    let desk = Desk::new();
    let signed = desk.sign(&honest(), "trusted");
    let other = package("newer_abi", &fs::read(library("newer_abi")).unwrap(), &[]);
    let other = desk.sign(&other, "trusted");
    let manifest = content(&signed, "plugin.json");
    let again: Value = serde_json::from_slice(&manifest).unwrap();
    let text = String::from_utf8(manifest).unwrap();
    let twice = text.replacen('{', r#"{"id":"evil","#, 1);
    let signed_text = String::from_utf8(content(&signed, "plugin.sig")).unwrap();
    let doubled = signed_text.replacen('{', r#"{"schema_version":"9","#, 1);
    let library = content(&signed, "libplugin.so");
    let damaged: Vec<u8> = library.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 9_000)).collect();
    let sign: &[&str] = &["sign"];
    for (name, parts, said) in [
        ("stripped", with(&signed, "plugin.sig", None), sign),
        ("no signature in the list", signed_as(&signed, |file| file["signatures"] = json!([])), sign),
        ("unknown algorithm", signed_as(&signed, |file| file["signatures"][0]["algorithm"] = "none".into()), sign),
        (
            "one bit",
            signed_as(&signed, |file| file["signatures"][0]["signature"] = flip(&file["signatures"][0]["signature"])),
            sign,
        ),
        ("no signature file", with(&signed, "plugin.sig", Some(b"not JSON".to_vec())), sign),
        ("names twice in the signature", with(&signed, "plugin.sig", Some(doubled.into_bytes())), sign),
        ("of another plugin", with(&signed, "plugin.sig", Some(content(&other, "plugin.sig"))), sign),
        (
            "the other's manifest too",
            {
                let parts = with(&signed, "plugin.sig", Some(content(&other, "plugin.sig")));
                with(&parts, "plugin.json", Some(content(&other, "plugin.json")))
            },
            &[],
        ),
        ("a file more", with(&signed, "more.txt", Some(b"x".to_vec())), &[]),
        ("a file less", with(&signed, "libplugin.so", None), &[]),
        ("a file changed", with(&signed, "libplugin.so", Some(damaged)), &[]),
        (
            "written anew",
            {
                let anew = serde_json::to_vec_pretty(&again).unwrap();
                with(&signed, "plugin.json", Some(anew))
            },
            sign,
        ),
        ("names twice in the manifest", with(&signed, "plugin.json", Some(twice.into_bytes())), &[]),
        ("by a stranger", desk.sign(&honest(), "stranger"), sign),
        (
            "a key that comes along",
            {
                let parts = package("good", &library, &[("public.pem", desk.public("stranger").as_bytes())]);
                desk.sign(&parts, "stranger")
            },
            sign,
        ),
        (
            "later than its end",
            signed_as(&signed, |file| {
                file["signatures"][0]["expires_at"] = "2099-01-01T00:00:00Z".into();
            }),
            sign,
        ),
    ] {
        desk.refuse(name, &parts, said);
    }
    desk.fort.told_of(&["signature_refused", "install_refused"], "");
    assert!(desk.fort.audited("plugin_installed").is_empty());
    desk.fort.installed(&desk.write("good.zip", &signed));
    desk.fort.is_alive();
}

#[test]
fn what_a_key_may_sign_has_bounds() {
    let desk = Desk::new();
    let signed = desk.sign(&honest(), "trusted");
    for (name, key) in
        [("expired", json!({ "expires": "2020-01-01" })), ("for other plugins", json!({ "plugins": ["someone_else"] }))]
    {
        desk.decree(&[desk.key("trusted", &key)], json!({}));
        desk.refuse(name, &signed, &["sign", "key", "expire"]);
    }
    desk.decree(&[], json!({}));
    desk.refuse("no key at all", &signed, &["sign"]);

    // Two are wanted; the same key twice is one.
    let both = [desk.key("trusted", &json!({})), desk.key("stranger", &json!({}))];
    desk.decree(&both, json!({ "signature_threshold": 2 }));
    desk.refuse("one of two", &signed, &["sign"]);
    let doubled = signed_as(&signed, |file| {
        let first = file["signatures"][0].clone();
        file["signatures"].as_array_mut().unwrap().push(first);
    });
    desk.refuse("one of two, twice", &doubled, &["sign"]);
    desk.fort.installed(&desk.write("good.zip", &desk.sign(&signed, "stranger")));
    desk.fort.is_alive();
}

/// What was taken in is held to what is known now.
#[test]
fn what_is_revoked_is_neither_installed_nor_run() {
    let desk = Desk::new();
    let signed = desk.sign(&honest(), "trusted");
    let installed = desk.fort.installed(&desk.write("good.zip", &signed));
    desk.fort.is_alive();
    let key = signature(&signed)["signatures"][0]["key_id"].clone();
    let keys = [desk.key("trusted", &json!({}))];
    for revoked in
        [json!({ "key_id": key, "reason": "stolen" }), json!({ "digest": installed["digest"], "reason": "evil" })]
    {
        desk.decree(&keys, json!({ "revoked": [revoked] }));
        let error = refused(&desk.fort.compare("good", &[]));
        assert!(error.contains("good") && error.contains("revoked"), "{error}");
        desk.fort.told_of(&["load_refused", "run_refused"], "good");
    }
    desk.decree(&keys, json!({}));
    desk.fort.is_alive();
    desk.fort.ask(&["plugins", "uninstall", "good", "--yes"]);
    desk.decree(&keys, json!({ "revoked": [{ "digest": installed["digest"], "reason": "evil" }] }));
    desk.refuse("revoked", &signed, &["revoked"]);
}

/// Whoever forges a signature does not thereby keep out the plugin that he forged it for.
#[test]
fn a_forgery_in_quarantine_does_not_keep_out_what_is_honest() {
    let desk = Desk::new();
    let keys = [desk.key("trusted", &json!({}))];
    desk.decree(&keys, json!({ "quarantine_suspicious_plugins": true }));
    let signed = desk.sign(&honest(), "trusted");
    let forged = signed_as(&signed, |file| {
        file["signatures"][0]["signature"] = flip(&file["signatures"][0]["signature"]);
    });
    let error = refused(&desk.fort.install(&desk.write("forged.zip", &forged)));
    assert!(error.contains("quarantine"), "{error}");
    desk.fort.installed(&desk.write("good.zip", &signed));
    desk.fort.is_alive();
}

#[test]
fn a_weak_key_is_no_key() {
    let desk = Desk::new();
    let signed = desk.write("good.zip", &desk.sign(&honest(), "trusted"));
    let weak = desk.fort.homestead.place.write("weak.pem", WEAK).unwrap();
    assert_eq!(desk.verify(&signed, &weak), Some(2));
    desk.decree(&[json!({ "name": "weak", "public_key": WEAK })], json!({}));
    let error = refused(&desk.fort.install(&signed));
    assert!(error.contains("trusted_keys"), "{error}");
}

#[test]
fn keys_are_kept_to_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let private = desk.file("trusted", "private.pem");
    assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&private).unwrap();
    let again = desk.fort.run(&["plugins", "keygen", &desk.fort.path("trusted").display().to_string()]);
    assert!(refused(&again).contains("private.pem"));
    assert_eq!(fs::read(&private).unwrap(), before);
    // A key that signs is no key that is trusted, and is nowhere repeated.
    let pem = String::from_utf8(before).unwrap();
    let secret = pem.lines().nth(1).unwrap().to_owned();
    desk.decree(&[json!({ "name": "mistaken", "public_key": pem })], json!({}));
    let error = refused(&desk.fort.install(&desk.write("good.zip", &honest())));
    assert!(!error.contains(&secret), "{error}");
}
