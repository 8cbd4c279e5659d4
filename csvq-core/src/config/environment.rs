//! What environment variables say about the configuration.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use crate::error::{Context, Error, ErrorKind, Result};
use crate::spec::suggest;

/// What a home is used for, by `PLUGIN_ENV`: which file is laid over `plugin_config.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// `plugin_config.development.json` is laid over it.
    Development,
    /// `plugin_config.production.json` is laid over it.
    Production,
}

impl Stage {
    /// Every stage.
    pub const ALL: &'static [Self] = &[Self::Development, Self::Production];

    /// Its name, such as `production`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What environment variables say, as the program that has them hands it over: this crate reads none.
///
/// ```
/// use csvq_core::config::{Environment, Stage};
/// let environment = Environment::read(|name| (name == Environment::STAGE).then(|| "production".into()))?;
/// assert_eq!(environment.stage, Some(Stage::Production));
/// assert_eq!(environment.debug, None);
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Which file is laid over `plugin_config.json`.
    pub stage: Option<Stage>,
    /// Whether log lines are written down to the level `debug`.
    pub debug: Option<bool>,
    /// Whether results are kept and taken from the cache.
    pub cache_enabled: Option<bool>,
    /// Whether plugins are refused where their sandbox can't be enforced. Only true changes anything: the environment
    /// can tighten the policy, never loosen it.
    pub security_strict: Option<bool>,
    /// Where the home is.
    pub home: Option<PathBuf>,
}

impl Environment {
    /// The variable that names the stage: `development` or `production`.
    pub const STAGE: &'static str = "PLUGIN_ENV";
    /// The variable that sets the level of the log: true or false.
    pub const DEBUG: &'static str = "PLUGIN_DEBUG";
    /// The variable that turns the cache on and off: true or false.
    pub const CACHE_ENABLED: &'static str = "PLUGIN_CACHE_ENABLED";
    /// The variable that makes the security policy strict: true or false.
    pub const SECURITY_STRICT: &'static str = "PLUGIN_SECURITY_STRICT";
    /// The variable that names the home's folder.
    pub const HOME: &'static str = "CSVQ_HOME";

    /// Reads the variables through a function that gives the value of a name. An empty one counts as not set. True and
    /// false may be written `true`, `1`, `yes`, `on` and `false`, `0`, `no`, `off`.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with the variable as its field, where a value is none that it can have.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let value = |name: &str| lookup(name).filter(|value| !value.is_empty());
        Ok(Self {
            stage: value(Self::STAGE).map(|value| stage(&value)).transpose()?,
            debug: value(Self::DEBUG).map(|value| truth(Self::DEBUG, &value)).transpose()?,
            cache_enabled: value(Self::CACHE_ENABLED).map(|value| truth(Self::CACHE_ENABLED, &value)).transpose()?,
            security_strict: value(Self::SECURITY_STRICT)
                .map(|value| truth(Self::SECURITY_STRICT, &value))
                .transpose()?,
            home: value(Self::HOME).map(PathBuf::from),
        })
    }
}

fn stage(value: &OsStr) -> Result<Stage> {
    let value = value.to_string_lossy();
    let name = value.trim().to_lowercase();
    Stage::ALL.iter().copied().find(|stage| stage.name() == name).ok_or_else(|| {
        let advice = match suggest(&name, Stage::ALL.iter().map(|stage| stage.name())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "it can be `development` or `production`".to_owned(),
        };
        wrong(Environment::STAGE, format!("`{}` is no environment that csvq knows: {advice}", shown(&value)))
    })
}

fn truth(name: &str, value: &OsStr) -> Result<bool> {
    let value = value.to_string_lossy();
    match value.trim().to_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(wrong(name, format!("`{}` is neither `true` nor `false`", shown(&value)))),
    }
}

/// A value in a message: without what drives a terminal, and not too long.
fn shown(value: &str) -> String {
    value.chars().take(50).flat_map(char::escape_debug).collect()
}

fn wrong(name: &str, message: String) -> Error {
    Error::new(ErrorKind::Config, message).with_context(Context { field: Some(name.to_owned()), ..Context::default() })
}
