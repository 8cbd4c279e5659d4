//! Editing any one of the configuration files, with whoever has to know of it asked before anything is written.

use serde_json::Value;

use super::change::{Change, apply};
use super::{EMPTY, Edited, Editor, unwritten};
use crate::config::document::Documents;
use crate::config::environment::Environment;
use crate::config::files::{ConfigFile, written};
use crate::config::home::Home;
use crate::config::layers::lookup;
use crate::config::path::{SettingPath, Step};
use crate::config::policy::{
    PolicyChange, PolicyEffect, PolicyInForce, SecurityPolicy, compare_policies, refuse_files_of_stages, with_keys,
};
use crate::config::{Authentication, file};
use crate::error::Result;

/// An edit that is about to be made.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The file.
    pub file: ConfigFile,
    /// The setting.
    pub path: SettingPath,
    /// What the file says of it so far; none where it says nothing. Secrets are hidden.
    pub before: Option<Value>,
    /// What it is to say.
    pub after: Option<Value>,
    /// What that changes of the policy, where the file is that of the policy.
    pub policy: Vec<PolicyChange>,
    /// The policy that would be in force, where the file is that of the policy.
    pub proposed: Option<PolicyInForce>,
}

impl Proposal {
    /// Whether it has to be taken for loosening the policy.
    #[must_use]
    pub fn loosens(&self) -> bool {
        self.policy.iter().any(PolicyChange::loosens)
    }
}

/// Asked before an edit is written, while no other process can edit: may it be made, and is it written down who made it?
/// An error of it leaves the file as it was.
pub type Approval<'a> = dyn Fn(&Proposal) -> Result<()> + 'a;

/// Edits one configuration file of a home. Each edit is checked as a whole, written whole or not at all, and made by one
/// process at a time; order, indent and everything else stay as they are.
///
/// ```
/// use csvq_core::config::{ConfigFile, Editor, Environment, Home};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let home = Home::at(folder.path());
/// home.init()?;
/// let editor = Editor::open(&home, &Environment::default(), ConfigFile::SecurityPolicy);
/// let path = "execution_limits.max_memory_mb".parse()?;
/// editor.set(&path, &256.into(), &|proposal| {
///     assert!(!proposal.loosens());
///     Ok(())
/// })?;
/// assert_eq!(editor.get(&path)?, 256);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FileEditor {
    editor: Editor,
    environment: Environment,
    file: ConfigFile,
}

impl FileEditor {
    pub(super) fn new(home: &Home, environment: &Environment, file: ConfigFile) -> Self {
        Self { editor: Editor::new(home, environment), environment: environment.clone(), file }
    }

    /// The value in force of a path, defaults included. Secrets are hidden.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such setting, with the nearest one; otherwise as
    /// [`show`](Self::show).
    pub fn get(&self, path: &SettingPath) -> Result<Value> {
        lookup(&self.show()?, path)
    }

    /// All settings in force, in the form of the file. Secrets are hidden.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), [`Io`](crate::ErrorKind::Io).
    pub fn show(&self) -> Result<Value> {
        self.file.in_force(&self.editor.home, &self.environment)
    }

    /// Sets a value in the file. Objects on the way to it are made; an element of a list is replaced, or added where its
    /// number is the first that is free. Parameters of plugins are not checked against the plugins' schemas:
    /// [`Editor::set`] does that.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) where the file would not be valid with it; whatever the approval says. The file
    /// is then as it was.
    pub fn set(&self, path: &SettingPath, value: &Value, approval: &Approval<'_>) -> Result<Edited> {
        self.edit(path, &Change::set(path.clone(), value.clone()), approval)
    }

    /// Takes a value out of the file, so that its default holds.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn unset(&self, path: &SettingPath, approval: &Approval<'_>) -> Result<Edited> {
        self.edit(path, &Change::remove(path.clone()), approval)
    }

    fn edit(&self, path: &SettingPath, change: &Change, approval: &Approval<'_>) -> Result<Edited> {
        let _lock = self.editor.lock()?;
        let home = &self.editor.home;
        if self.file != ConfigFile::PluginConfig {
            refuse_files_of_stages(home, self.file)?;
        }
        let file = self.file.path(home);
        let there = file::read_or_none(&file)?;
        let text = match (there.clone(), self.file) {
            (Some(text), _) => text,
            // A file of roles says all that there are: to add one to those that hold without it is not to take these away.
            (None, ConfigFile::Rbac) => serde_json::to_string_pretty(&self.show()?).unwrap_or_default() + "\n",
            (None, _) => EMPTY.to_owned(),
        };
        let edited = apply(&file, &text, std::slice::from_ref(change))?;
        let changed = edited != text;
        if changed {
            let mut documents = Documents::default();
            let root = documents.parse(&file, edited.clone())?;
            self.file.check(home, &documents, &root).map_err(unwritten)?;
            let (policy, proposed) = match self.file {
                ConfigFile::SecurityPolicy => (
                    self.policy_changes(&text, &with_keys(home, &documents, &root)?),
                    Some(PolicyInForce::read(home, &self.environment, Some(edited.clone())).map_err(unwritten)?),
                ),
                _ => (Vec::new(), None),
            };
            let said = |text: &str| shown(path, value_at(&written(&file, text)?, path)?);
            let (before, after) = (said(&text), said(&edited));
            let proposal = Proposal { file: self.file, path: path.clone(), before, after, policy, proposed };
            approval(&proposal)?;
            file::replace(&file, edited.as_bytes())?;
        }
        Ok(Edited { changed, overridden_by: self.overriding(path)?, file })
    }

    /// What becomes of the policy. One that could not be read allowed nothing, so that anything is looser.
    fn policy_changes(&self, before: &str, after: &SecurityPolicy) -> Vec<PolicyChange> {
        let mut documents = Documents::default();
        let file = self.file.path(&self.editor.home);
        let read = documents.parse(&file, before.to_owned());
        match read.and_then(|root| with_keys(&self.editor.home, &documents, &root)) {
            Ok(before) => compare_policies(&before, after),
            Err(_) => {
                let to = Some(after.to_value());
                vec![PolicyChange { path: String::new(), from: None, to, effect: PolicyEffect::Loosens }]
            }
        }
    }

    /// What hides a setting of the file.
    fn overriding(&self, path: &SettingPath) -> Result<Option<String>> {
        let is_strict =
            [SettingPath::of(&["execution_limits", "strict"]), SettingPath::of(&["execution_limits", "sandbox"])];
        match self.file {
            ConfigFile::PluginConfig => self.editor.overriding(path),
            ConfigFile::SecurityPolicy
                if self.environment.security_strict == Some(true) && is_strict.contains(path) =>
            {
                Ok(Some(Environment::SECURITY_STRICT.to_owned()))
            }
            _ => Ok(None),
        }
    }
}

fn value_at<'a>(root: &'a Value, path: &SettingPath) -> Option<&'a Value> {
    path.0.iter().try_fold(root, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::Index(index) => value.get(index),
    })
}

/// A value as it may be shown: keys of repositories are hidden wherever they stand in it.
fn shown(path: &SettingPath, value: &Value) -> Option<Value> {
    let names = |step: &Step| matches!(step, Step::Name(name) if name == "authentication");
    Some(hidden(value, path.0.iter().any(names)))
}

fn hidden(value: &Value, within: bool) -> Value {
    match value {
        Value::String(text) if within && text != "api_key" => Authentication::shown_key(text).into(),
        Value::Array(items) => items.iter().map(|item| hidden(item, within)).collect(),
        Value::Object(entries) => {
            let entry =
                |(name, value): (&String, &Value)| (name.clone(), hidden(value, within || name == "authentication"));
            Value::Object(entries.iter().map(entry).collect())
        }
        other => other.clone(),
    }
}
