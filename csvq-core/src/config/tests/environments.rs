//! What environment variables may say.

use std::collections::HashMap;
use std::ffi::OsString;

use super::super::{Environment, Stage};
use crate::error::{ErrorKind, Result};

fn read(variables: &[(&str, &str)]) -> Result<Environment> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    Environment::read(|name| variables.get(name).map(OsString::from))
}

#[test]
fn the_guides_variables_are_read() {
    let development =
        read(&[("PLUGIN_ENV", "development"), ("PLUGIN_DEBUG", "true"), ("PLUGIN_CACHE_ENABLED", "false")]).unwrap();
    let expected = Environment {
        stage: Some(Stage::Development),
        debug: Some(true),
        cache_enabled: Some(false),
        ..Environment::default()
    };
    assert_eq!(development, expected);
    let production = read(&[
        ("PLUGIN_ENV", "production"),
        ("PLUGIN_DEBUG", "false"),
        ("PLUGIN_SECURITY_STRICT", "true"),
        ("CSVQ_HOME", "/x"),
    ])
    .unwrap();
    assert_eq!((production.stage, production.debug), (Some(Stage::Production), Some(false)));
    assert_eq!(production.security_strict, Some(true));
    assert_eq!(production.home.as_deref(), Some("/x".as_ref()));
    assert_eq!(read(&[("PLUGIN_ENV", ""), ("PLUGIN_DEBUG", ""), ("CSVQ_HOME", "")]).unwrap(), Environment::default());
    assert_eq!(read(&[("PLUGIN_ENV", " Production "), ("PLUGIN_DEBUG", "ON")]).unwrap().debug, Some(true));
}

#[test]
fn anything_else_is_an_error() {
    let check = |name: &str, value: &str, expected: &str| {
        let error = read(&[(name, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.to_string(), expected);
    };
    check(
        "PLUGIN_ENV",
        "prodution",
        "PLUGIN_ENV: `prodution` is no environment that csvq knows: did you mean `production`?",
    );
    check(
        "PLUGIN_ENV",
        "x",
        "PLUGIN_ENV: `x` is no environment that csvq knows: it can be `development` or `production`",
    );
    check("PLUGIN_DEBUG", "maybe", "PLUGIN_DEBUG: `maybe` is neither `true` nor `false`");
    check("PLUGIN_SECURITY_STRICT", "ture", "PLUGIN_SECURITY_STRICT: `ture` is neither `true` nor `false`");
    check("PLUGIN_CACHE_ENABLED", "\u{1b}[2J", "PLUGIN_CACHE_ENABLED: `\\u{1b}[2J` is neither `true` nor `false`");
}
