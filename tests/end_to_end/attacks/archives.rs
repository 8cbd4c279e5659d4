//! Archives that would write elsewhere, be two things at once, or burst: each is refused, and nothing of it is there.

use std::fs;

use csvq_tests::plugins::library;
use serde_json::json;

use super::fort::{Fort, limits, policy};
use super::zips::{Part, package, part, zip, zip_between};

/// A sound package of the honest plugin, to be changed.
fn sound() -> Vec<Part> {
    package("good", &fs::read(library("good")).unwrap(), &[])
}

/// A sound package with more in it.
fn with(more: impl IntoIterator<Item = Part>) -> Vec<u8> {
    zip(&sound().into_iter().chain(more).collect::<Vec<_>>())
}

/// A sound package with its library changed.
fn changed(change: impl FnOnce(&mut Part)) -> Vec<u8> {
    let mut parts = sound();
    change(&mut parts[1]);
    zip(&parts)
}

fn special(mode: u32, content: &str) -> Part {
    Part { mode, ..part("special", content) }
}

#[test]
fn a_sound_archive_is_taken() {
    let fort = Fort::empty(&limits(json!({})));
    let package = fort.homestead.place.write("good.zip", zip(&sound())).unwrap();
    fort.installed(&package);
    fort.is_alive();
}

#[test]
fn evil_archives_are_refused() {
    let fort = Fort::new(&limits(json!({})));
    let around = fort.homestead.place.names().unwrap();
    let zeros = || Part { is_deflated: true, ..part("zeros", vec![0; 33 << 20]) };
    let archives: Vec<(&str, Vec<u8>, &str)> = vec![
        ("climbs", with([part("../evil", "x")]), "`..`"),
        ("climbs into a sibling", with([part("x/../../good/evil", "x")]), "`..`"),
        ("backslash", with([part("..\\evil", "x")]), "`\\`"),
        ("absolute", with([part("/tmp/csvq-evil", "x")]), "relative"),
        ("drive", with([part("C:/evil", "x")]), "`:`"),
        ("stream", with([part("plugin.json:evil", "x")]), "`:`"),
        ("device", with([part("nul.txt", "x")]), "Windows"),
        ("a NUL", with([part("a\0b", "x")]), "control"),
        ("10 kB of a name", with([part(&"n".repeat(10_000), "x")]), "longer than"),
        ("link", with([special(0o120_777, "/etc/passwd")]), "symbolic link"),
        ("through a link", with([special(0o120_777, "/tmp"), part("special/evil", "x")]), "symbolic link"),
        ("pipe", with([special(0o010_644, "")]), "pipe"),
        ("device file", with([special(0o020_644, "")]), "pipe"),
        ("setuid", with([special(0o104_755, "x")]), "setuid"),
        ("twice", with([part("libplugin.so", "x")]), "twice"),
        ("case", with([part("LIBPLUGIN.SO", "x")]), "case"),
        ("accents", with([part("caf\u{e9}", "1"), part("cafe\u{301}", "2")]), "accents"),
        ("another name in front", changed(|part| part.local_name = Some("libplugin.xx".to_owned())), "contradicts"),
        ("sizes that lie", changed(|part| part.claimed = Some(3)), "size"),
        ("shared bytes", changed(|part| part.start = Some(0)), "shares bytes"),
        ("something before", zip_between(b"#!/bin/sh\n", &sound(), b""), "directory"),
        ("something behind", zip_between(b"", &sound(), b"trailing"), "end"),
        ("two archives", [zip(&sound()), zip(&sound())].concat(), ""),
        ("a bomb", with([zeros()]), ""),
        ("a bomb that says it is small", with([Part { claimed: Some(10), ..zeros() }]), ""),
        ("12,000 files", with((0..12_000).map(|number| part(&format!("f{number}"), ""))), "files"),
        ("cut short", zip(&sound())[..2000].to_vec(), ""),
        ("nothing in it", zip(&[]), "nothing"),
    ];
    for (name, bytes, said) in &archives {
        let package = fort.homestead.place.write("evil.zip", bytes).unwrap();
        let error = fort.not_installed(&package);
        assert!(error.contains(said) && error.contains("evil.zip"), "{name} should say {said}: {error}");
        fs::remove_file(package).unwrap();
        assert_eq!(fort.homestead.place.names().unwrap(), around, "{name}");
    }
    assert!(!std::path::Path::new("/tmp/csvq-evil").exists());
    assert_eq!(fort.audited("install_refused").len(), archives.len());
    fort.told_of(&["install_refused"], "evil.zip");
    fort.is_alive();
}

/// What is dropped in comes through the same door.
#[test]
fn an_evil_archive_that_is_dropped_in_is_refused() {
    let fort = Fort::new(&limits(json!({})));
    fs::write(fort.home().join("plugins/evil.zip"), with([part("../evil", "x")])).unwrap();
    fort.is_alive();
    let errors = fort.ask(&["plugins", "errors"]);
    assert!(errors.to_string().contains("evil.zip"), "{errors}");
    assert!(!fort.home().join("plugins/custom/evil").exists() && !fort.home().join("plugins/evil").exists());
    assert_eq!(fort.left_over(), Vec::<String>::new());
    // It is written down once, and not at every command.
    fort.told_of(&["install_refused"], "evil.zip");
    fort.is_alive();
    assert_eq!(fort.audited("install_refused").len(), 1);
}

#[test]
fn a_package_is_as_large_as_the_policy_says() {
    let fort = Fort::new(&policy(json!({ "max_plugin_size_mb": 1 }), json!({})));
    let noise: Vec<u8> = (0..3_000_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let parts = package("newer_abi", &fs::read(library("newer_abi")).unwrap(), &[("data.bin", &noise)]);
    let large = fort.homestead.place.write("large.zip", zip(&parts)).unwrap();
    let error = fort.not_installed(&large);
    assert!(error.contains("max_plugin_size_mb"), "{error}");
    fort.told_of(&["install_refused"], "");
    fort.decree(&limits(json!({})));
    fort.installed(&large);
}
