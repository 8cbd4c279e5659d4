//! A manifest as it is written: every field as it stands, and the list of files perhaps missing.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::strict::Strict;
use super::{Capability, FileEntry, Kind, Manifest, Target, check, locate};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::{fault, limits};

/// A `plugin.json`, or the template of one, which has no list of files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) schema_version: String,
    pub(crate) id: String,
    pub(crate) display_name: String,
    pub(crate) version: String,
    pub(crate) kind: Kind,
    pub(crate) abi_version: String,
    pub(crate) targets: Option<Vec<Target>>,
    pub(crate) module: Option<String>,
    pub(crate) class: Option<String>,
    #[serde(default)]
    pub(crate) author: String,
    #[serde(default)]
    pub(crate) license: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
    #[serde(default)]
    pub(crate) capabilities: Vec<Capability>,
    #[serde(default)]
    pub(crate) deterministic: bool,
    pub(crate) files: Option<Vec<FileEntry>>,
}

/// Reads and checks a document. `name` stands for it in errors.
///
/// # Errors
/// Those of [`Manifest::read`], but for a missing list of files.
pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Document> {
    if bytes.len() as u64 > limits::MANIFEST_BYTES {
        let message = format!("a manifest can't be larger than {} KiB", limits::MANIFEST_BYTES / 1024);
        return Err(fault::of_kind(ErrorKind::LimitExceeded, name, message));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| fault::package(name, "a manifest must be UTF-8"))?;
    let whole = typed::<Strict>(text, name)?.0;
    if let Some(path) = check::lists_for_objects(&whole) {
        return Err(at(text, name, &path, ErrorKind::Package, "an object is wanted here, not a list"));
    }
    let document = typed::<Document>(text, name)?;
    match check::document(&document) {
        Ok(()) => Ok(document),
        Err(found) => Err(at(text, name, &found.path, found.kind, &found.message)),
    }
}

/// Reads the object that a manifest is, which may be one that leaves things out. `name` stands for it in errors.
///
/// # Errors
/// [`Package`](ErrorKind::Package) where it is no JSON object, or has a name twice.
pub(crate) fn read_object(bytes: &[u8], name: &str) -> Result<Map<String, Value>> {
    let text = std::str::from_utf8(bytes).map_err(|_| fault::package(name, "a manifest must be UTF-8"))?;
    match typed::<Strict>(text, name)?.0 {
        Value::Object(object) => Ok(object),
        _ => Err(at(text, name, &locate::JsonPath::default(), ErrorKind::Package, "a manifest is an object")),
    }
}

/// Reads a text as a type, with errors that have line and path.
fn typed<'a, T: Deserialize<'a>>(text: &'a str, name: &str) -> Result<T> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        (Some(path).filter(|path| path != "."), error.into_inner())
    });
    let read = read.and_then(|value| json.end().map(|()| value).map_err(|error| (None, error)));
    read.map_err(|(field, error)| {
        let words = error.to_string();
        let message = words.rfind(" at line ").map_or(words.as_str(), |place| &words[..place]);
        let message = match error.classify() {
            serde_json::error::Category::Data => fault::shown(message),
            _ => format!("this is no valid JSON: {}", fault::shown(message)),
        };
        let context = Context {
            input: Some(name.to_owned()),
            line: u64::try_from(error.line()).ok().filter(|line| *line > 0),
            field: field.map(|field| fault::shown(&field)),
            ..Context::default()
        };
        Error::new(ErrorKind::Package, message).with_context(context)
    })
}

/// An error at a path of the document.
fn at(text: &str, name: &str, path: &locate::JsonPath, kind: ErrorKind, message: &str) -> Error {
    let context = Context {
        input: Some(name.to_owned()),
        line: locate::line(text, path),
        field: Some(fault::shown(&path.to_string())).filter(|field| !field.is_empty()),
        ..Context::default()
    };
    Error::new(kind, message).with_context(context)
}

impl Document {
    /// The manifest that this is, once it was checked and its files are listed.
    pub(crate) fn into_manifest(self) -> Result<Manifest, String> {
        check::document(&self).map_err(|found| format!("{}: {}", found.path, found.message))?;
        Ok(Manifest {
            version: check::version(&self.version)?,
            schema_version: self.schema_version,
            id: self.id,
            display_name: self.display_name,
            kind: self.kind,
            abi_version: self.abi_version,
            targets: self.targets.unwrap_or_default(),
            module: self.module,
            class: self.class,
            author: self.author,
            license: self.license,
            description: self.description,
            parameters: self.parameters,
            capabilities: self.capabilities,
            deterministic: self.deterministic,
            files: self.files.ok_or("`files` is missing")?,
        })
    }
}

impl TryFrom<Document> for Manifest {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        document.into_manifest()
    }
}
