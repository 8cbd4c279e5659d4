//! The files of a folder that is no package yet: for scanning whatever a person points at.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file;
use super::model::FileToScan;
use super::words;
use crate::control::{Control, Stop};
use crate::error::{Context, Error, ErrorKind, Result};

/// So many files and folders are looked at, as in a package.
const MOST: usize = 10_000;
/// So deep may folders be nested, as in a package.
const DEEPEST: usize = 16;

/// Every file below a folder, with its digest, ordered by path.
///
/// # Errors
/// [`ErrorKind::Package`] where something is neither file nor folder, such as a symbolic link, or a name is not UTF-8;
/// [`ErrorKind::LimitExceeded`] where there is too much; [`ErrorKind::Io`] where something can't be read;
/// [`ErrorKind::Cancelled`] and [`ErrorKind::TimedOut`] where the control ends it.
pub fn files_in(folder: &Path, control: &Control) -> Result<Vec<FileToScan>> {
    let mut walk = Walk { control, files: Vec::new(), seen: 0 };
    if folder.symlink_metadata().map_err(|error| unreadable(folder, &error))?.is_symlink() {
        return Err(odd(folder, "a symbolic link is not followed: name the folder itself"));
    }
    walk.folder(folder, "", 0)?;
    walk.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(walk.files)
}

/// A lone file, as the folder that it lies in and itself.
///
/// # Errors
/// As those of [`files_in`].
pub fn lone_file(path: &Path, control: &Control) -> Result<(PathBuf, FileToScan)> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| odd(path, "the name of the file is not UTF-8"))?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    Ok((folder, digested(path, name, control)?))
}

struct Walk<'a> {
    control: &'a Control,
    files: Vec<FileToScan>,
    seen: usize,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err(limit(folder, format!("folders that are nested deeper than {DEEPEST} are not looked at")));
        }
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
            let entry = entry.map_err(|error| unreadable(folder, &error))?;
            self.seen += 1;
            if self.seen > MOST {
                return Err(limit(folder, format!("more than {MOST} files and folders are not looked at")));
            }
            self.entry(&entry, prefix, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &fs::DirEntry, prefix: &str, depth: usize) -> Result<()> {
        let path = entry.path();
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(odd(&path, "the name of the file is not UTF-8"));
        };
        let relative = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        if kind.is_dir() {
            self.folder(&path, &relative, depth + 1)
        } else if kind.is_file() {
            self.files.push(digested(&path, &relative, self.control)?);
            Ok(())
        } else if kind.is_symlink() {
            Err(odd(&path, "a symbolic link has no place in a package"))
        } else {
            Err(odd(&path, "this is neither a file nor a folder"))
        }
    }
}

fn digested(path: &Path, relative: &str, control: &Control) -> Result<FileToScan> {
    let read = file::open_plain(path).and_then(|opened| file::digest(opened, control));
    match control.stopped() {
        Some(Stop::Cancelled) => return Err(Error::new(ErrorKind::Cancelled, "the scan was cancelled")),
        Some(Stop::TimedOut) => return Err(Error::new(ErrorKind::TimedOut, "the scan ran out of time")),
        None => {}
    }
    let (size, sha256) = read.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => odd(path, &error.to_string()),
        _ => unreadable(path, &error),
    })?;
    Ok(FileToScan::new(relative, size, sha256))
}

fn odd(path: &Path, message: &str) -> Error {
    at(path, ErrorKind::Package, message.to_owned())
}

fn limit(path: &Path, message: String) -> Error {
    at(path, ErrorKind::LimitExceeded, message)
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    at(path, ErrorKind::Io, format!("cannot read it: {error}"))
}

fn at(path: &Path, kind: ErrorKind, message: String) -> Error {
    let input = Some(words::shown(&path.display().to_string()));
    Error::new(kind, message).with_context(Context { input, ..Context::default() })
}
