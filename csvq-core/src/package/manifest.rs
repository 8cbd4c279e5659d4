//! What a package says of itself: `plugin.json`, read strictly.

mod check;
mod document;
mod locate;
mod strict;
#[cfg(test)]
mod tests;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::document::Document;
pub(crate) use self::document::read_object;
use super::{digest, fault};
use crate::error::{Context, Error, ErrorKind, Result};

/// The JSON Schema (draft 2020-12) of `plugin.json`.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(csvq_core::package::JSON_SCHEMA)?;
/// assert!(schema["properties"]["id"].is_object());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const JSON_SCHEMA: &str = include_str!("../../schema/manifest.schema.json");

/// The file that holds a package's manifest.
pub const MANIFEST_FILE: &str = "plugin.json";
/// The file that may hold a signature of the manifest; like the manifest itself, it is not listed in it.
pub const SIGNATURE_FILE: &str = "plugin.sig";
/// The version of the manifest's format.
pub const SCHEMA_VERSION: &str = "1.0";
/// The version of the plugin interface that csvq has.
pub const ABI_VERSION: &str = "1.0";

/// What a package says of itself: the content of `plugin.json`.
///
/// ```
/// use csvq_core::package::Manifest;
/// let text = r#"{
///   "schema_version": "1.0", "id": "lengths", "display_name": "Lengths", "version": "1.2.0", "kind": "python",
///   "abi_version": "1.0", "module": "lengths.py", "class": "Lengths",
///   "files": [{"path": "lengths.py", "size": 3,
///              "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]
/// }"#;
/// let manifest = Manifest::read(text.as_bytes(), "plugin.json")?;
/// assert_eq!(manifest.version.minor, 2);
///
/// let error = Manifest::read(text.replace("lengths\",", "../x\",").as_bytes(), "plugin.json").unwrap_err();
/// assert_eq!((error.context().line, error.context().field.as_deref()), (Some(2), Some("id")));
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Document")]
#[non_exhaustive]
pub struct Manifest {
    /// The version of the manifest's format: `1.0`.
    pub schema_version: String,
    /// The plugin's id: `[a-z0-9][a-z0-9_-]{1,62}`.
    pub id: String,
    /// The name that people see.
    pub display_name: String,
    /// The plugin's version.
    pub version: Version,
    /// What the plugin is written for.
    pub kind: Kind,
    /// The version of the plugin interface that it was made for, such as `1.0`.
    pub abi_version: String,
    /// The library for each platform; of native plugins only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// The path of the Python file that defines the class; of Python plugins only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The class that is the plugin; of Python plugins only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Who wrote it.
    pub author: String,
    /// Under which licence it may be used, best as an SPDX expression.
    pub license: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of its parameters, which are an object.
    pub parameters: Map<String, Value>,
    /// What it wants to do besides comparing.
    pub capabilities: Vec<Capability>,
    /// Whether the same inputs and parameters always give the same answer.
    pub deterministic: bool,
    /// Every file of the package but `plugin.json` and `plugin.sig`.
    pub files: Vec<FileEntry>,
}

/// What a plugin is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A native library.
    Native,
    /// A Python class.
    Python,
}

impl Kind {
    /// The name as it stands in a manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Python => "python",
        }
    }
}

/// Something that a plugin wants to do besides comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Capability {
    /// To use the network.
    Network,
    /// To read files besides its inputs.
    ReadFiles,
    /// To start processes.
    Subprocess,
    /// To start threads.
    Threads,
}

impl Capability {
    /// The name as it stands in a manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::ReadFiles => "read_files",
            Self::Subprocess => "subprocess",
            Self::Threads => "threads",
        }
    }
}

/// The library of a native plugin for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The platform as Rust names it, such as `x86_64-unknown-linux-gnu`.
    pub target: String,
    /// The path of the library in the package.
    pub library: String,
}

/// One file of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its path in the package, with `/` between names.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads a manifest. `name` stands for it in errors.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) with file, line and JSON path, where it is no JSON, has a name that is unknown
    /// or there twice, a value of the wrong type, or one that can't be; [`Incompatible`](ErrorKind::Incompatible) where
    /// it is of a later format.
    pub fn read(bytes: &[u8], name: &str) -> Result<Self> {
        let document = document::read(bytes, name)?;
        if document.files.is_none() {
            let message = "`files` is missing: `csvq plugins pack` lists the files and builds the package";
            let context = Context {
                input: Some(name.to_owned()),
                line: Some(1),
                field: Some("files".to_owned()),
                ..Context::default()
            };
            return Err(Error::new(ErrorKind::Package, message).with_context(context));
        }
        document.into_manifest().map_err(|message| fault::package(name, message))
    }

    /// The manifest as the text of a `plugin.json`: the same text for the same manifest.
    ///
    /// # Errors
    /// [`Internal`](ErrorKind::Internal) where it can't be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("a manifest can't be written: {error}")))?;
        Ok(text + "\n")
    }

    /// The path in the package of what is loaded on this platform: the library, or the Python file.
    ///
    /// # Errors
    /// [`Incompatible`](ErrorKind::Incompatible) where the package has no library for this platform.
    pub fn entry_file(&self) -> Result<&str> {
        if let Some(module) = &self.module {
            return Ok(module);
        }
        if let Some(found) = self.targets.iter().find(|one| one.target == current_target()) {
            return Ok(&found.library);
        }
        let there: Vec<_> = self.targets.iter().map(|one| fault::shown(&one.target)).collect();
        let message = format!(
            "the package has no library for this platform, {}; it has: {}",
            current_target(),
            if there.is_empty() { "none".to_owned() } else { there.join(", ") }
        );
        Err(self.incompatible(message))
    }

    /// Whether this csvq, on this platform, can use the package.
    ///
    /// # Errors
    /// [`Incompatible`](ErrorKind::Incompatible) for another major version of the interface, or where there is no
    /// library for this platform.
    pub fn check_platform(&self) -> Result<()> {
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&self.abi_version) != major(ABI_VERSION) {
            let message = format!(
                "it was made for version {} of the plugin interface, and this csvq has {ABI_VERSION}",
                self.abi_version
            );
            return Err(self.incompatible(message));
        }
        self.entry_file().map(|_| ())
    }

    /// The entry of a file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.path == path)
    }

    fn incompatible(&self, message: String) -> Error {
        let context = Context { plugin: Some(self.id.clone()), ..Context::default() };
        Error::new(ErrorKind::Incompatible, message).with_context(context)
    }
}

/// The digest by which a plugin is known: the SHA-256 of the very bytes of its `plugin.json`.
#[must_use]
pub fn plugin_digest(manifest: &[u8]) -> String {
    digest::sha256(manifest)
}

/// The platform that this csvq was built for, as Rust names it.
#[must_use]
pub fn current_target() -> &'static str {
    static NAME: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let environment = match () {
            () if cfg!(target_env = "gnu") => "-gnu",
            () if cfg!(target_env = "musl") => "-musl",
            () if cfg!(target_env = "msvc") => "-msvc",
            () => "",
        };
        let system = match std::env::consts::OS {
            "linux" => "unknown-linux",
            "macos" => "apple-darwin",
            "windows" => "pc-windows",
            other => other,
        };
        format!("{}-{system}{environment}", std::env::consts::ARCH)
    });
    &NAME
}
