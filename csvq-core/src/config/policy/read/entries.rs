//! The parts of a policy that are lists of entries, or about programs: keys, what is revoked, the scanner.

use std::collections::HashSet;

use super::super::keys::pem_fault;
use super::super::{Moment, OutsideMode, OutsideProgram, Revocation, Revoked, ScannerSettings, Severity, TrustedKey};
use crate::config::read::fields::Reader;
use crate::error::Result;

pub(super) fn trusted_keys(reader: &Reader<'_>) -> Result<Vec<TrustedKey>> {
    let (mut names, mut keys) = (HashSet::new(), HashSet::new());
    let mut read = Vec::new();
    for item in reader.items()? {
        let key = trusted_key(&item)?;
        if !names.insert(key.name.clone()) {
            return Err(item.fault("there is another key of this name: give it another one"));
        }
        if !keys.insert(key.identity()) {
            return Err(item.fault("this key is there twice: remove one of the two"));
        }
        read.push(key);
    }
    Ok(read)
}

fn trusted_key(reader: &Reader<'_>) -> Result<TrustedKey> {
    let fields = reader.fields(&["name", "public_key", "not_before", "expires", "plugins"])?;
    let moments = |name: &str| fields.or(name, None, |reader| reader.or_null(moment));
    let key = TrustedKey {
        name: fields.require("name", |reader| reader.line(100))?,
        public_key: fields.require("public_key", public_key)?,
        not_before: moments("not_before")?,
        expires: moments("expires")?,
        plugins: fields.or("plugins", None, |reader| reader.or_null(plugin_ids))?,
        read: None,
    };
    match (&key.not_before, &key.expires) {
        (Some(from), Some(until)) if from.start() >= until.end() => {
            Err(fields.fault_of("expires", "the key expires before it begins: one of the two is wrong"))
        }
        _ => Ok(key),
    }
}

/// PEM text, or the path of a file.
fn public_key(reader: &Reader<'_>) -> Result<String> {
    let text = reader.text()?;
    if !text.contains("-----BEGIN") {
        return file_of_the_folder(reader);
    }
    match pem_fault(&text) {
        Some(fault) => Err(reader.fault(fault)),
        None => Ok(text),
    }
}

/// A file in the folder of configuration files, or in one below it. The same text is good or bad on every platform.
fn file_of_the_folder(reader: &Reader<'_>) -> Result<String> {
    let text = reader.line(1000)?;
    let is_absolute = text.starts_with(['/', '\\']) || text.contains(':');
    if is_absolute || text.split(['/', '\\']).any(|part| part.is_empty() || part == "..") {
        let message =
            "this is no path of a file: it is taken from the folder of this one, and written without `..` and `:`";
        return Err(reader.fault(message));
    }
    Ok(text)
}

fn moment(reader: &Reader<'_>) -> Result<Moment> {
    let fault = "expected a day (\"2027-06-30\") or an instant with its offset (\"2027-06-30T18:00:00Z\")";
    Moment::parse(&reader.text()?).ok_or_else(|| reader.fault(fault))
}

fn plugin_ids(reader: &Reader<'_>) -> Result<Vec<String>> {
    let ids = reader.each(|reader| {
        let id = reader.text()?;
        if is_id(&id) { Ok(id) } else { Err(reader.fault(NO_ID)) }
    })?;
    if ids.is_empty() {
        return Err(reader.fault("a key that may sign no plugin is of no use: name one, or remove the key"));
    }
    Ok(ids)
}

pub(super) const NO_ID: &str =
    "this is no id of a plugin: 2 to 63 of `a` to `z`, `0` to `9`, `_` and `-`, beginning with a letter or digit";

pub(super) fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    (2..=63).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with(['_', '-'])
}

pub(super) fn revoked(reader: &Reader<'_>) -> Result<Vec<Revocation>> {
    let mut seen = HashSet::new();
    let mut read = Vec::new();
    for item in reader.items()? {
        let fields = item.fields(&["key_id", "digest", "reason", "revoked_at"])?;
        let what = match (fields.get("key_id", hexadecimal)?, fields.get("digest", hexadecimal)?) {
            (Some(id), None) => Revoked::Key(id),
            (None, Some(digest)) => Revoked::Digest(digest),
            _ => return Err(item.fault("either a `key_id` or a `digest` has to be here")),
        };
        if !seen.insert(what.clone()) {
            return Err(item.fault("this is revoked twice: remove one of the two"));
        }
        read.push(Revocation {
            what,
            reason: fields.require("reason", |reader| reader.line(500))?,
            revoked_at: fields.or("revoked_at", None, |reader| reader.or_null(moment))?,
        });
    }
    Ok(read)
}

/// A SHA-256.
fn hexadecimal(reader: &Reader<'_>) -> Result<String> {
    let text = reader.text()?;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() == 64 && text.bytes().all(digit) {
        return Ok(text);
    }
    Err(reader.fault("expected a SHA-256: 64 hexadecimal digits in lower case"))
}

pub(super) fn scanner(reader: &Reader<'_>) -> Result<ScannerSettings> {
    let fields = reader.fields(&["flag_at", "rules", "outside"])?;
    Ok(ScannerSettings {
        flag_at: fields.or("flag_at", Severity::Medium, |reader| reader.one_of(Severity::NAMES))?,
        rules: fields.or("rules", None, |reader| reader.or_null(file_of_the_folder))?,
        outside: fields.or("outside", None, |reader| reader.or_null(outside))?,
    })
}

fn outside(reader: &Reader<'_>) -> Result<OutsideProgram> {
    const MODES: &[(&str, OutsideMode)] = &[("findings", OutsideMode::Findings), ("exit_code", OutsideMode::ExitCode)];
    let fields = reader.fields(&["program", "args", "timeout_seconds", "mode"])?;
    let args = |reader: &Reader<'_>| reader.items()?.iter().map(|item| item.line(4096)).collect::<Result<Vec<_>>>();
    let outside = OutsideProgram {
        program: fields.require("program", |reader| absolute(reader, "a program is not looked for"))?,
        args: fields.require("args", args)?,
        timeout_seconds: fields.or("timeout_seconds", 60.0, |reader| reader.number(1.0, 3600.0))?,
        mode: fields.or("mode", OutsideMode::Findings, |reader| reader.one_of(MODES))?,
    };
    if outside.args.iter().any(|arg| arg.contains("{folder}")) {
        return Ok(outside);
    }
    Err(fields.fault_of("args", "one argument has to hold `{folder}`, which stands for the folder to scan"))
}

/// An absolute path, of this platform or another, so that the same text is good or bad on every one.
pub(super) fn absolute(reader: &Reader<'_>, why: &str) -> Result<String> {
    let text = reader.line(1000)?;
    let drive = |text: &str| matches!(text.as_bytes(), [b'A'..=b'Z' | b'a'..=b'z', b':', b'\\' | b'/', _, ..]);
    let is_absolute = (text.starts_with('/') && text.len() > 1) || text.starts_with("\\\\") || drive(&text);
    if is_absolute && !text.split(['/', '\\']).any(|part| part == "..") {
        return Ok(text);
    }
    Err(reader.fault(format!("expected an absolute path without `..`: {why}")))
}
