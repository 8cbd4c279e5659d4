//! The configuration, through the program.

use std::fs;

use csvq_tests::plugins::{Homestead, library};
use serde_json::json;

use super::{answer, failure};
use crate::{report, stderr, stdout};

#[test]
fn settings_are_shown_and_changed() {
    let homestead = Homestead::new().unwrap();
    let get = |path: &str| answer(&homestead.run(&["config", "get", path, "--format", "json"]).unwrap());
    assert_eq!(get("plugin_system.enabled"), true);
    let set = ["config", "set", "plugin_system.max_concurrent_comparisons", "8"];
    assert!(homestead.run(&set).unwrap().status.success());
    assert_eq!(get("plugin_system.max_concurrent_comparisons"), 8);
    assert!(homestead.run(&["config", "unset", "plugin_system.max_concurrent_comparisons"]).unwrap().status.success());
    assert_eq!(get("plugin_system.max_concurrent_comparisons"), 4);
    let wrong = failure(&homestead.run(&["config", "set", "plugin_system.enabeld", "true"]).unwrap());
    assert!(wrong.contains("did you mean `enabled`"), "{wrong}");
    let wrong = failure(&homestead.run(&["config", "set", "plugin_system.enabled", "maybe"]).unwrap());
    assert!(wrong.contains("plugin_system.enabled"), "{wrong}");
    assert!(stdout(&homestead.run(&["config", "show"]).unwrap()).contains("\"plugin_system\""));
}

#[test]
fn a_plugins_settings_are_its_default_parameters_and_checked_against_its_schema() {
    let homestead = Homestead::new().unwrap();
    let path = library("fuzzy_compare").display().to_string();
    answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
    let set =
        |value: &str| homestead.run(&["config", "set", "plugin_settings.fuzzy_compare.threshold", value]).unwrap();
    let wrong = failure(&set("\"high\""));
    assert!(wrong.contains("plugin_settings.fuzzy_compare.threshold"), "{wrong}");
    assert!(set("0.7").status.success());
    assert_eq!(report(&homestead.compare("fuzzy_compare", &[]).unwrap()).details.counts.changed, 1);
    // What is given wins.
    let given = homestead.compare("fuzzy_compare", &["--param", "threshold=0.85"]).unwrap();
    assert_eq!(report(&given).details.counts.changed, 2);
    // A built-in comparison has settings, too.
    let set = ["config", "set", "plugin_settings.row_compare.max_rows", "1"];
    assert!(homestead.run(&set).unwrap().status.success());
    let refused = failure(&homestead.compare("row_compare", &[]).unwrap());
    assert!(refused.contains("max_rows"), "{refused}");
}

#[test]
fn configuration_and_status_can_each_disable_and_enable_clears_both() {
    let homestead = Homestead::new().unwrap();
    let path = library("good").display().to_string();
    answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
    let set = ["config", "set", "plugin_settings.good.enabled", "false"];
    assert!(homestead.run(&set).unwrap().status.success());
    homestead.run(&["plugins", "disable", "good"]).unwrap();
    let info = answer(&homestead.run(&["plugins", "info", "good", "--format", "json"]).unwrap());
    assert_eq!(info["disabled_by"].as_array().unwrap().len(), 2, "{info}");
    let refused = failure(&homestead.compare("good", &[]).unwrap());
    assert!(refused.contains("plugin_settings.good.enabled") && refused.contains("its status"), "{refused}");
    let info = answer(&homestead.run(&["plugins", "enable", "good", "--format", "json"]).unwrap());
    assert_eq!((&info["enabled"], &info["disabled_by"]), (&true.into(), &json!([])));
    report(&homestead.compare("good", &[]).unwrap());
}

#[test]
fn the_plugin_system_can_be_turned_off_and_the_environment_lays_files_over() {
    let homestead = Homestead::new().unwrap();
    let path = library("good").display().to_string();
    answer(&homestead.run(&["plugins", "install", &path, "--format", "json"]).unwrap());
    let over = homestead.home().join("config/plugin_config.production.json");
    fs::write(over, r#"{"plugin_system": {"enabled": false}}"#).unwrap();
    report(&homestead.compare("good", &[]).unwrap());
    let args = ["compare", "left.csv", "right.csv", "--key", "id", "--with"];
    let run = |plugin: &str, stage: &str| {
        let args = [&args[..], &[plugin, "--format", "json"]].concat();
        homestead.command(&args).env("PLUGIN_ENV", stage).output().unwrap()
    };
    let off = failure(&run("good", "production"));
    assert!(off.contains("disabled"), "{off}");
    report(&run("row_compare", "production"));
    report(&run("good", "development"));
    let unknown = failure(&run("good", "staging"));
    assert!(unknown.contains("PLUGIN_ENV"), "{unknown}");
}

#[test]
fn the_home_is_that_of_the_flag_then_of_the_environment_then_the_platforms() {
    let homestead = Homestead::new().unwrap();
    let list = |home: Option<&str>| {
        let mut command = homestead.place.command(&["plugins", "list", "--format", "json"]);
        if let Some(home) = home {
            command.env("CSVQ_HOME", homestead.place.path().join(home));
        }
        command.output().unwrap()
    };
    let none = failure(&list(None));
    assert!(none.contains("csvq init"), "{none}");
    assert_eq!(answer(&list(Some("home"))).as_array().unwrap().len(), 4);
    let made = homestead.place.command(&["init", "--format", "json"]).output().unwrap();
    let made = answer(&made)["home"].as_str().unwrap().to_owned();
    assert!(made.starts_with(&homestead.place.path().display().to_string()), "{made}");
    assert_eq!(answer(&list(None)).as_array().unwrap().len(), 4);
}

#[test]
fn debug_lines_come_with_the_variable_for_them() {
    let homestead = Homestead::new().unwrap();
    let run = |debug: &str| homestead.command(&["plugins", "list"]).env("PLUGIN_DEBUG", debug).output().unwrap();
    let (on, off) = (run("true"), run("false"));
    assert!(on.status.success() && off.status.success());
    assert!(stderr(&on).contains("DEBUG"), "{}", stderr(&on));
    assert!(!stderr(&off).contains("DEBUG"), "{}", stderr(&off));
    assert!(failure(&run("perhaps")).contains("PLUGIN_DEBUG"));
}

#[test]
fn plugins_can_be_loaded_at_their_first_use_alone() {
    let homestead = Homestead::new().unwrap();
    let set = ["config", "set", "plugin_system.auto_load_on_startup", "false"];
    assert!(homestead.run(&set).unwrap().status.success());
    let dropped = homestead.home().join("plugins").join(library("good").file_name().unwrap());
    fs::copy(library("good"), dropped).unwrap();
    // A built-in comparison has no use for them.
    report(&homestead.compare("row_compare", &[]).unwrap());
    assert!(!homestead.home().join("plugins/custom/good").exists());
    report(&homestead.compare("good", &[]).unwrap());
    assert!(homestead.home().join("plugins/custom/good").exists());
}

#[test]
fn what_others_name_does_not_drive_the_terminal() {
    let homestead = Homestead::new().unwrap();
    fs::write(homestead.home().join("plugins").join("\u{1b}[31mred\u{202e}.py"), "x = 1\n").unwrap();
    let errors = stdout(&homestead.run(&["plugins", "errors"]).unwrap());
    assert!(errors.contains("red") && !errors.contains(['\u{1b}', '\u{202e}']), "{errors:?}");
}

#[test]
fn a_home_that_nobody_named_does_not_keep_a_comparison_from_running() {
    let homestead = Homestead::new().unwrap();
    let made = answer(&homestead.place.command(&["init", "--format", "json"]).output().unwrap());
    let config = std::path::Path::new(made["home"].as_str().unwrap()).join("config/plugin_config.json");
    fs::write(config, "no JSON").unwrap();
    let args = ["compare", "left.csv", "right.csv", "--key", "id", "--format", "json"];
    let plain = homestead.place.command(&args).output().unwrap();
    assert_eq!(report(&plain).details.counts.changed, 2);
    assert!(stderr(&plain).contains("the home is not used"), "{}", stderr(&plain));
    let with = homestead.place.command(&[&args[..], &["--with", "good"]].concat()).output().unwrap();
    assert!(failure(&with).contains("plugin_config.json"));
}
