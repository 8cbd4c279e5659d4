//! Plugins that end in every way: the comparison is lost, by name, and nothing else.

use csvq_tests::plugins::library;
use serde_json::json;

use super::fort::{Fort, limits, refused};

#[test]
fn whatever_way_a_plugin_ends_csvq_goes_on() {
    let fort = Fort::new(&limits(json!({ "max_memory_mb": 256, "max_execution_time_seconds": 30 })));
    // One of them takes all memory that it gets.
    assert_eq!(fort.enforced()["memory"]["holds"], true);
    for (plugin, parameters, said) in [
        ("aborts", &[][..], "worker"),
        ("segfaults", &[], "worker"),
        ("overflows", &[], "worker"),
        ("exits", &[], "worker"),
        ("exits", &["form=at_once"], "worker"),
        ("panics", &[], "panicked"),
        ("panics", &["in=thrown"], ""),
        ("hoards", &[], ""),
    ] {
        if parameters.is_empty() {
            fort.installed(&library(plugin));
        }
        let error = refused(&fort.compare(plugin, parameters));
        assert!(error.contains(plugin) && error.contains(said), "{plugin}: {error}");
        assert_eq!(fort.left_over(), Vec::<String>::new(), "{plugin}");
    }
    fort.is_alive();
}

/// What was in memory, cells among it, is in no file afterwards.
#[test]
fn no_core_is_dumped() {
    let fort = Fort::new(&limits(json!({})));
    fort.installed(&library("segfaults"));
    let (files, names) = (fort.files(), fort.homestead.place.names().unwrap());
    refused(&fort.compare("segfaults", &[]));
    assert_eq!((fort.files(), fort.homestead.place.names().unwrap()), (files, names));
}
