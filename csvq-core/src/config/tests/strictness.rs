//! What is refused, and how the error says so.

use super::{Place, read, shown};
use crate::error::ErrorKind;

fn check(text: &str, expected: &str) {
    let error = read(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(error.to_string(), expected, "{text}");
}

#[test]
fn errors_say_where_and_what_is_near() {
    check(
        "{\n \"plugin_system\": {\n  \"enabeld\": true\n }\n}",
        "plugin_system.enabeld: c.json: line 3: there is no such setting; did you mean `enabled`?",
    );
    check(
        "{\"plugin_sytem\": {}}",
        "plugin_sytem: c.json: line 1: there is no such setting; did you mean `plugin_system`?",
    );
    check(
        "{\"sandbox\": {}}",
        "sandbox: c.json: line 1: there is no such setting; there are: plugin_system, repositories, plugin_settings",
    );
    check("[]", "c.json: line 1: expected an object, and this is a list");
    check(
        "{\"plugin_system\":\n{\"enabled\":\n\"yes\"}}",
        "plugin_system.enabled: c.json: line 3: expected true or false, and this is a string",
    );
    check(
        "{\"plugin_system\": {\"enabled\": null}}",
        "plugin_system.enabled: c.json: line 1: expected true or false, and this is null",
    );
    check(
        "{\"plugin_settings\": {\"My Plugin\": {\"enabled\": 1}}}",
        "plugin_settings[\"My Plugin\"].enabled: c.json: line 1: expected true or false, and this is a number",
    );
    check(
        "{\"repositories\": [\n{\"name\": \"a\", \"url\": \"u\"},\n{\"name\": \"b\"}]}",
        "repositories[1]: c.json: line 3: `url` is missing here",
    );
    check(
        "{\"repositories\": [{\"name\": \"a\", \"url\": \"u\"},\n{\"name\": \"a\", \"url\": \"v\"}]}",
        "repositories[1]: c.json: line 2: there is another repository `a`: give it another name",
    );
    check(
        "{\"repositories\": [{\"name\": \"a\", \"url\": \"u\", \"type\": \"gti\"}]}",
        "repositories[0].type: c.json: line 1: expected one of \"rest_api\", \"git\", \"local\"; did you mean \"git\"?",
    );
    check(
        "{\"plugin_system\": {\"enabled\": true,\n\"enabled\": true}}",
        "plugin_system.enabled: c.json: line 2: this name is there twice: remove one of the two",
    );
    check(
        "{\"plugin_settings\": {\"p\": {\"list\": [{\"a\": 1, \"a\": 1}]}}}",
        "plugin_settings.p.list[0].a: c.json: line 1: this name is there twice: remove one of the two",
    );
}

#[test]
fn bounds_are_kept() {
    let check = |setting: &str, good: &[&str], bad: &[&str]| {
        let text = |value: &str| format!("{{\"plugin_system\": {{\"{setting}\": {value}}}}}");
        good.iter().for_each(|value| drop(read(&text(value)).unwrap()));
        for value in bad {
            let error = read(&text(value)).unwrap_err();
            assert!(error.to_string().contains(setting), "{error}");
        }
    };
    let no_number = ["true", "\"4\"", "[]", "{}"];
    check("max_concurrent_comparisons", &["1", "1024", "4.0", "4e0"], &["0", "1025", "-1", "1.5", "null", "1e300"]);
    check("max_concurrent_comparisons", &[], &no_number);
    check("default_timeout_seconds", &["0", "0.5", "300", "null", "315360000"], &["-1", "315360001", "1e300"]);
    check("default_timeout_seconds", &[], &no_number);
    check("cache_max_age_hours", &["0", "24", "0.001", "87600"], &["-0.1", "87601", "null"]);
    check("cache_max_size_mb", &["1", "1073741824"], &["0", "0.5", "1073741825", "null"]);
}

#[test]
fn folders_of_other_things_are_refused() {
    let check = |setting: &str, value: &str, good: bool| {
        let text = format!("{{\"plugin_system\": {{\"{setting}\": {}}}}}", serde_json::Value::from(value));
        assert_eq!(read(&text).is_ok(), good, "{text}: {:?}", read(&text).err());
    };
    for value in ["extensions", "a/b", "./a", "/opt/csvq/plugins", "plugins"] {
        check("plugin_directory", value, true);
    }
    let bad = [
        "",
        " ",
        ".",
        "./",
        "/",
        "..",
        "../a",
        "a/../b",
        "/opt/../x",
        "config",
        "config/a",
        "./state",
        "logs/x",
        "a\nb",
    ];
    for value in bad {
        check("plugin_directory", value, false);
        check("cache_directory", value, false);
    }
    for value in ["plugins/cache", "cache", "/var/cache/csvq", "plugins/mine", "plugins/./cache"] {
        check("cache_directory", value, true);
    }
    for value in [
        "plugins",
        "plugins/",
        "./plugins",
        "plugins/custom",
        "plugins/custom/a",
        "plugins/.staging",
        "plugins/disabled",
    ] {
        check("cache_directory", value, false);
    }
    let error = read("{\"plugin_system\": {\n\"plugin_directory\": \"plugins/cache\"}}").unwrap_err();
    let expected = "plugin_system.plugin_directory: c.json: line 2: the folder of the cache can't be one that holds \
                    plugins: take one of its own, such as `plugins/cache`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn names_of_repositories_are_names_of_folders() {
    for (name, good) in [
        ("official", true),
        ("a.b-c_1", true),
        ("", false),
        ("..", false),
        (".git", false),
        ("a/b", false),
        ("ä", false),
    ] {
        let text = format!("{{\"repositories\": [{{\"name\": \"{name}\", \"url\": \"u\"}}]}}");
        assert_eq!(read(&text).is_ok(), good, "{name}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    check("", "c.json: line 1: the file is empty: write at least `{}`");
    check("\u{feff}{}", "c.json: line 1: the file begins with a byte order mark: save it as UTF-8 without one");
    check("{\n\"plugin_system\": {},\n}", "c.json: line 3: this is no JSON: trailing comma (column 1)");
    for text in [
        "{} {}",
        "{// comment\n}",
        "{/* comment */}",
        "{'a': 1}",
        "{a: 1}",
        "{\"plugin_settings\": {\"p\": {\"a\": 0x1}}}",
        "{\"plugin_settings\": {\"p\": {\"a\": +1}}}",
        "{\"plugin_settings\": {\"p\": {\"a\": 01}}}",
        "{\"plugin_settings\": {\"p\": {\"a\": 1.}}}",
        "{\"plugin_settings\": {\"p\": {\"a\": NaN}}}",
        "{\"plugin_settings\": {\"p\": {\"a\": 1e999}}}",
        "{\"plugin_settings\": {\"p\": {\"a\": \"\\ud800\"}}}",
        "{\"plugin_settings\": {\"p\": {\"a\": \"\t\"}}}",
        "{\"plugin_settings\": {\"p\" {}}}",
        "{\"plugin_settings\": {\"p\": {} \"q\": {}}}",
    ] {
        let error = read(text).unwrap_err();
        assert!(error.message().starts_with("this is no JSON"), "{text}: {error}");
        assert!(error.context().line.is_some(), "{text}");
    }
    for depth in [100, 130, 100_000] {
        let text = format!("{{\"plugin_settings\": {{\"p\": {{\"a\": {}{}}}}}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(&text).is_ok(), depth == 100, "{depth}");
    }
}

#[test]
fn files_that_cant_be_read_are_named() {
    let place = Place::new();
    std::fs::write(place.path("plugin_config.json"), b"{\"\xff\": 1}").unwrap();
    let error = place.load(&super::Environment::default()).unwrap_err();
    assert_eq!(
        shown(&error, &place),
        "plugin_config.json: byte 2: here are bytes that are no UTF-8: save the file as UTF-8"
    );
    std::fs::remove_file(place.path("plugin_config.json")).unwrap();
    std::fs::create_dir(place.path("plugin_config.json")).unwrap();
    let error = place.load(&super::Environment::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        shown(&error, &place),
        "plugin_config.json: cannot read the file: this is a folder, and a configuration file is a plain file"
    );
    std::fs::remove_dir(place.path("plugin_config.json")).unwrap();
    place.write("plugin_config.json", &format!("{{}}{}", " ".repeat(5 << 20)));
    let error = place.load(&super::Environment::default()).unwrap_err();
    assert_eq!(shown(&error, &place), "plugin_config.json: this is longer than 4 MiB, which no configuration file is");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let place = Place::new();
    std::fs::remove_file(place.path("plugin_config.json")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(place.path("plugin_config.json")).status().unwrap();
    assert!(made.success());
    let expected = "plugin_config.json: cannot read the file: this is a pipe or a device, and a configuration file is a plain file";
    let error = place.load(&super::Environment::default()).unwrap_err();
    assert_eq!((error.kind(), shown(&error, &place).as_str()), (ErrorKind::Io, expected));
    let error = place.set("plugin_system.enabled", false).unwrap_err();
    assert_eq!((error.kind(), shown(&error, &place).as_str()), (ErrorKind::Io, expected));
}

#[test]
fn secrets_are_shown_nowhere() {
    let text = "{\"repositories\": [{\"name\": \"a\", \"url\": \"u\", \"authentication\": \
                {\"type\": \"api_key\", \"key\": \"s3cret\"}}]}";
    let place = Place::with(text);
    let config = place.load(&super::Environment::default()).unwrap();
    let shown = format!("{:?} {}", config.plugin_config(), config.to_value());
    assert!(shown.contains("<hidden>") && !shown.contains("s3cret"), "{shown}");
    for key in ["${}x", "${A B}", "x${A}"] {
        let text = text.replace("s3cret", key);
        let value = read(&text).unwrap().to_value();
        assert_eq!(value["repositories"][0]["authentication"]["key"], "<hidden>", "{key}");
    }
}
