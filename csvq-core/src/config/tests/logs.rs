//! `logging.json`: what is refused, and where lines of a logger go.

use super::super::{LogField, LogLevel, Logging, Piece};
use crate::error::{ErrorKind, Result};

fn read(text: &str) -> Result<Logging> {
    Logging::from_json("l.json".as_ref(), text)
}

fn check(rest: &str, expected: &str) {
    let error = read(&format!("{{\"version\": 1, {rest}}}")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[test]
fn errors_say_where() {
    assert!(read("{}").unwrap_err().message().starts_with("`version` is missing"));
    check("\"filters\": {}", "filters: l.json: line 1: there is no such setting");
    check("\"handlers\": {\"x\": {}}", "handlers.x: l.json: line 1: `class` is missing here");
    check(
        "\"handlers\": {\"x\": {\"class\": \"logging.handlers.SMTPHandler\"}}",
        "handlers.x.class: l.json: line 1: expected one of \"logging.StreamHandler\", \"logging.FileHandler\", \
         \"logging.handlers.RotatingFileHandler\", \"logging.handlers.TimedRotatingFileHandler\"",
    );
    check(
        "\"handlers\": {\"x\": {\"()\": \"os.system\", \"class\": \"logging.StreamHandler\"}}",
        "handlers.x[\"()\"]: l.json: line 1: there is no such setting",
    );
    check(
        "\"handlers\": {\"x\": {\"class\": \"logging.StreamHandler\", \"stream\": \"ext://os.environ\"}}",
        "handlers.x.stream: l.json: line 1: expected one of",
    );
    check(
        "\"handlers\": {\"x\": {\"class\": \"logging.StreamHandler\", \"level\": \"info\"}}",
        "handlers.x.level: l.json: line 1: expected one of \"DEBUG\", \"INFO\"",
    );
    check(
        "\"handlers\": {\"x\": {\"class\": \"logging.FileHandler\"}}",
        "handlers.x: l.json: line 1: `filename` is missing here",
    );
    check(
        "\"handlers\": {\"x\": {\"class\": \"logging.FileHandler\", \"filename\": \"a\", \"maxBytes\": 1}}",
        "handlers.x.maxBytes: l.json: line 1: there is no such setting",
    );
    for (name, expected) in [
        ("../x.log", "this is no path of a file"),
        ("logs/../../x", "this is no path of a file"),
        ("logs/", "this is no path of a file"),
        ("config/security_policy.json", "logs can't be in `config`"),
        ("./state/state.db", "logs can't be in `state`"),
        ("plugins/x.py", "logs can't be in `plugins`"),
    ] {
        check(
            &format!("\"handlers\": {{\"x\": {{\"class\": \"logging.FileHandler\", \"filename\": \"{name}\"}}}}"),
            &format!("handlers.x.filename: l.json: line 1: {expected}"),
        );
    }
    check(
        "\"handlers\": {\"console\": {\"class\": \"logging.StreamHandler\"}}, \"loggers\": {\"a\": {\"handlers\": [\"consol\"]}}",
        "loggers.a.handlers[0]: l.json: line 1: there is no such handler; did you mean `console`?",
    );
    check(
        "\"handlers\": {\"x\": {\"class\": \"logging.StreamHandler\", \"formatter\": \"f\"}}",
        "handlers.x.formatter: l.json: line 1: there is no such formatter",
    );
    check(
        "\"formatters\": {\"f\": {\"format\": \"%(mesage)s\"}}",
        "formatters.f.format: l.json: line 1: there is no such field; did you mean `%(message)s`?",
    );
    for bad in [
        "%s",
        "100%",
        "%(message)",
        "%(message)q",
        "%(message)999999999999999999999s",
        "%(message",
        "%(message)s\\u001b",
    ] {
        check(
            &format!("\"formatters\": {{\"f\": {{\"format\": \"{bad}\"}}}}"),
            "formatters.f.format: l.json: line 1: ",
        );
    }
}

#[test]
fn formats_have_their_parts() {
    let logging = read(r#"{ "version": 1, "formatters": { "f": { "format": "%(levelname)-8s 100%% %(lineno)d", "datefmt": "%H:%M" }, "g": {} } }"#).unwrap();
    let format = &logging.formatters["f"];
    let expected = [
        Piece::Field { field: LogField::Level, width: 8, left: true },
        Piece::Text(" 100% ".to_owned()),
        Piece::Field { field: LogField::Line, width: 0, left: false },
    ];
    assert_eq!((format.pieces(), format.date()), (&expected[..], Some("%H:%M")));
    assert_eq!(logging.formatters["g"].as_str(), "%(message)s");
}

#[test]
fn lines_go_up_until_one_does_not_propagate() {
    let logging = read(
        r#"{ "version": 1, "disable_existing_loggers": false,
             "handlers": { "a": { "class": "logging.StreamHandler" },
                           "b": { "class": "logging.StreamHandler", "level": "ERROR" },
                           "t": { "class": "logging.handlers.TimedRotatingFileHandler", "filename": "logs/t.log",
                                  "when": "midnight", "backupCount": 7, "utc": true } },
             "loggers": { "x": { "level": "INFO", "handlers": ["a"] }, "x.y": { "handlers": ["b"] },
                          "x.z": { "level": "DEBUG", "handlers": ["b"], "propagate": false } },
             "root": { "level": "CRITICAL", "handlers": ["t"] } }"#,
    )
    .unwrap();
    let routes = |name: &str| -> Vec<(String, LogLevel)> {
        logging.routes(name).iter().map(|route| (route.name.to_owned(), route.level)).collect()
    };
    let check = |name: &str, expected: &[(&str, LogLevel)]| {
        let expected: Vec<_> = expected.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        assert_eq!(routes(name), expected, "{name}");
    };
    check("x", &[("a", LogLevel::Info), ("t", LogLevel::Info)]);
    check("x.y.deep", &[("b", LogLevel::Error), ("a", LogLevel::Info), ("t", LogLevel::Info)]);
    check("x.z", &[("b", LogLevel::Error)]);
    check("xy", &[("t", LogLevel::Critical)]);
    let silent = read(r#"{ "version": 1, "handlers": { "a": { "class": "logging.StreamHandler" } }, "loggers": { "x": { "handlers": ["a"] } }, "root": { "handlers": ["a"] } }"#).unwrap();
    assert!(silent.routes("other").is_empty());
    let all: Vec<_> = silent.routes("x").iter().map(|route| route.level).collect();
    assert_eq!(all, [LogLevel::Warning, LogLevel::Warning]);
}
