//! Signing packages where they lie, and telling whose signature one carries.
//!
//! A folder has its signature in `plugin.sig`, a zip too; a lone file has manifest and signature beside it. What is
//! signed are the bytes of the manifest, which lists every file.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::beside::{manifest_beside, signature_beside};
use super::fault;
use super::limits::{Limits, MANIFEST_BYTES};
use super::manifest::{MANIFEST_FILE, Manifest, SIGNATURE_FILE};
use super::pack::{pack_staged, readable};
use super::stage::{Origin, Staged, Standing, complete, stage_as_it_is};
use super::within::read_within;
use crate::control::Control;
use crate::error::Result;
use crate::state::Timestamp;
use crate::trust::signature::{LONGEST, PrivateKey, SignOptions, Trust, Verdict, sign, verify};

/// A package that was signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignedPackage {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The plugin's digest: the SHA-256 of `plugin.json`.
    pub digest: String,
    /// Where the signature is: a file of its own, or the zip.
    pub signature: PathBuf,
    /// Where a manifest was written, for a lone file.
    pub made_manifest: Option<PathBuf>,
}

/// Signs a package where it lies. Signatures by other keys over the same manifest stay beside this one.
///
/// A lone file without a manifest gets one. A library is asked for it by `describe`, as for [`pack`](super::pack()).
///
/// # Errors
/// Those of [`stage`](super::stage()); [`Package`](crate::ErrorKind::Package) where a folder has no whole manifest: pack it
/// first; [`Io`](crate::ErrorKind::Io) where it can't be written.
pub fn sign_package(
    path: &Path,
    key: &PrivateKey,
    options: &SignOptions,
    control: &Control,
    describe: &mut dyn FnMut(&Staged) -> Result<Value>,
) -> Result<SignedPackage> {
    let scratch = scratch(path)?;
    let (mut staged, standing) = stage_as_it_is(path, scratch.path(), &Limits::default(), control)?;
    if let Standing::Modified(why) = standing {
        let why = why.message();
        let message = format!("its files are not those that its manifest lists ({why}): pack it again, then sign it");
        return Err(fault::package(&path.display().to_string(), message));
    }
    let was_whole = staged.as_delivered;
    if !was_whole && staged.origin == Origin::Directory {
        let message =
            "its plugin.json does not list its files: make a package of it by `csvq plugins pack`, and sign that";
        return Err(fault::package(&path.display().to_string(), message));
    }
    if staged.manifest.is_none() {
        let description = describe(&staged)?;
        complete(&mut staged, &description)?;
    }
    let manifest = staged.manifest()?.clone();
    let digest = staged.digest.clone().unwrap_or_default();
    let bytes = read_within(&scratch.path().join(MANIFEST_FILE), MANIFEST_BYTES)?.unwrap_or_default();
    let existing = read_within(&scratch.path().join(SIGNATURE_FILE), LONGEST)?;
    let signature = sign(&bytes, existing.as_deref(), key, options)?;
    let mut made_manifest = None;
    let signature = match staged.origin {
        Origin::Zip => {
            replace(&scratch.path().join(SIGNATURE_FILE), &signature)?;
            pack_staged(scratch.path(), &manifest, path, control)?;
            path.to_owned()
        }
        Origin::Directory => replace(&path.join(SIGNATURE_FILE), &signature)?,
        Origin::File => {
            if !was_whole {
                made_manifest = Some(replace(&manifest_beside(path), &bytes)?);
            }
            replace(&signature_beside(path), &signature)?
        }
    };
    Ok(SignedPackage { manifest, digest, signature, made_manifest })
}

/// Tells whose signature a package carries, of the keys that are trusted. Nothing in the package says which those are.
///
/// # Errors
/// Those of [`stage`](super::stage()), but for files that are not those of the manifest: that is a verdict.
pub fn verify_package(path: &Path, trust: &Trust, now: Timestamp, control: &Control) -> Result<Verdict> {
    let scratch = scratch(path)?;
    let (staged, standing) = stage_as_it_is(path, scratch.path(), &Limits::default(), control)?;
    if !staged.as_delivered {
        return Ok(Verdict { digest: None, ..verify(b"", None, trust, now) });
    }
    let manifest = read_within(&scratch.path().join(MANIFEST_FILE), MANIFEST_BYTES)?.unwrap_or_default();
    let signature = read_within(&scratch.path().join(SIGNATURE_FILE), LONGEST)?;
    let verdict = verify(&manifest, signature.as_deref(), trust, now);
    Ok(match standing {
        Standing::Sound => verdict,
        Standing::Modified(why) => verdict.modified(why.message()),
    })
}

/// A folder to lay a package out in.
fn scratch(path: &Path) -> Result<tempfile::TempDir> {
    let made = tempfile::Builder::new().prefix(".csvq-sign-").tempdir();
    made.map_err(|error| fault::io(path, "make a folder to work in", &error))
}

/// Writes a file in place of the one that may be there, all of it or nothing.
fn replace(path: &Path, bytes: &[u8]) -> Result<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let written = tempfile::Builder::new().prefix(".csvq-sign-").tempfile_in(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        readable(file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error).map(drop)
    });
    written.map_err(|error| fault::io(path, "write it", &error))?;
    Ok(path.to_owned())
}
