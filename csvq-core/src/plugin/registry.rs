//! All plugins that there are: the built-in ones, and those that are installed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::installed::Installed;
use crate::compare::{Comparator, comparator, comparators};
use crate::config::{Config, Home, PluginLimits};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::spec::suggest;
use crate::state::{PluginRecord, PluginStatus, State, Timestamp};
use crate::trust::Judge;
use crate::trust::signature::Verdict;

/// The plugins of a home, or the built-in ones alone.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    plugins: BTreeMap<String, Known>,
}

/// What is known of an installed plugin.
#[derive(Clone, Debug)]
struct Known {
    record: PluginRecord,
    /// The active version, or why it can't be used.
    installed: std::result::Result<Arc<Installed>, Error>,
    disabled_by: Vec<DisabledBy>,
}

/// What disables a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledBy {
    /// The configuration: where it says so.
    Configuration(String),
    /// Its status.
    Status(PluginStatus),
    /// It lies in `plugins/disabled/`.
    Folder(String),
    /// The whole plugin system is off.
    System,
    /// The security policy, and where it says so.
    Policy(String),
}

impl std::fmt::Display for DisabledBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Configuration(place) => write!(f, "the configuration ({place})"),
            Self::Status(status) => write!(f, "its status, {status}"),
            Self::Folder(path) => write!(f, "its place in the folder of disabled plugins ({path})"),
            Self::System => f.write_str("`plugin_system.enabled`, which turns all plugins off that are not built in"),
            Self::Policy(place) => write!(f, "the security policy ({place})"),
        }
    }
}

/// What a plugin is: the form in which all interfaces show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginInfo {
    /// Its id.
    pub id: String,
    /// The name that people see.
    pub display_name: String,
    /// Its active version.
    pub version: String,
    /// `built_in`, `native` or `python`.
    pub kind: String,
    /// What it does.
    pub description: String,
    /// Who wrote it.
    pub author: String,
    /// Under which licence.
    pub license: String,
    /// Where it is in its life.
    pub status: PluginStatus,
    /// Whether it can be used now.
    pub enabled: bool,
    /// What disables it.
    pub disabled_by: Vec<DisabledBy>,
    /// Why it can't be used though it is enabled.
    pub error: Option<String>,
    /// Whether it runs in this process.
    pub in_process: bool,
    /// Whether the same inputs always give the same answer.
    pub deterministic: bool,
    /// What it wants to do besides comparing.
    pub capabilities: Vec<String>,
    /// The JSON Schema of its parameters.
    pub parameters: Value,
    /// Its default parameters, as they are configured.
    pub settings: Value,
    /// All versions that are installed.
    pub versions: Vec<String>,
    /// The version that was active before.
    pub previous_version: Option<String>,
    /// The SHA-256 of its manifest.
    pub digest: Option<String>,
    /// Whose signature it carries; none where its files can't be used.
    pub signature: Option<Verdict>,
    /// Where it came from.
    pub source: Option<String>,
    /// When it was installed.
    pub installed_at: Option<Timestamp>,
    /// When it was used last.
    pub last_used: Option<Timestamp>,
    /// How often it was used.
    pub usage_count: u64,
    /// Why it is deprecated.
    pub deprecation_reason: Option<String>,
    /// When it is due for removal.
    pub removal_at: Option<Timestamp>,
}

/// Why a file or a plugin was not loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoadError {
    /// The plugin's id or the file's path.
    pub name: String,
    /// What is wrong.
    pub error: String,
    /// The kind of the error.
    pub kind: String,
}

impl LoadError {
    /// An error about a plugin or a file.
    #[must_use]
    pub fn new(name: impl Into<String>, error: &Error) -> Self {
        Self { name: name.into(), error: error.to_string(), kind: error.kind().name().to_owned() }
    }
}

/// A plugin that was found by a name.
#[derive(Clone)]
pub enum Found {
    /// A built-in one.
    BuiltIn(&'static dyn Comparator),
    /// An installed one.
    Installed(Arc<Installed>),
}

impl Found {
    /// What the policy lets it have, if it is not built in.
    #[must_use]
    pub fn limits(&self) -> Option<&PluginLimits> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Installed(installed) => Some(&installed.limits),
        }
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::BuiltIn(comparator) => comparator.info().name.into_owned(),
            Self::Installed(installed) => installed.manifest.id.clone(),
        };
        f.debug_tuple("Found").field(&name).finish()
    }
}

impl Registry {
    /// The built-in plugins alone.
    #[must_use]
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The plugins of a home. One that can't be loaded keeps its error, and stops no other.
    ///
    /// # Errors
    /// [`State`](ErrorKind::State) where the state can't be read.
    pub fn load(home: &Home, config: &Config, state: &State, judge: &Judge) -> Result<Self> {
        let is_enabled = config.plugin_config().plugin_system.enabled;
        let denied = judge.admit_external().err().map(|error| said(error.context()));
        let known = |record: PluginRecord| {
            let names = [record.id.as_str(), record.display_name.as_str()];
            let mut disabled_by = Vec::new();
            if !is_enabled {
                disabled_by.push(DisabledBy::System);
            }
            disabled_by.extend(denied.clone().map(DisabledBy::Policy));
            disabled_by.extend(config.disabled_by(&names).iter().map(|place| DisabledBy::Configuration(said(place))));
            let in_folder = record.active().and_then(|version| version.source_path.clone()).filter(|_| {
                record.status == PluginStatus::Disabled && record.reason.as_deref() == Some(MOVED_TO_DISABLED)
            });
            match in_folder {
                Some(path) => disabled_by.push(DisabledBy::Folder(path)),
                None if !record.status.is_usable() => disabled_by.push(DisabledBy::Status(record.status)),
                None => {}
            }
            let installed = open(home, config, state, &record, judge);
            (record.id.clone(), Known { record, installed: installed.map(Arc::new), disabled_by })
        };
        Ok(Self { plugins: state.plugins()?.into_iter().map(known).collect() })
    }

    /// The id of the plugin of a name: its id, or its display name.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound), with the nearest name, and [`Conflict`](ErrorKind::Conflict) where several have
    /// that display name.
    pub fn id_of(&self, name: &str) -> Result<String> {
        if comparator(name).is_some() || self.plugins.contains_key(name) {
            return Ok(name.to_owned());
        }
        let same: Vec<&str> = self
            .plugins
            .values()
            .filter(|known| known.record.display_name == name)
            .map(|known| known.record.id.as_str())
            .collect();
        match same[..] {
            [id] => Ok(id.to_owned()),
            [] => Err(self.unknown(name)),
            _ => {
                let message = format!("several plugins are called `{name}`; name one by its id: {}", same.join(", "));
                Err(Error::new(ErrorKind::Conflict, message))
            }
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let built_in: Vec<String> = comparators().iter().map(|own| own.info().name.into_owned()).collect();
        let records = self.plugins.values().map(|known| &known.record);
        let names: Vec<&str> = built_in
            .iter()
            .map(String::as_str)
            .chain(records.flat_map(|record| [record.id.as_str(), record.display_name.as_str()]))
            .collect();
        let advice = match suggest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let ids: Vec<&str> =
                    built_in.iter().map(String::as_str).chain(self.plugins.keys().map(String::as_str)).collect();
                format!("there are: {}", ids.join(", "))
            }
        };
        Error::new(ErrorKind::NotFound, format!("there is no comparison called `{name}`; {advice}"))
    }

    /// The plugin of a name, to run it.
    ///
    /// # Errors
    /// Those of [`Registry::id_of`], [`Disabled`](ErrorKind::Disabled) with what disables it, and what keeps its files from
    /// being used.
    pub fn find(&self, name: &str) -> Result<Found> {
        let id = self.id_of(name)?;
        if let Some(own) = comparator(&id) {
            return Ok(Found::BuiltIn(own));
        }
        let known = self.known(&id)?;
        if !known.disabled_by.is_empty() {
            return Err(disabled(&id, &known.disabled_by));
        }
        known.installed.clone().map(Found::Installed)
    }

    /// The active version of an installed plugin, whether it is enabled or not.
    ///
    /// # Errors
    /// Those of [`Registry::id_of`], and what keeps its files from being used.
    pub fn installed(&self, name: &str) -> Result<Arc<Installed>> {
        let id = self.id_of(name)?;
        self.known(&id)?.installed.clone()
    }

    fn known(&self, id: &str) -> Result<&Known> {
        self.plugins.get(id).ok_or_else(|| {
            let message = "it is built in: it can't be removed, disabled or changed";
            Error::new(ErrorKind::Conflict, message).of_plugin(id)
        })
    }

    /// What the state has of an installed plugin.
    ///
    /// # Errors
    /// Those of [`Registry::id_of`], and [`Conflict`](ErrorKind::Conflict) for one that is built in.
    pub fn record(&self, name: &str) -> Result<&PluginRecord> {
        let id = self.id_of(name)?;
        self.known(&id).map(|known| &known.record)
    }

    /// All plugins, the built-in ones first.
    #[must_use]
    pub fn all(&self) -> Vec<PluginInfo> {
        let own = comparators().iter().map(|own| built_in(*own));
        own.chain(self.plugins.values().map(info)).collect()
    }

    /// What a plugin is.
    ///
    /// # Errors
    /// Those of [`Registry::id_of`].
    pub fn info(&self, name: &str) -> Result<PluginInfo> {
        let id = self.id_of(name)?;
        match comparator(&id) {
            Some(own) => Ok(built_in(own)),
            None => self.known(&id).map(info),
        }
    }

    /// The plugins whose files can't be used, and why.
    #[must_use]
    pub fn errors(&self) -> Vec<LoadError> {
        let is_expected = |known: &Known| known.record.status == PluginStatus::Quarantined;
        let error = |(id, known): (&String, &Known)| Some(LoadError::new(id, known.installed.as_ref().err()?));
        self.plugins.iter().filter(|(_, known)| !is_expected(known)).filter_map(error).collect()
    }
}

/// The reason of a status that a move into `plugins/disabled/` gives.
pub const MOVED_TO_DISABLED: &str = "its file was moved to plugins/disabled";

/// Opens the active version of a plugin.
fn open(home: &Home, config: &Config, state: &State, record: &PluginRecord, judge: &Judge) -> Result<Installed> {
    let quarantined = || Error::new(ErrorKind::Suspicious, "it is in quarantine").of_plugin(&record.id);
    if record.status == PluginStatus::Quarantined {
        return Err(quarantined());
    }
    let version =
        record.active().ok_or_else(|| Error::new(ErrorKind::State, "no version of it is active; install it again"));
    let opened = version.and_then(|version| {
        if state.is_quarantined(&version.digest)?.is_some() {
            return Err(quarantined());
        }
        let folder = home.custom().join(&record.id).join(&version.version);
        Installed::open(&folder, version, judge)
    });
    let mut installed = opened.map_err(|error| error.of_plugin(&record.id))?;
    installed.in_process = record.in_process();
    installed.defaults = config.default_parameters(&[&record.id, &record.display_name]);
    Ok(installed)
}

/// The error for a plugin that is disabled, by what it is.
fn disabled(id: &str, disabled_by: &[DisabledBy]) -> Error {
    let by: Vec<String> = disabled_by.iter().map(ToString::to_string).collect();
    let by = by.join(" and by ");
    let is = |what: fn(&DisabledBy) -> bool| disabled_by.iter().any(what);
    let (kind, advice) = if is(|by| matches!(by, DisabledBy::Policy(_))) {
        (ErrorKind::Denied, "the policy has to allow it".to_owned())
    } else if is(|by| matches!(by, DisabledBy::Status(PluginStatus::Quarantined))) {
        (ErrorKind::Suspicious, "`csvq plugins quarantine list` tells why".to_owned())
    } else {
        (ErrorKind::Disabled, format!("`csvq plugins enable {id}` enables it"))
    };
    Error::new(kind, format!("the plugin is disabled by {by}; {advice}")).of_plugin(id)
}

/// A place in a file of the configuration.
fn said(place: &Context) -> String {
    let mut said = place.field.clone().unwrap_or_default();
    if let Some(input) = &place.input {
        said = format!("{said} in {input}");
    }
    if let Some(line) = place.line {
        said = format!("{said}, line {line}");
    }
    said
}

fn built_in(own: &dyn Comparator) -> PluginInfo {
    let info = own.info();
    PluginInfo {
        id: info.name.clone().into_owned(),
        display_name: info.name.into_owned(),
        version: info.version.into_owned(),
        kind: "built_in".to_owned(),
        description: info.summary.into_owned(),
        author: "csvq".to_owned(),
        license: env!("CARGO_PKG_LICENSE").to_owned(),
        status: PluginStatus::Active,
        enabled: true,
        disabled_by: Vec::new(),
        error: None,
        in_process: true,
        deterministic: true,
        capabilities: Vec::new(),
        parameters: serde_json::from_str(&info.parameters).unwrap_or_default(),
        settings: Value::Object(serde_json::Map::new()),
        versions: Vec::new(),
        previous_version: None,
        digest: None,
        signature: Some(Verdict::built_in()),
        source: None,
        installed_at: None,
        last_used: None,
        usage_count: 0,
        deprecation_reason: None,
        removal_at: None,
    }
}

fn info(known: &Known) -> PluginInfo {
    let Known { record, installed, disabled_by } = known;
    let version = record.active();
    let manifest = installed.as_ref().ok().map(|installed| &installed.manifest);
    let text = |of: fn(&crate::package::Manifest) -> &String| manifest.map(of).cloned().unwrap_or_default();
    PluginInfo {
        id: record.id.clone(),
        display_name: record.display_name.clone(),
        version: record.active_version.clone().unwrap_or_default(),
        kind: version.map(|version| version.kind.clone()).unwrap_or_default(),
        description: text(|manifest| &manifest.description),
        author: text(|manifest| &manifest.author),
        license: text(|manifest| &manifest.license),
        status: record.status,
        enabled: disabled_by.is_empty() && installed.is_ok(),
        disabled_by: disabled_by.clone(),
        error: installed.as_ref().err().filter(|_| record.status != PluginStatus::Quarantined).map(ToString::to_string),
        in_process: installed.as_ref().map_or_else(|_| record.in_process(), |installed| installed.runs_in_process()),
        deterministic: manifest.is_some_and(|manifest| manifest.deterministic),
        capabilities: manifest
            .map(|manifest| manifest.capabilities.iter().map(|one| one.as_str().to_owned()).collect())
            .unwrap_or_default(),
        parameters: manifest.map(|manifest| Value::Object(manifest.parameters.clone())).unwrap_or_default(),
        settings: installed.as_ref().map(|installed| Value::Object(installed.defaults.clone())).unwrap_or_default(),
        versions: record.versions.iter().map(|version| version.version.clone()).collect(),
        previous_version: record.previous_version.clone(),
        digest: version.map(|version| version.digest.clone()),
        signature: installed.as_ref().ok().map(|installed| installed.signature.clone()),
        source: version.map(|version| version.source_path.clone().unwrap_or_else(|| version.source.clone())),
        installed_at: Some(record.installed_at),
        last_used: record.last_used,
        usage_count: record.usage_count,
        deprecation_reason: record.deprecation_reason.clone(),
        removal_at: record.removal_at,
    }
}
