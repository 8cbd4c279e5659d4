//! Passwords of private keys: from a file, or from whoever sits at the terminal. None comes from a flag or a variable, where
//! others could see it.

use std::fs::File;
use std::io::{self, ErrorKind as IoKind, IsTerminal, Read};
use std::path::Path;

use csvq_core::sandbox::harmless;
use csvq_core::{Context, Error, ErrorKind, Result};
use zeroize::Zeroizing;

/// A password is no longer than this, in bytes.
const LONGEST: usize = 4096;

/// The password in a file: its one line, without the end of it.
///
/// # Errors
/// [`Io`](ErrorKind::Io) where the file can't be read, [`Config`](ErrorKind::Config) where it holds no one line of text.
pub(super) fn of_file(path: &Path) -> Result<Zeroizing<String>> {
    let fault = |kind, message: String| {
        let context = Context { input: Some(path.display().to_string()), ..Context::default() };
        Error::new(kind, message).with_context(context)
    };
    let wrong = |message: &str| fault(ErrorKind::Config, message.to_owned());
    // As large as it may get, so that it is never moved and left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    let read = File::open(path).and_then(|file| file.take(LONGEST as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| fault(ErrorKind::Io, format!("can't read the password: {error}")))?;
    if bytes.len() > LONGEST {
        return Err(wrong("this is too long for a password: a file of one holds nothing else"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("this is no password: it is no UTF-8 text"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.contains(['\n', '\r']) {
        return Err(wrong("a file of a password holds one line, which is the password, and nothing else"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// Asks for the password of a key, which is not shown.
///
/// # Errors
/// [`InvalidSpec`](ErrorKind::InvalidSpec) where there is no terminal, [`Cancelled`](ErrorKind::Cancelled) where someone
/// interrupts, [`Io`](ErrorKind::Io) where it can't be read.
pub(super) fn ask(key: &Path) -> Result<Zeroizing<String>> {
    let shown = key.display().to_string();
    if !io::stdin().is_terminal() {
        let message = format!(
            "{shown} has a password, and there is no terminal to ask for it: name a file that holds it by --password-file"
        );
        return Err(Error::new(ErrorKind::InvalidSpec, message));
    }
    let asked = rpassword::prompt_password(format!("Password of {}: ", harmless(&shown)));
    asked.map(Zeroizing::new).map_err(|error| match error.kind() {
        IoKind::Interrupted => Error::new(ErrorKind::Cancelled, "interrupted while a password was asked for"),
        _ => Error::new(ErrorKind::Io, format!("can't read the password: {error}")),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_holds_one_line_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let check = |content: &[u8], expected: Result<&str, &str>| {
            fs::write(&path, content).unwrap();
            match (of_file(&path), expected) {
                (Ok(password), Ok(expected)) => assert_eq!(password.as_str(), expected),
                (Err(error), Err(part)) => {
                    let text = error.to_string();
                    assert!(text.contains(part) && !text.contains("secret"), "{text}");
                }
                (found, expected) => panic!("{content:?}: {:?} {expected:?}", found.map(|_| ())),
            }
        };
        check(b"secret", Ok("secret"));
        check(b" secret one \r\n", Ok(" secret one "));
        check("größe\n".as_bytes(), Ok("größe"));
        check(b"secret\n\n", Err("one line"));
        check(b"secret\nmore\n", Err("one line"));
        check(b"\n", Err("one line"));
        check(b"", Err("one line"));
        check(b"secret\xff", Err("no UTF-8"));
        check(&vec![b'x'; LONGEST + 1], Err("too long"));
        assert_eq!(of_file(folder.path()).unwrap_err().kind(), ErrorKind::Io);
    }
}
