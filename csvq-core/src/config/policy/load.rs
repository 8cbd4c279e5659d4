//! The policy of a home, as it is in force.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::keys::pem_fault;
use super::read::security_policy;
use super::{FILE, SecurityPolicy};
use crate::config::document::{Documents, Node};
use crate::config::environment::{Environment, Stage};
use crate::config::home::Home;
use crate::config::layers::lookup;
use crate::config::path::SettingPath;
use crate::config::{ConfigFile, file};
use crate::error::{Error, ErrorKind, Result};

/// Where the scanner's rules are if the policy names no file.
const SCAN_RULES: &str = "scan_rules.json";

/// The policy in force: csvq's own, what `security_policy.json` says in its place, and what the environment tightens.
///
/// ```
/// use csvq_core::config::{Environment, Home, SecurityPolicy};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let home = Home::at(folder.path());
/// home.init()?;
/// std::fs::write(home.config().join("security_policy.json"), r#"{ "execution_limits": { "max_memory_mb": 256 } }"#)?;
///
/// let strict = Environment { security_strict: Some(true), ..Environment::default() };
/// let policy = SecurityPolicy::load(&home, &strict)?;
/// assert_eq!(policy.effective("fuzzy_compare").max_memory_mb, 256);
/// assert!(policy.effective("fuzzy_compare").strict);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PolicyInForce {
    documents: Documents,
    root: Node,
    policy: SecurityPolicy,
    scan_rules: Option<PathBuf>,
    notes: Vec<String>,
}

impl PolicyInForce {
    pub(super) fn load(home: &Home, environment: &Environment) -> Result<Self> {
        refuse_files_of_stages(home, ConfigFile::SecurityPolicy)?;
        Self::read(home, environment, file::read_or_none(&home.config().join(FILE))?)
    }

    /// What would be in force if the file said this.
    pub(in crate::config) fn read(home: &Home, environment: &Environment, text: Option<String>) -> Result<Self> {
        let mut documents = Documents::default();
        let root = match text {
            Some(text) => documents.parse(&home.config().join(FILE), text)?,
            None => Node::empty(),
        };
        let policy = with_keys(home, &documents, &root)?;
        let scan_rules = scan_rules(home, &documents, &root, &policy)?;
        let mut loaded = Self { documents, root, policy, scan_rules, notes: Vec::new() };
        loaded.tighten(environment);
        loaded.note_what_is_blocked();
        Ok(loaded)
    }

    /// The policy. Keys in files were read: [`TrustedKey::pem`](super::TrustedKey::pem) has their text.
    #[must_use]
    pub fn policy(&self) -> &SecurityPolicy {
        &self.policy
    }

    /// What holds for a plugin: the stricter of what is said of all and of it.
    #[must_use]
    pub fn effective(&self, plugin_id: &str) -> super::PluginLimits {
        self.policy.effective(plugin_id)
    }

    /// The file that says it; none where there is no file.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.documents.paths().next()
    }

    /// What people should know about it: where the environment wants what it can't have, or two settings meet.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The file of the scanner's own rules: the one that the policy names, or else `scan_rules.json` if it is there.
    #[must_use]
    pub fn scan_rules(&self) -> Option<&Path> {
        self.scan_rules.as_deref()
    }

    /// An error about a setting, which says in which file and line it stands.
    #[must_use]
    pub fn fault(&self, path: &SettingPath, message: impl Into<String>) -> Error {
        self.documents.fault_on(&self.root, path, message)
    }

    /// The value in force of a path, defaults included.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such setting, with the nearest one.
    pub fn get(&self, path: &SettingPath) -> Result<Value> {
        lookup(&self.to_value(), path)
    }

    /// All settings in force, in the form of the file.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.policy.to_value()
    }

    /// What the environment says can only tighten.
    fn tighten(&mut self, environment: &Environment) {
        let limits = &mut self.policy.execution_limits;
        let variable = Environment::SECURITY_STRICT;
        match environment.security_strict {
            Some(true) => {
                if !limits.sandbox {
                    self.notes.push(format!("{variable} turns the sandbox on, which {FILE} turns off"));
                }
                limits.strict = true;
                limits.sandbox = true;
            }
            Some(false) if limits.strict => {
                let note =
                    format!("{variable}=false changes nothing: {FILE} says strict, and a variable can only tighten");
                self.notes.push(note);
            }
            _ => {}
        }
    }

    fn note_what_is_blocked(&mut self) {
        let security = &self.policy.plugin_security;
        for domain in security.allowed_domains.iter().flatten() {
            let name = domain.as_str().trim_start_matches("*.");
            if security.blocked_domains.iter().any(|blocked| blocked == domain || blocked.blocks(name)) {
                self.notes.push(format!("{FILE} allows {domain} and blocks it: it is blocked"));
            }
        }
    }
}

/// Files that would be laid over one of which there is no other: whoever wrote one believes that it holds.
pub(in crate::config) fn refuse_files_of_stages(home: &Home, of: ConfigFile) -> Result<()> {
    for stage in Stage::ALL {
        let path = home.config().join(of.name().replace(".json", &format!(".{stage}.json")));
        if path.symlink_metadata().is_ok() {
            let message = format!(
                "nothing is laid over {}, so that this file would not hold: which variable is set must not decide what is \
                 allowed. Move what it says into {} and remove it",
                of.name(),
                of.name()
            );
            return Err(Error::new(ErrorKind::Config, message).with_context(file::place(&path)));
        }
    }
    Ok(())
}

/// The policy of a document, with the keys that are in files.
pub(in crate::config) fn with_keys(home: &Home, documents: &Documents, root: &Node) -> Result<SecurityPolicy> {
    let mut policy = security_policy(documents, root)?;
    let mut seen = Vec::new();
    for (index, key) in policy.plugin_security.trusted_keys.iter_mut().enumerate() {
        let path = SettingPath::of(&["plugin_security", "trusted_keys"]).index(index).name("public_key");
        let fault = |message: &str| Err(documents.fault_on(root, &path, message));
        if !key.is_inline() {
            let Some(text) = file::read_or_none(&home.config().join(&key.public_key))? else {
                return fault("there is no such file in the folder of configuration files");
            };
            if let Some(message) = pem_fault(&text) {
                return fault(&format!("in the file that is named here: {message}"));
            }
            key.read = Some(text);
        }
        if seen.contains(&key.identity()) {
            return fault("this key is there twice: remove one of the two");
        }
        seen.push(key.identity());
    }
    Ok(policy)
}

fn scan_rules(home: &Home, documents: &Documents, root: &Node, policy: &SecurityPolicy) -> Result<Option<PathBuf>> {
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    match &policy.plugin_security.scanner.rules {
        None => Ok(Some(home.config().join(SCAN_RULES)).filter(|path| is_there(path))),
        Some(name) => {
            let path = home.config().join(name);
            if is_there(&path) {
                return Ok(Some(path));
            }
            let setting = SettingPath::of(&["plugin_security", "scanner", "rules"]);
            Err(documents.fault_on(root, &setting, "there is no such file in the folder of configuration files"))
        }
    }
}
