//! What a plugin is given: what an honest one needs, and what the policy allows one that asks for it.

use csvq_tests::plugins::library;
use serde_json::{Value, json};

use super::fort::{Came, Fort, limits};
use super::ground::Ground;

/// A plugin that asks for leave to use the network and files.
const ASKS: &str = "attack_asks";

/// Tries all of these, each of which has to come to what is said: whether it comes through.
#[track_caller]
fn check(limit: Value, plugin: &str, tries: &[(&str, &str, bool)]) {
    let fort = Fort::new(&limits(limit.clone()));
    fort.installed(&library(plugin));
    let mut ground = Ground::new(&fort);
    for (attack, parameters, expected) in tries {
        ground.restore();
        let came = fort.attempt(plugin, attack, &ground.parameters(parameters));
        let came_through = matches!(came, Came::Through(_));
        assert_eq!(came_through, *expected, "{limit} {attack} {parameters}: {came:?}");
    }
    assert_eq!(fort.left_over(), Vec::<String>::new());
    fort.is_alive();
}

#[test]
fn what_an_honest_plugin_needs_it_has() {
    check(
        json!({}),
        "attacks",
        &[
            ("write_scratch", "", true),
            ("threads", "count=4", true),
            ("allocate", "megabytes=64", true),
            ("load_library", "name=libm.so.6", true),
            ("read_file", "path=/dev/urandom", true),
            ("read_file", "path=@home/plugins/custom/attacks/1.0.0/plugin.json", true),
        ],
    );
}

#[test]
fn files_are_given_as_the_policy_says() {
    let read = |access: &str, scratch: bool, foreign: bool| {
        check(
            json!({ "allow_file_system_access": access }),
            ASKS,
            &[
                ("read_file", "path=@home/plugins/custom/attack_asks/1.0.0/plugin.json", true),
                ("write_scratch", "", scratch),
                ("read_file", "path=@ground/secret", foreign),
                ("write_file", "path=@ground/evil", foreign),
            ],
        );
    };
    read("none", false, false);
    read("restricted", true, false);
    read("full", true, true);
}

#[test]
fn the_network_is_given_as_the_policy_says() {
    let tries = |given: bool| {
        [
            ("tcp", "port=@tcp", given),
            ("udp", "port=@udp", given),
            // These are never given.
            ("abstract_socket", "name=@abstract", false),
            ("unix_socket", "path=@ground/socket", false),
            ("raw_socket", "", false),
            ("packet_socket", "", false),
            ("exec", "path=@ground/ran", false),
            ("read_file", "path=@ground/secret", false),
        ]
    };
    check(json!({ "allow_network_access": true }), ASKS, &tries(true));
    check(json!({ "allow_network_access": false }), ASKS, &tries(false));
}

/// One plugin may have less than others, and never more.
#[test]
fn what_one_plugin_has_can_only_be_less() {
    let fort = Fort::new(&limits(json!({ "allow_network_access": true })));
    fort.installed(&library(ASKS));
    let ground = Ground::new(&fort);
    let parameters = ground.parameters("port=@tcp");
    assert!(matches!(fort.attempt(ASKS, "tcp", &parameters), Came::Through(_)));
    let mut tightened = limits(json!({ "allow_network_access": true }));
    tightened["plugins"] = json!({ ASKS: { "allow_network_access": false } });
    fort.decree(&tightened);
    assert!(!matches!(fort.attempt(ASKS, "tcp", &parameters), Came::Through(_)));
    let mut loosened = limits(json!({ "allow_network_access": false }));
    loosened["plugins"] = json!({ ASKS: { "allow_network_access": true } });
    fort.decree(&loosened);
    match fort.attempt(ASKS, "tcp", &parameters) {
        Came::Refused(error) => assert!(error.contains("security_policy.json"), "{error}"),
        came => panic!("{came:?}"),
    }
}

#[test]
fn a_plugin_that_asks_for_nothing_is_given_nothing() {
    let fort = Fort::new(&limits(json!({})));
    fort.installed(&library("attacks"));
    let ground = Ground::new(&fort);
    let came = fort.attempt("attacks", "tcp", &ground.parameters("port=@tcp"));
    assert!(!matches!(came, Came::Through(_)) && ground.gained().is_empty(), "{came:?}");
}
