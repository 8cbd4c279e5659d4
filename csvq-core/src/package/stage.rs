//! Lays a package out in a folder of its own, whatever it came as, and finds out what it is.

mod build;
mod candidates;
mod layout;
mod sources;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::fault;
use super::folder::Folder;
use super::limits::Limits;
use super::manifest::{FileEntry, Kind, Manifest};
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};

pub(super) use self::build::read;
pub(crate) use self::sources::{Sort, is_junk, sort_of};

/// What a package came as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// One file: Python or a library.
    File,
    /// A folder.
    Directory,
    /// A zip.
    Zip,
}

impl Origin {
    /// Its name as the state keeps it: `file`, `directory` or `zip`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Zip => "zip",
        }
    }
}

/// A package that is laid out in a folder, and nowhere else yet.
///
/// What is in the folder is what the manifest lists, `plugin.json`, and perhaps `plugin.sig`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Staged {
    /// Where it lies.
    pub folder: PathBuf,
    /// What it says of itself. None for a library without a whole manifest, until [`complete`] was told what it says.
    pub manifest: Option<Manifest>,
    /// What it is written for.
    pub kind: Kind,
    /// What it came as.
    pub origin: Origin,
    /// The path in the package of what is loaded here: the library for this platform, or the Python file. None where it
    /// has no library for this platform.
    pub entry: Option<String>,
    /// The class that is the plugin; of Python plugins only.
    pub class: Option<String>,
    /// Its files, as they were laid out, by path; without `plugin.json` and `plugin.sig`.
    pub files: Vec<FileEntry>,
    /// The digest of the plugin, once there is a manifest: the SHA-256 of its bytes.
    pub digest: Option<String>,
    /// Whether its `plugin.json` is its author's, or was completed here: then no signature can be of it.
    pub as_delivered: bool,
    /// What its own `plugin.json` says where that is not whole.
    template: Map<String, Value>,
}

impl Staged {
    /// The manifest.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) for a library without one, before [`complete`].
    pub fn manifest(&self) -> Result<&Manifest> {
        self.manifest
            .as_ref()
            .ok_or_else(|| self.fault("it has no manifest yet: only the loaded library can tell what it is"))
    }

    /// The file that is loaded here, and its SHA-256.
    ///
    /// # Errors
    /// [`Incompatible`](ErrorKind::Incompatible) where the package has no library for this platform.
    pub fn entry_file(&self) -> Result<(PathBuf, &str)> {
        let path = match (&self.entry, &self.manifest) {
            (Some(entry), _) => entry,
            (None, Some(manifest)) => manifest.entry_file()?,
            (None, None) => return Err(self.fault("it has no library for this platform")),
        };
        let file = self.files.iter().find(|file| file.path == *path);
        let file = file.ok_or_else(|| self.fault("the file to load is not among its files"))?;
        Ok((self.folder.join(path), &file.sha256))
    }

    /// The bytes of all its files together.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    fn fault(&self, message: &str) -> Error {
        let context = Context {
            plugin: self.manifest.as_ref().map(|manifest| manifest.id.clone()),
            input: Some(self.folder.display().to_string()),
            ..Context::default()
        };
        Error::new(ErrorKind::Package, message).with_context(context)
    }
}

/// Lays a package out in a folder, and checks it.
///
/// It may be a `.py` file, a native library, a folder, or a zip of one (which may hold that folder as its only one). A
/// folder or zip has a `plugin.json`; where there is none, it must hold exactly one Python file with a plugin's class,
/// or exactly one library. In a folder, the manifest may leave out what csvq finds by itself: the files, and what class
/// or library say. What version control, Python and desktops leave in folders (`.git`, `__pycache__`, `.DS_Store`…) is
/// passed over.
///
/// `into` is a folder that is there and empty. On an error it holds whatever had been laid out.
///
/// # Errors
/// [`Package`](ErrorKind::Package) where it is malformed, damaged or unsafe, such as a path out of the folder, a
/// symbolic link, two files that are one on some system, a file that is not the one listed;
/// [`LimitExceeded`](ErrorKind::LimitExceeded) where it is larger than allowed;
/// [`Incompatible`](ErrorKind::Incompatible) where its format is a later one; [`Io`](ErrorKind::Io) where something
/// can't be read or written; [`Cancelled`](ErrorKind::Cancelled) and [`TimedOut`](ErrorKind::TimedOut) where the
/// control says so.
///
/// ```
/// use csvq_core::control::Control;
/// use csvq_core::package::{Limits, stage};
/// # let folder = tempfile::tempdir()?;
/// # let source = folder.path().join("lengths.py");
/// std::fs::write(&source, "class Lengths:\n    version = '1.2.0'\n    def compare(self, left, right): ...\n")?;
/// # let into = folder.path().join("staging");
/// # std::fs::create_dir(&into)?;
/// let staged = stage(&source, &into, &Limits::default(), &Control::new())?;
/// let manifest = staged.manifest()?;
/// assert_eq!((manifest.id.as_str(), manifest.class.as_deref()), ("lengths", Some("Lengths")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn stage(path: &Path, into: &Path, limits: &Limits, control: &Control) -> Result<Staged> {
    let folder = Folder::open(into).map_err(|error| fault::io(into, "open the folder for a package", &error))?;
    let laid_out = sources::lay_out(path, &folder, limits, control)?;
    build::settle(&folder, laid_out, build::Files::AsListed)
}

/// Whether the files of a package are those that its manifest lists.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// They are.
    Sound,
    /// They are not, and in what.
    Modified(Error),
}

/// As [`stage`], but files that are not those of the manifest are told and no error.
pub(crate) fn stage_as_it_is(
    path: &Path,
    into: &Path,
    limits: &Limits,
    control: &Control,
) -> Result<(Staged, Standing)> {
    let folder = Folder::open(into).map_err(|error| fault::io(into, "open the folder for a package", &error))?;
    let laid_out = sources::lay_out(path, &folder, limits, control)?;
    let source = laid_out.source.clone();
    let staged = build::settle(&folder, laid_out, build::Files::Unchecked)?;
    let standing = match &staged.manifest {
        Some(manifest) if staged.as_delivered => {
            let checked = super::verify::files(manifest, &staged.files, &source);
            checked.map_or_else(Standing::Modified, |()| Standing::Sound)
        }
        _ => Standing::Sound,
    };
    Ok((staged, standing))
}

/// As [`stage`], but with the list of files made anew, for packing.
pub(super) fn stage_anew(path: &Path, into: &Path, limits: &Limits, control: &Control) -> Result<Staged> {
    let folder = Folder::open(into).map_err(|error| fault::io(into, "open the folder for a package", &error))?;
    let laid_out = sources::lay_out(path, &folder, limits, control)?;
    build::settle(&folder, laid_out, build::Files::Anew)
}

/// Makes the manifest of a package that has none, or not a whole one, of what the loaded plugin says of itself. What
/// its author wrote goes before what the plugin says. Nothing changes where there is a manifest.
///
/// # Errors
/// [`Package`](ErrorKind::Package) where that makes no manifest; [`Io`](ErrorKind::Io) where it can't be written.
pub fn complete(staged: &mut Staged, description: &Value) -> Result<()> {
    if staged.manifest.is_some() {
        return Ok(());
    }
    let Value::Object(description) = description else {
        return Err(staged.fault("the plugin describes itself by something that is no JSON object"));
    };
    let folder = Folder::open(&staged.folder).map_err(|error| fault::io(&staged.folder, "open the package", &error))?;
    build::complete(&folder, staged, description)
}
