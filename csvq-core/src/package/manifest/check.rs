//! What a manifest must be beyond its types.

use std::collections::HashSet;

use semver::Version;
use serde_json::Value;

use super::locate::JsonPath;
use super::{Document, Kind, MANIFEST_FILE, SCHEMA_VERSION, SIGNATURE_FILE};
use crate::error::ErrorKind;
use crate::package::fault::shown;
use crate::package::names::{self, Paths};
use crate::package::sound_schema;

/// What is wrong with a document, and where.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) path: JsonPath,
    pub(super) kind: ErrorKind,
    pub(super) message: String,
}

type Checked = Result<(), Finding>;

/// Checks all of a document.
pub(super) fn document(document: &Document) -> Checked {
    if document.schema_version != SCHEMA_VERSION {
        let message = format!("this csvq reads manifests of version {SCHEMA_VERSION} only");
        return Err(Finding { path: JsonPath::of("schema_version"), kind: ErrorKind::Incompatible, message });
    }
    field("id", id(&document.id))?;
    field("display_name", text(&document.display_name, 1, 100, false))?;
    field("version", version(&document.version).map(|_| ()))?;
    field("abi_version", abi_version(&document.abi_version))?;
    field("author", text(&document.author, 0, 200, false))?;
    field("license", text(&document.license, 0, 200, false))?;
    field("description", text(&document.description, 0, 4000, true))?;
    field("parameters", parameters(&document.parameters))?;
    let mut seen = HashSet::new();
    for (at, capability) in document.capabilities.iter().enumerate() {
        let path = || JsonPath::of("capabilities").index(at);
        ensure(seen.insert(*capability), path, || "it is there twice".to_owned())?;
    }
    files(document)?;
    match document.kind {
        Kind::Native => native(document),
        Kind::Python => python(document),
    }
}

/// The first place where a list stands for an object: what reads the fields would take them in their order.
pub(super) fn lists_for_objects(whole: &Value) -> Option<JsonPath> {
    if whole.is_array() {
        return Some(JsonPath::default());
    }
    ["targets", "files"].into_iter().find_map(|name| {
        let at = whole.get(name)?.as_array()?.iter().position(Value::is_array)?;
        Some(JsonPath::of(name).index(at))
    })
}

/// Checks a plugin's id.
fn id(id: &str) -> Result<(), String> {
    let ordinary = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = (2..=63).contains(&id.len())
        && id.bytes().all(|byte| ordinary(byte) || matches!(byte, b'_' | b'-'))
        && id.bytes().next().is_some_and(ordinary);
    if !fits {
        return Err(
            "an id has 2 to 63 of `a` to `z`, `0` to `9`, `_` and `-`, and begins with a letter or digit".to_owned()
        );
    }
    // It is the name of a folder.
    names::check_name(id)
}

/// Reads a plugin's version.
pub(super) fn version(text: &str) -> Result<Version, String> {
    if text.len() > 100 {
        return Err("a version can't be longer than 100 characters".to_owned());
    }
    Version::parse(text).map_err(|error| format!("a version has the form 1.2.3, as semver.org says: {error}"))
}

fn abi_version(version: &str) -> Result<(), String> {
    let number = |part: &str| {
        !part.is_empty()
            && part.len() <= 5
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    match version.split_once('.') {
        Some((major, minor)) if number(major) && number(minor) => Ok(()),
        _ => Err("a version of the plugin interface has the form 1.0".to_owned()),
    }
}

fn text(text: &str, least: usize, most: usize, lines: bool) -> Result<(), String> {
    let count = text.chars().count();
    if !(least..=most).contains(&count) || (least > 0 && text.trim().is_empty()) {
        return Err(format!("it has {least} to {most} characters"));
    }
    let allowed = |character: char| lines && matches!(character, '\n' | '\t');
    if text.chars().any(|character| names::is_invisible(character) && !allowed(character)) {
        return Err("it can't hold control or invisible characters".to_owned());
    }
    Ok(())
}

fn parameters(schema: &serde_json::Map<String, Value>) -> Result<(), String> {
    sound_schema(schema).map(|_| ()).map_err(|error| error.message().to_owned())
}

fn files(document: &Document) -> Checked {
    let mut paths = Paths::default();
    for (at, file) in document.files.iter().flatten().enumerate() {
        let here = || JsonPath::of("files").index(at);
        let path = || here().name("path");
        let added = paths.add(&file.path, false);
        added.map_err(|message| finding(path(), format!("`{}`: {message}", shown(&file.path))))?;
        let listed = file.path != MANIFEST_FILE && file.path != SIGNATURE_FILE;
        ensure(listed, path, || format!("`{}` is never listed", file.path))?;
        // Larger numbers are not exact for all readers of JSON.
        ensure(file.size <= 1 << 53, || here().name("size"), || "no file is that large".to_owned())?;
        let digest = file.sha256.len() == 64 && file.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        ensure(digest, || here().name("sha256"), || "a SHA-256 has 64 of `0` to `9` and `a` to `f`".to_owned())?;
    }
    Ok(())
}

fn native(document: &Document) -> Checked {
    for (name, given) in [("module", &document.module), ("class", &document.class)] {
        ensure(given.is_none(), || JsonPath::of(name), || "a native plugin has `targets` in its place".to_owned())?;
    }
    let targets = document.targets.as_deref().unwrap_or_default();
    let message = || "a native plugin names its library for at least one platform".to_owned();
    ensure(!targets.is_empty(), || JsonPath::of("targets"), message)?;
    let mut seen = HashSet::new();
    for (at, target) in targets.iter().enumerate() {
        let here = || JsonPath::of("targets").index(at);
        let name = || here().name("target");
        let ordinary =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.');
        let fits = (1..=64).contains(&target.target.len()) && target.target.bytes().all(ordinary);
        ensure(fits, name, || "a platform is named as Rust does, such as x86_64-unknown-linux-gnu".to_owned())?;
        ensure(seen.insert(&target.target), name, || format!("`{}` is there twice", target.target))?;
        listed(document, here().name("library"), &target.library)?;
    }
    Ok(())
}

fn python(document: &Document) -> Checked {
    let message = || "a Python plugin has `module` and `class` in its place".to_owned();
    ensure(document.targets.is_none(), || JsonPath::of("targets"), message)?;
    let missing =
        |name: &'static str| move || finding(JsonPath::of(name), format!("a Python plugin needs its `{name}`"));
    let module = document.module.as_deref().ok_or_else(missing("module"))?;
    let class = document.class.as_deref().ok_or_else(missing("class"))?;
    let message = || "a module is a file whose name ends with `.py`".to_owned();
    ensure(module.ends_with(".py") && module.len() > 3, || JsonPath::of("module"), message)?;
    listed(document, JsonPath::of("module"), module)?;
    ensure(is_identifier(class), || JsonPath::of("class"), || "this is no name of a Python class".to_owned())
}

/// Whether Python takes a text for a name.
fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let first = characters.next().is_some_and(|first| first == '_' || first.is_alphabetic());
    first && name.len() <= 100 && characters.all(|character| character == '_' || character.is_alphanumeric())
}

/// Checks that a path is one of the listed files, where they are listed.
fn listed(document: &Document, path: JsonPath, file: &str) -> Checked {
    if let Err(message) = names::check(file) {
        return Err(finding(path, format!("`{}`: {message}", shown(file))));
    }
    match &document.files {
        Some(files) if !files.iter().any(|entry| entry.path == file) => {
            Err(finding(path, format!("`{file}` is not among the files of the package")))
        }
        _ => Ok(()),
    }
}

fn field(name: &str, checked: Result<(), String>) -> Checked {
    checked.map_err(|message| finding(JsonPath::of(name), message))
}

fn ensure(holds: bool, path: impl FnOnce() -> JsonPath, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(finding(path(), message())) }
}

fn finding(path: JsonPath, message: String) -> Finding {
    Finding { path, kind: ErrorKind::Package, message }
}
