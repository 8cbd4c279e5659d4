//! The files that the administrator's guide prints, as it prints them.

use super::super::document::Documents;
use super::super::home::seed::EXAMPLES;
use super::super::{RepositoryType, TrustLevel};
use super::read;

const MAIN: &str = include_str!("guide/plugin_config.json");
const PARTIAL: &str = include_str!("guide/plugin_config.partial.json");
const REPOSITORIES: &str = include_str!("guide/repositories.json");

/// Documents of their own.
const OTHERS: &[(&str, &str)] = &[
    ("security_policy.json", include_str!("guide/security_policy.json")),
    ("user_permissions.json", include_str!("guide/user_permissions.json")),
    ("rbac.json", include_str!("guide/rbac.json")),
    ("plugin_access.json", include_str!("guide/plugin_access.json")),
    ("repositories.json", REPOSITORIES),
    ("logging.json", include_str!("guide/logging.json")),
];

#[test]
fn the_main_file_is_read_whole() {
    let config = read(MAIN).unwrap();
    let system = &config.plugin_system;
    assert!(system.enabled && system.auto_load_on_startup);
    assert_eq!((system.plugin_directory.as_str(), system.cache_directory.as_str()), ("plugins", "plugins/cache"));
    assert_eq!((system.max_concurrent_comparisons, system.default_timeout_seconds), (4, Some(300.0)));
    let repositories: Vec<_> =
        config.repositories.iter().map(|one| (one.name.as_str(), one.enabled, one.auto_update)).collect();
    assert_eq!(repositories, [("official", true, true), ("community", true, false)]);
    assert_eq!(config.repositories[0].url, "https://plugins.csvquery.com/repository");
    let expected = serde_json::json!({
        "row_compare": { "enabled": true, "max_rows": 1_000_000, "default_key_columns": ["id"] },
        "column_compare": { "enabled": true, "default_tolerance": 0.001 },
        "hash_compare": { "enabled": true, "default_algorithm": "sha256", "chunk_size": 8192 },
        "schema_compare": { "enabled": true, "strict_mode": false }
    });
    assert_eq!(config.to_value()["plugin_settings"], expected);
}

#[test]
fn a_partial_file_leaves_the_rest_at_its_defaults() {
    let config = read(PARTIAL).unwrap();
    assert_eq!(config, super::PluginConfig::default());
}

#[test]
fn the_long_form_of_repositories_is_read_too() {
    let document: serde_json::Value = serde_json::from_str(REPOSITORIES).unwrap();
    let alone = serde_json::json!({ "repositories": document["repositories"] });
    let repositories = read(&alone.to_string()).unwrap().repositories;
    let kinds: Vec<_> = repositories.iter().map(|one| (one.kind.unwrap(), one.trust_level.unwrap())).collect();
    let expected = [
        (RepositoryType::RestApi, TrustLevel::High),
        (RepositoryType::Git, TrustLevel::Medium),
        (RepositoryType::Local, TrustLevel::High),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(repositories[1].branch.as_deref(), Some("main"));
    assert_eq!(repositories[0].update_interval_hours, Some(24.0));
    let shown = format!("{:?}", repositories[0].authentication);
    assert!(shown.contains("${OFFICIAL_REPO_API_KEY}"), "{shown}");
}

#[test]
fn every_other_file_is_json() {
    for (name, text) in OTHERS {
        Documents::default().parse(name.as_ref(), (*text).to_owned()).unwrap();
    }
}

#[test]
fn examples_say_what_the_guide_says() {
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for (name, text) in EXAMPLES {
        let plain = name.replace(".example", "");
        let (_, guide) = OTHERS.iter().chain(&[("plugin_config.json", MAIN)]).find(|(name, _)| *name == plain).unwrap();
        assert_eq!(value(text), value(guide), "{name}");
    }
}
