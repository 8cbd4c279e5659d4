//! Where the database may lie, and who may read it.

use std::fs;

use super::Home;
use crate::error::ErrorKind;
use crate::state::State;
use crate::state::place::remote;

#[test]
fn file_systems_of_networks_are_known() {
    let check = |magic: u32, expected: Option<&str>| assert_eq!(remote(magic), expected, "{magic:#x}");
    check(0x6969, Some("NFS"));
    check(0x517b, Some("SMB"));
    check(0xff53_4d42, Some("SMB"));
    check(0xfe53_4d42, Some("SMB"));
    check(0x6573_5546, Some("FUSE"));
    // ext4, xfs, btrfs, tmpfs, overlayfs
    for local in [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630] {
        check(local, None);
    }
}

#[test]
fn the_folder_is_made_and_the_home_is_not() {
    let folder = tempfile::tempdir().unwrap();
    State::open(&folder.path().join("state/state.db")).unwrap();
    let error = State::open(&folder.path().join("typo/state/state.db")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert!(error.message().contains("csvq init"), "{error}");
    assert!(!folder.path().join("typo").exists());
}

#[test]
fn a_file_in_place_of_a_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state"), "").unwrap();
    assert_eq!(State::open(&folder.path().join("state/state.db")).unwrap_err().kind(), ErrorKind::State);
    fs::create_dir(folder.path().join("state.db")).unwrap();
    assert_eq!(State::open(&folder.path().join("state.db")).unwrap_err().kind(), ErrorKind::State);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/state.db");
    let state = State::open(&path).unwrap();
    state.bump("a", 1).unwrap();
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("state"), mode("state/state.db"), mode("state/state.db-wal")), (0o700, 0o600, 0o600));
}

#[test]
fn writes_of_one_handle_are_seen_by_all() {
    let home = Home::with_plugin();
    let (clone, other) = (home.state.clone(), home.reopened());
    home.state.remove_plugin("p").unwrap();
    assert_eq!((clone.plugins().unwrap().len(), other.plugins().unwrap().len()), (0, 0));
    assert!(format!("{clone:?}").contains("state.db"));
}
