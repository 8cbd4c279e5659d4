//! Makes a package: a zip that is the same, byte for byte, whenever it is made of the same files.

use std::fs::File;
use std::io;
use std::path::Path;

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::fault;
use super::folder::Folder;
use super::limits::Limits;
use super::manifest::{MANIFEST_FILE, Manifest, SIGNATURE_FILE};
use super::stage::{Staged, complete, stage_anew};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};

/// A package that was made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Packed {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The plugin's digest: the SHA-256 of `plugin.json`.
    pub digest: String,
    /// The size of the zip in bytes.
    pub size: u64,
}

/// Makes a zip of a folder (or of a single `.py` or library), with a manifest whose list of files is made anew. A zip
/// that is there already is replaced.
///
/// What its `plugin.json` leaves out is taken from the Python class; or, for a library, from what `describe` gives,
/// which is called only then: the description that the loaded plugin gives of itself.
///
/// The same files make the same bytes: entries are in order, `plugin.json` first, and their time is 1980-01-01.
///
/// # Errors
/// Those of [`stage`](super::stage()), those of `describe`, and [`Conflict`](ErrorKind::Conflict) where the zip would
/// lie in the folder that it is made of.
///
/// ```
/// use csvq_core::control::Control;
/// use csvq_core::package::{Limits, pack};
/// # let folder = tempfile::tempdir()?;
/// # let source = folder.path().join("lengths.py");
/// # std::fs::write(&source, "class Lengths:\n    def compare(self, left, right): ...\n")?;
/// # let output = folder.path().join("lengths.zip");
/// let nobody = &mut |_: &_| unreachable!("a class says what it is");
/// let packed = pack(&source, &output, &Limits::default(), &Control::new(), nobody)?;
/// assert_eq!(packed.manifest.id, "lengths");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pack(
    source: &Path,
    output: &Path,
    limits: &Limits,
    control: &Control,
    describe: &mut dyn FnMut(&Staged) -> Result<Value>,
) -> Result<Packed> {
    let beside = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let unwritable = |error: &io::Error| fault::io(output, "write the package", error);
    let place = beside.canonicalize().map_err(|error| unwritable(&error))?;
    if source.is_dir() && source.canonicalize().is_ok_and(|source| place.starts_with(source)) {
        let message = "the package can't lie in the folder that it is made of: put it elsewhere";
        return Err(fault::of_kind(ErrorKind::Conflict, &output.display().to_string(), message));
    }
    let scratch =
        tempfile::Builder::new().prefix(".csvq-pack-").tempdir_in(&place).map_err(|error| unwritable(&error))?;
    let mut staged = stage_anew(source, scratch.path(), limits, control)?;
    if staged.manifest.is_none() {
        let description = describe(&staged)?;
        complete(&mut staged, &description)?;
    }
    let (manifest, digest) = match (staged.manifest.take(), staged.digest.take()) {
        (Some(manifest), Some(digest)) => (manifest, digest),
        _ => return Err(Error::new(ErrorKind::Internal, "a package was completed and has no manifest")),
    };
    let size = pack_staged(scratch.path(), &manifest, output, control)?;
    Ok(Packed { manifest, digest, size })
}

/// Makes a zip of a package that is laid out, in place of the one that may be there. Gives its size in bytes.
pub(super) fn pack_staged(from: &Path, manifest: &Manifest, output: &Path, control: &Control) -> Result<u64> {
    let beside = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let unwritable = |error: &io::Error| fault::io(output, "write the package", error);
    let mut made =
        tempfile::Builder::new().prefix(".csvq-pack-").tempfile_in(beside).map_err(|error| unwritable(&error))?;
    write(from, manifest, made.as_file_mut(), control)?;
    let size = made.as_file().metadata().map_err(|error| unwritable(&error))?.len();
    readable(made.as_file()).and_then(|()| made.as_file().sync_all()).map_err(|error| unwritable(&error))?;
    made.persist(output).map_err(|error| unwritable(&error.error))?;
    Ok(size)
}

/// Temporary files can be read by their owner alone, and packages and signatures are made to be given away.
pub(super) fn readable(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    let _ = file;
    Ok(())
}

fn write(from: &Path, manifest: &Manifest, to: &mut File, control: &Control) -> Result<()> {
    let folder = Folder::open(from).map_err(|error| fault::io(from, "open the staged package", &error))?;
    let signature = folder.look(SIGNATURE_FILE).map_err(|error| fault::io(from, "look for a signature", &error))?;
    let extra = signature.map(|_| SIGNATURE_FILE);
    let mut zip = ZipWriter::new(to);
    for path in [MANIFEST_FILE].into_iter().chain(extra).chain(manifest.files.iter().map(|file| file.path.as_str())) {
        fault::stopped(control)?;
        entry(&folder, path, &mut zip).map_err(|error| fault::io(&from.join(path), "pack the file", &error))?;
    }
    zip.finish().map(drop).map_err(|error| fault::io(from, "finish the package", &error.into()))
}

fn entry(folder: &Folder, path: &str, zip: &mut ZipWriter<&mut File>) -> io::Result<()> {
    let mut names: Vec<&str> = path.split('/').collect();
    let name = names.pop().unwrap_or(path);
    let inner = names
        .into_iter()
        .try_fold(None::<Folder>, |at, name| at.as_ref().unwrap_or(folder).open_folder(name).map(Some));
    let inner = inner?;
    let at = inner.as_ref().unwrap_or(folder);
    let executable = at.look(name)?.is_some_and(|item| item.executable);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(if executable { 0o755 } else { 0o644 });
    zip.start_file(path, options)?;
    io::copy(&mut at.open_file(name)?, zip).map(drop)
}
