//! Archives that must be refused, each for its reason, with nothing written outside of the staging folder.

use super::zips::{Part, Zip, crc32, part};
use super::{PLUGIN, Place, manifest, walk};
use crate::error::ErrorKind;
use crate::package::Limits;

/// A package that is sound, with one thing changed.
fn sound() -> Vec<Part> {
    vec![part("plugin.json", &manifest("plug", &[("plug.py", PLUGIN)])), part("plug.py", PLUGIN)]
}

/// Stages a zip, and expects what the message holds; or success, where that is empty.
#[track_caller]
fn check(zip: &Zip, expected: &str) {
    let place = Place::new();
    zip.write(&place);
    match (place.stage("plug.zip"), expected) {
        (Ok(_), "") => {}
        (Err(error), expected) if !expected.is_empty() => {
            assert!(error.to_string().contains(expected), "{error}\n    should say: {expected}");
            assert!(matches!(error.kind(), ErrorKind::Package | ErrorKind::LimitExceeded), "{error}");
        }
        (Ok(_), expected) => panic!("it was taken, and should say: {expected}"),
        (Err(error), _) => panic!("{error}"),
    }
    let mut all = Vec::new();
    walk(place.folder.path(), "", &mut all);
    assert!(all.iter().all(|path| path == "plug.zip" || path.starts_with("staging/")), "{all:?}");
}

#[track_caller]
fn check_entry(change: impl FnOnce(&mut Part), expected: &str) {
    let mut parts = sound();
    change(&mut parts[1]);
    check(&Zip::of(parts), expected);
}

#[track_caller]
fn check_with(extra: impl IntoIterator<Item = Part>, expected: &str) {
    check(&Zip::of(sound().into_iter().chain(extra)), expected);
}

#[test]
fn a_sound_archive_is_taken() {
    check(&Zip::of(sound()), "");
    check(&Zip { comment: b"a commit".to_vec(), ..Zip::of(sound()) }, "");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for (name, expected) in [
        ("../evil.py", "`..`"),
        ("x/../../evil.py", "`..`"),
        ("x/../victim/f", "`..`"),
        ("..\\evil.py", "`\\`"),
        ("/etc/evil", "relative"),
        ("C:\\evil", "`:`"),
        ("C:/evil", "`:`"),
        ("plug.py:stream", "`:`"),
        ("nul.txt", "Windows"),
        ("a/CON", "Windows"),
        ("a\0b", "control"),
        ("a./b", "end with"),
        ("", "empty"),
        ("a//", "empty name"),
        ("./p.txt", "`.`"),
    ] {
        check_with([part(name, "evil")], expected);
    }
    check_with([part(&format!("{}f", "d/".repeat(17)), "")], "deeper than 16");
    check_with([part(&"n".repeat(10_000), "")], "longer than");
}

#[test]
fn names_that_are_one_somewhere_are_refused() {
    check_with([part("plug.py", PLUGIN)], "twice");
    check_with([part("PLUG.PY", PLUGIN)], "tell case");
    check_with([part("caf\u{e9}", "1"), part("cafe\u{301}", "2")], "accents");
    check_with([part("plug.py/x", "1")], "both a file and a folder");
    check_with([part("stra\u{df}e", "1"), part("STRASSE", "2")], "tell case");
    // A name that is not marked as UTF-8 is another one for old readers.
    let mut unmarked = part("caf\u{e9}", "1");
    unmarked.flags = 0;
    check_with([unmarked], "not marked as UTF-8");
    let mut broken = part("x", "1");
    broken.name = b"\xff\xfe".to_vec();
    check_with([broken], "not UTF-8");
    let mut two_names = part("x", "1");
    two_names.extra = [&[0x75, 0x70, 9, 0, 1][..], &crc32(b"x").to_le_bytes(), b"evil"].concat();
    check_with([two_names], "two names");
}

#[test]
fn what_is_no_file_is_refused() {
    let with_mode = |mode: u32, content: &str| {
        let mut special = part("special", content);
        special.attributes = mode << 16;
        special
    };
    check_with([with_mode(0o120_777, "/etc/passwd")], "symbolic link");
    // A link, and a file through it.
    check_with([with_mode(0o120_777, "/tmp"), part("special/evil", "1")], "symbolic link");
    check_with([with_mode(0o010_644, "")], "pipe, socket or device");
    check_with([with_mode(0o020_644, "")], "pipe, socket or device");
    check_with([with_mode(0o060_644, "")], "pipe, socket or device");
    check_with([with_mode(0o140_644, "")], "pipe, socket or device");
    check_with([with_mode(0o104_755, "1")], "setuid");
    check_with([with_mode(0o102_755, "1")], "setuid");
    check_with([with_mode(0o040_755, "")], "a file for one reader and a folder");
    let mut folder = part("f/", "content");
    folder.attributes = 0o040_755 << 16 | 0x10;
    check_with([folder], "a folder that has content");
    let mut dos = part("f", "content");
    (dos.system, dos.attributes) = (0, 0x10);
    check_with([dos], "a file for one reader and a folder");
}

#[test]
fn what_cannot_be_read_is_refused() {
    check_entry(|entry| entry.flags = 1, "encrypted");
    check_entry(|entry| entry.flags = 1 << 6, "encrypted");
    check_entry(|entry| entry.flags = 1 << 13, "encrypted");
    check_entry(|entry| entry.flags = 1 << 5, "features of zip");
    check_entry(|entry| entry.method = 12, "other than deflate");
    check_entry(|entry| entry.method = 9, "other than deflate");
    check_entry(|entry| entry.extra = vec![1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0], "Zip64");
    check_entry(|entry| entry.extra = vec![1, 0x99, 2, 0, 0, 0], "encrypted");
    check_entry(|entry| entry.extra = vec![1, 2, 3], "extra fields are damaged");
    check_entry(|entry| entry.size = Some(u32::MAX), "two sizes");
}

#[test]
fn headers_that_disagree_are_refused() {
    check_entry(|entry| entry.local_name = Some(b"q.py".to_vec()), "contradicts the directory");
    check_entry(|entry| entry.local_name = Some(b"../../q.py".to_vec()), "contradicts the directory");
    check_entry(|entry| entry.local_size = Some(3), "contradicts the directory");
    check_entry(|entry| entry.local_flags = Some(1 << 11), "contradicts the directory");
    check_entry(|entry| entry.size = Some(3), "two sizes");
    check_entry(|entry| entry.checksum = Some(7), "can't be unpacked");
    check_entry(|entry| entry.after = b"hidden".to_vec(), "lies behind it");
    check_entry(|entry| entry.start = Some(0), "in no directory, or it shares bytes");
    check_entry(|entry| entry.start = Some(1 << 20), "lies behind it");
    check_entry(|entry| (entry.size, entry.packed) = (Some(10), Some(10)), "lies behind it");
    check_entry(|entry| (entry.size, entry.packed) = (Some(1 << 20), Some(1 << 20)), "shares bytes");
    // Both entries have the same data: a bomb by overlapping.
    let mut parts = sound();
    parts[1].start = Some(0);
    check(&Zip::of(parts), "shares bytes");
}

#[test]
fn data_may_be_described_behind_it() {
    let described = |change: fn(&mut Vec<u8>)| {
        let mut parts = sound();
        for entry in &mut parts {
            entry.flags = 8;
            let size = (entry.content.len() as u32).to_le_bytes();
            entry.after = [0x0807_4b50u32.to_le_bytes(), crc32(&entry.content).to_le_bytes(), size, size].concat();
            change(&mut entry.after);
        }
        Zip::of(parts)
    };
    check(&described(|_| {}), "");
    check(&described(|after| drop(after.drain(..4))), "");
    check(&described(|after| after[0] = 1), "what follows its data");
    check(&described(|after| after[5] ^= 1), "what follows its data");
    check(&described(|after| after.push(0)), "what follows its data");
    check(&described(Vec::clear), "what follows its data");
}

#[test]
fn archives_that_are_two_are_refused() {
    let zip = |change: fn(&mut Zip)| {
        let mut zip = Zip::of(sound());
        change(&mut zip);
        zip
    };
    check(&zip(|zip| zip.before = b"#!/bin/sh\n".to_vec()), "in no directory");
    check(&zip(|zip| zip.before_directory = b"hidden".to_vec()), "lies behind it");
    check(&zip(|zip| zip.before_end = b"hidden".to_vec()), "before it, or between");
    check(&zip(|zip| zip.after = b"trailing".to_vec()), "follows its end");
    check(&zip(|zip| zip.comment_size = Some(9)), "follows its end, or its end is cut");
    check(&zip(|zip| zip.entries = Some(1)), "holds more than it says");
    check(&zip(|zip| zip.entries = Some(3)), "directory");
    check(&zip(|zip| zip.entries = Some(u16::MAX)), "Zip64");
    check(&zip(|zip| zip.disk = 1), "split");
    // Two archives, one behind the other, and one within the comment of another.
    let other = Zip::of([part("q.py", PLUGIN)]).bytes();
    check(&Zip { before: other.clone(), ..Zip::of(sound()) }, "in no directory");
    check(&Zip { comment: other, ..Zip::of(sound()) }, "two ends");
}

#[test]
fn what_is_no_zip_is_refused() {
    for bytes in
        [&b""[..], b"PK", b"PK\x03\x04", b"PK\x05\x06", &[0; 22], b"not a zip at all, but long enough to be one"]
    {
        let place = Place::new();
        place.write("plug.zip", bytes);
        let error = place.stage("plug.zip").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Package, "{error}");
    }
    let place = Place::new();
    place.write("plug.zip", Zip::default().bytes());
    assert!(place.stage("plug.zip").unwrap_err().to_string().contains("nothing in it"));
}

#[test]
fn any_cut_or_flipped_byte_is_an_error_or_nothing() {
    let whole = Zip::of(sound()).bytes();
    let place = Place::new();
    for length in 0..whole.len() {
        place.write("plug.zip", &whole[..length]);
        assert!(place.stage("plug.zip").is_err(), "cut at {length}");
    }
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        place.write("plug.zip", &bytes);
        // Times and versions may be anything; whatever is taken is what the manifest lists.
        if let Ok(staged) = place.stage("plug.zip") {
            assert_eq!(staged.files.len(), 1);
        }
    }
}

#[test]
fn bombs_are_refused() {
    let place = Place::new();
    let limits = Limits { max_total_bytes: 1 << 20, max_entries: 20, ..Limits::default() };
    let refused = |zip: &Zip, expected: &str| {
        zip.write(&place);
        let error = place.stage_within("plug.zip", &limits).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    };
    let large = "x".repeat(600_000);
    refused(&Zip::of([part("a", &large), part("b", &large)]), "1200000 bytes together");
    let many = (0..21).map(|number| part(&format!("f{number}"), ""));
    refused(&Zip::of(many), "more than 20 files");
    // Folders that are nowhere named count too.
    refused(&Zip::of((0..11).map(|number| part(&format!("d{number}/f"), ""))), "more than 20 files");
    let archive = Limits { max_archive_bytes: 100, ..limits };
    Zip::of(sound()).write(&place);
    assert_eq!(place.stage_within("plug.zip", &archive).unwrap_err().kind(), ErrorKind::LimitExceeded);
}

/// A deflated run of zeros: a kilobyte becomes a megabyte.
fn deflated(size: usize) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file("bomb", options).unwrap();
    std::io::Write::write_all(&mut writer, &vec![0; size]).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn ratio_bombs_are_refused() {
    let place = Place::new();
    place.write("plug.zip", deflated(32 << 20));
    let error = place.stage("plug.zip").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
    // What is small is taken, however well it was packed: here refused because it is no plugin.
    place.write("plug.zip", deflated(8 << 20));
    assert!(place.stage("plug.zip").unwrap_err().to_string().contains("no plugin in it"));
}

#[test]
fn sizes_that_lie_stop_where_they_lie() {
    // The bomb says that it holds ten bytes, in both of its headers.
    let mut bytes = deflated(32 << 20);
    let honest = (32u32 << 20).to_le_bytes();
    let places: Vec<_> = (0..bytes.len() - 4).filter(|at| bytes[*at..at + 4] == honest).collect();
    assert_eq!(places.len(), 2);
    for at in places {
        bytes[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
    }
    let place = Place::new();
    place.write("plug.zip", bytes);
    let error = place.stage("plug.zip").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Package, "{error}");
    assert!(std::fs::metadata(place.staging().join("bomb")).is_ok_and(|file| file.len() < 100_000));
}
