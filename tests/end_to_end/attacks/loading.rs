//! Attacks at load: code that runs before anyone asked for it, and files that change between check and load.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use csvq_tests::plugins::library;
use serde_json::{Value, json};

use super::fort::{Fort, compile, limits, refused, unguarded};
use crate::stderr;

/// A plugin that writes a file and connects when it is loaded; the file, and whoever it connects to.
fn ambush(fort: &Fort) -> (PathBuf, PathBuf, TcpListener) {
    let (mark, listener) = (fort.path("mark"), TcpListener::bind("127.0.0.1:0").unwrap());
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let defined = [format!("MARK=\"{}\"", mark.display()), format!("PORT={port}")];
    (compile("attack_at_load.c", "ambush", &defined, &fort.path("libambush.so")), mark, listener)
}

#[test]
fn what_runs_at_load_is_guarded() {
    let check = |policy: &Value, is_free: bool| {
        let fort = Fort::new(policy);
        let (plugin, mark, listener) = ambush(&fort);
        fort.installed(&plugin);
        assert_eq!((mark.exists(), listener.accept().is_ok()), (is_free, is_free), "installed under {policy}");
        let _ = fs::remove_file(&mark);
        let output = fort.compare("ambush", &[]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!((mark.exists(), listener.accept().is_ok()), (is_free, is_free), "compared under {policy}");
        fort.is_alive();
    };
    check(&limits(json!({})), false);
    check(&unguarded(), true);
}

#[test]
fn what_dies_at_load_is_not_installed() {
    let fort = Fort::new(&limits(json!({})));
    let defined = ["DIES".to_owned(), format!("MARK=\"{}\"", fort.path("mark").display())];
    let dying = compile("constructor.c", "dying", &defined, &fort.path("libdying.so"));
    fort.not_installed(&dying);
    assert!(!fort.path("mark").exists());
    fort.is_alive();
}

/// Honest bytes and evil ones, which would leave a mark, of plugins that say the same of themselves.
fn twins(fort: &Fort) -> (PathBuf, PathBuf, PathBuf) {
    let mark = fort.path("mark");
    let honest = compile("attack_at_load.c", "twin", &[], &fort.path("libtwin.so"));
    fs::create_dir(fort.path("evil")).unwrap();
    let defined = [format!("MARK=\"{}\"", mark.display())];
    let evil = compile("attack_at_load.c", "twin", &defined, &fort.path("evil/libtwin.so"));
    (honest, evil, mark)
}

/// Puts bytes in the place of a file, under its name or into the very file.
fn put(bytes: &[u8], file: &Path, in_place: bool) {
    if in_place {
        fs::write(file, bytes).unwrap();
    } else {
        let beside = file.with_extension("new");
        fs::write(&beside, bytes).unwrap();
        fs::rename(&beside, file).unwrap();
    }
}

/// The guards are off, so that the mark would be left.
#[test]
fn a_library_that_is_swapped_while_it_is_used_is_never_loaded() {
    let fort = Fort::new(&unguarded());
    let (honest, evil, mark) = twins(&fort);
    fort.installed(&honest);
    let installed = fort.home().join("plugins/custom/twin/1.0.0/libtwin.so");
    let (good, bad) = (fs::read(&honest).unwrap(), fs::read(&evil).unwrap());
    let is_over = AtomicBool::new(false);
    let (mut taken, mut turned_away) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0_u32;
            while !is_over.load(Ordering::Relaxed) {
                let bytes = if turn.is_multiple_of(2) { &bad } else { &good };
                put(bytes, &installed, turn % 4 > 1);
                turn += 1;
            }
        });
        for _ in 0..16 {
            let output = fort.compare("twin", &[]);
            assert!(!mark.exists(), "the evil one was loaded");
            if output.status.code() == Some(0) {
                taken += 1;
            } else {
                let error = refused(&output);
                assert!(error.contains("twin"), "{error}");
                turned_away += 1;
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(taken + turned_away, 16);

    put(&good, &installed, false);
    assert_eq!(fort.compare("twin", &[]).status.code(), Some(0));
    put(&bad, &installed, false);
    let error = refused(&fort.compare("twin", &[]));
    assert!(error.contains("digest") && error.contains("twin"), "{error}");
    assert!(!mark.exists());
    fort.told_of(&["load_refused"], "twin");
    fort.is_alive();
    // It would have left its mark.
    fs::remove_dir_all(fort.home().join("plugins/custom/twin")).unwrap();
    let other = Fort::new(&unguarded());
    other.installed(&evil);
    assert!(mark.exists());
}

/// What is checked is what is installed, whoever swaps the package meanwhile.
#[test]
fn a_package_that_is_swapped_while_it_is_installed_is_one_or_the_other() {
    let fort = Fort::new(&unguarded());
    let (honest, evil, mark) = twins(&fort);
    let (good, bad) = (fs::read(&honest).unwrap(), fs::read(&evil).unwrap());
    let digests = [&honest, &evil].map(|library| {
        let other = Fort::empty(&unguarded());
        other.installed(library)["digest"].clone()
    });
    let package = fort.path("package/libtwin.so");
    fs::create_dir(fort.path("package")).unwrap();
    put(&good, &package, false);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0_u32;
            while !is_over.load(Ordering::Relaxed) {
                put(if turn.is_multiple_of(2) { &bad } else { &good }, &package, turn % 4 > 1);
                turn += 1;
            }
        });
        for _ in 0..6 {
            let _ = fs::remove_file(&mark);
            let output = fort.run(&["plugins", "install", &package.display().to_string(), "--format", "json"]);
            if output.status.code() == Some(0) {
                let installed: Value = serde_json::from_slice(&output.stdout).unwrap();
                assert!(digests.contains(&installed["digest"]), "{installed}");
                assert_eq!(mark.exists(), installed["digest"] == digests[1], "{installed}");
                fort.ask(&["plugins", "uninstall", "twin", "--yes"]);
            } else {
                refused(&output);
            }
            assert_eq!(fort.left_over(), Vec::<String>::new());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    fort.is_alive();
}

/// An id that climbs out of its folder, in what a library says of itself.
#[test]
fn an_id_that_leads_elsewhere_is_refused() {
    let fort = Fort::new(&limits(json!({})));
    let long = "a".repeat(10_000);
    for (number, id) in ["../evil", "a/b", "..", ".", "a\\\\b", "a b", "A", "", "-a", &long].iter().enumerate() {
        let plugin = compile("good.c", id, &[], &fort.path(&format!("lib{number}.so")));
        let error = fort.not_installed(&plugin);
        assert!(error.len() < 5_000, "{}", error.len());
    }
    assert!(!fort.home().join("plugins/evil").exists() && !fort.home().join("evil").exists());
    fort.is_alive();
}

#[test]
fn a_library_that_is_installed_and_broken_then_is_no_other_plugins_matter() {
    let fort = Fort::new(&limits(json!({})));
    fort.installed(&library("newer_abi"));
    fs::write(fort.home().join("plugins/custom/newer_abi/1.0.0/libnewer_abi.so"), b"").unwrap();
    refused(&fort.compare("newer_abi", &[]));
    fort.told_of(&["load_refused"], "newer_abi");
    fort.is_alive();
}
