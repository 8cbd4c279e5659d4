//! The security policy, and what is asked of it: scans, signatures, what the sandbox enforces here.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::Engine;
use crate::access::Caller;
use crate::config::{
    ConfigFile, Edited, Editor, Environment, Home, Permission, PluginLimits, PolicyChange, Proposal, SecurityPolicy,
    SettingPath, compare_policies,
};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package::{self, Limits, SignedPackage, io_error};
use crate::sandbox::Enforced;
use crate::state::{AuditAction, AuditRecord, Change, State};
use crate::trust::Judge;
use crate::trust::scan::{self, FileToScan, Rules, ScanReport};
use crate::trust::signature::{PrivateKey, SignOptions};

/// Under which name the state remembers the policy that was in force last.
const SEEN: &str = "security_policy";

/// What was scanned, and what was found.
#[derive(Clone, Debug, Serialize)]
pub struct Scanned {
    /// The package, file or folder.
    pub path: PathBuf,
    /// What was found in it.
    #[serde(flatten)]
    pub report: ScanReport,
}

impl Engine {
    /// The security policy in force, the defaults filled in.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where the engine has no home.
    pub fn policy(&self, _: &Caller) -> Result<SecurityPolicy> {
        Ok(self.opened()?.judge.read().policy().policy().clone())
    }

    /// The value of a setting of one of the configuration files, defaults included. Secrets are hidden.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where there is no such setting, [`Config`](ErrorKind::Config).
    pub fn setting_of(&self, _: &Caller, file: ConfigFile, path: &SettingPath) -> Result<Value> {
        let opened = self.opened()?;
        Editor::open(&opened.home, &opened.environment, file).get(path)
    }

    /// All settings of one of the configuration files, defaults included. Secrets are hidden.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config).
    pub fn settings_of(&self, _: &Caller, file: ConfigFile) -> Result<Value> {
        let opened = self.opened()?;
        Editor::open(&opened.home, &opened.environment, file).show()
    }

    /// Changes a setting of a configuration file other than `plugin_config.json`, or takes it out. What loosens the
    /// security policy needs the permission to manage security, and what says who may do what that to manage users
    /// besides; every change leaves a line in the audit log.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied), and [`Config`](ErrorKind::Config) where the file would not be valid with it: it is
    /// then as it was.
    pub fn set_in(
        &self,
        caller: &Caller,
        file: ConfigFile,
        path: &SettingPath,
        value: Option<&Value>,
    ) -> Result<Edited> {
        let opened = self.opened()?;
        // Who may say what roles may do could give their own anything.
        let needed: &[Permission] = match file {
            ConfigFile::Rbac | ConfigFile::PluginAccess | ConfigFile::UserPermissions => {
                &[Permission::ManageUsers, Permission::ManageSecurity]
            }
            _ => &[Permission::ConfigurePlugin],
        };
        let subject = format!("{}: {path}", file.name());
        needed.iter().try_for_each(|permission| self.allow(caller, *permission, &subject))?;
        let editor = Editor::open(&opened.home, &opened.environment, file);
        let approve = |proposal: &Proposal| self.approve(caller, proposal);
        let edited = match value {
            Some(value) => editor.set(path, value, &approve)?,
            None => editor.unset(path, &approve)?,
        };
        if file == ConfigFile::SecurityPolicy {
            // Its line is written.
            remember_policy(&opened.state, &filed_policy(&opened.home, &opened.environment)?)?;
            self.read_policy()?;
            self.read_registry()?;
        }
        Ok(edited)
    }

    /// Decides about a change of a configuration file, and writes it down.
    fn approve(&self, caller: &Caller, proposal: &Proposal) -> Result<()> {
        let opened = self.opened()?;
        let subject = format!("{}: {}", proposal.file.name(), proposal.path);
        if proposal.file != ConfigFile::SecurityPolicy {
            let line = AuditRecord::new(caller.name(), AuditAction::ConfigChanged, subject);
            return opened.state.audit(&line).map(drop);
        }
        // One that can't be used would lock the home: better nothing is written.
        if let Some(proposed) = &proposal.proposed {
            Judge::open(proposed.clone())?;
        }
        if proposal.loosens() {
            self.allow(caller, Permission::ManageSecurity, &subject)?;
        }
        opened.state.change(|change| note_changes(change, caller.name(), &proposal.policy))
    }

    /// Reads the policy anew. Where it can't be read, the one before stays in force.
    pub(super) fn read_policy(&self) -> Result<()> {
        let opened = self.opened()?;
        let policy = SecurityPolicy::load(&opened.home, &opened.environment)?;
        note_policy(&opened.home, &opened.environment, &opened.state)?;
        *opened.judge.write() = Judge::open(policy)?;
        Ok(())
    }

    /// What the policy lets a plugin have; without a home, what it does by default.
    pub(super) fn limits(&self, id: Option<&str>) -> PluginLimits {
        match &self.shared.home {
            Some(opened) => opened.judge.read().limits(id),
            None => SecurityPolicy::default().effective(id.unwrap_or_default()),
        }
    }

    /// Scans a package, a file or a folder, whatever the policy says of scanning: by the rules of the home, or, where there
    /// is none, by those that are built in.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) and [`Io`](ErrorKind::Io) where it can't be read, [`Package`](ErrorKind::Package)
    /// where a zip is not sound. What the scan can't look at is told in its report.
    pub fn scan(&self, _: &Caller, path: &Path, control: &Control) -> Result<Scanned> {
        let judge = self.shared.home.as_ref().map(|opened| opened.judge.read().clone());
        let scan = |folder: &Path, files: &[FileToScan]| match &judge {
            Some(judge) => judge.scan_anyway(folder, files, control),
            None => scan::scan(folder, files, &Rules::built_in(), None, control),
        };
        let made = tempfile::Builder::new().prefix("csvq-scan-").tempdir();
        let scratch = made.map_err(|error| io_error(path, "make a folder to scan it in", &error))?;
        let is_zip = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        let report = if path.is_dir() {
            scan(path, &scan::files_in(path, control)?)
        } else if is_zip {
            let staged = package::stage(path, scratch.path(), &Limits::default(), control)?;
            scan(scratch.path(), &crate::install::files_to_scan(&staged))
        } else {
            // In a folder of its own, so that an outside scanner sees it, too, and nothing else.
            let (_, file) = scan::lone_file(path, control)?;
            std::fs::copy(path, scratch.path().join(&file.path))
                .map_err(|error| io_error(path, "read what is to be scanned", &error))?;
            scan(scratch.path(), &[file])
        };
        Ok(Scanned { path: path.to_owned(), report })
    }

    /// Signs a package where it lies, with a key that the caller has.
    ///
    /// # Errors
    /// Those of [`sign_package`](package::sign_package).
    pub fn sign(
        &self,
        caller: &Caller,
        package: &Path,
        key: &PrivateKey,
        options: &SignOptions,
        control: &Control,
    ) -> Result<SignedPackage> {
        let signed = package::sign_package(package, key, options, control, &mut self.describe(control))?;
        if let Some(opened) = &self.shared.home {
            let line = AuditRecord::new(caller.name(), AuditAction::PackageSigned, signed.manifest.id.clone());
            let line = line.of_version(signed.manifest.version.to_string()).of_digest(&signed.digest);
            opened.state.audit(&line.with("key_id", key.public().id().to_string()))?;
        }
        Ok(signed)
    }

    /// What a worker is held to on this machine, asked of one that loads no plugin: for a plugin, or in general. One that is
    /// built in, or trusted to run in this process, is held to nothing.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where the policy is strict and something is missing, or there is no worker
    /// program; [`NotFound`](ErrorKind::NotFound) for an unknown plugin.
    pub fn sandbox(&self, _: &Caller, plugin: Option<&str>, control: &Control) -> Result<Enforced> {
        let id = plugin.map(|name| self.id_of(name)).transpose()?;
        let registry = self.shared.registry.read().clone();
        if let Some(id) = &id
            && (crate::compare::comparator(id).is_some() || registry.installed(id)?.runs_in_process())
        {
            return Ok(Enforced::nothing());
        }
        self.shared.runner.probe(&self.limits(id.as_deref()), control)
    }
}

/// Writes down that the policy is another than the one that was in force last: its file may have been edited by hand.
pub(super) fn note_policy(home: &Home, environment: &Environment, state: &State) -> Result<()> {
    let policy = filed_policy(home, environment)?;
    let text = text_of(&policy)?;
    let before = match state.remembered(SEEN)? {
        Some(seen) if seen == text => return Ok(()),
        Some(seen) => serde_json::from_str::<Value>(&seen).ok().and_then(|seen| seen_policy(&seen)),
        None => Some(SecurityPolicy::default()),
    };
    let changes = compare_policies(&before.unwrap_or_default(), &policy);
    state.change(|change| {
        if !changes.is_empty() {
            note_changes(change, "file", &changes)?;
        }
        change.remember(SEEN, &text)
    })
}

/// The policy as it is written down: what the environment of one process adds to it is no change of it.
fn filed_policy(home: &Home, environment: &Environment) -> Result<SecurityPolicy> {
    let environment = Environment { security_strict: None, ..environment.clone() };
    Ok(SecurityPolicy::load(home, &environment)?.policy().self_contained())
}

fn remember_policy(state: &State, policy: &SecurityPolicy) -> Result<()> {
    let text = text_of(policy)?;
    state.change(|change| change.remember(SEEN, &text))
}

fn text_of(policy: &SecurityPolicy) -> Result<String> {
    serde_json::to_string(policy).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
}

/// A policy that was in force before, as far as this csvq can read it.
fn seen_policy(seen: &Value) -> Option<SecurityPolicy> {
    SecurityPolicy::from_json(Path::new("security_policy.json"), &seen.to_string()).ok()
}

/// Writes down a change of the policy: a line about all of it, and one about each key that comes to be trusted, goes, or is
/// revoked.
fn note_changes(change: &Change<'_>, caller: &str, changes: &[PolicyChange]) -> Result<()> {
    let (looser, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.loosens());
    let paths =
        |changes: &[&PolicyChange]| changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>().join(", ");
    let (action, why) = match (&looser[..], &others[..]) {
        ([], others) => (AuditAction::PolicyChanged, paths(others)),
        (looser, []) => (AuditAction::PolicyLoosened, format!("looser: {}", paths(looser))),
        (looser, others) => {
            (AuditAction::PolicyLoosened, format!("looser: {}; not looser: {}", paths(looser), paths(others)))
        }
    };
    let told = serde_json::to_value(changes).unwrap_or_default();
    change.audit(&AuditRecord::new(caller, action, "security_policy.json").because(why).with("changes", told))?;
    for one in changes {
        let is = |list: &str| one.path.starts_with(&format!("plugin_security.{list}"));
        let action = match (is("trusted_keys"), is("revoked")) {
            (true, _) if one.loosens() => AuditAction::KeyTrusted,
            (true, _) => AuditAction::KeyRemoved,
            (_, true) if one.to.as_ref().is_some_and(|to| to.to_string().contains("\"digest\"")) => {
                AuditAction::DigestRevoked
            }
            (_, true) if !one.loosens() => AuditAction::KeyRevoked,
            _ => continue,
        };
        let told = serde_json::to_value(one).unwrap_or_default();
        change.audit(&AuditRecord::new(caller, action, one.path.clone()).with("change", told))?;
    }
    Ok(())
}
