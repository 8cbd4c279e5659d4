//! From files to a manifest: the one that is there, or one made of what is known.

use std::io::{Read, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::candidates::{self, Found};
use super::sources::LaidOut;
use super::{Origin, Staged};
use crate::error::{ErrorKind, Result};
use crate::package::fault;
use crate::package::folder::Folder;
use crate::package::limits::MANIFEST_BYTES;
use crate::package::manifest::{
    self, ABI_VERSION, MANIFEST_FILE, Manifest, SCHEMA_VERSION, SIGNATURE_FILE, plugin_digest,
};
use crate::package::verify;

/// What is done about the list of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Files {
    /// They must be those that are listed.
    AsListed,
    /// They may be others: whoever asked compares them.
    Unchecked,
    /// The list is made anew.
    Anew,
}

/// What a plugin may say of itself, which stands in its manifest too.
const DESCRIPTION: &[&str] = &[
    "id",
    "display_name",
    "version",
    "abi_version",
    "author",
    "license",
    "description",
    "parameters",
    "capabilities",
    "deterministic",
];

/// Finds out what was laid out.
pub(super) fn settle(folder: &Folder, laid_out: LaidOut, files: Files) -> Result<Staged> {
    let there =
        folder.look(MANIFEST_FILE).map_err(|error| fault::io(folder.path(), "look for the manifest", &error))?;
    let mut template = Map::new();
    if there.is_some() {
        let bytes = read(folder, MANIFEST_FILE, MANIFEST_BYTES)?;
        let name = Path::new(&laid_out.source).join(MANIFEST_FILE).display().to_string();
        template = manifest::read_object(&bytes, &name)?;
        let whole = template.contains_key("files");
        if whole && files != Files::Anew || !whole && laid_out.origin == Origin::Zip {
            let manifest = Manifest::read(&bytes, &name)?;
            if files != Files::Unchecked {
                verify::files(&manifest, &laid_out.files, &laid_out.source)?;
            }
            return Ok(staged(folder, laid_out, manifest, &bytes));
        }
        template.remove("files");
    }
    let signature =
        folder.look(SIGNATURE_FILE).map_err(|error| fault::io(folder.path(), "look for a signature", &error))?;
    if signature.is_some() {
        let message = format!("{SIGNATURE_FILE} can't be of a manifest that is not made yet: pack first, then sign");
        return Err(fault::package(&laid_out.source, message));
    }
    let found = candidates::find(folder, &laid_out, &template)?;
    let (kind, origin) = (found.kind(), laid_out.origin);
    let mut known = template;
    let (class, entry) = match found {
        Found::Python { module, class, said } => {
            known.entry("abi_version").or_insert(ABI_VERSION.into());
            for (name, value) in said {
                known.entry(name).or_insert(value);
            }
            known.insert("module".to_owned(), module.as_str().into());
            known.insert("class".to_owned(), class.as_str().into());
            (Some(class), Some(module))
        }
        Found::Native { targets } => {
            let here = targets.iter().find(|one| one.target == manifest::current_target());
            let entry = here.map(|one| one.library.clone());
            let targets = serde_json::to_value(targets)
                .map_err(|error| fault::of_kind(ErrorKind::Internal, &laid_out.source, error.to_string()))?;
            known.insert("targets".to_owned(), targets);
            (None, entry)
        }
    };
    known.insert("kind".to_owned(), kind.as_str().into());
    known.entry("schema_version").or_insert(SCHEMA_VERSION.into());
    let mut staged = Staged {
        folder: folder.path().to_owned(),
        manifest: None,
        kind,
        origin,
        entry,
        class,
        files: laid_out.files,
        digest: None,
        as_delivered: false,
        template: known,
    };
    let missing =
        ["id", "display_name", "version", "abi_version"].iter().any(|name| !staged.template.contains_key(*name));
    if !missing {
        write(folder, &mut staged, &laid_out.source)?;
    }
    Ok(staged)
}

/// Adds what the loaded plugin says of itself.
pub(super) fn complete(folder: &Folder, staged: &mut Staged, description: &Map<String, Value>) -> Result<()> {
    for name in DESCRIPTION {
        if let Some(value) = description.get(*name).filter(|value| !value.is_null()) {
            staged.template.entry(*name).or_insert(value.clone());
        }
    }
    let source = staged.folder.display().to_string();
    write(folder, staged, &source)
}

/// Makes the manifest of the template, and writes it.
fn write(folder: &Folder, staged: &mut Staged, source: &str) -> Result<()> {
    let mut known = staged.template.clone();
    let internal = |error: serde_json::Error| fault::of_kind(ErrorKind::Internal, source, error.to_string());
    known.insert("files".to_owned(), serde_json::to_value(&staged.files).map_err(internal)?);
    let text = serde_json::to_string(&known).map_err(internal)?;
    let name = Path::new(source).join(MANIFEST_FILE).display().to_string();
    let manifest = Manifest::read(text.as_bytes(), &name).map_err(|error| {
        // The line is one of a text that nobody sees.
        let context = crate::error::Context { line: None, ..error.context().clone() };
        crate::error::Error::new(error.kind(), error.message()).with_context(context)
    })?;
    let text = manifest.to_json()?;
    let path = folder.path_of(MANIFEST_FILE);
    let written = folder.look(MANIFEST_FILE).and_then(|there| {
        if there.is_some() {
            folder.remove_file(MANIFEST_FILE)?;
        }
        folder.create_file(MANIFEST_FILE, false)?.write_all(text.as_bytes())
    });
    written.map_err(|error| fault::io(&path, "write the manifest", &error))?;
    staged.digest = Some(plugin_digest(text.as_bytes()));
    staged.entry = manifest.entry_file().ok().map(str::to_owned);
    staged.manifest = Some(manifest);
    Ok(())
}

fn staged(folder: &Folder, laid_out: LaidOut, manifest: Manifest, bytes: &[u8]) -> Staged {
    Staged {
        folder: folder.path().to_owned(),
        kind: manifest.kind,
        origin: laid_out.origin,
        entry: manifest.entry_file().ok().map(str::to_owned),
        class: manifest.class.clone(),
        files: laid_out.files,
        digest: Some(plugin_digest(bytes)),
        as_delivered: true,
        template: Map::new(),
        manifest: Some(manifest),
    }
}

/// Reads a file below a folder, as far as a limit.
pub(in crate::package) fn read(folder: &Folder, path: &str, limit: u64) -> Result<Vec<u8>> {
    let (at, name) = match path.rsplit_once('/') {
        Some((folders, name)) => {
            let opened = folders
                .split('/')
                .try_fold(None::<Folder>, |at, name| at.as_ref().unwrap_or(folder).open_folder(name).map(Some));
            (opened.map_err(|error| fault::io(&folder.path_of(path), "open it", &error))?, name)
        }
        None => (None, path),
    };
    let mut bytes = Vec::new();
    let file = at.as_ref().unwrap_or(folder).open_file(name);
    let read = file.and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    read.map_err(|error| fault::io(&folder.path_of(path), "read it", &error))?;
    if bytes.len() as u64 > limit {
        let message = format!("it can't be larger than {} KiB", limit / 1024);
        return Err(fault::of_kind(ErrorKind::LimitExceeded, &folder.path_of(path).display().to_string(), message));
    }
    Ok(bytes)
}
