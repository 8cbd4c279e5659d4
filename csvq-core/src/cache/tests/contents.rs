//! Digests of files: right after every change, and without reading where nothing changed.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::super::content::digest_at;
use super::super::{FileDigest, digest_of_bytes, digest_of_file};
use super::{HOUR, Place, now};
use crate::control::{Control, Phase};
use crate::error::ErrorKind;

/// The digest as it would be found an hour later, and whether the file was read for it.
fn later(place: &Place, path: &Path) -> (FileDigest, bool) {
    at(place, path, now() + HOUR)
}

fn at(place: &Place, path: &Path, time: SystemTime) -> (FileDigest, bool) {
    let control = Control::new();
    let digest = digest_at(path, &place.state, &control, time).unwrap();
    (digest, control.progress().phase == Phase::Hashing)
}

fn file(place: &Place, content: &[u8]) -> std::path::PathBuf {
    let path = place.folder.path().join("left.csv");
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn digests_are_those_of_the_content() {
    let place = Place::new();
    // As published with BLAKE3, for nothing at all.
    let empty = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    assert_eq!(digest_of_bytes(b""), empty);
    for length in [0, 1, 1000, 262_144, 262_145, 1_000_000] {
        let content: Vec<u8> = (0..length).map(|at: u32| (at % 251) as u8).collect();
        let path = file(&place, &content);
        let (digest, _) = later(&place, &path);
        assert_eq!(digest.digest(), digest_of_bytes(&content));
    }
}

#[test]
fn an_unchanged_file_is_not_read_again() {
    let place = Place::new();
    let path = file(&place, b"a,b\n1,2\n");
    let (first, read) = later(&place, &path);
    assert!(read && first.still_holds(&path));
    let (second, read) = later(&place, &path);
    assert_eq!((&second, read), (&first, false));
    // Whoever asks: another process, by another spelling of the path.
    let state = crate::state::State::open(place.state.path()).unwrap();
    let control = Control::new();
    let spelled = path.parent().unwrap().join("./left.csv");
    assert_eq!(digest_at(&spelled, &state, &control, now() + HOUR).unwrap(), first);
    assert_eq!(control.progress().phase, Phase::Idle);
}

#[test]
fn every_change_is_seen() {
    let place = Place::new();
    let path = file(&place, b"a,b\n1,2\n");
    let check = |change: &dyn Fn(), expected: &[u8]| {
        let (before, _) = later(&place, &path);
        change();
        assert!(!before.still_holds(&path));
        let (after, read) = later(&place, &path);
        assert_eq!((after.digest(), read), (digest_of_bytes(expected).as_str(), true));
    };
    // Such that the clock's grain makes no difference: each leaves another size, or another file.
    check(&|| drop(OpenOptions::new().append(true).open(&path).unwrap().write_all(b"3,4\n")), b"a,b\n1,2\n3,4\n");
    check(&|| File::options().write(true).open(&path).unwrap().set_len(8).unwrap(), b"a,b\n1,2\n");
    let other = place.folder.path().join("other.csv");
    let replaced = || {
        fs::write(&other, b"a,b\n1,9\n").unwrap();
        File::options()
            .write(true)
            .open(&other)
            .unwrap()
            .set_modified(path.metadata().unwrap().modified().unwrap())
            .unwrap();
        fs::rename(&other, &path).unwrap();
    };
    check(&replaced, b"a,b\n1,9\n");
    // The same size, and the time of change set back.
    let disguised = || {
        let time = path.metadata().unwrap().modified().unwrap();
        let mut file = File::options().write(true).open(&path).unwrap();
        // The clock has to move by one grain, which is what nobody can set back.
        let before = changed(&path);
        while changed(&path) == before {
            file.set_modified(now()).unwrap();
        }
        file.write_all(b"a,b\n1,8\n").unwrap();
        file.set_modified(time).unwrap();
    };
    check(&disguised, b"a,b\n1,8\n");
}

#[cfg(unix)]
fn changed(path: &Path) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    let metadata = path.metadata().unwrap();
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(path: &Path) -> SystemTime {
    path.metadata().unwrap().modified().unwrap()
}

#[test]
fn what_changed_a_moment_ago_is_read_again() {
    let place = Place::new();
    let path = file(&place, b"a,b\n1,2\n");
    let changed = path.metadata().unwrap().modified().unwrap();
    for _ in 0..2 {
        let (digest, read) = at(&place, &path, changed + Duration::from_millis(50));
        assert!(read && !digest.still_holds(&path));
    }
    // A clock that was set back makes it no older.
    assert!(at(&place, &path, changed - HOUR).1);
    // What was read too early is not trusted later, either.
    let (digest, read) = at(&place, &path, changed + Duration::from_secs(3));
    assert!(read && digest.still_holds(&path));
    assert!(!at(&place, &path, changed + Duration::from_secs(3)).1);
}

#[test]
fn edits_within_the_clocks_grain_are_seen() {
    // One edit after the other, as fast as they come, all of the same size: no digest may be an earlier one's.
    let place = Place::new();
    let path = file(&place, b"0000");
    for number in 0..300 {
        let content = format!("{number:04}");
        fs::write(&path, &content).unwrap();
        let digest = digest_of_file(&path, &place.state, &Control::new()).unwrap();
        assert_eq!(digest.digest(), digest_of_bytes(content.as_bytes()));
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let place = Place::new();
    let path = file(&place, b"");
    File::options().write(true).open(&path).unwrap().set_len(16 << 20).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.write_all(b"x").unwrap();
            }
        });
        // The other thread may not get to run while the file is read; sometime it will.
        let error = (0..10_000).find_map(|_| digest_of_file(&path, &place.state, &Control::new()).err());
        done.store(true, Ordering::Relaxed);
        assert_eq!(error.unwrap().kind(), ErrorKind::InputChanged);
    });
}

#[test]
fn reading_can_be_cancelled() {
    let place = Place::new();
    let path = file(&place, b"x");
    let control = Control::new();
    control.cancel();
    let error = digest_of_file(&path, &place.state, &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn what_is_no_file_is_refused() {
    let place = Place::new();
    let check = |path: &Path| {
        let error = digest_of_file(path, &place.state, &Control::new()).unwrap_err();
        assert_eq!((error.kind(), error.context().input.as_deref()), (ErrorKind::Io, path.to_str()));
    };
    check(place.folder.path());
    check(&place.folder.path().join("none"));
    #[cfg(unix)]
    {
        let pipe = place.folder.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        check(&pipe);
    }
}

#[test]
fn without_a_state_files_are_read() {
    let place = Place::new();
    let path = file(&place, b"x");
    place.break_table("digests");
    for _ in 0..2 {
        let (digest, read) = later(&place, &path);
        assert_eq!((digest.digest(), read), (digest_of_bytes(b"x").as_str(), true));
    }
}
