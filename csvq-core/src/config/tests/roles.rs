//! Roles: what is refused, and what holds where several files say something.

use super::super::{AccessRules, ConfigFile, Environment, Permission, Rbac, check_files};
use super::{Place, shown};
use crate::error::ErrorKind;

fn check(file: ConfigFile, text: &str, expected: &str) {
    let error = file.read("r.json".as_ref(), text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[test]
fn errors_say_where() {
    check(ConfigFile::Rbac, "{\"Admin\": []}", "Admin: r.json: line 1: this is no name of a role");
    check(ConfigFile::Rbac, "{\"\": []}", "[\"\"]: r.json: line 1: this is no name of a role");
    check(ConfigFile::Rbac, "{\"a b\": []}", "[\"a b\"]: r.json: line 1: this is no name of a role");
    check(ConfigFile::Rbac, &format!("{{\"{}\": []}}", "a".repeat(65)), "a");
    check(
        ConfigFile::Rbac,
        "{\"admin\": [\"use_plugin\",\n\"instal_plugin\"]}",
        "admin[1]: r.json: line 2: expected one of \"install_plugin\", \"remove_plugin\", \"configure_plugin\", \"use_plugin\", \
         \"manage_security\", \"view_logs\", \"manage_users\"; did you mean \"install_plugin\"?",
    );
    check(
        ConfigFile::Rbac,
        "{\"admin\": [\"use_plugin\", \"use_plugin\"]}",
        "admin[1]: r.json: line 1: this is there twice",
    );
    check(ConfigFile::Rbac, "{\"admin\": \"all\"}", "admin: r.json: line 1: expected a list");
    check(ConfigFile::Rbac, "{\"admin\": [],\n\"admin\": []}", "admin: r.json: line 2: this name is there twice");
    check(
        ConfigFile::PluginAccess,
        "{\"admin\": \"al\"}",
        "admin: r.json: line 1: expected one of \"all\"; did you mean \"all\"?",
    );
    check(ConfigFile::PluginAccess, "{\"admin\": [\" \"]}", "admin[0]: r.json: line 1: this can't be empty");
    check(
        ConfigFile::PluginAccess,
        "{\"admin\": [\"a\\u0007\"]}",
        "admin[0]: r.json: line 1: this is no name of a plugin",
    );
    check(ConfigFile::UserPermissions, "{}", "r.json: line 1: `user_permissions` is missing here");
    check(
        ConfigFile::UserPermissions,
        "{\"user_permissions\": {\"admin\": {\"can_instal_plugins\": true}}}",
        "user_permissions.admin.can_instal_plugins: r.json: line 1: there is no such setting; did you mean `can_install_plugins`?",
    );
    check(
        ConfigFile::UserPermissions,
        "{\"user_permissions\": {\"user\": {},\n\"regular_user\": {}}}",
        "user_permissions.regular_user: r.json: line 2: `regular_user` is the role `user`",
    );
    check(
        ConfigFile::UserPermissions,
        "{\"user_permissions\": {\"user\": {\"can_access_all_plugins\": true, \"allowed_plugins\": []}}}",
        "user_permissions.user.allowed_plugins: r.json: line 1: `can_access_all_plugins` allows all",
    );
}

#[test]
fn files_that_say_the_same_dont_stand_beside_one_another() {
    let place = Place::new();
    assert_eq!(AccessRules::load(&place.home).unwrap(), AccessRules::default());
    place.write("rbac.json", r#"{ "auditor": ["view_logs"] }"#);
    place.write("plugin_access.json", r#"{ "auditor": "all" }"#);
    let rules = AccessRules::load(&place.home).unwrap();
    let (auditor, admin) = ("auditor".parse().unwrap(), "admin".parse().unwrap());
    assert!(rules.rbac.allows(&auditor, Permission::ViewLogs) && rules.access.allows(&auditor, &["x"]));
    // A file takes the place of all defaults.
    assert!(!rules.rbac.allows(&admin, Permission::ViewLogs) && !rules.access.allows(&admin, &["x"]));
    place.write("user_permissions.json", r#"{ "user_permissions": {} }"#);
    let error = AccessRules::load(&place.home).unwrap_err();
    let expected = "user_permissions.json: this says what rbac.json says, too, which is there as well: keep one form, and \
                    remove the file of the other";
    assert_eq!(shown(&error, &place), expected);
    let errors = check_files(&place.home, &Environment::default());
    assert_eq!(errors.iter().map(|error| shown(error, &place)).collect::<Vec<_>>(), [expected]);
    std::fs::remove_file(place.path("rbac.json")).unwrap();
    std::fs::remove_file(place.path("plugin_access.json")).unwrap();
    assert_eq!(AccessRules::load(&place.home).unwrap().rbac, Rbac::from_json("r".as_ref(), "{}").unwrap());
}

#[test]
fn a_file_of_an_environment_is_refused() {
    let place = Place::new();
    place.write("rbac.development.json", "{}");
    assert!(AccessRules::load(&place.home).unwrap_err().message().starts_with("nothing is laid over rbac.json"));
}

#[test]
fn plugins_are_known_by_any_of_their_names() {
    let access =
        super::super::PluginAccess::from_json("a".as_ref(), r#"{ "user": ["My Plugin"], "x": ["a", "all"] }"#).unwrap();
    let user = "user".parse().unwrap();
    assert!(access.allows(&user, &["mine", "My Plugin"]) && !access.allows(&user, &["mine"]));
    assert!(!access.allows(&user, &["all"]), "a plugin of this name is not all of them");
    assert!(access.allows(&"x".parse().unwrap(), &["anything"]));
}
