//! One version of a plugin, at hand in its folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::compare::ComparatorInfo;
use crate::config::PluginLimits;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::{Kind, MANIFEST_FILE, Manifest, SIGNATURE_FILE, plugin_digest, read_within};
use crate::sandbox::{Entry, EntryKind};
use crate::state::VersionRecord;
use crate::trust::Judge;
use crate::trust::signature::{LONGEST, Verdict};

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
    /// What the policy lets it have.
    pub limits: PluginLimits,
    /// Whose signature it carries.
    pub signature: Verdict,
    entry: Entry,
    /// The schema of its parameters, ready for use once it was asked for.
    validator: Arc<OnceLock<Result<jsonschema::Validator>>>,
}

impl Installed {
    /// Reads the manifest of a version in its folder: it has to be the one that was installed, signed as the policy wants
    /// it.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) where it can't be read, or is another one, [`Signature`](ErrorKind::Signature),
    /// [`Incompatible`](ErrorKind::Incompatible) where it is for another platform or interface, [`Io`](ErrorKind::Io).
    pub fn open(folder: &Path, version: &VersionRecord, judge: &Judge) -> Result<Self> {
        let path = folder.join(MANIFEST_FILE);
        let name = path.display().to_string();
        let context = || Context { input: Some(name.clone()), ..Context::default() };
        let bytes = std::fs::read(&path).map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot read the plugin's manifest: {error}")).with_context(context())
        })?;
        let found = plugin_digest(&bytes);
        if version.digest != found {
            let message = "the manifest is not the one that was installed; install the plugin again";
            return Err(Error::new(ErrorKind::Package, message).with_context(context()));
        }
        let manifest = Manifest::read(&bytes, &name)?;
        manifest.check_platform()?;
        let signature = judge.verdict(
            &manifest.id,
            &bytes,
            read_within(&folder.join(SIGNATURE_FILE), LONGEST)?.as_deref(),
            Some(version.installed_at),
        );
        judge.admit_signature(&manifest.id, &signature)?;
        let file = manifest.entry_file()?;
        let listed = manifest.file(file).ok_or_else(|| {
            Error::new(ErrorKind::Package, format!("`{file}` is not among its files")).with_context(context())
        })?;
        let entry = Entry {
            id: manifest.id.clone(),
            kind: entry_kind(manifest.kind),
            path: folder.join(file),
            folder: folder.to_owned(),
            class: manifest.class.clone(),
            digest: listed.sha256.clone(),
        };
        let folder = folder.to_owned();
        let limits = judge.limits(Some(&manifest.id));
        Ok(Self {
            limits,
            signature,
            manifest,
            digest: found,
            folder,
            in_process: false,
            defaults: Map::new(),
            entry,
            validator: Arc::default(),
        })
    }

    /// Whether it runs in this process: an administrator trusts it to, and the policy demands no guards.
    #[must_use]
    pub fn runs_in_process(&self) -> bool {
        self.in_process && self.entry.kind == EntryKind::Native && !self.limits.strict
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
