//! Entries that are not what they should be: each is a miss, goes away, and is made anew.

use std::fs;

use super::{Cache, CacheLimits, HOUR, Place, key, now};

const RESULT: &[u8] = b"{\"is_equal\": false} and some rows";

/// Damages an entry in some way, and looks what becomes of it.
fn check(damage: impl FnOnce(&Place)) {
    check_in(&Place::new(), damage);
}

fn check_in(place: &Place, damage: impl FnOnce(&Place)) {
    let cache = place.open(CacheLimits::default());
    cache.put(&key(1), RESULT).unwrap();
    let before = cache.stats().unwrap().dropped;
    damage(place);
    assert_eq!(cache.get(&key(1)), None);
    assert!(!place.file(&key(1)).is_symlink() && !place.file(&key(1)).exists());
    assert_eq!(cache.stats().unwrap().dropped, before + 1);
    cache.put(&key(1), RESULT).unwrap();
    assert_eq!(cache.get(&key(1)).as_deref(), Some(RESULT));
}

#[test]
fn an_entry_of_another_key_is_dropped() {
    check(|place| {
        place.open(CacheLimits::default()).put(&key(2), RESULT).unwrap();
        fs::copy(place.file(&key(2)), place.file(&key(1))).unwrap();
    });
}

#[test]
fn what_is_no_entry_is_dropped() {
    for content in [&b""[..], b"csvqres1", b"\x80\x04\x95 a pickle", &[0; 200]] {
        check(|place| fs::write(place.file(&key(1)), content).unwrap());
    }
}

#[test]
fn a_length_that_lies_reserves_nothing() {
    check(|place| {
        let mut bytes = fs::read(place.file(&key(1))).unwrap();
        bytes[48..56].copy_from_slice(&u64::MAX.to_le_bytes());
        fs::write(place.file(&key(1)), bytes).unwrap();
    });
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_dropped() {
    use std::os::unix::fs::symlink;
    check(|place| {
        // Even one that leads to a sound entry.
        let elsewhere = place.folder.path().join("elsewhere");
        fs::rename(place.file(&key(1)), &elsewhere).unwrap();
        symlink(&elsewhere, place.file(&key(1))).unwrap();
    });
    check(|place| {
        fs::remove_file(place.file(&key(1))).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            place.file(&key(1)),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
    });
}

#[test]
fn an_entry_from_the_future_is_dropped() {
    check(|place| {
        let cache = place.open(CacheLimits::default());
        cache.put_at(&key(1), RESULT, now() + HOUR).unwrap();
    });
    // A clock that is a little ahead is no trouble.
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    cache.put_at(&key(1), RESULT, now() + HOUR / 60).unwrap();
    assert!(cache.get(&key(1)).is_some());
}

#[test]
fn a_folder_in_place_of_an_entry_is_left_alone() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    fs::create_dir(place.file(&key(1))).unwrap();
    assert_eq!(cache.get(&key(1)), None);
    assert!(cache.put(&key(1), RESULT).is_err());
    assert!(cache.put(&key(2), RESULT).unwrap());
    assert_eq!(cache.clear(None).unwrap().entries, 1);
    assert!(place.file(&key(1)).is_dir());
}

#[test]
fn a_folder_that_was_removed_is_made_again() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    fs::remove_dir(place.path()).unwrap();
    assert_eq!(cache.get(&key(1)), None);
    assert_eq!(cache.stats().unwrap().entries, 0);
    assert_eq!(cache.clear(None).unwrap().entries, 0);
    assert!(cache.put(&key(1), RESULT).unwrap());
    assert!(cache.get(&key(1)).is_some());
}

#[test]
fn a_file_in_place_of_the_folder_is_an_error() {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("plugins")).unwrap();
    fs::write(place.path(), "").unwrap();
    let error = Cache::open(&place.path(), CacheLimits::default(), &place.state).unwrap_err();
    assert_eq!(error.kind(), crate::error::ErrorKind::Io);
}

#[test]
fn any_bit_that_changed_is_found() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    cache.put(&key(1), RESULT).unwrap();
    let sound = fs::read(place.file(&key(1))).unwrap();
    for at in 0..sound.len() {
        for bit in 0..8 {
            let mut bytes = sound.clone();
            bytes[at] ^= 1u8 << bit;
            fs::write(place.file(&key(1)), bytes).unwrap();
            // One of its time may make it too old: another reason for the same.
            assert_eq!(cache.get(&key(1)), None, "bit {bit} of byte {at}");
            assert!(!place.file(&key(1)).exists());
        }
    }
}

#[test]
fn any_other_length_is_found() {
    let place = Place::new();
    for length in 0..88 + RESULT.len() + 10 {
        if length != 88 + RESULT.len() {
            check_in(&place, |place| {
                let mut bytes = fs::read(place.file(&key(1))).unwrap();
                bytes.resize(length, 0);
                fs::write(place.file(&key(1)), bytes).unwrap();
            });
        }
    }
}
