//! Keys in files: who can read them, what is never overwritten, and what is no key.

use std::fs;
use std::path::Path;

use super::*;
use crate::error::ErrorKind;

#[test]
fn a_pair_of_keys_is_written_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("new/keys");
    for (number, password) in [(1, None), (2, Some(PASSWORD))] {
        let place = place.join(number.to_string());
        let files = write_keys(&place, &key(number), password).unwrap();
        assert_eq!(
            (files.private.as_path(), files.public.as_path()),
            (&*place.join("private.pem"), &*place.join("public.pem"))
        );
        assert_eq!(read_public_key(&files.public).unwrap(), key(number).public());
        let text = read_private_key(&files.private).unwrap();
        assert_eq!(PrivateKey::is_encrypted(&text), password.is_some());
        assert_eq!(PrivateKey::from_pem(&text, password).unwrap().public(), key(number).public());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&files.private), mode(&place)), (0o600, 0o700));
        }
    }
}

#[test]
fn keys_are_never_overwritten() {
    for name in ["private.pem", "public.pem"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), "precious").unwrap();
        let error = write_keys(folder.path(), &key(1), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "precious");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no half of a pair is left");
    }
    #[cfg(unix)]
    for name in ["private.pem", "public.pem"] {
        // A link that leads to where nothing is yet: the key must not be written there.
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        std::os::unix::fs::symlink(&elsewhere, folder.path().join(name)).unwrap();
        assert_eq!(write_keys(folder.path(), &key(1), None).unwrap_err().kind(), ErrorKind::Conflict);
        assert!(!elsewhere.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(write_keys(&folder.path().join("file"), &key(1), None).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(write_keys(folder.path(), &key(1), Some("")).unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_no_key_is_told_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let cases: [(&[u8], ErrorKind, &str); 4] = [
        (PRIVATE.as_bytes(), ErrorKind::Config, "private key"),
        (b"\xff\xfe", ErrorKind::Config, "no text"),
        (&[b'x'; 20_000], ErrorKind::Config, "16 KiB"),
        (b"", ErrorKind::Config, "no public key"),
    ];
    for (content, kind, words) in cases {
        fs::write(&path, content).unwrap();
        let error = read_public_key(&path).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().contains(words), "{error}");
        assert!(error.context().input.as_deref().is_some_and(|input| input.ends_with("key.pem")));
    }
    assert_eq!(read_public_key(&folder.path().join("none.pem")).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(read_public_key(folder.path()).unwrap_err().kind(), ErrorKind::Io);
}

/// A pipe that nobody writes to, which a reader would wait for.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe.pem");
    let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: the name is a C string that lives as long as the call.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    assert_eq!(read_public_key(&path).unwrap_err().kind(), ErrorKind::Io);
}
