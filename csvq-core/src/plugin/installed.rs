//! One version of a plugin, at hand in its folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::compare::ComparatorInfo;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::{Kind, MANIFEST_FILE, Manifest, plugin_digest};
use crate::sandbox::{Entry, EntryKind};

/// A version of a plugin whose manifest was read, and is the one that was installed.
#[derive(Clone, Debug)]
pub struct Installed {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The digest by which it is known: the SHA-256 of its `plugin.json`.
    pub digest: String,
    /// The folder of its files.
    pub folder: PathBuf,
    /// Whether an administrator trusts it to run in this process.
    pub in_process: bool,
    /// Its default parameters, as they are configured.
    pub defaults: Map<String, Value>,
    entry: Entry,
    /// The schema of its parameters, ready for use once it was asked for.
    validator: Arc<OnceLock<Result<jsonschema::Validator>>>,
}

impl Installed {
    /// Reads the manifest in a folder. With a digest, it has to be that manifest.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) where it can't be read, or is another one,
    /// [`Incompatible`](ErrorKind::Incompatible) where it is for another platform or interface, [`Io`](ErrorKind::Io).
    pub fn open(folder: &Path, digest: Option<&str>) -> Result<Self> {
        let path = folder.join(MANIFEST_FILE);
        let name = path.display().to_string();
        let context = || Context { input: Some(name.clone()), ..Context::default() };
        let bytes = std::fs::read(&path).map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot read the plugin's manifest: {error}")).with_context(context())
        })?;
        let found = plugin_digest(&bytes);
        if digest.is_some_and(|digest| digest != found) {
            let message = "the manifest is not the one that was installed; install the plugin again";
            return Err(Error::new(ErrorKind::Package, message).with_context(context()));
        }
        let manifest = Manifest::read(&bytes, &name)?;
        manifest.check_platform()?;
        let file = manifest.entry_file()?;
        let listed = manifest.file(file).ok_or_else(|| {
            Error::new(ErrorKind::Package, format!("`{file}` is not among its files")).with_context(context())
        })?;
        let entry = Entry {
            id: manifest.id.clone(),
            kind: entry_kind(manifest.kind),
            path: folder.join(file),
            class: manifest.class.clone(),
            digest: listed.sha256.clone(),
        };
        let folder = folder.to_owned();
        Ok(Self {
            manifest,
            digest: found,
            folder,
            in_process: false,
            defaults: Map::new(),
            entry,
            validator: Arc::default(),
        })
    }

    /// What is loaded of it.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// What it is, as every comparator tells it.
    #[must_use]
    pub fn info(&self) -> ComparatorInfo {
        ComparatorInfo {
            name: self.manifest.id.clone().into(),
            version: self.manifest.version.to_string().into(),
            summary: self.manifest.description.clone().into(),
            parameters: Value::Object(self.manifest.parameters.clone()).to_string().into(),
        }
    }

    /// The parameters for a run: what was given, and for the rest what is configured.
    #[must_use]
    pub fn parameters(&self, given: &Map<String, Value>) -> Map<String, Value> {
        let mut parameters = self.defaults.clone();
        parameters.extend(given.clone());
        parameters
    }

    /// Checks parameters against the plugin's own schema.
    ///
    /// # Errors
    /// [`InvalidSpec`](ErrorKind::InvalidSpec), naming the parameter, where one is wrong, and [`Plugin`](ErrorKind::Plugin)
    /// where the plugin's schema is.
    pub fn check_parameters(&self, parameters: &Map<String, Value>) -> Result<()> {
        let validator = self.validator.get_or_init(|| super::validate::schema(&self.manifest.parameters));
        super::validate::check_parameters(validator.as_ref().map_err(Clone::clone)?, parameters)
    }
}

/// What a package of this kind is loaded as.
pub(crate) fn entry_kind(kind: Kind) -> EntryKind {
    match kind {
        Kind::Native => EntryKind::Native,
        Kind::Python => EntryKind::Python,
    }
}
