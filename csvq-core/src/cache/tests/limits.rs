//! Age and size: what goes, and in which order.

use std::fs;
use std::time::Duration;

use proptest::prelude::*;

use super::super::{Cleared, folder};
use super::{CacheLimits, HOUR, Place, key, now};

#[test]
fn results_that_are_too_old_are_not_given() {
    let place = Place::new();
    let cache = place.open(CacheLimits { max_age: 24 * HOUR, ..CacheLimits::default() });
    let start = now();
    cache.put_at(&key(1), b"x", start).unwrap();
    assert!(cache.get_at(&key(1), start + 23 * HOUR).is_some());
    // That it was used does not make it younger.
    assert_eq!(cache.get_at(&key(1), start + 24 * HOUR), None);
    assert!(!place.file(&key(1)).exists());
    assert_eq!(cache.stats().unwrap().expired, 1);
    let never = place.open(CacheLimits { max_age: Duration::ZERO, ..CacheLimits::default() });
    never.put_at(&key(1), b"x", start).unwrap();
    assert_eq!(never.get_at(&key(1), start), None);
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let place = Place::new();
    // Room for ten entries of 88 + 12 bytes; where more come, an eighth of it is freed.
    let cache = place.open(CacheLimits { max_bytes: 1000, ..CacheLimits::default() });
    let start = now();
    let at = |second: u32| start + second * Duration::from_secs(1);
    for number in 0..10 {
        cache.put_at(&key(u64::from(number)), &[0; 12], at(number)).unwrap();
    }
    assert!(cache.get_at(&key(0), at(10)).is_some());
    let there = || (0..13).filter(|number| place.file(&key(*number)).exists()).collect::<Vec<u64>>();
    cache.put_at(&key(10), &[0; 12], at(11)).unwrap();
    assert_eq!(there(), [0, 4, 5, 6, 7, 8, 9, 10]);
    cache.put_at(&key(11), &[0; 112], at(12)).unwrap();
    assert_eq!(there(), [0, 4, 5, 6, 7, 8, 9, 10, 11]);
    cache.put_at(&key(12), &[0; 912], at(13)).unwrap();
    assert_eq!(there(), [12]);
    assert_eq!(cache.stats().unwrap().evicted, 12);
}

#[test]
fn what_others_do_to_the_count_is_found_out() {
    let place = Place::new();
    let cache = place.open(CacheLimits { max_bytes: 1000, ..CacheLimits::default() });
    let fill = || (0..20).for_each(|number| assert!(cache.put(&key(number), &[0; 12]).unwrap()));
    let sound = || folder::entries(&place.path()).unwrap().len() <= 10;
    fill();
    let size = place.path().join(".size");
    for content in [&b""[..], b"garbage", &[255; 24], &[0; 25]] {
        fs::write(&size, content).unwrap();
        fill();
        assert!(sound(), "{content:?}");
    }
    fs::remove_file(&size).unwrap();
    fill();
    assert!(sound());
    // Removed by hand: there is room again.
    for number in 0..20 {
        let _ = fs::remove_file(place.file(&key(number)));
    }
    fill();
    assert!(sound());
}

#[test]
fn a_lock_that_is_held_for_ever_keeps_nobody() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    cache.put(&key(1), b"x").unwrap();
    let room = super::super::room::Room::of(cache.folder()).unwrap().unwrap();
    assert!(!cache.put(&key(2), b"x").unwrap());
    assert!(cache.get(&key(1)).is_some() && cache.get(&key(2)).is_none());
    drop(room);
    assert!(cache.put(&key(2), b"x").unwrap());
}

#[test]
fn a_result_that_is_too_large_is_not_kept() {
    let place = Place::new();
    let cache = place.open(CacheLimits { max_bytes: 100, ..CacheLimits::default() });
    assert!(cache.put(&key(1), &[0; 12]).unwrap());
    assert!(!cache.put(&key(2), &[0; 13]).unwrap());
    assert!(cache.get(&key(1)).is_some() && cache.get(&key(2)).is_none());
}

#[test]
fn old_entries_go_when_others_come() {
    let place = Place::new();
    let cache = place.open(CacheLimits { max_age: HOUR, ..CacheLimits::default() });
    let start = now();
    cache.put_at(&key(1), b"x", start - 2 * HOUR).unwrap();
    cache.put_at(&key(2), b"x", start).unwrap();
    assert_eq!(folder::entries(&place.path()).unwrap().len(), 1);
}

#[test]
fn clearing_goes_by_age() {
    let place = Place::new();
    let cache = place.open(CacheLimits { max_age: 1000 * HOUR, ..CacheLimits::default() });
    let start = now();
    for hours in 0..10 {
        cache.put_at(&key(u64::from(hours)), &[0; 12], start - hours * HOUR).unwrap();
    }
    // Used since, and no younger for that.
    assert!(cache.get_at(&key(9), start).is_some());
    fs::write(place.file(&key(100)), "no entry").unwrap();
    let cleared = cache.clear_at(Some(6 * HOUR), start).unwrap();
    assert_eq!(cleared, Cleared { entries: 5, bytes: 4 * 100 + 8 });
    assert_eq!(cache.clear_at(Some(6 * HOUR), start).unwrap(), Cleared::default());
    assert_eq!(cache.clear(Some(Duration::ZERO)).unwrap().entries, 6);
    cache.put(&key(1), b"x").unwrap();
    assert_eq!(cache.clear(None).unwrap().entries, 1);
}

#[test]
fn what_is_none_of_the_caches_stays() {
    let place = Place::new();
    let cache = place.open(CacheLimits { max_bytes: 100, ..CacheLimits::default() });
    let name = folder::name_of(&key(1));
    let others = ["notes.txt", ".result", "x.result", &name.to_uppercase(), &format!("{name}.bak"), &name[1..]];
    for other in others {
        fs::write(place.path().join(other), [0; 1000]).unwrap();
    }
    cache.put(&key(1), &[0; 12]).unwrap();
    cache.put(&key(2), &[0; 12]).unwrap();
    assert_eq!(cache.clear(None).unwrap().entries, 1);
    assert!(others.iter().all(|other| place.path().join(other).exists()));
}

#[test]
fn what_was_left_half_written_goes_after_a_while() {
    let place = Place::new();
    let cache = place.open(CacheLimits::default());
    let left = place.path().join(".put-abc.tmp");
    fs::write(&left, "half").unwrap();
    cache.clear(None).unwrap();
    assert!(left.exists(), "another process may be writing it");
    cache.put_at(&key(1), b"x", now() + 2 * HOUR).unwrap();
    assert!(!left.exists());
    fs::write(&left, "half").unwrap();
    cache.clear_at(None, now() + 2 * HOUR).unwrap();
    assert!(!left.exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_bound_holds_after_every_put(
        max_bytes in 88u64..2000,
        steps in proptest::collection::vec((0u64..8, 0usize..600, any::<bool>()), 1..40),
    ) {
        let place = Place::new();
        let cache = place.open(CacheLimits { max_bytes, ..CacheLimits::default() });
        for (number, length, put) in steps {
            let result = vec![number as u8; length];
            if put {
                let kept = cache.put(&key(number), &result).unwrap();
                prop_assert_eq!(kept, 88 + length as u64 <= max_bytes);
                prop_assert!(!kept || cache.get(&key(number)) == Some(result));
                let held = folder::entries(&place.path()).unwrap();
                prop_assert!(held.iter().map(|entry| entry.size).sum::<u64>() <= max_bytes);
            } else if let Some(found) = cache.get(&key(number)) {
                prop_assert!(found.iter().all(|byte| u64::from(*byte) == number));
            }
        }
    }
}
