//! All configuration files: their names, their forms, and a look at every one of a home.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde_json::{Value, json};

use super::document::{Documents, Node};
use super::environment::{Environment, Stage};
use super::home::Home;
use super::layers::{self, Config};
use super::logging::logging;
use super::policy::{self, SecurityPolicy, refuse_files_of_stages, security_policy, with_keys};
use super::repositories::{Repositories, repositories_file};
use super::roles::{AccessRules, PluginAccess, Rbac, plugin_access, rbac, user_permissions};
use super::{file, read};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::spec::suggest;

/// A configuration file of a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigFile {
    /// What holds for plugins: `plugin_config.json`, and what is laid over it.
    PluginConfig,
    /// What plugins must fulfil, and what they may do: `security_policy.json`.
    SecurityPolicy,
    /// What each role may do: `rbac.json`.
    Rbac,
    /// Which plugins each role may use: `plugin_access.json`.
    PluginAccess,
    /// Both in one: `user_permissions.json`.
    UserPermissions,
    /// Repositories in detail: `repositories.json`.
    Repositories,
    /// What is logged where: `logging.json`.
    Logging,
}

impl ConfigFile {
    /// Every file.
    pub const ALL: &'static [Self] = &[
        Self::PluginConfig,
        Self::SecurityPolicy,
        Self::Rbac,
        Self::PluginAccess,
        Self::UserPermissions,
        Self::Repositories,
        Self::Logging,
    ];

    /// Its name, such as `security_policy.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PluginConfig => layers::FILE,
            Self::SecurityPolicy => policy::FILE,
            Self::Rbac => "rbac.json",
            Self::PluginAccess => "plugin_access.json",
            Self::UserPermissions => "user_permissions.json",
            Self::Repositories => "repositories.json",
            Self::Logging => "logging.json",
        }
    }

    /// Where it is in a home. It need not be there.
    #[must_use]
    pub fn path(self, home: &Home) -> PathBuf {
        home.config().join(self.name())
    }

    /// Its JSON Schema.
    #[must_use]
    pub fn schema(self) -> &'static str {
        match self {
            Self::PluginConfig => super::JSON_SCHEMA,
            Self::SecurityPolicy => include_str!("../../schema/security_policy.schema.json"),
            Self::Rbac => include_str!("../../schema/rbac.schema.json"),
            Self::PluginAccess => include_str!("../../schema/plugin_access.schema.json"),
            Self::UserPermissions => include_str!("../../schema/user_permissions.schema.json"),
            Self::Repositories => include_str!("../../schema/repositories.schema.json"),
            Self::Logging => include_str!("../../schema/logging.schema.json"),
        }
    }

    /// Reads the text of such a file, and gives what it says with defaults filled in and without secrets.
    ///
    /// ```
    /// use csvq_core::config::ConfigFile;
    /// let settings = ConfigFile::SecurityPolicy.read("security_policy.json".as_ref(), "{}")?;
    /// assert_eq!(settings["execution_limits"]["max_memory_mb"], 1024);
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn read(self, file: &Path, text: &str) -> Result<Value> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        match self {
            Self::PluginConfig => Ok(read::plugin_config(&documents, &root)?.to_value()),
            Self::SecurityPolicy => Ok(security_policy(&documents, &root)?.to_value()),
            Self::Rbac => Ok(json!(rbac(&documents, &root)?)),
            Self::PluginAccess => Ok(json!(plugin_access(&documents, &root)?)),
            Self::UserPermissions => Ok(json!(user_permissions(&documents, &root)?)),
            Self::Repositories => Ok(json!(repositories_file(&documents, &root)?)),
            Self::Logging => Ok(json!(logging(&documents, &root)?)),
        }
    }

    /// What is in force of what the file is about: with defaults where it is not there, and what lies over it. Secrets
    /// are hidden.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong;
    /// [`Io`](crate::ErrorKind::Io) where a file can't be read.
    pub fn in_force(self, home: &Home, environment: &Environment) -> Result<Value> {
        let one = || self.read_in(home);
        match self {
            Self::PluginConfig => Ok(Config::load(home, environment)?.to_value()),
            Self::SecurityPolicy => Ok(SecurityPolicy::load(home, environment)?.to_value()),
            Self::Rbac => Ok(one()?.unwrap_or_else(|| json!(Rbac::default()))),
            Self::PluginAccess => Ok(one()?.unwrap_or_else(|| json!(PluginAccess::default()))),
            Self::UserPermissions => Ok(one()?.unwrap_or_else(|| json!({}))),
            Self::Repositories => Ok(one()?.unwrap_or_else(|| json!(Repositories::default()))),
            Self::Logging => Ok(one()?.unwrap_or_else(|| json!({}))),
        }
    }

    fn read_in(self, home: &Home) -> Result<Option<Value>> {
        let path = self.path(home);
        file::read_or_none(&path)?.map(|text| self.read(&path, &text)).transpose()
    }

    /// Checks what a document would say in a home, other files that it names included.
    pub(super) fn check(self, home: &Home, documents: &Documents, root: &Node) -> Result<()> {
        match self {
            Self::PluginConfig => read::plugin_config(documents, root).map(drop),
            Self::SecurityPolicy => with_keys(home, documents, root).map(drop),
            Self::Rbac => rbac(documents, root).map(drop),
            Self::PluginAccess => plugin_access(documents, root).map(drop),
            Self::UserPermissions => user_permissions(documents, root).map(drop),
            Self::Repositories => repositories_file(documents, root).map(drop),
            Self::Logging => logging(documents, root).map(drop),
        }
    }
}

impl fmt::Display for ConfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ConfigFile {
    type Err = Error;

    /// Reads its name, with or without `.json`.
    fn from_str(text: &str) -> Result<Self> {
        let plain = text.strip_suffix(".json").unwrap_or(text);
        let stem = |file: &Self| file.name().trim_end_matches(".json");
        Self::ALL.iter().copied().find(|file| stem(file) == plain).ok_or_else(|| {
            let names = || Self::ALL.iter().map(|file| file.name());
            let message = match suggest(plain, Self::ALL.iter().map(stem)) {
                Some(near) => format!("there is no such configuration file; did you mean `{near}.json`?"),
                None => format!(
                    "there is no such configuration file; there are: {}",
                    names().collect::<Vec<_>>().join(", ")
                ),
            };
            let field = Some(text.escape_debug().take(100).collect());
            Error::new(ErrorKind::NotFound, message).with_context(Context { field, ..Context::default() })
        })
    }
}

/// Looks at every configuration file of a home, those that are not in force now included. Of each that is wrong, the
/// first error is given; and one for each file whose name was likely meant to be another.
#[must_use]
pub fn check_files(home: &Home, environment: &Environment) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut note = |result: Result<()>| errors.extend(result.err());
    for stage in std::iter::once(None).chain(Stage::ALL.iter().copied().map(Some)) {
        // The main file is looked at once.
        let files = layers::files(home, stage);
        for path in files.iter().skip(usize::from(stage.is_some())) {
            let check = || file::read_or_none(path)?.map(|text| ConfigFile::PluginConfig.read(path, &text)).transpose();
            note(check().map(drop));
        }
    }
    note(SecurityPolicy::load(home, environment).map(drop));
    // Each by itself first, so that one that is wrong hides no other.
    for file in [ConfigFile::Rbac, ConfigFile::PluginAccess, ConfigFile::UserPermissions] {
        note(refuse_files_of_stages(home, file).and_then(|()| file.read_in(home).map(drop)));
    }
    if errors.iter().all(|error| !is_about_roles(error, home)) {
        errors.extend(AccessRules::load(home).err());
    }
    for file in [ConfigFile::Repositories, ConfigFile::Logging] {
        errors.extend(refuse_files_of_stages(home, file).and_then(|()| file.read_in(home).map(drop)).err());
    }
    errors.extend(misnamed(home));
    errors
}

fn is_about_roles(error: &Error, home: &Home) -> bool {
    let files = [ConfigFile::Rbac, ConfigFile::PluginAccess, ConfigFile::UserPermissions];
    let names = |file: &ConfigFile| file.path(home).with_extension("").display().to_string();
    files.iter().any(|file| error.context().input.as_ref().is_some_and(|input| input.starts_with(&names(file))))
}

/// Files whose names are nearly those of configuration files: what they say does not hold.
fn misnamed(home: &Home) -> Vec<Error> {
    let Ok(entries) = home.config().read_dir() else { return Vec::new() };
    let mut known: Vec<String> = ConfigFile::ALL.iter().map(|file| file.name().to_owned()).collect();
    known.extend(Stage::ALL.iter().map(|stage| format!("plugin_config.{stage}.json")));
    known.push("scan_rules.json".to_owned());
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let meant = |name: &String| {
        let is_other = known.contains(name) || name.contains(".example.") || !name.ends_with(".json");
        let near = suggest(name, known.iter().map(String::as_str)).filter(|_| !is_other)?;
        // A copy or a file of an environment has another name on purpose.
        if name.matches('.').count() != near.matches('.').count() {
            return None;
        }
        let message = format!("csvq reads no file of this name, so that nothing in it holds: did you mean `{near}`?");
        Some(Error::new(ErrorKind::Config, message).with_context(file::place(&home.config().join(name))))
    };
    names.iter().filter_map(meant).collect()
}

/// What a file of a home sets, as it is written. None where there is no file, or it is none that can be read.
pub(super) fn written(file: &Path, text: &str) -> Option<Value> {
    Documents::default().parse(file, text.to_owned()).ok().map(|root| root.value())
}
