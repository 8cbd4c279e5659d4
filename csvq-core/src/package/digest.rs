//! SHA-256 of files, and reading a file such that what is used is what was digested.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::manifest::FileEntry;
use crate::control::Control;

/// How much is read at once.
const BLOCK: usize = 64 * 1024;

/// The SHA-256 of bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Copies from one to the other as far as a limit, and digests what it copied.
///
/// # Errors
/// What reading or writing said; and [`io::ErrorKind::FileTooLarge`] where there is more than the limit.
pub(crate) fn copy(from: &mut impl Read, to: &mut impl Write, limit: u64) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK];
    let mut copied = 0u64;
    loop {
        let count = match from.read(&mut block) {
            Ok(0) => return Ok((copied, hexadecimal(&hasher.finalize()))),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        copied += count as u64;
        if copied > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        hasher.update(&block[..count]);
        to.write_all(&block[..count])?;
    }
}

/// Whether an error of [`copy`] says that there is more than its limit; and not that a file system can hold no more.
pub(crate) fn is_over_limit(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge && error.raw_os_error().is_none()
}

/// The size and the SHA-256 of what a file holds from where it stands, up to a limit, as long as the control lets it.
///
/// # Errors
/// Those of [`copy`], and one of no particular kind where the control ended it: ask that first.
pub(crate) fn of_file(file: impl Read, limit: u64, control: &Control) -> io::Result<(u64, String)> {
    copy(&mut Watched { file, control }, &mut io::sink(), limit)
}

/// A file whose reading ends when the control says so.
struct Watched<'a, R> {
    file: R,
    control: &'a Control,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        match self.control.stopped() {
            None => self.file.read(block),
            Some(_) => Err(io::Error::other("it was ended")),
        }
    }
}

/// One digest of the files of a package, whatever its manifest says of them.
pub(crate) fn of_files(files: &[FileEntry]) -> String {
    let line = |file: &FileEntry| format!("{} {} {:?}\n", file.sha256, file.size, file.path);
    let mut lines: Vec<String> = files.iter().map(line).collect();
    lines.sort_unstable();
    sha256(lines.concat().as_bytes())
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_published_ones() {
        // From FIPS 180-2, appendix B.1, and of nothing at all.
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn copying_stops_at_its_limit() {
        let bytes = vec![7; 200_000];
        let mut copied = Vec::new();
        let (size, digest) = copy(&mut bytes.as_slice(), &mut copied, 200_000).unwrap();
        assert_eq!((size, digest), (200_000, sha256(&bytes)));
        assert_eq!(copied, bytes);
        let error = copy(&mut bytes.as_slice(), &mut io::sink(), 199_999).unwrap_err();
        assert!(is_over_limit(&error));
    }

    #[test]
    fn digesting_stops_at_its_limit_and_when_it_is_told_to() {
        let control = Control::new();
        assert_eq!(of_file(&b"abc"[..], 3, &control).unwrap(), (3, sha256(b"abc")));
        assert!(is_over_limit(&of_file(io::repeat(7), 1 << 20, &control).unwrap_err()));
        control.cancel();
        assert!(!is_over_limit(&of_file(io::repeat(7), u64::MAX, &control).unwrap_err()));
    }
}
