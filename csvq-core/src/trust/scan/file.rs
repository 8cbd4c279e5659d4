//! Reading a file once, so that the bytes that are looked at are the ones that are digested.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read};
use std::path::{Component, Path};

use sha2::{Digest, Sha256};

use super::data::{self, Search};
use super::found::Found;
use super::kind::{self, Sort};
use super::model::FileToScan;
use super::rules::Kind;
use crate::control::Control;

/// How much is read at once.
const BLOCK: usize = 256 * 1024;
/// How much of a file's end is kept: more than the end of a zip with its comment.
pub(super) const TAIL: usize = 66 * 1024;
/// No library that is longer is looked at.
const LONGEST_NATIVE: u64 = 512 << 20;
/// No Python file that is longer is looked at.
const LONGEST_PYTHON: u64 = 4 << 20;

/// What has to be looked at as a whole.
pub(super) enum Content {
    Native(Vec<u8>),
    Python(Vec<u8>),
    /// It was looked at while it was read.
    Data,
}

/// Reads a file whose digest is known. The error says why it can't be looked at.
pub(super) fn read(
    folder: &Path,
    file: &FileToScan,
    found: &mut Found<'_>,
    control: &Control,
) -> Result<Content, String> {
    let mut source = Source { file: open(folder, &file.path)?, hasher: Sha256::new(), read: 0, most: file.size };
    let mut head = Vec::new();
    source.block(&mut head)?;
    let sort = kind::sort_of(&file.path, &head);
    data::look_at_head(&file.path, &head, sort, found);
    let (content, tail) = match sort {
        Sort::Data => {
            let tail = stream(&mut source, head.clone(), found, control)?;
            (Content::Data, tail)
        }
        Sort::Native => {
            let bytes = whole(&mut source, head.clone(), LONGEST_NATIVE, control)?;
            let tail = bytes[bytes.len().saturating_sub(TAIL)..].to_vec();
            (Content::Native(bytes), tail)
        }
        Sort::Python => {
            let bytes = whole(&mut source, head.clone(), LONGEST_PYTHON, control)?;
            let tail = bytes[bytes.len().saturating_sub(TAIL)..].to_vec();
            (Content::Python(bytes), tail)
        }
    };
    if source.read != file.size || hexadecimal(&source.hasher.finalize()) != file.sha256.to_ascii_lowercase() {
        return Err("these are not the bytes that are to be installed: the file was changed".to_owned());
    }
    data::look_at_tail(&head, &tail, found);
    Ok(content)
}

/// Opens a plain file, and no link.
pub(super) fn open(folder: &Path, path: &str) -> Result<File, String> {
    let relative = Path::new(path);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || path.is_empty() || path.contains('\\') {
        return Err("this path leads out of the folder".to_owned());
    }
    open_plain(&folder.join(relative)).map_err(|error| format!("cannot open the file: {error}"))
}

/// Opens a plain file. What is something else is an error.
pub(super) fn open_plain(path: &Path) -> std::io::Result<File> {
    if path.symlink_metadata()?.is_symlink() {
        return Err(std::io::Error::new(IoKind::InvalidInput, "it is a symbolic link"));
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe without a writer would be waited for for ever.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOFOLLOW);
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(IoKind::InvalidInput, "it is no plain file"));
    }
    Ok(file)
}

/// A file, with the digest of what was read of it.
struct Source {
    file: File,
    hasher: Sha256,
    read: u64,
    most: u64,
}

impl Source {
    /// Reads the next bytes, of which there are none at the end of the file.
    fn block(&mut self, block: &mut Vec<u8>) -> Result<(), String> {
        block.resize(BLOCK, 0);
        let mut filled = 0;
        while filled < BLOCK {
            match self.file.read(&mut block[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == IoKind::Interrupted => {}
                Err(error) => return Err(format!("cannot read the file: {error}")),
            }
        }
        block.truncate(filled);
        self.hasher.update(&*block);
        self.read += filled as u64;
        if self.read > self.most {
            return Err("the file is longer than it should be: it was changed".to_owned());
        }
        Ok(())
    }
}

/// Looks for texts in all that comes, and gives the end of it.
fn stream(source: &mut Source, head: Vec<u8>, found: &mut Found<'_>, control: &Control) -> Result<Vec<u8>, String> {
    let mut search = Search::new(Kind::DataString, found);
    let mut block = head;
    let mut tail = Vec::new();
    while !block.is_empty() {
        check(control)?;
        search.look_at(&block, found);
        keep_tail(&mut tail, &block);
        source.block(&mut block)?;
    }
    Ok(tail)
}

fn keep_tail(tail: &mut Vec<u8>, block: &[u8]) {
    tail.extend_from_slice(&block[block.len().saturating_sub(TAIL)..]);
    let surplus = tail.len().saturating_sub(TAIL);
    tail.drain(..surplus);
}

fn whole(source: &mut Source, head: Vec<u8>, longest: u64, control: &Control) -> Result<Vec<u8>, String> {
    if source.most > longest {
        return Err(format!("a file of this kind that is longer than {} MiB is not looked at", longest >> 20));
    }
    let mut bytes = head;
    let mut block = Vec::new();
    loop {
        check(control)?;
        source.block(&mut block)?;
        if block.is_empty() {
            return Ok(bytes);
        }
        bytes.extend_from_slice(&block);
    }
}

fn check(control: &Control) -> Result<(), String> {
    match control.stopped() {
        None => Ok(()),
        Some(_) => Err("the scan was ended before this file was read".to_owned()),
    }
}

/// The size and the digest of a file.
pub(super) fn digest(mut file: File, control: &Control) -> std::io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK];
    let mut size = 0;
    loop {
        if control.stopped().is_some() {
            return Err(std::io::Error::other("it was ended"));
        }
        match file.read(&mut block) {
            Ok(0) => return Ok((size, hexadecimal(&hasher.finalize()))),
            Ok(count) => {
                hasher.update(&block[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == IoKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
