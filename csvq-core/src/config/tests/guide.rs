//! The files that the administrator's guide prints, as it prints them.

use super::super::home::seed::EXAMPLES;
use super::super::{
    AccessRules, ConfigFile, FileSystemAccess, LogLevel, LogStream, LogTarget, Logging, Permission, PluginAccess, Rbac,
    Repositories, RepositoryType, Role, Rotation, SecurityPolicy, TrustLevel, UserPermissions,
};
use super::read;

/// A file of the guide, by its name.
fn text(name: &str) -> &'static str {
    OTHERS.iter().find(|(other, _)| *other == name).unwrap().1
}

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
fn every_other_file_is_read_by_its_own_reader() {
    for (name, text) in OTHERS {
        name.parse::<ConfigFile>().unwrap().read(name.as_ref(), text).unwrap();
    }
}

#[test]
fn the_policy_is_the_guides() {
    let policy = SecurityPolicy::from_json("p.json".as_ref(), text("security_policy.json")).unwrap();
    let security = &policy.plugin_security;
    assert!(security.allow_external_plugins && !security.require_signature_verification);
    let names =
        |domains: &[super::super::Domain]| domains.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>();
    let allowed = names(security.allowed_domains.as_ref().unwrap());
    assert_eq!(allowed, ["github.com", "gitlab.com", "trusted-plugin-repo.com"]);
    assert_eq!(names(&security.blocked_domains), ["malicious-site.com"]);
    assert_eq!(security.max_plugin_size_mb, 50);
    assert!(security.scan_for_malicious_code && security.quarantine_suspicious_plugins);
    let limits = &policy.execution_limits;
    assert_eq!((limits.max_memory_mb, limits.max_execution_time_seconds), (1024, 300.0));
    assert_eq!((limits.allow_network_access, limits.allow_file_system_access), (false, FileSystemAccess::Restricted));
    // What the guide does not say is csvq's default, which is the guide's in what it does say.
    let mut like_default = policy.clone();
    like_default.plugin_security.allowed_domains = None;
    like_default.plugin_security.blocked_domains = Vec::new();
    assert_eq!(like_default, SecurityPolicy::default());
}

#[test]
fn roles_are_the_guides() {
    let rbac = Rbac::from_json("r.json".as_ref(), text("rbac.json")).unwrap();
    assert_eq!(rbac, Rbac::default());
    assert_eq!(rbac.roles().map(Role::as_str).collect::<Vec<_>>(), ["admin", "guest", "power_user", "user"]);
    let check = |role: &str, expected: &[Permission]| {
        assert_eq!(rbac.permissions(&role.parse().unwrap()).collect::<Vec<_>>(), expected, "{role}");
    };
    use Permission::{ConfigurePlugin, InstallPlugin, UsePlugin, ViewLogs};
    check("admin", Permission::ALL);
    check("power_user", &[InstallPlugin, ConfigurePlugin, UsePlugin, ViewLogs]);
    check("user", &[ConfigurePlugin, UsePlugin]);
    check("guest", &[UsePlugin]);

    let access = PluginAccess::from_json("a.json".as_ref(), text("plugin_access.json")).unwrap();
    for (role, plugin, expected) in [
        ("admin", "my_plugin", true),
        ("power_user", "my_plugin", true),
        ("user", "my_plugin", false),
        ("user", "row_compare", true),
        ("guest", "column_compare", true),
        ("other", "row_compare", false),
    ] {
        assert_eq!(access.allows(&role.parse().unwrap(), &[plugin]), expected, "{role} {plugin}");
    }
}

#[test]
fn user_permissions_come_to_the_same_roles() {
    let said = UserPermissions::from_json("u.json".as_ref(), text("user_permissions.json")).unwrap();
    let (rbac, access) = (said.rbac(), said.access());
    for role in ["admin", "power_user", "user"] {
        let role: Role = role.parse().unwrap();
        let permissions = |rbac: &Rbac| rbac.permissions(&role).collect::<Vec<_>>();
        assert_eq!(permissions(&rbac), permissions(&Rbac::default()), "{role}");
        assert_eq!(access.allows(&role, &["my_plugin"]), role.as_str() != "user");
        assert!(access.allows(&role, &["row_compare"]));
    }
    let guest: Role = "guest".parse().unwrap();
    assert!(!rbac.allows(&guest, Permission::UsePlugin) && !access.allows(&guest, &["row_compare"]));
    // In a home it stands in place of the other two.
    let place = super::Place::new();
    place.write("user_permissions.json", text("user_permissions.json"));
    assert_eq!(AccessRules::load(&place.home).unwrap(), AccessRules { rbac, access });
}

#[test]
fn repositories_of_the_guide_have_their_security() {
    let read = Repositories::from_json("r.json".as_ref(), REPOSITORIES).unwrap();
    assert_eq!(read.repositories.len(), 3);
    let security = &read.security;
    assert!(security.require_signature_verification && security.quarantine_unknown_plugins);
    assert_eq!(security.allowed_trust_levels, [TrustLevel::High, TrustLevel::Medium]);
}

#[test]
fn the_guides_loggers_have_their_handlers() {
    let logging = Logging::from_json("l.json".as_ref(), text("logging.json")).unwrap();
    assert!(!logging.disable_existing_loggers);
    let routes = |logger: &str| -> Vec<(String, LogLevel)> {
        logging.routes(logger).iter().map(|route| (route.name.to_owned(), route.level)).collect()
    };
    let route = |name: &str, level| (name.to_owned(), level);
    assert_eq!(routes("plugin_system"), [route("console", LogLevel::Info), route("file", LogLevel::Debug)]);
    assert_eq!(routes("plugin_security"), [route("console", LogLevel::Warning), route("security", LogLevel::Warning)]);
    assert_eq!(routes("plugin_system.install"), routes("plugin_system"));
    assert!(routes("other").is_empty());
    let console = &logging.handlers["console"];
    assert_eq!(console.target, LogTarget::Stream(LogStream::Stdout));
    let rotation = Rotation::Size { max_bytes: 10_485_760, backup_count: 10 };
    let expected = LogTarget::File { filename: "logs/security.log".to_owned(), rotation };
    assert_eq!(logging.handlers["security"].target, expected);
    assert_eq!(logging.formatters["detailed"].pieces().len(), 9);
    assert_eq!(logging.routes("plugin_security")[1].format, Some(&logging.formatters["detailed"]));
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
